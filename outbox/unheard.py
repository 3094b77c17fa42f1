"""Alarms that never arrive: a ticket says that the addressee of an article could not be told.

Two who conspire against a telephone that is off would else leave nothing that a third person
reads (docs/developing/trust.md rules 9 and 17). So what protects is looked after until its
telephone was told or is not going to be. A carrier that sends no receipts says nothing by its
silence.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

import structlog
from psycopg.rows import class_row

from messages.catalogue import Channel
from outbox import spoken_alarms
from outbox.alarms import HANDED_OVER, PROTECTING
from outbox.automatic import AutomaticCalls, Later, Ordered
from outbox.policy import Status
from outbox.spoken_alarms import MuteAlarm
from outbox.wake import wake
from runtime import Runtime
from store import feed
from store.database import Conn

log = structlog.get_logger(__name__)

LONGEST: Final = timedelta(days=3)
"""After this a ticket is opened though the alarm is still worth sending: the addressee can then be
found while the seven days last in which he may object."""
_EVERY: Final = timedelta(minutes=30)
_AT_ONCE: Final = 100
TAKEN_BACK: Final = "undone"
"""What takes a handover back: that it happened need not be told any more."""

_DUE: Final = "SELECT article_id, since FROM alarms_watched WHERE due <= %s ORDER BY due LIMIT %s"
_LOCK: Final = (
    "SELECT FROM alarms_watched WHERE article_id = %s AND due <= %s FOR UPDATE SKIP LOCKED"
)
_LATER: Final = "UPDATE alarms_watched SET due = %s WHERE article_id = %s"
_DROP: Final = "DELETE FROM alarms_watched WHERE article_id = %s"
# A number that an office or its booker corrects is nobody's any more: two signed it, or it was a
# slip of the pen. Two signed likewise for a nominee whom an office named; one whom a text named may
# be a thief's, and what he took. What came before the last ticket is in that ticket.
_ALARMS: Final = """
    SELECT m.id, m.phone, m.language, m.template, m.at, m.status, m.channel, m.not_after, m.error,
           coalesce(m.gateway = ANY (%(silent)s), false) AS silent,
           m.template = ANY (%(protecting)s) AND (m.template <> 'move_done' OR (
               SELECT v.by IN ('door', 'sender') FROM moves v
               WHERE v.article_id = m.article_id AND v.outcome = 'done'
               ORDER BY v.id DESC LIMIT 1) IS NOT FALSE)
           AND (m.template <> 'nominee_agreed' OR EXISTS (
               SELECT FROM nominees n WHERE n.article_id = m.article_id AND n.ended_at IS NULL
               AND n.agreed_at <= m.at AND NOT n.signed))
           OR m.template = ANY (%(handed_over)s) AND (EXISTS (
               SELECT FROM delivery_items i WHERE i.article_id = m.article_id
               AND i.state = 'delivered' AND i.proof = 'offline')
               OR EXISTS (
               SELECT FROM nominees n WHERE n.article_id = m.article_id AND n.ended_at IS NULL
               AND n.holds_from <= m.at AND n.phone <> m.phone AND NOT n.signed)) AS protects
    FROM messages m
    WHERE m.article_id = %(article)s AND m.direction = 'out' AND m.lane = 'alarm'
          AND m.phone IS NOT NULL AND m.at >= %(since)s AND m.at > coalesce((
              SELECT max(t.at) FROM tickets t
              WHERE t.article_id = m.article_id AND t.kind = 'untold'), '-infinity')
    ORDER BY m.phone, m.at, m.id
"""
# Whatever other tickets there are: a text in its telephone's name opens one, and two of an office
# could close that. One is open at a time; closed, it hinders none of a later alarm: who is heard of
# and closed once could else hand over unseen. Of nobody's telephone: nobody asked for it, so nobody
# is told when it is closed.
_TICKET: Final = """
    INSERT INTO tickets (kind, article_id, staff_id, at)
    SELECT 'untold', a.id, (
        SELECT l.postman_id FROM delivery_items i JOIN delivery_lists l ON l.id = i.list_id
        WHERE i.article_id = a.id ORDER BY i.id DESC LIMIT 1), %(now)s
    FROM articles a
    WHERE a.id = %(article)s
    ON CONFLICT DO NOTHING RETURNING id
