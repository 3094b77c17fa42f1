"""`./script/bench hostile [--quick] [ROW …]`: hostile neighbours, and what a quiet customer sees.

The whole service runs as the Procfile says, on embedded servers, with a carrier in Twilio's shape.
Each neighbour in turn is hostile for some seconds, while postmen text and /healthz is asked. A row
says how long the slowest text, code and /healthz took, and what was lost.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import asdict
from pathlib import Path

from bench import hostile_run, report
from bench.hostile_run import Row
from bench.report import Line
from bench.rig import MeasureFailed
from gateways.registry import variables
from settings import Settings

TEXT_SECONDS = 1.0
HEALTH_SECONDS = 0.2
CODE_SECONDS = 3.0
_RESULTS = Path(__file__).with_name("results")


def line(row: Row) -> Line:
    """Return the row of the table; `holds` where every aim does."""
    aims = [row.lost == 0, row.health < HEALTH_SECONDS]
    if row.timed:
        aims += [row.text < TEXT_SECONDS, row.code < CODE_SECONDS]
    again = f", posted again {row.repeated}" if row.repeated else ""
    measured = (
        f"text {row.text:.2f} s, healthz {1000 * row.health:.0f} ms, code {row.code:.2f} s,"
        f" lost {row.lost} of {row.texts}{again}"
    )
    aim = "1 s, 200 ms, 3 s, 0" if row.timed else "refused, 200 ms, later, 0"
    return Line(row.name, measured, aim, all(aims))


def main(arguments: list[str]) -> int:
    """Return 0 where everything was measured; the table says whether the aims are reached."""
    parser = argparse.ArgumentParser(prog="./script/bench hostile", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="4 s each instead of 12")
    parser.add_argument("rows", nargs="*", help=f"of {', '.join(hostile_run.NAMES)}; default: all")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.rows) - set(hostile_run.NAMES)
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    for name in (*Settings.model_fields, *variables()):  # nothing of the caller's own settings
        os.environ.pop(name.upper(), None)
    on = report.machine()
    print(report.describe(on), flush=True)
    try:
        rows = hostile_run.measure(chosen.rows or hostile_run.NAMES, 4.0 if chosen.quick else 12.0)
    except MeasureFailed as failure:
        print(f"hostile could not be measured: {failure}", file=sys.stderr)
        return 1
    table = [line(row) for row in rows]
    after = round(os.getloadavg()[0], 2)
    print(f"\n{report.table(table)}\n\nLoad at the end: {after}")
    raw = {"rows": [asdict(row) for row in rows], "load_at_the_end": after}
    command = " ".join(["./script/bench hostile", *arguments])
    path = report.write(_RESULTS, on, command, table, raw)
    print(f"Written to {path.relative_to(Path.cwd())}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
