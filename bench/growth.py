"""Growth: an empty installation and one with a year of messages and sprints, asked in turn.

    ./script/bench growth --rows 200000      # of each; the figure of bench/README.md: 10000000

Both have the same books of today. In one the rows of a year lie in their twelve months (`year.py`).
Each round asks both the same, one after the other; a figure is the median of the rounds' ratios, so
that a machine whose speed wanders from minute to minute does not matter. What a delivery leaves
behind (`kept.py`) says what a year of a division and a week of the nation would take.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

import psycopg

from bench import kept, report, year, year_patterns
from bench.growth_sides import Amount, Got, Side, side
from bench.report import Line
from bench.rig import refuse_surroundings

_RESULTS: Final = Path(__file__).with_name("results")
_BYTES_A_ROW: Final = 1_500  # of a message and a sprint together, with what goes with them: 1,413
_AIM: Final = 0.9
_PEAK: Final = 3  # times the average, in the busiest hour
_DELIVERING_SECONDS: Final = 10 * 3600  # of a day
_DIVISION: Final = 13_000  # deliveries a day (docs/developing/domain.md)
_NATION: Final = 3_700_000  # on the record day, each day (docs/developing/domain.md)


@dataclass
class Figure:
    """What both sides came to, round by round."""

    empty: list[Got] = field(default_factory=list)
    full: list[Got] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Return what is left of the empty one's speed."""
        return median(
            full.per_second / empty.per_second
            for empty, full in zip(self.empty, self.full, strict=True)
        )

    @property
    def processor(self) -> float:
        """Return the same of the processor: below 1 the full one is dearer; 0: not measured."""
        if not self.empty[0].ms:
            return 0.0
        return median(empty.ms / full.ms for empty, full in zip(self.empty, self.full, strict=True))

    def line(self, name: str) -> Line:
        speeds = (median(each.per_second for each in got) for got in (self.empty, self.full))
        said = " · ".join(f"{each:.1f}/s" for each in speeds)
        if self.processor:
            used = (median(each.ms for each in got) for got in (self.empty, self.full))
            said += f", {' · '.join(f'{each:.2f}' for each in used)} ms: {self.processor:.2f}"
        return Line(f"{name}: empty · full", f"{said}; **{self.ratio:.2f}**", f"≥ {_AIM}",
                    max(self.ratio, self.processor) >= _AIM)  # fmt: skip


def measure(sides: list[Side], runs: int, amount: Amount) -> dict[str, Figure]:
    """Ask both sides `runs` times; the first round is not counted."""
    figures: dict[str, Figure] = {}
    for asked in ("the web", "the worker"):
        known = set(figures)
        if asked == "the worker":
            for each in sides:
                each.start_sending(amount.messages)
        names = [name for name in sides[0].plays if name not in known]
        for number in range(runs + 1):
            in_turn = sides if number % 2 else sides[::-1]
            got = {name: {each.name: each.plays[name]() for each in in_turn} for name in names}
            if number:
                for name, of in got.items():
                    figure = figures.setdefault(name, Figure())
                    figure.empty.append(of["empty"])
                    figure.full.append(of["full"])
            print(f"{asked}, round {number} of {runs}", file=sys.stderr, flush=True)
    return figures


def main(arguments: list[str]) -> int:
    """Return 0 where every figure keeps 0.9 of the empty installation's."""
    parser = argparse.ArgumentParser(prog="./script/bench growth", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="messages, and sprints")
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args(arguments)
    refuse_surroundings()
    amount = Amount()
    need = chosen.rows * _BYTES_A_ROW + (8 << 30)
    if shutil.disk_usage("/tmp").free < need:  # noqa: S108
        parser.error(f"{chosen.rows} rows take {need >> 30} GiB of disk with the log")
    on = report.machine()
    print(report.describe(on), flush=True)
    with ExitStack() as stack:
        sides = [stack.enter_context(side(name)) for name in ("empty", "full")]
        seconds = _filled(sides[1], chosen.rows)
        for each in sides:
            each.prepare(amount, chosen.runs)
        figures = measure(sides, chosen.runs, amount)
        sizes = [_size(each.made.settings.owner_url) for each in sides]
    lines = [figure.line(name) for name, figure in figures.items()]
    lines.append(
        Line(
            f"{chosen.rows} messages and sprints over {year.MONTHS} months, filled",
            f"{seconds:.0f} s, {(sizes[1] - sizes[0]) / 2**30:.1f} GiB",
        )
    )
    lines += _calculated()
    print(report.table(lines))
    command = " ".join(["./script/bench growth", *arguments])
    path = report.write(_RESULTS, on, command, lines, [])
    print(f"Written to {path}")
    return 0 if all(line.holds is not False for line in lines) else 1


def _filled(full: Side, rows: int) -> float:
    """Fill one side; return the seconds."""
    patterns = year_patterns.play()
    began = time.monotonic()
    for piece in year.fill(full.made.settings.owner_url, rows, patterns):
        print(f"{time.monotonic() - began:.0f} s: {piece}", file=sys.stderr, flush=True)
    return time.monotonic() - began


def _calculated() -> list[Line]:
    left = kept.measure(300)
    rows = sum(table.rows for table in left.tables)
    lines = []
    for what, a_day, days in (
        ("a year of a division", _DIVISION, 300),
        ("a week of the nation", _NATION, 6),
    ):
        deliveries = a_day * days
        rate = a_day / _DELIVERING_SECONDS * _PEAK
        lines.append(
            Line(
                f"{what}, {deliveries:,} deliveries (calculated)",
                f"{left.stored * deliveries / 2**30:,.0f} GiB and"
                f" {left.wal * deliveries / 2**30:,.0f} GiB of log; in the busiest hour"
                f" {rate:,.1f} deliveries, {rate * rows:,.0f} rows and"
                f" {rate * left.wal / 2**20:.1f} MiB of log a second",
            )
        )
    return lines


def _size(owner_url: str) -> int:
    with psycopg.connect(owner_url) as conn:
        row = conn.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    return int(row[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
