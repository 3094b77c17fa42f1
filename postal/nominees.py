"""Nominees whom a text named: they become holders once the addressee's telephone was told.

docs/developing/trust.md rule 2. A text can be forged while that telephone is off.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from flows.trust import NOMINEE_AFTER
from store.database import Conn

_TOLD: Final = """
UPDATE nominees n SET holds_from = greatest(w.agreed_at, told.at) + %(after)s
FROM nominees w JOIN articles a ON a.id = w.article_id CROSS JOIN LATERAL (
    SELECT min(coalesce(m.delivered_at, m.sent_at)) AS at FROM messages m
    WHERE m.article_id = w.article_id AND m.phone = a.recipient_phone AND m.at >= w.asked_at
      AND m.direction = 'out' AND m.template = ANY(%(templates)s)
      AND (m.status = 'delivered' OR m.status = 'sent' AND m.gateway = ANY(%(silent)s))) told
WHERE w.agreed_at IS NOT NULL AND w.holds_from IS NULL AND w.ended_at IS NULL
  AND told.at IS NOT NULL AND n.id = w.id AND n.ended_at IS NULL
"""
_SAYS_SO: Final = ("nominee_asked", "nominee_agreed")


def note_told(conn: Conn, silent: Collection[str]) -> None:
    """Say from when nominees hold of whom the addressee was told. `silent`: without receipts."""
    values = {"after": NOMINEE_AFTER, "templates": list(_SAYS_SO), "silent": list(silent)}
    conn.execute(_TOLD, values)
