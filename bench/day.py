"""The record day: whole deliveries at a steady rate, by all processes as they run in earnest.

    ./script/bench day [--rate N] [--minutes M] [--workers W] [--search]

Lists and bookings are there beforehand. N times a second a postman texts that he is at a door; the
code goes out to a carrier that answers after 50 ms and sends a receipt for every text; the postman
texts the code that was read from the carrier's log; the thanks go out. At the end the books are
counted against what the people know. `--search` looks for the highest rate that holds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict, astuple
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psutil
import psycopg

from bench import books, report
from bench.day_books import BOOKS, LIMIT_MS, OURS, Day, cores_here
from bench.day_people import Told
from bench.report import Line
from bench.rig import (
    HOUSE,
    LOCAL,
    MeasureFailed,
    Rig,
    await_port,
    await_that,
    free_port,
    refuse_surroundings,
    rig,
    spent_seconds,
    web_command,
)
from bench.texts import Account
from outbox.wake import wake
from runtime import Runtime

_RESULTS: Final = Path(__file__).with_name("results")
_ANSWER_SECONDS: Final = 0.05
_CONNECTIONS: Final = 32
_PATIENCE_SECONDS: Final = 30.0
_A_POSTMAN: Final = 20  # deliveries in a run: what half of a telephone's hour of texts allows
_PROBE_MINUTES: Final = 1.0
_PROBES: Final = 4
_WARM_UP: Final = 60  # deliveries
_WARM_RATE: Final = 15.0
_FREE: Final = 1_000_000.0
_CALCULATED: Final = (128, 500)  # deliveries a second


Beside = Callable[[Rig], AbstractContextManager[None]]


@contextmanager
def _nothing(_: Rig) -> Iterator[None]:
    yield


def play(rate: float, minutes: float, workers: int, beside: Beside = _nothing) -> Day:
    """Play one run on new servers. Raises `MeasureFailed` where it cannot be played.

    `beside`: what is done while the deliveries are played, on the same servers.
    """
    deliveries = round(rate * 60 * minutes)
    carrier_port = free_port()
    with rig(
        TWILIO_API_URL=f"http://{LOCAL}:{carrier_port}",
        TWILIO_RATE=_FREE,
        prefix_hourly_limit=round(_FREE),
        delivery_day_end="23:59",  # at whatever hour it is played, no summary of the day is due
    ) as made:
        runtime = made.runtime()
        doors = _filled(made, runtime, deliveries + _WARM_UP)
        port = free_port()
        web = made.start("web", web_command(port))
        await_port(port, web)
        command = [sys.executable, "-m", "bench.carrier", str(carrier_port)]
        carrier = made.start("carrier", [*command, str(_ANSWER_SECONDS), str(port)])
        await_port(carrier_port, carrier)
        started = [made.start("worker", [sys.executable, "worker.py"]) for _ in range(workers)]
        started.append(made.start("clock", [sys.executable, "worker.py", "clock"]))
        wake(runtime.redis)
        processes = {
            "web": [web.pid],
            "worker": [each.pid for each in started],
            "postgres": [made.servers.processes["postgres"].pid],
            "valkey": [made.servers.processes["valkey"].pid],
            "carrier": [carrier.pid],
        }
        people = _People(made, port, carrier_port)
        warm = people.play(doors[deliveries : deliveries + _WARM_UP], _WARM_RATE)
        before, busy, since = _used(processes), _busy_cores(), time.monotonic()
        with beside(made):
            told = people.play(doors[:deliveries], rate)
        used = {name: spent - before[name] for name, spent in _used(processes).items()}
        cores = (_busy_cores() - busy) / (time.monotonic() - since)
        load = os.getloadavg()[0]
        every = warm.deliveries + told.deliveries
        counted = _counted(runtime, every)
        runtime.database.close()
    return Day(rate, workers, told, every, counted, used | {"people": told.processor}, cores, load)


def search(highest: float, minutes: float, workers: int) -> list[Day]:
    """Look for the highest rate that holds; the last run is the whole one at that rate.

    Probes of a minute halve the gap between what held and what did not; `highest` is where they
    begin, as what is hoped not to hold.
    """
    played: list[Day] = []

    def holds(rate: float, minutes_: float) -> bool:
        day = play(rate, minutes_, workers)
        played.append(day)
        said = "holds" if day.holds else f"does not hold: {day.why_not}"
        print(f"{rate:.1f}/s for {minutes_:g} minutes: {said}", file=sys.stderr, flush=True)
        return day.holds

    low, high = 0.0, highest
    for _ in range(_PROBES):
        rate = (low + high) / 2
        if holds(rate, min(minutes, _PROBE_MINUTES)):
            low = rate
        else:
            high = rate
    if not low:
        raise MeasureFailed(f"not even {high:.1f} deliveries a second hold")
    while not holds(low, minutes):
        low *= 0.9
    return played


def _filled(made: Rig, runtime: Runtime, deliveries: int) -> list[books.Doorstep]:
    """Fill whole lists, of which each postman delivers a part within the run."""
    postmen = max(-(-deliveries // _A_POSTMAN), _CONNECTIONS)
    doors = books.fill(made.settings, postmen * books.LIST_LENGTH, datetime.now(UTC))
    with runtime.database.transaction() as conn:
        books.without_codes(conn)
    with psycopg.connect(made.settings.owner_url, autocommit=True) as conn:
        # What was changed above left as many dead rows behind, which no day begins with.
        conn.execute("VACUUM ANALYZE articles, delivery_items, codes, conversations")
        conn.execute("CHECKPOINT")
    return doors


class _People:
    """The process that plays the people, once for each part of a run."""

    def __init__(self, made: Rig, web: int, carrier: int) -> None:
        self._made, self._web, self._carrier = made, web, carrier
        self._texted = 0

    def play(self, doors: Sequence[books.Doorstep], rate: float) -> Told:
        """Play these deliveries, so many a second."""
        plan = {
            "account": astuple(Account.of(self._made.settings)),
            "doors": [astuple(door) for door in doors],
            "rate": rate,
            "web": str(self._web),
            "carrier": str(self._carrier),
            "connections": _CONNECTIONS,
            "patience": _PATIENCE_SECONDS,
            "texted": self._texted,
        }
        self._texted += 2 * len(doors)
        path = self._made.directory / "day.json"
        path.write_text(json.dumps(plan))
        command = [sys.executable, "-m", "bench.day_people", str(path)]
        ended = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
        if ended.returncode:
            raise MeasureFailed(f"the people failed: {ended.stderr[-1500:]}")
        return Told.read(json.loads(ended.stdout))


def _used(processes: Mapping[str, Sequence[int]]) -> dict[str, float]:
    return {name: sum(map(spent_seconds, pids)) for name, pids in processes.items()}


def _busy_cores() -> float:
    """Return the seconds that the machine's cores worked, whoever for."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)


