"""`./script/bench faults [--quick] [--codes N] [--rate N]`: proof by faults, with a table.

Codes go through two failing carriers while workers and web are killed with -9 every few seconds,
Valkey is flushed and stopped and PostgreSQL restarted; then the books are counted.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import report
from bench.audit import Waits
from bench.fault_run import Plan, Result, measure
from bench.report import Line
from bench.rig import MeasureFailed, refuse_surroundings

_RESULTS = Path(__file__).with_name("results")
FULL = Plan(codes=20_000, rate=25.0)
QUICK = Plan(codes=300, rate=6.0)


def lines(result: Result) -> list[Line]:
    """Return the table: what must be 0, how long codes took, what came twice and why."""
    found = result.audit
    reached = found.codes - len(found.lost) - found.expired
    pace = found.codes / result.seconds
    table = [
        Line("posted and answered in time", "yes" if result.in_time else "no", "yes",
             result.in_time),
        Line(f"codes made, {pace:.1f} a second", str(found.codes)),
        _count("approaches answered and no code made", found.without_code),
        Line("codes that reached a carrier", str(reached)),
        _count("codes that reached none though their time allowed", len(found.lost)),
        Line("codes that expired before a carrier took them, and say so", str(found.expired)),
        Line(f"postmen's texts, posted {result.posts} times", str(found.texts)),
        _count("of them not stored, stored twice, or never texted",
               found.not_stored + found.stored_twice + found.strange),
        Line("articles handed over on the right code", str(found.delivered)),
        _count("handed over on none or a wrong one", found.delivered_wrongly),
        _count("right code texted, not handed over", found.not_delivered),
        _waits("from a code's row to the first carrier that took it", found.waits),
        _waits("of those made while one carrier was dead, all else well", found.waits_calm,
               most=10.0),
        _waits("… and workers were killed, servers stopped", found.waits_struck, most=10.0),
        _waits("from the postman's first try, our web being away too", found.from_text),
        Line(
            f"longest `sending` beyond its lease, of {result.leases.looks} looks",
            f"{result.leases.longest_beyond:.1f} s",
            "0 s",
            result.leases.longest_beyond == 0.0,
        ),
        Line("codes taken again by a carrier", str(sum(found.duplicates.values()))),
        *(Line(f"… {cause}", str(n)) for cause, n in sorted(found.duplicates.items())),
        _count("of them unexplained", found.unexplained),
        *(Line(blow, f"{n} ×") for blow, n in sorted(result.blows.items())),
    ]  # fmt: skip
    for carrier, told in result.told.items():
        kinds = ", ".join(f"{n} {word}" for word, n in sorted(told.items()))
        table.append(Line(f"receipts of {carrier}", kinds))
    return table


def _count(what: str, count: int) -> Line:
    return Line(what, str(count), "0", count == 0)


def _waits(what: str, waits: Waits, most: float | None = None) -> Line:
    p50, p99, longest = waits.at(0.5), waits.at(0.99), waits.at(1.0)
    measured = f"{p50:.2f} / {p99:.2f} / {longest:.2f} s"
    label = f"{what}: p50 / p99 / longest of {len(waits.seconds)}"
    if most is None:
        return Line(label, measured)
    return Line(label, measured, f"p99 < {most:.0f} s", bool(waits.seconds) and p99 < most)


def main(arguments: list[str]) -> int:
    """Return 0 where everything was measured; the table says whether the aims are reached."""
    parser = argparse.ArgumentParser(prog="./script/bench faults", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="300 codes, to see that it works")
    parser.add_argument("--codes", type=int, help=f"default: {FULL.codes}")
    parser.add_argument("--rate", type=float, help=f"codes a second; default: {FULL.rate:.0f}")
    chosen = parser.parse_args(arguments)
    plan = QUICK if chosen.quick else FULL
    plan = Plan(chosen.codes or plan.codes, chosen.rate or plan.rate)
    refuse_surroundings()
    on = report.machine()
    print(report.describe(on), flush=True)
    print(f"Ends within {plan.seconds / 60:.0f} minutes, whatever happens.", flush=True)
    try:
        result = measure(plan)
    except MeasureFailed as failure:
        print(f"faults could not be measured: {failure}", file=sys.stderr)
        return 1
    table = lines(result)
    after = round(os.getloadavg()[0], 2)
    print(f"\n{report.table(table)}\n\nLoad at the end: {after}")
    raw: dict[str, Any] = {**asdict(result), "load_at_the_end": after}
    command = " ".join(["./script/bench faults", *arguments])
    path = report.write(_RESULTS, on, command, table, raw)
    print(f"Written to {path.relative_to(Path.cwd())}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
