"""`./script/cluster test`: each fault while texts flow, and what became of the texts."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench import report
from bench.cluster import books, faults, state
from bench.cluster.faults import FAULTS, Fault, Machines
from bench.cluster.machine import ClusterFailed
from bench.cluster.people import World
from bench.day_people import Told
from bench.report import Line

SILENT_SECONDS = 30.0
_BEFORE_SECONDS = 5.0  # from the first text to the blow
_OF_EACH = 6  # deliveries of a postman: below what a telephone may text in an hour
_COUNT_SECONDS = 60.0


@dataclass(frozen=True)
class Plan:
    """`rate` deliveries a second, for `seconds` of each fault."""

    faults: Sequence[Fault]
    rate: float
    seconds: float

    @property
    def deliveries(self) -> int:
        """Return those of one fault."""
        return round(self.rate * self.seconds)


@dataclass(frozen=True)
class Row:
    """What became of the texts of one fault. `books`: what the books lack, or have too often.

    `broke`: why the fault could not be made or made good, or what it did that it may not.
    """

    fault: str
    told: Told
    books: str
    said: str
    broke: str

    @property
    def holds(self) -> bool:
        told = self.told
        return (
            not self.broke
            and not told.no_code
            and not told.no_thanks
            and not told.wrong
            and not self.books
            and told.silent < SILENT_SECONDS
        )


def play(made: Machines, plan: Plan) -> list[Row]:
    """Play every fault of the plan, each on a cluster that is well."""
    made[state.leader()].run(
        ["runuser", "-u", "postgres", "--", "psql", "-h", "/run/dakiya-patroni", "-q", "-c",
         "GRANT pg_checkpoint TO dakiya"]
    )  # fmt: skip
    doors = books.fill(plan.deliveries * len(plan.faults), _OF_EACH)
    world = World.begin()
    rows: list[Row] = []
    for number, fault in enumerate(plan.faults):
        faults.await_well()
        own = doors[number * plan.deliveries : (number + 1) * plan.deliveries]
        said: list[str] = []
        broke: list[str] = []

        def strike(fault: Fault = fault, said: list[str] = said, broke: list[str] = broke) -> None:
            time.sleep(_BEFORE_SECONDS)
            try:
                said.append(fault.strike(made))
            except ClusterFailed as failed:
                broke.append(str(failed))

        told = world.play(own, plan.rate, strike)
        row = Row(fault.name, told, _lacking((number + 1) * plan.deliveries),
                  "".join(said), "".join(broke))  # fmt: skip
        rows.append(row)
        print(f"{fault.name}: {'holds' if row.holds else 'does not hold'}: {_said(row)}",
              file=sys.stderr, flush=True)  # fmt: skip
    faults.await_well()
    return rows


def lines(rows: Sequence[Row]) -> list[Line]:
    """Return the table."""
    return [
        Line(row.fault, _said(row), f"0, 0, < {SILENT_SECONDS:.0f} s", row.holds) for row in rows
    ]


def print_table(rows: Sequence[Row]) -> None:
    print(f"\n{report.table(lines(rows))}\n")


def _said(row: Row) -> str:
    told = row.told
    twice = sum(told.twice.values())
    parts = [
        f"{told.deliveries} deliveries: lost {told.no_code + told.no_thanks}",
        f"wrong {sum(told.wrong.values())}{f' ({row.books})' if row.books else ''}",
        f"doubled texts {twice}", f"without an answer {told.silent:.1f} s",
        f"late codes {told.late_codes} (longest {told.coded.most / 1000:.0f} s)",
    ]  # fmt: skip
    return "; ".join([*parts, *filter(None, (row.said, row.broke))])


def _lacking(deliveries: int) -> str:
    """Return what the books say otherwise than that each article was handed over, once."""
    found = books.counted()
    expected = {
        "articles delivered": deliveries,
        "delivered once in the feed": deliveries,
        "texts in": 2 * deliveries,
    }
    return "; ".join(
        f"{what}: {found[what]} of {times}"
        for what, times in expected.items()
        if found[what] != times
    )


QUICK = Plan([each for each in FAULTS if each.name in faults.QUICK], rate=3.0, seconds=30.0)
FULL = Plan(FAULTS, rate=10.0, seconds=60.0)
