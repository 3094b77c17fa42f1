"""Inbound floods: what one telephone texts beyond its share of an hour is counted, not read.

Except exact commands and answers: whoever forges a telephone's texts must not silence it
(docs/developing/trust.md rule 10). The count is one index look-up in the transaction that would
take the text in, without Valkey. A flood writes one row an hour, whatever its size: no text, no
sprint, no ticket, and one answer that says so. It shares only the database with others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from psycopg.rows import class_row

from india.phone import masked
from store import feed, inbound
from store.database import Conn

_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Flood:
    """What a telephone texted in one hour beyond what is read."""

    phone: str
    hour: datetime
    count: int
    first_at: datetime
    last_at: datetime


def over(conn: Conn, phone: str, limit: int, now: datetime) -> bool:
    """Tell whether `phone` has had `limit` texts read within the hour before `now`."""
    return inbound.count_since(conn, phone, now - _HOUR, limit) >= limit


def count(conn: Conn, phone: str, now: datetime) -> bool:
    """Count one more unread text; True for the first of an hour, which the feed tells."""
    row = conn.execute(
        "INSERT INTO inbound_floods (phone, hour, count, first_at, last_at)"
        " VALUES (%(phone)s, date_trunc('hour', %(now)s::timestamptz), 1, %(now)s, %(now)s)"
        " ON CONFLICT (phone, hour) DO UPDATE SET count = inbound_floods.count + 1,"
        " last_at = excluded.last_at RETURNING count",
        {"phone": phone, "now": now},
    ).fetchone()
    first = row == (1,)
    if first:
        feed.append(conn, "inbound_flood", None, now, {"phone": masked(phone)})
    return first


def counted_since(conn: Conn, phone: str, at: datetime) -> bool:
    """Tell whether a text of `phone` was counted and not read at that moment or later."""
    row = conn.execute(
        "SELECT EXISTS (SELECT FROM inbound_floods WHERE phone = %s AND last_at >= %s)", (phone, at)
    ).fetchone()
    return row == (True,)


def of_day(conn: Conn, since: datetime, until: datetime, most: int) -> list[Flood]:
    """Return the largest floods between two moments."""
    with conn.cursor(row_factory=class_row(Flood)) as cursor:
        return cursor.execute(
            "SELECT phone, hour, count, first_at, last_at FROM inbound_floods"
            " WHERE hour >= %s AND hour < %s ORDER BY count DESC, last_at DESC LIMIT %s",
            (since, until, most),
        ).fetchall()
