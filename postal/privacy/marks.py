"""How far a purge of texts and dials has come, month by month, whatever a clock said meanwhile.

An id carries its month by the clock of the database, then a number that only grows. So rows of one
month were written in the order of their ids, also where the month came too early or once more, and
a mark in one month passes no row of another over.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

from postal.privacy.kept import Kept
from store.database import Conn
from store.refusals import Conflict

_LONGEST_PAUSE: Final = timedelta(days=14)  # between two purges, each of which is of one night
Marked = Literal["messages", "ussd_sessions"]

_MONTHS: Final = """
WITH RECURSIVE months AS (
    SELECT min(id) / 1000000000000 AS month FROM {table}
    UNION ALL
    SELECT (SELECT min(id) / 1000000000000 FROM {table} WHERE id >= (month + 1) * 1000000000000)
    FROM months WHERE month IS NOT NULL)
SELECT month FROM months WHERE month IS NOT NULL ORDER BY month
"""
_MARK: Final = """
INSERT INTO purge_marks (kind, month, upto, purged_at)
VALUES (%(kind)s, %(month)s, %(month)s::bigint * 1000000000000 - 1, %(now)s)
ON CONFLICT (kind, month) DO UPDATE SET purged_at = excluded.purged_at RETURNING upto
"""
# Up to the first row that is not old enough: rows written at the same time are not skipped. A row
# of the future is as old as its month: a clock stood ahead, and others must not wait for that day.
_OLD: Final = """
WITH next AS (SELECT id, at FROM {table}
    WHERE id > %(upto)s AND id < (%(month)s::bigint + 1) * 1000000000000
    ORDER BY id LIMIT %(most)s),
young AS (SELECT min(id) AS id FROM next WHERE at >= %(bodies)s AND NOT (at > %(now)s
    AND month_begins(%(month)s::bigint + 1)::timestamp AT TIME ZONE 'Asia/Kolkata' <= %(bodies)s)),
old AS (SELECT next.id FROM next, young WHERE next.id < coalesce(young.id, next.id + 1)),
"""


class LongAgo(Conflict):
    """The last purge was long ago, by this clock. Says what to do."""


def insist_on_the_clock(conn: Conn, now: datetime) -> None:
    """Refuse to purge where the clock may have jumped: what is removed does not come back.

    Raises `LongAgo` where the purge before was more than two weeks ago.
    """
    row = conn.execute("SELECT max(purged_at) FROM purge_marks").fetchone()
    last = row[0] if row else None
    if last is not None and now - last > _LONGEST_PAUSE:
        raise LongAgo(
            f"it is {now:%Y-%m-%d} by this clock, and the last purge was on {last:%Y-%m-%d}: is the"
            " clock right? Nothing was removed; if it is right, say --after-a-pause"
        )


def by_mark(conn: Conn, kept: Kept, kind: str, table: Marked, work: str) -> int:
    """Purge the next old rows of `table`, of one month, and pass them; return how many.

    `work`: SQL that goes on after `old`, their ids, and returns the last of them and their number.
    """
    for (month,) in conn.execute(_MONTHS.replace("{table}", table).encode()).fetchall():
        values = {**kept.values(), "kind": kind, "month": month}
        mark = conn.execute(_MARK, values).fetchone()
        assert mark is not None
        query = _OLD.replace("{table}", table) + work
        done = conn.execute(query.encode(), {**values, "upto": mark[0]}).fetchone()
        if done is not None and done[0] is not None:
            conn.execute(
                "UPDATE purge_marks SET upto = %s WHERE kind = %s AND month = %s",
                [done[0], kind, month],
            )
            return int(done[1])
    return 0
