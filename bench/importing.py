"""A file of articles through the real worker: its speed, its memory, and whether codes wait."""

from __future__ import annotations

import csv
import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from statistics import median
from typing import Final

import psutil

from bench import books, carrier
from bench.load import percentile
from bench.rig import MeasureFailed, await_that
from bench.sending import approach, sending, start_worker
from flows.number import check_digit
from imports import register
from imports.importer import ring_importer
from imports.register import Import, State
from postal.people.doer import Doer, Operator
from runtime import Runtime

_CARRIER_RATE: Final = 100.0  # texts a second: Twilio's setting by default
_CHECKS: Final = 3
_SAMPLE_SECONDS: Final = 0.25
_PACE_SECONDS: Final = 10.0  # over which the pace of the import is sampled
_LONGEST_SECONDS: Final = 3_600
_MIB: Final = 2**20


@dataclass(frozen=True)
class Plan:
    """The size of a run: `rows` of the file; `codes` requested without and during the import."""

    rows: int
    codes: int
    codes_per_second: float


@dataclass(frozen=True)
class Waits:
    """Milliseconds from a code's row to its arrival at the carrier."""

    codes: int
    p50: float
    p99: float
    most: float


@dataclass(frozen=True)
class Imported:
    """Seconds, rows a second, and MiB of the worker's resident memory."""

    rows: int
    megabytes: float
    upload_seconds: float
    check_seconds: list[float]  # from the upload to the preview, each run
    import_seconds: float
    paces: list[float]  # rows a second, in each stretch of the import
    memory_before: float
    memory_checking: float  # at its most
    memory_importing: float
    without: Waits
    during: Waits
    texts_waiting: int  # in the outbox, when the import was done

    @property
    def checked_per_second(self) -> float:
        return self.rows / median(self.check_seconds)

    @property
    def per_second(self) -> float:
        return self.rows / self.import_seconds

    @property
    def pace(self) -> float:
        return median(self.paces) if self.paces else self.per_second