def _counted(runtime: Runtime, deliveries: int) -> dict[str, int]:
    """Count the books, once the receipts are in that were under way."""
    counted: dict[str, int] = {}

    def complete() -> bool:
        with runtime.database.transaction() as conn:
            counted.update(conn.execute(BOOKS).fetchall())
        return counted["texts whose receipt came"] >= 5 * deliveries

    with suppress(MeasureFailed):  # then the count says how many are missing
        await_that(complete, "the receipts are in", _PATIENCE_SECONDS)
    return counted


def _line(day: Day) -> list[Line]:
    told, rate = day.told, day.rate
    each = day.each_ms
    ours = sum(each[name] for name in OURS)
    wrong = "; ".join(f"{what} × {times}" for what, times in day.wrong.items())
    shares = " · ".join(f"{name} {each[name]:.1f}" for name in each)
    lines = [
        Line(f"{told.deliveries} deliveries, {rate:g} a second: lost", str(day.lost), "0",
             not day.lost),
        Line("wrong", wrong or "0", "0", not wrong),
        Line("text of the code to both thanks: p50", f"{told.thanked.p50:.0f} ms"),
        Line("the same: p99", f"{told.thanked.p99:.0f} ms", "< 5 s",
             told.thanked.p99 < LIMIT_MS),
        Line("first text to the code at the carrier: p50, p99",
             f"{told.coded.p50:.0f}, {told.coded.p99:.0f} ms"),
        Line("a text until it is taken: p50, p99",
             f"{told.answered.p50:.0f}, {told.answered.p99:.0f} ms"),
        Line("texts later than they were due, requests without a 2xx",
             f"{told.late:.1f} s, {told.again}"),
        Line("processor of a delivery, ms", shares),
        Line("the same, of ours", f"{ours:.1f} ms"),
        Line("cores that worked, of this machine's", f"{day.cores:.2f} of {cores_here()}"),
        Line("what limits it", day.limit),
    ]  # fmt: skip
    lines += [
        Line(
            f"cores for {each_rate} a second, each busy to 70 %", f"{day.cores_for(each_rate):.1f}"
        )
        for each_rate in _CALCULATED
    ]
    return lines


def main(arguments: list[str]) -> int:
    """Return 0 where it was measured; the table says whether it holds."""
    parser = argparse.ArgumentParser(prog="./script/bench day", description=__doc__)
    parser.add_argument("--rate", type=float, default=128.0, help="deliveries a second")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--workers", type=int, default=1, help="processes that send; default: 1")
    parser.add_argument(
        "--search", action="store_true", help="the highest rate that holds, --rate at most"
    )
    chosen = parser.parse_args(arguments)
    refuse_surroundings()
    on = report.machine()
    print(report.describe(on), flush=True)
    try:
        if chosen.search:
            days = search(chosen.rate, chosen.minutes, chosen.workers)
        else:
            days = [play(chosen.rate, chosen.minutes, chosen.workers)]
    except MeasureFailed as failure:
        print(f"the day could not be played: {failure}", file=sys.stderr)
        return 1
    lines = _line(days[-1])
    print(f"\n{report.table(lines)}\n\nLoad at the end: {days[-1].load:.2f}")
    raw = [asdict(day) for day in days]
    command = " ".join(["./script/bench day", *arguments])
    path = report.write(_RESULTS, on, command, lines, raw)
    print(f"Written to {path.relative_to(Path.cwd())}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
