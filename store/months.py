"""The months of the large tables: partitions made ahead, and what waits in none of them.

A row's id carries its month (`first_id`), by the clock of the database. A month without a
partition, or a clock that jumped, loses nothing: the row goes into the default partition, is found
by every query like any other, and moves to its place when the partition is made.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

import psycopg
import structlog

from store.database import Conn, Database

log: Final = structlog.get_logger(__name__)

Large = Literal["messages", "receipts", "sprints", "events", "ussd_hops", "access_log"]
LARGE: Final[tuple[Large, ...]] = get_args(Large)
AHEAD: Final = 3
_IN_MONTH: Final = 10**12  # ids, as first_id says
_AGAIN_SECONDS: Final = 60.0


@dataclass(frozen=True)
class MonthsReport:
    """How far ahead there are partitions. `until`: the first day without; `waiting`: rows in none.

    `waiting` counts up to a thousand of each table.
    """

    until: date
    ahead: int
    waiting: int


def lowest_after(id_: int) -> int:
    """Return an id that no row has which was written after that of `id_`: a month is taken off.

    So it holds where the clock was set back by less than that. A query with such a bound opens no
    month before.
    """
    return (id_ // _IN_MONTH - 1) * _IN_MONTH


class Months:
    """The months as one process makes them: it looks once a minute."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._next = 0.0

    def advance(self) -> None:
        """Make the partitions that are missing; where a table is held, a minute later."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _AGAIN_SECONDS
        try:
            made = self._database.run(lambda conn: make(conn))
        except psycopg.errors.LockNotAvailable:
            log.warning("months_not_made", why="a table is held: tried again in a minute")
            return
        if made:
            log.info("months_made", partitions=made)


def make(conn: Conn, ahead: int = AHEAD) -> int:
    """Make the partitions of this month and `ahead`, and move what waits; return how many."""
    row = conn.execute("SELECT make_months(%s)", [ahead]).fetchone()
    assert row is not None
    return int(row[0])


WAITING: Final = (
    "SELECT '{0}', count(*) FROM (SELECT FROM {0} WHERE tableoid = '{0}_default'::regclass"
    " LIMIT 1000) AS waiting"
)
"""The query of how many rows of a large table have no month, up to a thousand."""
_REPORT: Final = """
SELECT month_begins(min(next)), min(next) - month_number(clock_timestamp()) - 1
FROM (SELECT 1 + max(CASE WHEN c.relname LIKE '%%_first' THEN 0 ELSE month_number(
                to_date(right(c.relname, 7), 'YYYY_MM')::timestamp AT TIME ZONE 'Asia/Kolkata'
             ) END) AS next
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = ANY(%s::regclass[]) AND c.relname NOT LIKE '%%_default'
      GROUP BY i.inhparent) AS each
"""


def report(conn: Conn) -> MonthsReport:
    """Return how far ahead all large tables have partitions, and what waits in none."""
    row = conn.execute(_REPORT, [list(LARGE)]).fetchone()
    assert row is not None
    counted = conn.execute(" UNION ALL ".join(WAITING.format(each) for each in LARGE).encode())
    waiting = sum(count for _, count in counted.fetchall())
    return MonthsReport(row[0], max(0, int(row[1])), waiting)