def measure(plan: Plan) -> Imported:
    """Measure an import. Raises `MeasureFailed` where a row is lost or done twice."""
    content = file_of(plan.rows)
    with sending(_CARRIER_RATE) as (made, port):
        runtime = made.runtime()
        lists = -(-2 * plan.codes // books.LIST_LENGTH)
        doors = books.fill(made.settings, books.LIST_LENGTH * lists, datetime.now(UTC))
        with runtime.database.transaction() as conn:
            books.without_codes(conn)
        worker = psutil.Process(start_worker(made, runtime).pid)
        # The first code finds a worker that has connected and warmed up.
        _codes(runtime, port, doors[:1], plan)
        without = _codes(runtime, port, doors[1 : plan.codes + 1], plan)
        before = memory(worker)
        upload, checks, found, checking = _check(runtime, worker, content)
        with sampled(worker) as importing:
            began = time.monotonic()
            runtime.database.run(lambda conn: register.start(conn, found.id, 0, runtime.now()))
            ring_importer(runtime)
            paces: list[float] = []
            pacing = threading.Thread(target=_pace, args=(runtime, found.id, paces))
            pacing.start()
            during = _codes(runtime, port, doors[plan.codes + 1 : 2 * plan.codes], plan)
            if _state(runtime, found.id) != "importing":
                raise MeasureFailed("the import ended before the codes: take more rows")
            await_that(
                lambda: _state(runtime, found.id) == "done", "it is imported", _LONGEST_SECONDS
            )
            seconds = time.monotonic() - began
            pacing.join()
        waiting = _insist(runtime, found.id, plan.rows)
        runtime.database.close()
    return Imported(
        plan.rows,
        round(len(content) / _MIB, 1),
        upload,
        checks,
        seconds,
        paces,
        before,
        checking,
        max(importing),
        without,
        during,
        waiting,
    )


def file_of(rows: int, first: int = 0) -> bytes:
    """Return a file of articles of as many households, with Hindi names and addresses.

    `first`: its first number, so that a further file has other articles.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(
        ["article", "service", "recipient name", "recipient address", "pin", "recipient mobile",
         "sender name", "cod", "language"]
    )  # fmt: skip
    for n in range(first, first + rows):
        serial = f"{n:08}"
        writer.writerow(
            [f"RU{serial}{check_digit(serial)}IN", "Registered", "रामावती देवी",
             f"मकान {n}, धनेवा धनेई", "273303", f"7{n:09}", "Gyan Pustak Kendra", n % 500, "hindi"]
        )  # fmt: skip
    return file.getvalue().encode("utf-8-sig")


def _check(
    runtime: Runtime, worker: psutil.Process, content: bytes
) -> tuple[float, list[float], Import, float]:
    """Upload and check the file several times; the last one stays. Return the most memory, too."""
    checks: list[float] = []
    with sampled(worker) as samples:
        while True:
            began = time.monotonic()
            found = runtime.database.run(
                lambda conn: register.receive(
                    conn,
                    content,
                    "bench.csv",
                    Doer(Operator("bench"), None, None, None, runtime.now()),
                )
            )
            upload = time.monotonic() - began
            ring_importer(runtime)
            await_that(partial(_is_checked, runtime, found.id), "it is checked", _LONGEST_SECONDS)
            checks.append(time.monotonic() - began)
            found = _now(runtime, found.id)
            if found.bad or not found.good:
                raise MeasureFailed(
                    f"the file was not understood: {found.refusal}, {found.bad} bad rows"
                )
            if len(checks) == _CHECKS:
                break
            with runtime.database.transaction() as conn:
                register.cancel(conn, found.id, runtime.now())
    return upload, checks, found, max(samples)


def _codes(runtime: Runtime, port: int, doors: list[books.Doorstep], plan: Plan) -> Waits:
    """Let postmen approach; return how long each code takes to the carrier."""
    approach(runtime, doors, plan.codes_per_second)
    phones = {door.recipient_phone for door in doors}

    def arrived() -> dict[str, float]:
        return {to: at for at, to in carrier.arrivals(port) if to in phones}

    await_that(lambda: phones <= arrived().keys(), "all codes arrive", 120)
    with runtime.database.transaction() as conn:
        rows = conn.execute(
            "SELECT phone, at FROM messages WHERE direction = 'out' AND lane = 'code'"
            " AND phone = ANY(%s)",
            (list(phones),),
        ).fetchall()
    at = arrived()
    waits = sorted(1000 * (at[phone] - moment.timestamp()) for phone, moment in rows)
    return Waits(len(waits), percentile(waits, 0.5), percentile(waits, 0.99), waits[-1])


def _pace(runtime: Runtime, id_: int, paces: list[float]) -> None:
    last, since = 0, time.monotonic()
    while True:
        time.sleep(_PACE_SECONDS)
        found = runtime.database.run(lambda conn: register.get(conn, id_))
        now = time.monotonic()
        if found.state != "importing":
            return
        paces.append((found.imported - last) / (now - since))
        last, since = found.imported, now


def _insist(runtime: Runtime, id_: int, rows: int) -> int:
    """Insist on one article and one text per row; return how many texts still wait."""
    with runtime.database.transaction() as conn:
        found = register.get(conn, id_)
        booked = conn.execute("SELECT count(*) FROM articles WHERE number LIKE 'RU%'").fetchone()
        texts = conn.execute(
            "SELECT count(*), count(*) FILTER (WHERE status = 'queued') FROM messages"
            " WHERE template = 'booked'"
        ).fetchone()
    assert booked is not None
    assert texts is not None
    if (found.imported, booked[0], texts[0]) != (rows, rows, rows):
        raise MeasureFailed(
            f"{found.imported} imported, {booked[0]} booked, {texts[0]} texts of {rows}"
        )
    return int(texts[1])


def _now(runtime: Runtime, id_: int) -> register.Import:
    return runtime.database.run(lambda conn: register.get(conn, id_))


def _state(runtime: Runtime, id_: int) -> State:
    return _now(runtime, id_).state


def _is_checked(runtime: Runtime, id_: int) -> bool:
    return _state(runtime, id_) in ("checked", "refused")


def memory(process: psutil.Process) -> float:
    """Return MiB of the worker; `process` is the guardian that started it."""
    family = [process, *process.children(recursive=True)]
    return max(float(member.memory_info().rss) for member in family) / _MIB


@contextmanager
def sampled(process: psutil.Process) -> Iterator[list[float]]:
    """Sample the resident memory of `process` repeatedly."""
    samples = [memory(process)]
    over = threading.Event()

    def sample() -> None:
        while not over.wait(_SAMPLE_SECONDS):
            samples.append(memory(process))

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield samples
    finally:
        over.set()
        thread.join()
