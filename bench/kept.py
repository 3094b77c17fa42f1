"""What one delivery leaves behind for ever, from booking to thanks: bytes of tables, indexes, WAL.

Whole deliveries are played by the simulated month with nothing going wrong: booked, put on a list,
approached, the code read from the telephone, handed over, both thanked, and a receipt for every
text. Then the sizes of all tables are compared with what they were before the first booking.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from bench.month import thrown_away
from bench.month_office import Office
from bench.month_people import REACTIONS
from bench.month_rates import Rates
from bench.month_world import Month, Plan
from bench.year_patterns import confirm
from runtime import Runtime
from store.database import Conn

_DAYS = 8
_TABLES = """
SELECT root.relname, sum(pg_table_size(leaf.oid))::bigint, sum(pg_indexes_size(leaf.oid))::bigint
FROM pg_class root
CROSS JOIN LATERAL (SELECT relid AS oid FROM pg_partition_tree(root.oid) WHERE isleaf
                    UNION SELECT root.oid WHERE root.relkind = 'r') AS leaf
WHERE root.relkind IN ('r', 'p') AND NOT root.relispartition
      AND root.relnamespace = 'public'::regnamespace
GROUP BY root.relname
"""


@dataclass(frozen=True)
class KeptTable:
    """Bytes that a delivery leaves in one table (its TOAST with it), and how many rows."""

    name: str
    heap: float
    indexes: float
    rows: float


@dataclass(frozen=True)
class Kept:
    """What one delivery leaves; `wal` is written once and kept by backups."""

    deliveries: int
    wal: float
    tables: tuple[KeptTable, ...]

    @property
    def stored(self) -> float:
        """Return the bytes of tables and indexes."""
        return sum(table.heap + table.indexes for table in self.tables)

    @property
    def whole(self) -> float:
        """Return the bytes of tables, indexes and WAL."""
        return self.stored + self.wal


@dataclass(frozen=True)
class _Sizes:
    tables: Mapping[str, tuple[int, int]]
    rows: Mapping[str, int]
    wal: int


def measure(articles: int) -> Kept:
    """Play `articles` whole deliveries and return what one leaves."""
    nothing = Rates(**{rate.name: 0.0 for rate in fields(Rates)})
    plan = Plan(articles=articles, days=_DAYS, rates=nothing)
    with thrown_away() as settings:
        clock: list[Month] = []
        runtime = Runtime.build(settings, lambda: clock[0].clock())
        runtime.database.open()
        try:
            month = Month(runtime, plan, REACTIONS)
            clock.append(month)
            office = Office(month)
            office.open()
            before = _sizes(runtime)
            office.play()
            confirm(runtime)
            after = _sizes(runtime)
            done = _delivered(runtime)
        finally:
            runtime.database.close()
            runtime.redis.close()
    tables = [
        KeptTable(
            name,
            (after.tables[name][0] - before.tables[name][0]) / done,
            (after.tables[name][1] - before.tables[name][1]) / done,
            (after.rows[name] - before.rows[name]) / done,
        )
        for name in after.tables
    ]
    largest = sorted(tables, key=lambda table: -(table.heap + table.indexes))
    return Kept(done, (after.wal - before.wal) / done, tuple(largest))


def _sizes(runtime: Runtime) -> _Sizes:
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')").fetchone()
        assert row is not None
        found = conn.execute(_TABLES).fetchall()
        tables = {name: (heap, indexes) for name, heap, indexes in found}
        return _Sizes(tables, {name: _count(conn, name) for name in tables}, int(row[0]))


def _count(conn: Conn, table: str) -> int:
    row = conn.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    assert row is not None
    return int(row[0])


def _delivered(runtime: Runtime) -> int:
    with runtime.database.transaction() as conn:
        return sum(
            int(row[0])
            for row in conn.execute("SELECT count(*) FROM articles WHERE state = 'delivered'")
        )


def lines(kept: Kept) -> Iterator[tuple[str, str]]:
    """Yield what one delivery leaves, the largest table first."""
    for table in kept.tables:
        if table.heap + table.indexes >= 1:
            yield (
                f"{table.name}: {table.rows:.1f} rows",
                f"{table.heap:.0f} + {table.indexes:.0f} bytes",
            )
    yield "tables and indexes", f"{kept.stored:.0f} bytes"
    yield "written-ahead log", f"{kept.wal:.0f} bytes"
    yield "a delivery", f"{kept.whole:.0f} bytes"
