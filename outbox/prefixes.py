"""Blocks of numbers that suddenly get very many texts: they are stopped, and the desk is told.

Fraudsters who pump traffic rent neighbouring numbers. A stop lasts an hour, or until a supervisor
lifts it, and is kept in PostgreSQL; texts to the block wait, codes too. Texts that budgets held
back are counted here too, for the desk.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from india.calendar import day_of
from postal.people.doer import Doer
from store import feed
from store.database import Conn
from store.refusals import Conflict

STOP: Final = timedelta(hours=1)


class NotStopped(Conflict):
    """The stop was lifted already, or has run out."""

    sentence = "the block is not stopped any more"
    word = "prefix_not_stopped"


def stops(conn: Conn, now: datetime) -> dict[str, datetime]:
    """Return the blocks that are stopped now, and until when."""
    return dict(
        conn.execute(
            "SELECT prefix, until FROM prefix_stops WHERE lifted_at IS NULL AND until > %s", (now,)
        ).fetchall()
    )


def stop(conn: Conn, prefix: str, now: datetime) -> bool:
    """Stop a block for an hour. False: it is stopped already."""
    conn.execute(
        "UPDATE prefix_stops SET lifted_at = until"
        " WHERE prefix = %s AND lifted_at IS NULL AND until <= %s",
        (prefix, now),
    )
    done = conn.execute(
        "INSERT INTO prefix_stops (prefix, at, until) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (prefix, now, now + STOP),
    )
    if done.rowcount:
        data = {"prefix": prefix, "until": (now + STOP).isoformat()}
        feed.append(conn, "prefix_stopped", None, now, data)
    return bool(done.rowcount)


def lift(conn: Conn, id_: int, reason: str, by: Doer) -> str:
    """Lift a stop by a supervisor, so that texts go at once; return the block.

    Raises `NotStopped`.
    """
    row = conn.execute(
        "UPDATE prefix_stops SET lifted_at = %s, lifted_by = %s, lift_reason = %s"
        " WHERE id = %s AND lifted_at IS NULL AND until > %s RETURNING prefix",
        (by.at, by.staff_row, reason, id_, by.at),
    ).fetchone()
    if row is None:
        raise NotStopped
    prefix = str(row[0])
    conn.execute(
        "UPDATE messages SET next_attempt_at = %(at)s WHERE status = 'queued'"
        " AND phone BETWEEN %(prefix)s || '0000' AND %(prefix)s || '9999'"
        " AND next_attempt_at > %(at)s"
        " AND id IN (SELECT message_id FROM outbox WHERE due > %(at)s AND held_until IS NULL)",
        {"at": by.at, "prefix": prefix},
    )
    feed.append(conn, "prefix_released", None, by.at, {"prefix": prefix})
    return prefix


def count(conn: Conn, hits: Mapping[tuple[str, str], int], now: datetime) -> None:
    """Count texts that budgets held back; keys are the budget and whose it is (masked)."""
    for budget, subject in sorted(hits):
        conn.execute(
            "INSERT INTO budget_hits (budget, subject, day, count, first_at, last_at)"
            " VALUES (%(budget)s, %(subject)s, %(day)s, %(count)s, %(now)s, %(now)s)"
            " ON CONFLICT (day, budget, subject) DO UPDATE SET"
            " count = budget_hits.count + excluded.count, last_at = excluded.last_at",
            {
                "budget": budget,
                "subject": subject,
                "day": day_of(now),
                "count": hits[budget, subject],
                "now": now,
            },
        )


def stop_all(conn: Conn, prefixes: Collection[str], now: datetime) -> None:
    """Stop each of `prefixes`."""
    for prefix in sorted(prefixes):
        stop(conn, prefix, now)
