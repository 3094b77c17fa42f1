"""Second sends: a code that is not confirmed goes by the next carrier too, once per carrier.

A second send is a message of its own with the same words and the same code, marked by `again_of`
and bound to one carrier (`via`). A unique index enforces "once per carrier"; a carrier that has the
first message, or may have it, is never chosen. A carrier that accepted the message has time for its
receipt; one that has not answered has only the time for an answer, and none once its circuit opens
for errors. The clock starts this every second.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from psycopg.rows import class_row

from gateways.base import Reason
from messages.catalogue import Lane
from messages.routes import Routes
from outbox import carriers, otherwise, scrubs
from outbox.automatic import AT_ONCE, AutomaticCalls, Later, Ordered, UnheardCode, Why
from outbox.carriers import Carrier
from outbox.due import Patience
from outbox.ended import EndedMessage, tell_end
from outbox.otherwise import Rewritten
from outbox.policy import Status
from outbox.routing import Router, Wanted
from outbox.scrubs import DroppedSentence
from outbox.wake import wake
from runtime import Runtime
from store import feed
from store.database import Conn

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 200
_BUSY: Final = timedelta(seconds=5)  # no carrier is fit: decide again
_SPENT: Final = timedelta(seconds=30)  # the budget is used up: decide again
_HOUR: Final = timedelta(hours=1)

_DUE: Final = """
    SELECT m.id, m.status, m.lane, m.phone, m.template, m.language, m.article_id, m.not_after,
           m.gateway, m.given, m.error, m.again_of, m.code_id IS NOT NULL AS is_code,
           ARRAY(SELECT via FROM messages s WHERE s.again_of = m.id) AS elsewhere,
           ARRAY(SELECT s.status FROM messages s WHERE s.again_of = m.id) AS seconds,
           (SELECT max(CASE WHEN s.status = 'sent' THEN s.sent_at + %(receipt)s
                       ELSE coalesce(s.first_tried_at, %(now)s) + %(answer)s END)
            FROM messages s
            WHERE s.again_of = m.id AND s.status IN ('queued', 'sending', 'unknown', 'sent'))
               AS news_by,
           m.not_after > %(now)s AND (m.code_id IS NULL OR c.used_at IS NULL
               AND c.dead_at IS NULL AND c.expires_at > %(now)s) AS alive
    FROM messages m LEFT JOIN codes c ON c.id = m.code_id
    WHERE m.id = ANY (ARRAY(SELECT message_id FROM outbox WHERE confirm_by IS NOT NULL))
          AND m.confirm_by IS NOT NULL
          AND m.status IN ('sending', 'unknown', 'sent', 'failed')
          AND (m.confirm_by <= %(now)s
               OR m.status IN ('sending', 'unknown') AND m.gateway = ANY (%(dead)s)
                  AND NOT EXISTS (SELECT FROM messages s WHERE s.again_of = m.id))
    ORDER BY m.confirm_by LIMIT %(most)s FOR UPDATE OF m SKIP LOCKED
"""
_SECOND: Final = """
    INSERT INTO messages (direction, status, phone, at, next_attempt_at, sprint_id, article_id,
                          code_id, template, language, variables, body, said, segments, lane,
                          not_after, again_of, via, instead_of, request_id, quote, quote_key)
    SELECT 'out', 'queued', phone, %(now)s, %(now)s, sprint_id, article_id, code_id, template,
           coalesce(%(language)s, language),
           CASE WHEN %(said)s::bytea IS NULL THEN variables END,
           CASE WHEN %(said)s::bytea IS NULL THEN body ELSE '' END, coalesce(%(said)s, said),
           coalesce(%(segments)s, segments), lane, not_after, id, %(via)s, %(instead_of)s,
           request_id, quote, quote_key
    FROM messages WHERE id = %(id)s RETURNING id
"""
_SPENT_SO_FAR: Final = """
    SELECT count(*) FROM messages s JOIN messages m ON m.id = s.again_of
    WHERE s.again_of IS NOT NULL AND s.instead_of = %s AND s.at > %s AND m.status <> 'failed'
