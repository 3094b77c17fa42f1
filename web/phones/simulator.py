"""The content of a simulated telephone: the texts as they arrived, codes readable.

For development and tests only: in production only the recipient's own telephone shows a code.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from gateways.simulator.sms import NAME, SimulatorGateway
from messages.render import CHECK_MASK, fill_check, fill_code, fill_quote
from postal.checks import check_of
from postal.codes import code_of
from postal.quotes import quote_of
from runtime import Runtime
from store import wording
from store.database import Conn
from store.keyring import UnknownKey

_MOST = 500
_RINGS: Final = timedelta(seconds=40)


@dataclass(frozen=True)
class PhoneMessage:
    """One text in the telephone's inbox. `text` may hold a code, `code`: it has no repr."""

    id: int
    at: datetime
    text: str = field(repr=False)
    template: str
    segments: int
    alarm: bool
    code: str = field(default="", repr=False)


def received(runtime: Runtime, phone: str) -> list[PhoneMessage]:
    """Return what the simulator took for `phone` (E.164), newest last, the last 500 at most.

    Also what waits for it to be on. Raises RuntimeError in production.
    """
    with runtime.database.transaction() as conn:
        return _texts(conn, runtime, phone, ("sent", "delivered"))


def inbox(conn: Conn, runtime: Runtime, phone: str) -> list[PhoneMessage]:
    """Return the same in the caller's transaction, without what waits for it to be on."""
    carrier = runtime.gateways.get(NAME)
    off = isinstance(carrier, SimulatorGateway) and phone in carrier.off
    return _texts(conn, runtime, phone, ("delivered",) if off else ("sent", "delivered"))


def _texts(
    conn: Conn, runtime: Runtime, phone: str, statuses: tuple[str, ...]
) -> list[PhoneMessage]:
    if runtime.settings.production:
        raise RuntimeError("there are no simulated telephones in production")
    rows = conn.execute(
        """
        SELECT m.id, coalesce(m.delivered_at, m.sent_at, m.at), m.body, m.said, m.template,
               m.segments, m.lane = 'alarm', coalesce(a.code_salt, h.salt), c.issue,
               coalesce(c.key, m.quote_key), m.quote, c.item_id, c.check_key
        FROM messages m LEFT JOIN codes c ON c.id = m.code_id
             LEFT JOIN articles a ON a.id = coalesce(c.article_id, m.article_id)
             LEFT JOIN households h ON h.phone = m.phone
        WHERE m.phone = %s AND m.direction = 'out' AND m.gateway = 'simulator'
              AND m.status = ANY(%s)
        ORDER BY m.at DESC, m.id DESC LIMIT %s
        """,
        (phone, list(statuses), _MOST),
    ).fetchall()
    length = runtime.settings.code_length
    messages: list[PhoneMessage] = []
    for row in reversed(rows):
        id_, at, body, said, template, segments, alarm, salt, issue, key, quote, *check = row
        text, code = wording.body_of(body, said), ""
        if issue is not None or quote is not None:
            with suppress(UnknownKey):  # retired: the code is of no use to anybody any more
                root = runtime.keys.root(conn, "codes", key)
                if issue is not None:
                    code = code_of(root, salt, issue, length)
                    text = fill_code(text, code)
                    if CHECK_MASK in text:
                        place, check_key = check
                        of_day = runtime.keys.root(conn, "codes", check_key)
                        text = fill_check(text, check_of(of_day, salt, place))
                else:
                    text = fill_quote(text, quote_of(root, salt, phone, quote))
        messages.append(PhoneMessage(id_, at, text, template, segments, alarm, code))
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
