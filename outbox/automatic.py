"""Calls of our own accord: a code whose text does not arrive is said in a call, once.

Whoever the text was for is called where no carrier confirmed it, or one says that the inbox is full
or that the person is not to be disturbed by texts. By day only (what fails before eight waits for
it), while the code lives, and never a telephone in doubt (docs/developing/trust.md rules 18 and 21)
or one that sent STOP. A call that was taken up was the one; one that nobody took up spends nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, Literal

import structlog

from gateways.base import Reason
from india import calendar
from messages.render import CODE_MASK
from messages.routes import Routes
from messages.speech import render, speech
from outbox.carriers import Carrier
from outbox.routing import Router, Wanted
from store import feed, wording
from store.database import Conn

log = structlog.get_logger(__name__)

Why = Literal["unconfirmed", "inbox_full", "do_not_disturb"]
FROM: Final = time(8)
UNTIL: Final = time(21)
# No other text would be read: the telephone is called at once.
AT_ONCE: Final[Mapping[str, Why]] = {
    Reason.INBOX_FULL: "inbox_full",
    Reason.DO_NOT_DISTURB: "do_not_disturb",
}

_MOST_CALLS: Final = 3  # of one code, each made twice where nobody takes it up

# Under the lock of the code, so that two texts of one code lead to one call.
_MAY: Final = """
    UPDATE codes SET called_at = %(now)s
    WHERE id = (SELECT code_id FROM messages WHERE id = %(first)s) AND called_at IS NULL
      AND used_at IS NULL AND dead_at IS NULL AND expires_at > %(now)s
      AND (SELECT count(*) FROM messages c WHERE c.article_id = codes.article_id
           AND c.code_id = codes.id AND c.again_of IS NOT NULL AND c.channel = 'voice') < %(most)s
      AND NOT EXISTS (SELECT FROM phones p WHERE p.phone = %(phone)s
                      AND (p.doubt IS NOT NULL OR p.opted_out_at IS NOT NULL))
    RETURNING id
"""
_WHAT: Final = "SELECT template, language, variables, said, code_id FROM messages WHERE id = %s"
_CALL: Final = """
    INSERT INTO messages (direction, status, phone, at, next_attempt_at, sprint_id, article_id,
                          code_id, template, language, body, said, segments, lane, not_after,
                          again_of, via, instead_of, request_id, channel)
    SELECT 'out', 'queued', phone, %(now)s, %(now)s, sprint_id, article_id, code_id, template,
           language, '', %(said)s, 1, lane, least(not_after, %(until)s), id, %(via)s, gateway,
           request_id, 'voice'
    FROM messages WHERE id = %(first)s RETURNING id
"""


@dataclass(frozen=True)
class UnheardCode:
    """A code's text that does not arrive."""

    id: int
    phone: str
    language: str
    template: str
    article_id: int | None
    not_after: datetime
    elsewhere: Collection[str] = ()  # carriers that have called, or brought it


@dataclass(frozen=True)
class Ordered:
    """The call is in the queue."""


@dataclass(frozen=True)
class Later:
    """It is night: nobody is called before `at`."""

    at: datetime


@dataclass(frozen=True)
class AutomaticCalls:
    """Whether calls are made of our own accord, and by which carriers."""

    voices: tuple[str, ...]
    on: bool

    @property
    def possible(self) -> bool:
        return self.on and bool(self.voices)

    def call(
        self,
        conn: Conn,
        carriers: Mapping[str, Carrier],
        first: UnheardCode,
        why: Why,
        now: datetime,
    ) -> Ordered | Later | None:
        """Order the call of `first`, whose row is locked, or say when; None: it will not be made.

        It is not begun after nine in the evening, however long it waits for its line.
        """
        if not self.possible or not speech().has(first.template):
            return None
        begins, ends = calling_hours(now)
        if now < begins:
            return Later(begins) if begins < first.not_after else None
        router = Router(Routes((), self.voices), carriers)
        wanted = Wanted(first.phone, first.language, "code", elsewhere=first.elsewhere)
        via = router.choose_second(wanted)
        if via is None:
            return None
        values = {"now": now, "first": first.id, "phone": first.phone, "most": _MOST_CALLS}
        if conn.execute(_MAY, values).fetchone() is None:
            return None
        made = queue(conn, first.id, via, ends, now)
        if made is None:
            return None
        data: dict[str, feed.Json] = {"message": first.id, "call": made, "carrier": via, "why": why}
        feed.append(conn, "code_called", first.article_id, now, data)
        log.info("code_called", message=first.id, gateway=via, why=why)
        return Ordered()


def queue(conn: Conn, first: int, via: str, until: datetime, now: datetime) -> int | None:
    """Queue the call by `via` that says the message `first`, and return the id of its message.

    It is not begun after `until`. None: what it says is not kept any more.
    """
    row = conn.execute(_WHAT, [first]).fetchone()
    assert row is not None
    template, language, variables, kept, code_id = row
    said = wording.values_of(variables, kept)
    if said is None:
        return None
    body = render(template, language, said)
    assert code_id is None or CODE_MASK in body
    values = {"now": now, "first": first, "via": via, "until": until}
    made = conn.execute(_CALL, {**values, "said": wording.pack(body, said)}).fetchone()
    assert made is not None
    return int(made[0])


def calling_hours(now: datetime) -> tuple[datetime, datetime]:
    """Return when people may be called next, from and until: today, or after nine tomorrow."""
    today = calendar.local(now)
    if today.time() >= UNTIL:
        today += timedelta(days=1)
    begins, ends = (datetime.combine(today, each, today.tzinfo) for each in (FROM, UNTIL))
    return begins, ends
