"""The parts of `./script/bench`: how much of each is measured, and what the table says of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

from bench import (
    against,
    chaining,
    dialling,
    finding,
    importing,
    inbound,
    kept,
    pages,
    reading,
    receipting,
    replay,
    sending,
)
from bench.report import Line


@dataclass(frozen=True)
class Size:
    """The size of a run."""

    against: against.Plan
    inbound: inbound.Plan
    messages: int
    notices: int
    codes: int
    dialling: dialling.Plan
    rates: tuple[float | None, ...]  # of the carrier, for the wait of a code; None: unlimited
    replayed: int  # articles whose month is replayed
    stored: int  # texts, for the searches
    importing: importing.Plan
    chained: int  # rows of a day that is verified
    readings: int  # of each usual text
    visits: int  # of each page
    deliveries: int  # whose bytes are counted


FULL = Size(
    against.Plan(5, 1200, 500, 8.0, 4_000),
    inbound.Plan(5, 1200, 500, 8.0),
    5_000,
    100_000,
    150,
    dialling.Plan(600, 100, 1.0),
    (None, 100.0),
    500,
    1_000_000,
    importing.Plan(100_000, 300, 3.0),
    1_000_000,
    500,
    3,
    1_000,
)
QUICK = Size(
    against.Plan(2, 300, 200, 3.0, 1_000),
    inbound.Plan(2, 300, 200, 3.0),
    1_500,
    20_000,
    25,
    dialling.Plan(120, 30, 1.0),
    (None,),
    60,
    50_000,
    importing.Plan(4_000, 15, 3.0),
    50_000,
    50,
    1,
    200,
)
CODES_PER_SECOND = 5.0

Measured = tuple[list[Line], Any]


def measure_inbound(size: Size) -> Measured:
    result = inbound.measure(size.inbound)
    at_half, cpu = result.at_half.load, inbound.median_cpu(result.runs)
    lines = [
        Line("handovers by text, through the Twilio hook", f"{inbound.median(result.runs):.0f}/s"),
        Line(f"p50 at {at_half.per_second:.0f}/s, half of it", f"{at_half.p50:.1f} ms"),
        Line("p99 at the same", f"{at_half.p99:.1f} ms", "< 50 ms", at_half.p99 < 50),
        Line("processor per handover: web + PostgreSQL", f"{cpu[0]:.1f} + {cpu[1]:.1f} ms"),
    ]
    return lines, asdict(result)


def measure_outbox(size: Size) -> Measured:
    one, two = sending.throughput(size.messages), sending.throughput(2 * size.messages, workers=2)
    what = "messages from outbox to a carrier answering after 50 ms"
    ratio = two.per_second / one.per_second
    lines = [
        Line(f"{size.messages} {what}, one worker", f"{one.per_second:.0f}/s", "≥ 1,000/s",
             one.per_second >= 1000),
        Line(f"{2 * size.messages} {what}, two workers", f"{two.per_second:.0f}/s"),
        Line("two workers to one", f"{ratio:.2f}", "≥ 1.7", ratio >= 1.7),
        Line("processor per message, one worker: worker + PostgreSQL", _processors(one)),
        Line("the same, two workers", _processors(two)),
    ]  # fmt: skip
    return lines, [asdict(one), asdict(two)]


def _processors(sent: sending.Throughput) -> str:
    return f"{sent.worker_cpu:.2f} + {sent.postgres_cpu:.2f} ms"


def measure_receipts(size: Size) -> Measured:
    result = receipting.measure(size.messages)
    run = result.run
    lines = [
        Line("receipts, two for each message, through the Twilio hook",
             f"{run.load.per_second:.0f}/s"),
        Line("processor per receipt: web + PostgreSQL",
             f"{run.web_cpu:.2f} + {run.postgres_cpu:.2f} ms"),
    ]  # fmt: skip
    return lines, asdict(result)


def measure_codes(size: Size) -> Measured:
    lines, raw = [], []
    for rate in size.rates:
        allowed = {} if rate is None else {"rate": rate}
        wait = sending.code_wait(size.notices, size.codes, CODES_PER_SECOND, **allowed)
        carrier = "an unlimited carrier" if rate is None else f"a carrier of {rate:.0f}/s"
        what = f"a code behind {size.notices} notices, {carrier}"
        lines += [
            Line(f"{what}: p50", f"{wait.p50:.0f} ms"),
            Line(f"{what}: p99", f"{wait.p99:.0f} ms", "< 200 ms", wait.p99 < 200),
        ]
        raw.append(asdict(wait))
    return lines, raw


def measure_ussd(size: Size) -> Measured:
    dialled = dialling.measure(size.dialling)
    what = f"{dialling.PEOPLE} people dialled in at once, {dialled.per_second:.0f} screens/s"
    lines = [
        Line(f"{what}: p50", f"{dialled.p50:.0f} ms"),
        Line(f"{what}: p99", f"{dialled.p99:.0f} ms", "< 300 ms", dialled.p99 < 300),
    ]
    return lines, asdict(dialled)


def measure_replay(size: Size) -> Measured:
    result = replay.measure(size.replayed, 5)
    rate = result.per_second
    lines = [
        Line(
            f"{result.sprints} stored sprints decided again, one core",
            f"{rate:.0f}/s",
            "≥ 5,000/s",
            rate >= 5000,
        ),
        Line("the same rows only read", f"{result.read_per_second:.0f}/s"),
    ]
    return lines, asdict(result)


def measure_find(size: Size) -> Measured:
    result = finding.measure(size.stored, 40)
    lines = [
        Line(
            f"{kind.name}, {result.messages} texts stored: median (slowest)",
            f"{kind.median:.0f} ms ({kind.slowest:.0f} ms)",
            "< 200 ms",
            kind.slowest < 200,
        )
        for kind in result.kinds
    ]
    return lines, asdict(result)


def measure_import(size: Size) -> Measured:
    result = importing.measure(size.importing)
    without, during = result.without, result.during
    ratio = during.p50 / without.p50
    what = f"a file of {result.rows} articles, {result.megabytes} MB"
    lines = [
        Line(f"{what}: received", f"{result.upload_seconds:.1f} s"),
        Line(
            f"from there to the preview, median of {len(result.check_seconds)}",
            f"{result.checked_per_second:.0f} rows/s",
        ),
        Line("imported, with the books and the texts", f"{result.per_second:.0f} rows/s"),
        Line("the same, median of its stretches of 10 s", f"{result.pace:.0f} rows/s"),
        Line("memory of the worker before", f"{result.memory_before:.0f} MiB"),
        Line("at its most while checking", f"{result.memory_checking:.0f} MiB"),
        Line("at its most while importing", f"{result.memory_importing:.0f} MiB"),
        Line("a code without it: p50, p99", f"{without.p50:.0f}, {without.p99:.0f} ms"),
        Line("a code during it: p50", f"{during.p50:.0f} ms"),
        Line("a code during it: p99", f"{during.p99:.0f} ms", "< 3 s", during.p99 < 3000),
        Line("ratio of the p50", f"{ratio:.1f}"),
    ]
    return lines, asdict(result)


def measure_chains(size: Size) -> Measured:
    cost = chaining.cost(size.inbound)
    with_digests, without = cost.postgres_ms
    result = chaining.verified(size.chained)
    pace = result.rows / result.clean_seconds
    lines = [
        Line(
            "handovers with digests, to those without",
            f"{cost.ratio:.2f}",
            "≥ 0.90",
            cost.ratio >= 0.9,
        ),
        Line(
            "PostgreSQL's processor per handover, with and without",
            f"{with_digests:.2f}, {without:.2f} ms",
        ),
        Line(f"a day of {result.rows} rows sealed", f"{result.sealed_seconds:.1f} s"),
        Line("audit verify of it", f"{result.clean_seconds:.1f} s, {pace:.0f} rows/s"),
        Line("the same, one row changed and named", f"{result.found_seconds:.1f} s"),
        Line("memory of audit verify", f"{result.megabytes:.0f} MiB"),
    ]
    return lines, {"cost": asdict(cost), "verified": asdict(result)}


def measure_reading(size: Size) -> Measured:
    read = reading.measure(size.readings)
    lines = [
        Line("a text read: median", f"{read.median:.2f} ms", "< 0.3 ms", read.median < 0.3),
        Line("the same: 99 %", f"{read.p99:.2f} ms"),
        Line("a thousand letters of anything: slowest", f"{read.slowest_long:.1f} ms", "< 20 ms",
             read.slowest_long < 20),
    ]  # fmt: skip
    return lines, asdict(read)


def measure_pages(size: Size) -> Measured:
    opened = pages.measure(size.visits)
    aim = pages.READABLE_SECONDS
    lines = []
    for each in opened:
        for visit, which in ((each.first, "first"), (each.again, "again")):
            what = f"{each.path}, {which}: {visit.requests} requests, {visit.kilobytes:.0f} kB"
            measured = f"{visit.readable:.1f} s, all {visit.complete:.1f} s"
            lines.append(Line(what, measured, f"< {aim:.0f} s", visit.readable < aim))
    return lines, [asdict(each) for each in opened]


def measure_bytes(size: Size) -> Measured:
    left = kept.measure(size.deliveries)
    return [Line(what, says) for what, says in kept.lines(left)], asdict(left)


MEASURES: Final[dict[str, Callable[[Size], Measured]]] = {
    "inbound": measure_inbound,
    "outbox": measure_outbox,
    "receipts": measure_receipts,
    "codes": measure_codes,
    "ussd": measure_ussd,
    "replay": measure_replay,
    "find": measure_find,
    "import": measure_import,
    "chains": measure_chains,
    "reading": measure_reading,
    "pages": measure_pages,
    "bytes": measure_bytes,
}
