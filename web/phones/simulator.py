"""The content of a simulated telephone: the texts as they arrived, codes readable.

For development and tests only: in production only the recipient's own telephone shows a code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from messages.render import fill_code
from postal.codes import code_of
from runtime import Runtime
from settings import Settings
from store.database import Conn

_MOST = 500
_RINGS: Final = timedelta(seconds=40)


@dataclass(frozen=True)
class PhoneMessage:
    """One text in the telephone's inbox. `text` may hold a code: it has no repr."""

    id: int
    at: datetime
    text: str = field(repr=False)
    template: str
    segments: int
    alarm: bool


def received(runtime: Runtime, phone: str) -> list[PhoneMessage]:
    """Return what the simulator delivered to `phone` (E.164), newest last, the last 500 at most.

    Raises RuntimeError in production.
    """
    with runtime.database.transaction() as conn:
        return inbox(conn, runtime.settings, phone)


def inbox(conn: Conn, settings: Settings, phone: str) -> list[PhoneMessage]:
    """Return the same as `received`, in the caller's transaction."""
    if settings.production:
        raise RuntimeError("there are no simulated telephones in production")
    rows = conn.execute(
        """
        SELECT m.id, coalesce(m.delivered_at, m.sent_at, m.at), m.body, m.template, m.segments,
               m.lane = 'alarm', a.code_salt, c.issue
        FROM messages m LEFT JOIN codes c ON c.id = m.code_id
             LEFT JOIN articles a ON a.id = c.article_id
        WHERE m.phone = %s AND m.direction = 'out' AND m.gateway = 'simulator'
              AND m.status IN ('sent', 'delivered')
        ORDER BY m.id DESC LIMIT %s
        """,
        (phone, _MOST),
    ).fetchall()
    key = settings.dakiya_master_key.get_secret_value().encode()
    messages: list[PhoneMessage] = []
    for id_, at, body, template, segments, alarm, salt, issue in reversed(rows):
        text = body
        if issue is not None:
            text = fill_code(body, code_of(key, salt, issue, settings.code_length))
        messages.append(PhoneMessage(id_, at, text, template, segments, alarm))
    return messages


def ringing(conn: Conn, phone: str, now: datetime) -> str:
    """Return the simulated carrier's id of the call that rings at `phone` (E.164) now, or ""."""
    row = conn.execute(
        """
        SELECT carrier_id FROM messages m
        WHERE phone = %s AND direction = 'out' AND gateway = 'simulator_voice' AND status = 'sent'
              AND greatest(sent_at, next_attempt_at) > %s AND not_after > %s
              AND NOT EXISTS (SELECT FROM receipts r WHERE r.gateway = m.gateway
                              AND r.carrier_id = m.carrier_id)
        ORDER BY id DESC LIMIT 1
        """,
        (phone, now - _RINGS, now),
    ).fetchone()
    return row[0] if row else ""
