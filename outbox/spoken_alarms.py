"""Calls that say an alarm: what protects somebody and cannot arrive as a text is said, once.

Where an inbox is full, or the operator lets no text of ours through, no other text helps. By day
only, as calls that say a code. STOP does not switch them off: whoever may forge her STOP could
silence what protects her (docs/developing/trust.md rule 9). A telephone in doubt is not called: it
may be another person's, and its text goes to it anyhow. Nor is one that is off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from gateways.base import Reason
from messages.routes import Routes
from messages.speech import speech
from outbox import carriers
from outbox.automatic import AutomaticCalls, Later, Ordered, calling_hours, queue
from outbox.routing import Router, Wanted
from store import feed
from store.database import Conn

log = structlog.get_logger(__name__)

# Its text waits for the telephone and cannot arrive yet, though a call can.
_NO_ROOM: Final = frozenset({Reason.INBOX_FULL})
# It failed for good, and a call would fail likewise.
_NOT_THERE: Final = frozenset({Reason.BAD_NUMBER, Reason.UNREACHABLE, Reason.EXPIRED})

_MAY: Final = """
    SELECT FROM messages m WHERE m.id = %s AND m.gateway IS NOT NULL AND NOT EXISTS (
        SELECT FROM phones p WHERE p.phone = m.phone AND p.doubt IS NOT NULL)
"""


@dataclass(frozen=True)
class MuteAlarm:
    """An alarm whose text does not arrive. `error`: what its carrier said of it last."""

    id: int
    phone: str
    language: str
    template: str
    article_id: int
    not_after: datetime
    failed: bool
    error: str | None

    @property
    def can_be_said(self) -> bool:
        """Tell whether a call may reach whom its text does not."""
        reason = (self.error or "").partition(":")[0]
        return reason not in _NOT_THERE if self.failed else reason in _NO_ROOM


def order(
    conn: Conn, calls: AutomaticCalls, alarm: MuteAlarm, now: datetime
) -> Ordered | Later | None:
    """Order the call of `alarm`, or say when; None: it is not made.

    The caller holds the row that watches its article, so that one alarm leads to one call.
    """
    if not (calls.possible and alarm.can_be_said and speech().has(alarm.template)):
        return None
    begins, ends = calling_hours(now)
    if now < begins:
        return Later(begins) if begins < alarm.not_after else None
    if conn.execute(_MAY, [alarm.id]).fetchone() is None:
        return None
    via = _choose(conn, calls, alarm, now)
    made = None if via is None else queue(conn, alarm.id, via, ends, now)
    if made is None:
        return None
    data = {"message": alarm.id, "call": made, "carrier": via, "template": alarm.template}
    feed.append(conn, "alarm_called", alarm.article_id, now, data)
    log.info("alarm_called", message=alarm.id, gateway=via)
    return Ordered()


def _choose(conn: Conn, calls: AutomaticCalls, alarm: MuteAlarm, now: datetime) -> str | None:
    """Return the carrier of calls that makes it; None: none is fit."""
    router = Router(Routes((), calls.voices), carriers.read(conn, calls.voices, now))
    via = router.choose_second(Wanted(alarm.phone, alarm.language, "alarm"))
    carriers.use_trials(conn, router.used)
    return via
