"""Whether a month changes while it is being archived, without a lock that anybody waits for.

Triggers on the month's partitions write down each change, in its own transaction
(`note_archive_change`). Whoever has read what was written down, then the rows, and at last holds
the tables and finds nothing more written down, has read the rows as they are.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from typing import Final

import psycopg
from psycopg import sql

from store.database import NOT_IN_TIME, Conn
from store.months import Large
from store.refusals import Conflict

_TRIES: Final = 60  # for a lock, a second apart
_ARCHIVING: Final = 7_235_006  # the advisory lock: one process archives
_EVENTS: Final[Mapping[str, str]] = {
    "archive_change": "AFTER INSERT OR UPDATE OR DELETE ON {} FOR EACH ROW",
    "archive_truncate": "AFTER TRUNCATE ON {} FOR EACH STATEMENT",
}
Parts = Mapping[Large, sql.Identifier]


class TablesHeld(Conflict):
    """Others hold a large table for too long. Says that nothing was dropped."""


def take_turn(conn: Conn) -> None:
    """Be the one that archives, to the transaction's end. Raises `TablesHeld`."""
    if conn.execute("SELECT pg_try_advisory_xact_lock(%s)", [_ARCHIVING]).fetchone() != (True,):
        raise TablesHeld("another archive runs: wait for its end")


def watch(conn: Conn, number: int, parts: Parts) -> None:
    """Let every change of the month be written down from now on; commit.

    When it returns, whatever changed the month before has ended. `conn`: the owner's, with nothing
    open. Raises `TablesHeld`.
    """
    for table, part in parts.items():
        made = [
            sql.SQL(
                "CREATE OR REPLACE TRIGGER {} {} EXECUTE FUNCTION note_archive_change({}, {})"
            ).format(sql.Identifier(name), sql.SQL(when).format(part), str(number), table)
            for name, when in _EVENTS.items()
        ]
        made += [
            sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}").format(part, sql.Identifier(name))
            for name in _EVENTS
        ]
        in_moments(conn, made)
        conn.commit()


def insist_on(conn: Conn, parts: Parts) -> None:
    """Raise `TablesHeld` where changes are not written down: another archive ended the watch.

    To the transaction's end it stays as it is.
    """
    for part in parts.values():
        conn.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(part))
    row = conn.execute(
        "SELECT count(*) FROM pg_trigger WHERE tgname = ANY(%s) AND tgenabled = 'A'"
        " AND tgrelid = ANY(%s::regclass[])",
        [list(_EVENTS), [part.as_string(conn) for part in parts.values()]],
    ).fetchone()
    if row != (len(_EVENTS) * len(parts),):
        raise TablesHeld("another archive has just ended: nothing was dropped; run it again")


def changes(conn: Conn, number: int) -> Counter[str]:
    """Return how many changes of each table of the month were written down until now."""
    rows = conn.execute(
        "SELECT of_table, count(*) FROM archive_changes WHERE month = %s GROUP BY 1", [number]
    ).fetchall()
    return Counter({table: int(count) for table, count in rows})


def unwatch(conn: Conn, number: int, parts: Parts) -> None:
    """Write down no more changes of the month; commit.

    Whatever hinders it is raised, and harms nobody: a row more is written for each change of a
    month that is over, until an archive ends.
    """
    for part in parts.values():
        take_turn(conn)
        conn.execute("SET LOCAL lock_timeout = '300ms'")
        for name in _EVENTS:
            conn.execute(
                sql.SQL("DROP TRIGGER IF EXISTS {} ON {}").format(sql.Identifier(name), part)
            )
        conn.commit()
    forget(conn, number)
    conn.commit()


def forget(conn: Conn, number: int) -> None:
    """Remove what was written down of the month."""
    conn.execute("DELETE FROM archive_changes WHERE month = %s", [number])


def in_moments(conn: Conn, queries: list[sql.Composed]) -> None:
    """Run what needs locks, all of it or nothing, never waiting so long that texts would have to.

    Who waits for such a lock makes everybody wait who comes after. So it is tried for moments: half
    a second for a query, which may need the locks of many months. Raises `TablesHeld`.
    """
    for _ in range(_TRIES):
        try:
            with conn.transaction():
                conn.execute("SET LOCAL lock_timeout = '300ms'")
                conn.execute("SET LOCAL statement_timeout = '500ms'")
                for query in queries:
                    conn.execute(query)
                conn.execute("SET LOCAL statement_timeout TO DEFAULT")
        except (*NOT_IN_TIME, psycopg.errors.DeadlockDetected):
            time.sleep(1)
        else:
            return
    raise TablesHeld(
        "others use the large tables all the time: nothing was dropped; run it again later"
    )
