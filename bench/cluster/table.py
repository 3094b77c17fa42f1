"""`./script/cluster test`: each fault while texts flow, and what became of the texts."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.books import Doorstep
from bench.cluster import books, faults, restoring, state
from bench.cluster.faults import FAULTS, Fault, Machines
from bench.cluster.machine import ClusterFailed
from bench.cluster.people import World
from bench.day_people import Told
from bench.midnight import wait_for_midnight
from bench.report import Line

SILENT_SECONDS = 30.0
LOST = 1
SLOW = 3
_BEFORE_SECONDS = 5.0  # from the first text to the blow
_OF_EACH = 6  # deliveries of a postman: below what a telephone may text in an hour
_LONGEST_SECONDS = 240.0  # of a fault, after its texts began and besides them


@dataclass(frozen=True)
class Plan:
    """`rate` deliveries a second, for `seconds` of each fault.

    `restored`: deliveries after the time to which the books are restored; 0: no drill.
    """

    faults: Sequence[Fault]
    rate: float
    seconds: float
    restored: int

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
    def kept(self) -> bool:
        """Whether nothing was lost, wrong or done twice, however long it took."""
        told = self.told
        return not (self.broke or told.no_code or told.no_thanks or told.wrong or self.books)

    @property
    def holds(self) -> bool:
        return self.kept and self.told.silent < SILENT_SECONDS


@dataclass(frozen=True)
class Played:
    """The table, and whether nothing was lost, wrong or done twice in it (`kept`)."""

    lines: Sequence[Line]
    kept: bool

    @property
    def status(self) -> int:
        """Return how the command ends: 0, `LOST`, or `SLOW` where only an aim of time is missed."""
        if not self.kept:
            return LOST
        return 0 if all(line.holds for line in self.lines) else SLOW


def play(made: Machines, plan: Plan) -> Played:
    """Play every fault of the plan, each on a cluster that is well."""
    faults.await_well()
    made[state.leader()].run(
        ["runuser", "-u", "postgres", "--", "psql", "-h", "/run/dakiya-patroni", "-q", "-c",
         "GRANT pg_checkpoint TO dakiya"]
    )  # fmt: skip
    lines: list[Line] = []
    kept = True
    with World.living() as world:
        for fault in plan.faults:
            faults.await_well()
            doors = _of_today(plan.deliveries, plan.seconds)
            row = _struck(made, world, doors, plan.rate, fault)
            lines.append(_line(row))
            kept = kept and row.kept
            print(f"{fault.name}: {'holds' if row.holds else 'does not hold'}: {_said(row)}",
                  *row.told.slowest, sep="\n  ", file=sys.stderr, flush=True)  # fmt: skip
        faults.await_well()
        if plan.restored:
            doors = _of_today(plan.restored, plan.restored / plan.rate)
            drilled = restoring.drill(made, lambda: world.play(doors, plan.rate, _nothing))
            lines.append(drilled)
            kept = kept and bool(drilled.holds)
    return Played(lines, kept)


def _of_today(deliveries: int, seconds: float) -> Sequence[Doorstep]:
    """Fill lists for so many deliveries, which take so long, and are over before midnight."""
    wait_for_midnight(seconds + _LONGEST_SECONDS)
    return books.fill(deliveries, _OF_EACH)


def _struck(
    made: Machines, world: World, doors: Sequence[Doorstep], rate: float, fault: Fault
) -> Row:
    """Play these deliveries, and the fault in the middle of them."""
    said: list[str] = []
    broke: list[str] = []

    def strike() -> None:
        time.sleep(_BEFORE_SECONDS)
        try:
            said.append(fault.strike(made))
        except ClusterFailed as failed:
            broke.append(str(failed))

    before = books.counted()
    told = world.play(doors, rate, strike)
    lacking = _lacking(before, books.counted(), len(doors))
    return Row(fault.name, told, lacking, "".join(said), "".join(broke))


def _nothing() -> None:
    pass


def _line(row: Row) -> Line:
    return Line(row.fault, _said(row), f"0, 0, < {SILENT_SECONDS:.0f} s", row.holds)


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


def _lacking(before: Mapping[str, int], after: Mapping[str, int], deliveries: int) -> str:
    """Return what the books say otherwise than that each article was handed over, once."""
    found = {what: after[what] - before.get(what, 0) for what in after}
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


QUICK = Plan(
    [each for each in FAULTS if each.name in faults.QUICK], rate=3.0, seconds=20.0, restored=0
)
FULL = Plan(FAULTS, rate=15.0, seconds=60.0, restored=60)
