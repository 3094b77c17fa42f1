"""From the outbox to a carrier: messages a second, and the wait of a code behind notices."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg

from bench import books, carrier
from bench.load import percentile
from bench.rig import (
    LOCAL,
    MeasureFailed,
    Rig,
    await_port,
    await_that,
    cpu_seconds,
    free_port,
    rig,
)
from conversation import inbound
from gateways.base import Inbound
from messages.render import render
from outbox.wake import wake
from runtime import Runtime
from store.database import Conn

ANSWER_SECONDS = 0.05
_UNTHROTTLED = 100_000.0
_SETTLE_SECONDS = 3.0  # the worker starts, opens its connections, and finds its pace
_WARM_UP = 300  # messages per worker before those that are measured
WORKER = [sys.executable, "worker.py"]


@dataclass(frozen=True)
class Throughput:
    """The messages that workers handed to the carrier.

    Processor time in milliseconds per message, user and system: of the workers (threads and all),
    and of PostgreSQL.
    """

    workers: int
    messages: int
    seconds: float
    worker_cpu: float
    postgres_cpu: float

    @property
    def per_second(self) -> float:
        return self.messages / self.seconds


@dataclass(frozen=True)
class Wait:
    """Milliseconds from a code's row to its arrival at the carrier."""

    notices: int
    notices_left: int
    rate: float  # messages a second that the worker was allowed
    codes: int
    p50: float
    p99: float
    most: float


def throughput(messages: int, workers: int = 1) -> Throughput:
    """Let `workers` that are warm send `messages` that become visible at once.

    Raises `MeasureFailed` where one is sent twice or not.
    """
    with sending(_UNTHROTTLED) as (made, port):
        runtime = made.runtime()

        def all_sent() -> bool:
            with runtime.database.transaction() as conn:
                return not anything_left(conn)

        warming = _WARM_UP * workers
        with runtime.database.transaction() as conn:
            queue(conn, "reply", warming)
        running = [start_worker(made, runtime)]
        running += [made.start("worker", WORKER) for _ in range(workers - 1)]
        await_that(all_sent, "the first messages are sent", 90)
        time.sleep(_SETTLE_SECONDS)  # all workers run, and wait
        processes = (*running, made.servers.processes["postgres"])
        with runtime.database.transaction() as conn:
            queue(conn, "reply", messages)
            before = [cpu_seconds(process) for process in processes]
        began = time.time()
        for _ in running:
            wake(runtime.redis)
        await_that(all_sent, f"{messages} messages are sent", 120)
        used = [
            1000 * (cpu_seconds(process) - then) / messages
            for process, then in zip(processes, before, strict=True)
        ]
        times = [at for at, _ in carrier.arrivals(port) if at >= began]
        runtime.database.close()
    if len(times) != messages:
        raise MeasureFailed(f"{messages} messages, but the carrier was called {len(times)} times")
    seconds = times[-1] - times[0] + ANSWER_SECONDS
    return Throughput(workers, messages, seconds, sum(used[:-1]), used[-1])


def code_wait(notices: int, codes: int, per_second: float, rate: float = _UNTHROTTLED) -> Wait:
    """Let postmen approach at `per_second` while `notices` wait in the bulk lane.

    `rate`: messages a second that the carrier takes (TWILIO_RATE).
    """
    with sending(rate) as (made, port):
        runtime = made.runtime()
        doorsteps = books.fill(made.settings, books.LIST_LENGTH * 20, datetime.now(UTC))[:codes]
        with runtime.database.transaction() as conn:
            books.without_codes(conn)
            queue(conn, "bulk", notices)
        with psycopg.connect(made.settings.owner_url, autocommit=True) as conn:
            conn.execute("ANALYZE messages")
        start_worker(made, runtime)
        await_that(lambda: bool(carrier.arrivals(port)), "the first notice arrives")
        time.sleep(_SETTLE_SECONDS)
        approach(runtime, doorsteps, per_second)
        phones = {door.recipient_phone for door in doorsteps}
        await_that(
            lambda: phones <= {to for _, to in carrier.arrivals(port)}, "all codes arrive", 60
        )
        arrived = {to: at for at, to in carrier.arrivals(port) if to in phones}
        with runtime.database.transaction() as conn:
            rows = conn.execute(
                "SELECT phone, at FROM messages WHERE direction = 'out' AND lane = 'code'"
            ).fetchall()
            left = _count(conn, "queued")
        runtime.database.close()
    waits = sorted(1000 * (arrived[phone] - at.timestamp()) for phone, at in rows)
    if len(waits) != codes:
        raise MeasureFailed(f"{codes} approaches, but {len(waits)} codes were made")
    return Wait(
        notices, left, rate, codes, percentile(waits, 0.5), percentile(waits, 0.99), waits[-1]
    )


@contextmanager
def sending(rate: float) -> Iterator[tuple[Rig, int]]:
    """Yield servers and the port of a carrier."""
    port = free_port()
    address = f"http://{LOCAL}:{port}"
    # The carrier sends no receipts; the effect of an hour without them is not measured here.
    with rig(TWILIO_API_URL=address, TWILIO_RATE=rate, receipt_seconds=3_600) as made:
        command = [sys.executable, "-m", "bench.carrier", str(port), str(ANSWER_SECONDS)]
        await_port(port, made.start("carrier", command))
        yield made, port


def start_worker(made: Rig, runtime: Runtime) -> subprocess.Popen[bytes]:
    """Start worker and clock as in the Procfile; return the worker."""
    worker = made.start("worker", WORKER)
    made.start("clock", [sys.executable, "worker.py", "clock"])
    wake(runtime.redis)
    return worker


def approach(runtime: Runtime, doorsteps: list[books.Doorstep], per_second: float) -> None:
    """Let the postmen announce their approach, so many a second."""
    began = time.monotonic()
    for number, door in enumerate(doorsteps):
        time.sleep(max(0.0, began + number / per_second - time.monotonic()))
        text = Inbound("twilio", f"SM{door.number:0>32}", door.postman_phone, str(door.serial))
        inbound.receive(runtime, text)


def queue(conn: Conn, lane: str, messages: int) -> None:
    """Store rows as `outbox.enqueue` writes them, each to another block of numbers."""
    text = render("delivered", "hi", {"digits": "3775"})
    now = datetime.now(UTC)
    conn.execute(
        """
        INSERT INTO messages (direction, status, phone, at, next_attempt_at, template, language,
                              variables, body, segments, lane, not_after)
        SELECT 'out', 'queued', '+916' || lpad((n * 10007 %% 1000000000)::text, 9, '0'), %s, %s,
               'delivered', 'hi',
               '{"digits": "3775"}', %s, %s, %s, %s
        FROM generate_series(1, %s) AS n
        """,
        (now, now, text.text, text.segments.segments, lane, now + timedelta(hours=1), messages),
    )


def anything_left(conn: Conn) -> bool:
    """Tell whether any text waits or is under way; by the queue, as it is asked often."""
    row = conn.execute(
        "SELECT EXISTS (SELECT FROM outbox WHERE held_until IS DISTINCT FROM 'infinity')"
    ).fetchone()
    return row == (True,)


def _count(conn: Conn, status: str) -> int:
    row = conn.execute("SELECT count(*) FROM messages WHERE status = %s", (status,)).fetchone()
    assert row is not None
    return int(row[0])
