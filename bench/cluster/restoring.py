"""The database restored as it was at a time, beside the cluster, and its books compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.cluster import books, state
from bench.cluster.machine import Machine
from bench.cluster.plan import of_role
from bench.cluster.release import CURRENT
from bench.day_books import BOOKS
from bench.report import Line

_RESTORE_SECONDS = 300.0
_AS_POSTGRES = ("runuser", "-u", "postgres", "--")


@dataclass(frozen=True)
class Restored:
    """`differs`: what the books of then and those that were restored say differently."""

    seconds: float
    differs: Mapping[str, tuple[int, int]]


def drill(made: Mapping[str, Machine], afterwards: Callable[[], object]) -> Line:
    """Restore the books as they were before `afterwards()`, and compare them."""
    moment = now(made)
    afterwards()
    restored = restore(made, moment)
    differs = "; ".join(
        f"{what}: {found} instead of {then}" for what, (then, found) in restored.differs.items()
    )
    said = (
        f"in {restored.seconds:.0f} s; books {differs or f'as then ({len(moment.books)} counts)'}"
    )
    return Line("restored to a point in time, beside it", said, "the same books", not differs)


@dataclass(frozen=True)
class Moment:
    """A time of the primary's, and what its books said then."""

    at: str
    books: Mapping[str, int]


def now(made: Mapping[str, Machine]) -> Moment:
    """Return this moment, once receipts have come and the books rest."""
    counted = books.counted()
    while (later := books.counted()) != counted:
        counted = later
    at = _asked(made[state.leader()], "/run/dakiya-patroni", 5432, "postgres", "SELECT now()")
    return Moment(at, counted)


def restore(made: Mapping[str, Machine], moment: Moment) -> Restored:
    """Restore `moment` on the backup machine, compare, and remove it again."""
    backup = made[of_role("backup")[0].name]
    primary = made[state.leader()]
    _asked(primary, "/run/dakiya-patroni", 5432, "postgres", "SELECT pg_switch_wal()")
    backup.run([*_AS_POSTGRES, "pgbackrest", "--stanza=dakiya", "check"])
    drill = f"{CURRENT}/deploy/restore-drill"
    began = time.monotonic()
    backup.run([drill, moment.at], _RESTORE_SECONDS)
    took = time.monotonic() - began
    said = _asked(backup, "/var/lib/pgbackrest/drill", 5433, "dakiya", BOOKS)
    found = {
        what: int(times) for what, _, times in (line.rpartition("|") for line in said.split("\n"))
    }
    backup.run([drill, "end"])
    differs = {
        what: (moment.books.get(what, 0), found.get(what, 0))
        for what in moment.books.keys() | found.keys()
        if moment.books.get(what, 0) != found.get(what, 0)
    }
    return Restored(took, differs)


def _asked(of: Machine, socket: str, port: int, database: str, statement: str) -> str:
    return of.run(
        [*_AS_POSTGRES, "psql", "-h", socket, "-p", str(port), "-v", "ON_ERROR_STOP=1", "-tAq",
         database],
        given=statement,
    ).strip()  # fmt: skip
