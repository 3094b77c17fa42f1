"""An hour of autovacuum: dead rows and sizes while whole deliveries are played at a steady rate.

    ./script/bench vacuum [--rate 5] [--minutes 60]

Every minute each table's dead rows, its sizes and the runs of autovacuum are read. At the end each
table and its indexes are written anew: what that saves is what was bloat.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import psycopg

from bench import day, report
from bench.report import Line
from bench.rig import MeasureFailed, Rig, refuse_surroundings
from store.database import Conn

_RESULTS: Final = Path(__file__).with_name("results")
_EVERY_SECONDS: Final = 60.0
_CHANGED: Final = 200  # rows, below which a table is not worth a line
_TABLES: Final = """
SELECT s.relname, n_live_tup, n_dead_tup, n_tup_ins, n_tup_upd, n_tup_hot_upd, n_tup_del,
       autovacuum_count, autoanalyze_count, pg_table_size(relid), pg_indexes_size(relid)
FROM pg_stat_user_tables s WHERE pg_table_size(relid) > 0
"""


@dataclass(frozen=True)
class Sample:
    """One table at one moment, as PostgreSQL's statistics say; sizes in bytes."""

    table: str
    live: int
    dead: int
    inserted: int
    updated: int
    in_place: int
    deleted: int
    vacuums: int
    analyses: int
    heap: int
    indexes: int


@dataclass(frozen=True)
class Moment:
    """All tables, `seconds` after the beginning."""

    seconds: float
    tables: tuple[Sample, ...]


@dataclass
class Watched:
    """What was seen; `anew`: bytes of table and indexes once they were written anew."""

    moments: list[Moment] = field(default_factory=list)
    anew: dict[str, tuple[int, int]] = field(default_factory=dict)

    @contextmanager
    def beside(self, made: Rig) -> Iterator[None]:
        """Watch the database of `made` for the length of the block, then write it anew."""
        over = threading.Event()
        began = time.monotonic()

        def watch() -> None:
            with psycopg.connect(made.settings.owner_url, autocommit=True) as conn:
                while True:
                    self.moments.append(Moment(time.monotonic() - began, _read(conn)))
                    if over.wait(_EVERY_SECONDS):
                        break

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
        with psycopg.connect(made.settings.owner_url, autocommit=True) as conn:
            self.moments.append(Moment(time.monotonic() - began, _read(conn)))
            for each in self.changed():
                conn.execute(f'VACUUM (FULL) "{each}"'.encode())
            anew = {each.table: (each.heap, each.indexes) for each in _read(conn)}
            self.anew = {each: anew.get(each, (0, 0)) for each in self.changed()}

    def changed(self) -> list[str]:
        """Return the tables whose rows changed or went, the most changed first."""
        first = {each.table: each for each in self.moments[0].tables}
        changed: dict[str, int] = {}
        for each in self.moments[-1].tables:
            before = first.get(each.table)
            rows = each.updated + each.deleted
            changed[each.table] = rows - (before.updated + before.deleted if before else 0)
        most = sorted(changed, key=lambda name: -changed[name])
        return [name for name in most if changed[name] >= _CHANGED]

    def of(self, table: str) -> list[Sample]:
        """Return the samples of a table, in order."""
        return [each for moment in self.moments for each in moment.tables if each.table == table]


def _read(conn: Conn) -> tuple[Sample, ...]:
    return tuple(Sample(*row) for row in conn.execute(_TABLES.encode()).fetchall())


def _line(watched: Watched, table: str) -> Line:
    seen = watched.of(table)
    first, last = seen[0], seen[-1]
    changes = last.updated - first.updated
    in_place = (last.in_place - first.in_place) / changes if changes else 0.0
    half = seen[len(seen) // 2]
    heap, indexes = watched.anew[table]
    return Line(
        table,
        f"{changes} changed ({in_place:.0%} in place), {last.deleted - first.deleted} deleted,"
        f" {last.vacuums - first.vacuums} vacuums; dead at most {max(s.dead for s in seen)}, at the"
        f" end {last.dead} of {last.live}; kB {first.heap >> 10} → {half.heap >> 10} →"
        f" {last.heap >> 10}, indexes {first.indexes >> 10} → {half.indexes >> 10} →"
        f" {last.indexes >> 10}; anew {heap >> 10}, {indexes >> 10}",
    )


def main(arguments: list[str]) -> int:
    """Return 0 where it was measured."""
    parser = argparse.ArgumentParser(prog="./script/bench vacuum", description=__doc__)
    parser.add_argument("--rate", type=float, default=5.0, help="deliveries a second")
    parser.add_argument("--minutes", type=float, default=60.0)
    chosen = parser.parse_args(arguments)
    refuse_surroundings()
    on = report.machine()
    print(report.describe(on), flush=True)
    watched = Watched()
    try:
        played = day.play(chosen.rate, chosen.minutes, 1, watched.beside)
    except MeasureFailed as failure:
        print(f"the hour could not be played: {failure}", file=sys.stderr)
        return 1
    lines = [_line(watched, table) for table in watched.changed()]
    print(f"\n{report.table(lines)}\n\nlost {played.lost}, load at the end: {played.load:.2f}")
    command = " ".join(["./script/bench vacuum", *arguments])
    raw = [json.loads(json.dumps(asdict(watched)))]
    path = report.write(_RESULTS, on, command, lines, raw)
    print(f"Written to {path.relative_to(Path.cwd())}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
