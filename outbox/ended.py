"""Messages that ended without arriving: their record in the feed, and a person's STOP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateways.base import Reason
from messages.catalogue import Lane
from outbox.policy import MessageVerdict, Status
from store import feed
from store.database import Conn
from store.feed_kinds import Kind

NO_KEY: Final = "nobody pressed a key"
"""Why a call failed that somebody, or a mailbox, took up and did not answer by a key."""
_SPENDS_NOTHING: Final = """
    UPDATE codes SET called_at = NULL
    WHERE id = (SELECT code_id FROM messages
                WHERE id = %s AND channel = 'voice' AND error NOT LIKE %s)
"""


@dataclass(frozen=True)
class EndedMessage:
    """A message that ended. `confirm_by` set: a code that another carrier may still deliver."""

    id: int
    article_id: int | None
    template: str
    lane: Lane
    again_of: int | None
    confirm_by: datetime | None


def record_end(conn: Conn, end: EndedMessage, verdict: MessageVerdict, now: datetime) -> None:
    """Record in the feed that a message will never arrive (`failed` or `expired`).

    A code that another carrier may still deliver is left out: its second send follows soon, or
    `outbox/failover.py` records its end. A STOP that the person told the carrier is kept. A call of
    our own accord that nobody took up spends nothing: the code may be called again.
    """
    if verdict.reason is Reason.OPTED_OUT:
        conn.execute(
            "INSERT INTO phones (phone, language, opted_out_at)"
            " SELECT phone, language, %s FROM messages WHERE id = %s ON CONFLICT (phone)"
            " DO UPDATE SET opted_out_at = coalesce(phones.opted_out_at, excluded.opted_out_at)",
            (now, end.id),
        )
    if end.again_of is not None:
        conn.execute(_SPENDS_NOTHING, (end.id, f"%{NO_KEY}"))
    hurried = (
        end.again_of is not None
        and conn.execute(
            "UPDATE messages SET confirm_by = %s WHERE id = %s AND confirm_by IS NOT NULL",
            (now, end.again_of),
        ).rowcount
    )
    if not hurried and (end.confirm_by is None or verdict.status == "expired"):
        tell_end(conn, end, verdict.status, now)


_ENDS: Final[Mapping[Status, Kind]] = {"failed": "message_failed", "expired": "message_expired"}


def tell_end(conn: Conn, end: EndedMessage, status: Status, now: datetime) -> None:
    """Append to the feed that a message will never arrive. `status`: failed or expired."""
    feed.append(
        conn,
        _ENDS[status],
        end.article_id,
        now,
        {"message": end.id, "lane": end.lane, "template": end.template},
    )
