"""Which telephones of booked articles a service for look-ups is asked about, and what it said.

Bookings are read in the order of their ids, a minute late, so that none with a lower id is still to
be committed. Each telephone is asked about once in 90 days, about as long as a withdrawn number
rests, and three times at most where no answer comes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateways.lookups.base import LookedUp
from postal.people import numbers
from store.database import Conn

_AGAIN: Final = """
    UPDATE number_lookups SET asked_at = %(now)s, attempts = attempts + 1
    WHERE phone = (SELECT phone FROM number_lookups
                   WHERE answered_at IS NULL AND attempts < 3
                     AND asked_at < %(now)s - interval '1 minute'
                   ORDER BY asked_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING phone
"""
_RESTED: Final = "l.asked_at < excluded.asked_at - interval '90 days'"
# The first one ever is the newest booking: those of before are as old as they are.
_NEXT: Final = f"""
    INSERT INTO number_lookups AS l (phone, article_id, asked_at)
    SELECT a.recipient_phone, a.id, %(now)s FROM articles a
    WHERE a.id > coalesce((SELECT max(article_id) FROM number_lookups),
                          (SELECT max(id) - 1 FROM articles))
      AND a.recipient_phone IS NOT NULL AND a.booked_at < %(now)s - interval '1 minute'
    ORDER BY a.id LIMIT 1
    ON CONFLICT (phone) DO UPDATE SET article_id = greatest(l.article_id, excluded.article_id),
        asked_at = CASE WHEN {_RESTED} THEN excluded.asked_at ELSE l.asked_at END,
        attempts = CASE WHEN {_RESTED} THEN 1 ELSE l.attempts END,
        answered_at = CASE WHEN {_RESTED} THEN NULL ELSE l.answered_at END
    RETURNING phone, asked_at = %(now)s
"""  # noqa: S608


def claim(conn: Conn, now: datetime) -> str | None:
    """Return the telephone that is to be asked about next; None: none is due."""
    row = conn.execute(_AGAIN, {"now": now}).fetchone()
    if row is not None:
        return str(row[0])
    while (row := conn.execute(_NEXT, {"now": now}).fetchone()) is not None:
        if row[1]:
            return str(row[0])
    return None


def answered(conn: Conn, phone: str, found: LookedUp, now: datetime) -> None:
    """Keep what the service said; one that may be nobody's, or another's, is in doubt."""
    conn.execute(
        "UPDATE number_lookups SET answered_at = %s, line = %s, operator = %s,"
        " do_not_disturb = %s WHERE phone = %s",
        (now, found.line, found.operator, found.do_not_disturb, phone),
    )
    if found.is_doubtful(now):
        numbers.doubt_looked_up(conn, phone, now)
