"""Tickets of whoever is away come back to the queue: a caller does not wait for a lunch."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from store.database import Conn

AWAY_AFTER: Final = timedelta(minutes=30)
"""Without a page opened or a form sent, and without anything done on the ticket."""

_BACK: Final = """
WITH away AS (
    SELECT t.id, t.assigned_to FROM tickets t
    WHERE t.closed_at IS NULL AND t.assigned_to IS NOT NULL
      AND NOT EXISTS (SELECT FROM sign_ins s WHERE s.staff_id = t.assigned_to
                      AND s.ended_at IS NULL AND s.seen_at > %(since)s)
      AND NOT EXISTS (SELECT FROM ticket_notes n WHERE n.ticket_id = t.id AND n.at > %(since)s)
    ORDER BY t.id LIMIT 500 FOR UPDATE SKIP LOCKED),
back AS (UPDATE tickets t SET assigned_to = NULL FROM away WHERE t.id = away.id)
INSERT INTO ticket_notes (ticket_id, staff_id, at, did)
SELECT id, assigned_to, %(now)s, 'came_back' FROM away RETURNING ticket_id
"""


def bring_back(conn: Conn, now: datetime) -> list[int]:
    """Put the open tickets of those who are away into the queue again; return their numbers."""
    rows = conn.execute(_BACK, {"since": now - AWAY_AFTER, "now": now}).fetchall()
    return sorted(row[0] for row in rows)