"""


@dataclass(frozen=True)
class _Unconfirmed:
    id: int
    status: Status
    lane: Lane
    phone: str
    template: str
    language: str
    article_id: int | None
    not_after: datetime
    gateway: str
    given: list[str]
    error: str | None
    again_of: int | None
    is_code: bool
    elsewhere: list[str]
    seconds: list[Status]
    news_by: datetime | None  # of the second sends: the next carrier waits until then
    alive: bool

    @property
    def wanted(self) -> Wanted:
        # The carrier that failed counts as one that has it, whatever the outcome of the call.
        given = {*self.given, self.gateway}
        return Wanted(self.phone, self.language, self.lane, given, self.elsewhere)

    @property
    def sentence(self) -> DroppedSentence:
        return DroppedSentence(self.gateway, self.template, self.language)

    @property
    def reason(self) -> str:
        """Return why its carrier refused it; empty where it did not."""
        return (self.error or "").partition(":")[0] if self.status == "failed" else ""

    @property
    def may_pass_elsewhere(self) -> bool:
        """Tell whether another carrier may bring it though this one says that it cannot."""
        return self.reason == Reason.DO_NOT_DISTURB

    @property
    def refused_words(self) -> str | None:
        """Return what its carrier said where it dropped the sentence."""
        reason, _, said = (self.error or "").partition(": ")
        return said if self.status == "failed" and reason == Reason.TEMPLATE else None


def send_again(runtime: Runtime) -> int:
    """Queue the second sends that are due, and wake the outbox. Return how many."""
    settings = runtime.settings
    again = Again(
        routes=settings.routing,
        gateways=tuple(runtime.gateways),
        headers={name: scrubs.header_of(each) for name, each in runtime.gateways.items()},
        without_receipts=settings.without_receipts,
        patience=Patience(
            timedelta(seconds=settings.code_answer_seconds),
            timedelta(seconds=settings.code_confirm_seconds),
        ),
        hourly_limit=settings.failover_hourly_limit,
        calls=AutomaticCalls(settings.voices, settings.voice_automatic),
    )
    now = runtime.now()
    made = runtime.database.run(lambda conn: again.work(conn, now))
    if made:
        wake(runtime.redis)
    return made


@dataclass(frozen=True)
class Again:
    """The decision on second sends. `hourly_limit`: for each carrier that did not confirm."""

    routes: Routes
    gateways: tuple[str, ...]
    headers: Mapping[str, str]  # what people see as the sender, by carrier
    without_receipts: tuple[str, ...]
    patience: Patience
    hourly_limit: int
    calls: AutomaticCalls

    def work(self, conn: Conn, now: datetime) -> int:
        """Decide on every code whose confirmation is overdue; return how many are sent again."""
        with conn.cursor(row_factory=class_row(_Unconfirmed)) as cursor:
            values = {
                "now": now,
                "answer": self.patience.answer,
                "receipt": self.patience.receipt,
                "dead": carriers.dead(conn),
                "most": _AT_ONCE,
            }
            due = cursor.execute(_DUE, values).fetchall()
        if not due:
            return 0
        # The budget is counted under the lock of the carrier that failed, so no one else spends it.
        carriers.lock(conn, {*self.gateways, *(each.gateway for each in due)})
        known = carriers.read(conn, self.gateways, now)
        router = Router(self.routes, known)
        for each in due:
            if each.refused_words is not None:
                header = self.headers.get(each.gateway, "")
                said = each.refused_words
                scrubs.note(conn, each.sentence, header, "told", now, said)
        dropped = scrubs.in_force(conn, now)
        made = 0
        for each in due:
            call = self._call(conn, router, known, each, now)
            made += int(call == Ordered())
            # Its call is waited for, unless another carrier may bring the text.
            if call is None or (each.may_pass_elsewhere and self._left(router, each)):
                made += self._decide(conn, router, each, dropped, now)
            else:
                at = call.at if isinstance(call, Later) else each.not_after
                self._look_again(conn, each, at)
        carriers.use_trials(conn, router.used)
        return made

    def _call(
        self,
        conn: Conn,
        router: Router,
        known: Mapping[str, Carrier],
        first: _Unconfirmed,
        now: datetime,
    ) -> Ordered | Later | None:
        """Call the person of a code whose text does not arrive, or say when to."""
        why = self._unheard(router, first, now)
        if why is None:
            return None
        code = UnheardCode(
            first.id,
            first.phone,
            first.language,
            first.template,
            first.article_id,
            first.not_after,
            first.elsewhere,
        )
        return self.calls.call(conn, known, code, why, now)

    def _left(self, router: Router, first: _Unconfirmed) -> list[str]:
        """Return the carriers of texts that do not have it."""
        return router.fresh(first.wanted, router.order(first.wanted))

    def _unheard(self, router: Router, first: _Unconfirmed, now: datetime) -> Why | None:
        """Return why the code of `first` will not arrive by text; None: it still may."""
        if first.again_of is not None or not first.is_code or not first.alive:
            return None
        if "delivered" in first.seconds:
            return None
        if first.reason in AT_ONCE:
            return AT_ONCE[first.reason]
        if first.status == "sent" and first.gateway in self.without_receipts:
            return None
        if first.news_by is not None and first.news_by > now:
            return None
        left = self._left(router, first)
        return None if left or {"queued", "sending"} & set(first.seconds) else "unconfirmed"

    def _decide(
        self,
        conn: Conn,
        router: Router,
        first: _Unconfirmed,
        dropped: Collection[DroppedSentence],
        now: datetime,
    ) -> int:
        """Send `first`, whose row is locked, again or set when to decide again; return 0 or 1."""
        if first.again_of is not None:  # of the first of them it is decided
            return self._close(conn, first)
        no_news = first.status == "sent" and first.gateway in self.without_receipts
        if not first.alive or no_news or "delivered" in first.seconds:
            return self._give_up(conn, first, now)
        if first.news_by is not None and (first.news_by > now or not first.is_code):
            return self._look_again(
                conn, first, first.news_by if first.is_code else first.not_after
            )
        if not first.is_code or first.sentence in dropped:
            return self._send_otherwise(conn, router, first, dropped, now)
        left = self._left(router, first)
        if not left and {"queued", "sending"} & set(first.seconds):
            return self._look_again(conn, first, now + self.patience.receipt)
        if not left:
            return self._give_up(conn, first, now)
        refused = first.status == "failed"
        if first.reason == Reason.INBOX_FULL:
            return self._give_up(conn, first, now)
        # Its carrier has accepted it: then there is time until another one is fit.
        answered = first.status == "sent"
        chosen = router.choose_second(first.wanted) or (None if answered else left[0])
        if chosen is None:
            return self._look_again(conn, first, now + _BUSY)
        # A refusal costs nothing: the budget counts only codes that a carrier accepted.
        if not refused and self._spent(conn, first.gateway, now):
            return self._look_again(conn, first, now + _SPENT)
        return self._send(conn, first, chosen, "refused" if refused else "unconfirmed", now)

    def _send_otherwise(
        self,
        conn: Conn,
        router: Router,
        first: _Unconfirmed,
        dropped: Collection[DroppedSentence],
        now: datetime,
    ) -> int:
        """Send a text whose sentence is dropped by another carrier or in another script."""
        way = otherwise.find(router, first.wanted, first.template, dropped, first.elsewhere)
        if way is None:
            return self._give_up(conn, first, now)
        words = None
        if way.language != first.language:
            words = otherwise.rewrite(conn, first.id, first.template, way.language)
            if words is None:
                return self._give_up(conn, first, now)
        scrubs.count_resent(conn, first.sentence)
        return self._send(conn, first, way.carrier, "scrubbed", now, words, way.language)

    def _send(
        self,
        conn: Conn,
        first: _Unconfirmed,
        chosen: str,
        why: str,
        now: datetime,
        words: Rewritten | None = None,
        language: str | None = None,
    ) -> int:
        values = {
            "now": now,
            "via": chosen,
            "instead_of": first.gateway,
            "id": first.id,
            "language": language,
            "said": words.said if words else None,
            "segments": words.segments if words else None,
        }
        row = conn.execute(_SECOND, values).fetchone()
        assert row is not None
        self._look_again(conn, first, now + self.patience.answer)
        feed.append(
            conn,
            "code_rerouted" if first.is_code else "text_rerouted",
            first.article_id,
            now,
            {
                "message": first.id,
                "again": row[0],
                "instead_of": first.gateway,
                "carrier": chosen,
                "why": why,
            },
        )
        log.info("rerouted", message=first.id, gateway=chosen, why=why)
        return 1

    def _spent(self, conn: Conn, carrier: str, now: datetime) -> bool:
        """Tell whether `carrier` has spent its budget of the hour; tell the feed once."""
        row = conn.execute(_SPENT_SO_FAR, (carrier, now - _HOUR)).fetchone()
        if row is not None and row[0] < self.hourly_limit:
            return False
        told = conn.execute(
            "UPDATE carriers SET budget_told_at = %s WHERE name = %s"
            " AND coalesce(budget_told_at <= %s, true)",
            (now, carrier, now - _HOUR),
        )
        if told.rowcount:
            feed.append(
                conn,
                "failover_budget_spent",
                None,
                now,
                {"carrier": carrier, "limit": self.hourly_limit},
            )
        return True

    def _look_again(self, conn: Conn, first: _Unconfirmed, at: datetime) -> int:
        conn.execute("UPDATE messages SET confirm_by = %s WHERE id = %s", (at, first.id))
        return 0

    def _close(self, conn: Conn, first: _Unconfirmed) -> int:
        conn.execute("UPDATE messages SET confirm_by = NULL WHERE id = %s", (first.id,))
        return 0

    def _give_up(self, conn: Conn, first: _Unconfirmed, now: datetime) -> int:
        """End the second sends: no carrier is left, or none is needed. Record it if all failed."""
        self._close(conn, first)
        if {first.status, *first.seconds} <= {"failed", "expired"}:
            end = EndedMessage(
                first.id, first.article_id, first.template, first.lane, None, confirm_by=None
            )
            tell_end(conn, end, "failed", now)
        return 0
