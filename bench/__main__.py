"""`./script/bench [--quick] [inbound|outbox|…]`: measures, prints a table, keeps it."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import against, report, scenes
from bench.parts import FULL, MEASURES, QUICK
from bench.report import Line
from bench.rig import MeasureFailed, refuse_surroundings

_RESULTS = Path(__file__).with_name("results")


def main(arguments: list[str]) -> int:
    """Return 0 where everything was measured; the table says whether the aims are reached."""
    parser = argparse.ArgumentParser(prog="./script/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute, to see that it works")
    parser.add_argument("--against", metavar="COMMIT", help="inbound: compare with this commit")
    parser.add_argument(
        "--scenes", default=",".join(scenes.NAMES), help="of a comparison; default: %(default)s"
    )
    parser.add_argument("--runs", type=int, help="of a comparison, each; default: 5")
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(MEASURES)}; default: all")
    chosen = parser.parse_args(arguments)
    parts = tuple(chosen.parts) or tuple(MEASURES)
    if not set(parts) <= set(MEASURES):
        parser.error(f"parts are {', '.join(MEASURES)}")
    compared = tuple(chosen.scenes.split(","))
    if not set(compared) <= set(scenes.NAMES):
        parser.error(f"scenes are {', '.join(scenes.NAMES)}")
    if chosen.against and parts != ("inbound",):
        parser.error("--against belongs to inbound: ./script/bench inbound --against COMMIT")
    refuse_surroundings()
    on = report.machine()
    print(report.describe(on), flush=True)
    lines: list[Line] = []
    raw: dict[str, Any] = {}
    size = QUICK if chosen.quick else FULL
    for part in parts:
        print(f"measuring {part} …", file=sys.stderr, flush=True)
        try:
            if chosen.against:
                plan = replace(size.against, runs=chosen.runs or size.against.runs)
                more, raw[part] = against.measure(chosen.against, plan, compared)
            else:
                more, raw[part] = MEASURES[part](size)
        except MeasureFailed as failure:
            print(f"{part} could not be measured: {failure}", file=sys.stderr)
            return 1
        lines += more
    after = round(os.getloadavg()[0], 2)
    print(f"\n{report.table(lines)}\n\nLoad at the end: {after}")
    raw["load_at_the_end"] = after
    path = report.write(_RESULTS, on, " ".join(["./script/bench", *arguments]), lines, raw)
    print(f"Written to {path.relative_to(Path.cwd())}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