"""


@dataclass(frozen=True)
class SentAlarm:
    """An alarm about an article. `error`: what its carrier said of it last.

    `silent`: its carrier sends no receipts.
    """

    id: int
    phone: str
    language: str
    template: str
    at: datetime
    status: Status
    channel: Channel
    not_after: datetime
    error: str | None
    silent: bool
    protects: bool

    @property
    def heard(self) -> bool:
        """Tell whether it arrived, as far as anybody can know."""
        return self.status == "delivered" or (self.status == "sent" and self.silent)

    @property
    def over_at(self) -> datetime:
        """Return when it will not be waited for any more."""
        return min(self.not_after, self.at + LONGEST)

    @property
    def is_over(self) -> bool:
        """Tell whether it will certainly not arrive."""
        return self.status in ("failed", "expired")

    def may_arrive(self, now: datetime) -> bool:
        """Tell whether it is waited for: one that protects nothing puts no ticket off."""
        return self.protects and not self.is_over and self.over_at > now


@dataclass(frozen=True)
class StillUnderWay:
    """It may still arrive, until then at the latest."""

    until: datetime


@dataclass(frozen=True)
class Untold:
    """This alarm did not arrive, and no later one did."""

    alarm: SentAlarm


def judge(alarms: Sequence[SentAlarm], now: datetime) -> StillUnderWay | Untold | None:
    """Return what is to be said of all alarms about one article; None: everybody was told.

    They are in the order of their telephones and times.
    """
    waiting: list[datetime] = []
    for _, of_phone in groupby(alarms, key=lambda each: each.phone):
        missing = _missing(list(of_phone))
        if not missing:
            continue
        left = [each.over_at for each in missing if each.may_arrive(now)]
        if not left:
            return Untold(next(each for each in missing if each.protects))
        waiting.append(max(left))
    return StillUnderWay(min(waiting)) if waiting else None


def _missing(alarms: Sequence[SentAlarm]) -> Sequence[SentAlarm]:
    """Return a telephone's alarms after the last that arrived, where one of them protects."""
    arrived = max((n for n, each in enumerate(alarms) if each.heard), default=-1)
    missing = alarms[arrived + 1 :]
    taken_back = any(each.template == TAKEN_BACK for each in missing[-1:])
    return missing if any(each.protects for each in missing) and not taken_back else ()


def to_be_said(alarms: Sequence[SentAlarm]) -> SentAlarm | None:
    """Return the newest alarm that protects a telephone which was not told, nor called before."""
    for _, of_phone in groupby(alarms, key=lambda each: each.phone):
        missing = _missing(list(of_phone))
        texts = [each for each in missing if each.protects and each.channel == "text"]
        if texts and all(each.channel == "text" for each in missing):
            return texts[-1]
    return None


def look(runtime: Runtime) -> int:
    """Look at what is due; return how many tickets were opened."""
    now = runtime.now()
    due = runtime.database.run(lambda conn: conn.execute(_DUE, (now, _AT_ONCE)).fetchall())
    settings = runtime.settings
    watch = Watch(
        settings.without_receipts, AutomaticCalls(settings.voices, settings.voice_automatic)
    )

    def work(conn: Conn, row: tuple[int, datetime]) -> int:
        return watch.look(conn, *row, now)

    def put_off(conn: Conn, row: tuple[int, datetime]) -> None:
        conn.execute(_LATER, (now + _EVERY, row[0]))

    opened = runtime.database.run_each(due, work, put_off)
    if due:
        wake(runtime.redis)  # a call may have been ordered
    return opened


@dataclass(frozen=True)
class Watch:
    """The look at articles. `silent`: the carriers that send no receipts."""

    silent: Collection[str]
    calls: AutomaticCalls

    def look(self, conn: Conn, article_id: int, since: datetime, now: datetime) -> int:
        """Look at the alarms about one article; return 1 where a ticket was opened."""
        if conn.execute(_LOCK, (article_id, now)).fetchone() is None:
            return 0
        with conn.cursor(row_factory=class_row(SentAlarm)) as cursor:
            values = {
                "article": article_id,
                "since": since,
                "silent": list(self.silent),
                "protecting": sorted(PROTECTING),
                "handed_over": sorted(HANDED_OVER),
            }
            alarms = cursor.execute(_ALARMS, values).fetchall()
        found = judge(alarms, now)
        call = self._call(conn, article_id, alarms, now) if found else None
        if found is not None and (call or isinstance(found, StillUnderWay)):
            until = [found.until] if isinstance(found, StillUnderWay) else []
            until += [call.at] if isinstance(call, Later) else []
            conn.execute(_LATER, (min(now + _EVERY, *until), article_id))
            return 0
        if found is not None and not _open_ticket(conn, article_id, found.alarm, now):
            conn.execute(_LATER, (now + _EVERY, article_id))  # one of before is open still
            return 0
        conn.execute(_DROP, (article_id,))
        return 1 if found else 0

    def _call(
        self, conn: Conn, article_id: int, alarms: Sequence[SentAlarm], now: datetime
    ) -> Ordered | Later | None:
        """Call the telephone of an alarm whose text does not arrive, once, or say when to."""
        each = to_be_said(alarms)
        if each is None:
            return None
        mute = MuteAlarm(
            each.id,
            each.phone,
            each.language,
            each.template,
            article_id,
            each.not_after,
            each.is_over,
            each.error,
        )
        return spoken_alarms.order(conn, self.calls, mute, now)


def _open_ticket(conn: Conn, article_id: int, alarm: SentAlarm, now: datetime) -> bool:
    """Open a ticket of the alarm, unless one of earlier alarms is open; tell whether it was."""
    row = conn.execute(_TICKET, {"article": article_id, "now": now}).fetchone()
    if row is None:
        return False
    feed.append_many(
        conn,
        [
            feed.NewEvent("alarm_unheard", article_id, now, {"template": alarm.template}),
            feed.NewEvent("ticket_opened", article_id, now, {"about": "untold"}),
        ],
    )
    log.warning("alarm_unheard", ticket=row[0], template=alarm.template)
    return True
