"""Events that payment providers sent to our hooks, each once; unreadable ones wait for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from postal.people.doer import Doer
from store.database import Conn


@dataclass(frozen=True)
class UnreadableEvent:
    """An authentic event that could not be understood. `body` names no person."""

    provider: str
    event_id: str
    at: datetime
    kind: str
    unreadable: str
    body: str


def note(conn: Conn, provider: str, event_id: str, kind: str, now: datetime) -> bool:
    """Record an event. False: it was recorded, and dealt with, before."""
    done = conn.execute(
        "INSERT INTO provider_events (provider, event_id, at, kind) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (provider, event_id, now, kind),
    )
    return done.rowcount == 1


def brought(conn: Conn, provider: str, event_id: str, credit_id: int) -> None:
    """Record the sum that the event reported."""
    conn.execute(
        "UPDATE provider_events SET credit_id = %s WHERE provider = %s AND event_id = %s",
        (credit_id, provider, event_id),
    )


def keep(conn: Conn, provider: str, event_id: str, why: str, body: str) -> None:
    """Keep an event that could not be read until somebody has seen it."""
    conn.execute(
        "UPDATE provider_events SET unreadable = %s, body = %s"
        " WHERE provider = %s AND event_id = %s",
        (why, body, provider, event_id),
    )


def unseen(conn: Conn, limit: int) -> Sequence[UnreadableEvent]:
    """Return unreadable events that nobody has seen, oldest first."""
    with conn.cursor(row_factory=class_row(UnreadableEvent)) as cursor:
        return cursor.execute(
            "SELECT provider, event_id, at, kind, unreadable, body FROM provider_events"
            " WHERE unreadable IS NOT NULL AND seen_at IS NULL ORDER BY at LIMIT %s",
            (limit,),
        ).fetchall()


def mark_seen(conn: Conn, provider: str, event_id: str, by: Doer) -> bool:
    """Mark an unreadable event as seen. False: it was seen before, or there is none."""
    done = conn.execute(
        "UPDATE provider_events SET seen_at = %s, seen_by = %s WHERE provider = %s"
        " AND event_id = %s AND unreadable IS NOT NULL AND seen_at IS NULL",
        (by.at, by.staff_row, provider, event_id),
    )
    return done.rowcount == 1
