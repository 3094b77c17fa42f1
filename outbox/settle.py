"""The writing of outcomes: many verdicts in one statement, each only under its own lease."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from psycopg.errors import UniqueViolation

from gateways.base import Reason, UnknownOutcome
from outbox import receipts
from outbox.due import TakenMessage
from outbox.ended import EndedMessage, record_end
from outbox.policy import MessageVerdict, after_look_up, second_send_at
from store.database import PLANNED_ONCE, Conn
from store.months import lowest_after

# A receipt may have moved the message while the call was under way: only a message that still
# waits for the outcome takes its status. The carrier's id is written in any case.
_WRITE: Final = """
    UPDATE messages
    SET status = CASE WHEN messages.status IN ('sending', 'unknown') THEN wrote.status
                 ELSE messages.status END,
        error = CASE WHEN messages.status IN ('sending', 'unknown') THEN wrote.error
                ELSE messages.error END,
        next_attempt_at = coalesce(wrote.next, next_attempt_at),
        sent_at = CASE WHEN wrote.status IN ('sent', 'delivered') THEN coalesce(sent_at, %(now)s)
                  ELSE sent_at END,
        delivered_at = CASE WHEN wrote.status = 'delivered' THEN coalesce(delivered_at, %(now)s)
                       ELSE delivered_at END,
        carrier_id = coalesce(wrote.carrier_id, messages.carrier_id),
        given = CASE WHEN wrote.refused THEN array_remove(given, messages.gateway) ELSE given END,
        confirm_by = CASE WHEN messages.confirm_by IS NULL AND NOT wrote.dropped THEN NULL
                          WHEN wrote.status = 'sent' AND messages.status <> 'failed'
                          THEN greatest(messages.confirm_by, wrote.confirm_by)
                          WHEN messages.status IN ('sending', 'unknown')
                          AND wrote.status = 'failed' THEN wrote.confirm_by
                          ELSE messages.confirm_by END,
        lease = NULL, leased_until = NULL
    FROM unnest(%(ids)s::bigint[], %(leases)s::uuid[], %(statuses)s::text[],
                %(nexts)s::timestamptz[], %(carrier_ids)s::text[], %(errors)s::text[],
                %(refused)s::boolean[], %(confirms)s::timestamptz[], %(dropped)s::boolean[])
         AS wrote (id, lease, status, next, carrier_id, error, refused, confirm_by, dropped)
    WHERE messages.id = wrote.id AND messages.lease = wrote.lease
    RETURNING messages.id, messages.status, messages.confirm_by
"""


@dataclass(frozen=True)
class SettledMessage:
    """A message whose call returned, and the decision on it."""

    taken: TakenMessage
    verdict: MessageVerdict

    @property
    def refused(self) -> bool:
        """Tell whether its carrier certainly does not have it, not even from an earlier call."""
        due = self.taken.due
        in_doubt = due.status == "queued" and self.taken.gateway in due.given
        return self.verdict.refused and not in_doubt

    @property
    def dropped(self) -> bool:
        """Tell whether its words are not the registered ones: it may go in another way."""
        text = self.taken.due.channel == "text"
        return text and self.verdict.reason is Reason.TEMPLATE


def write(conn: Conn, settled: Sequence[SettledMessage], now: datetime) -> None:
    """Write `settled`; then apply the receipts that came before their carrier ids were known.

    A message whose lease another worker has by now is left unchanged. Failures and expiries go to
    the feed. Raises `psycopg.errors.UniqueViolation` where a carrier gave one id to two messages:
    roll back and use `write_each`.
    """
    _lock_and_catch_up(conn, settled, _write, now)


def write_each(conn: Conn, settled: Sequence[SettledMessage], now: datetime) -> None:
    """Write `settled` one by one, without a carrier's id that another message has already.

    A look-up with such an id found another message, so this one stays unknown.
    """
    _lock_and_catch_up(conn, settled, _write_each, now)


def _lock_and_catch_up(
    conn: Conn,
    settled: Sequence[SettledMessage],
    write_all: Callable[[Conn, Sequence[SettledMessage], datetime], None],
    now: datetime,
) -> None:
    if not settled:
        return
    ids = [
        (each.taken.gateway, each.verdict.carrier_id)
        for each in settled
        if each.verdict.carrier_id is not None
    ]
    conn.execute(f"SELECT {PLANNED_ONCE}")
    receipts.lock_carrier_ids(conn, ids)
    write_all(conn, settled, now)
    oldest = min(each.taken.due.id for each in settled)
    receipts.catch_up(conn, ids, now, since_id=lowest_after(oldest))


def _write_each(conn: Conn, settled: Sequence[SettledMessage], now: datetime) -> None:
    for each in settled:
        try:
            with conn.transaction():
                _write(conn, [each], now)
        except UniqueViolation:
            error = "carrier's id is not unique"
            if each.taken.due.status == "unknown":
                verdict = after_look_up(UnknownOutcome(error), each.taken.standing, now)
            else:
                verdict = replace(each.verdict, carrier_id=None, error=error)
            _write(conn, [replace(each, verdict=verdict)], now)


def release(conn: Conn, taken: Sequence[tuple[TakenMessage, datetime]]) -> None:
    """Release messages that were leased but not submitted, to be claimed again from then on."""
    if not taken:
        return
    conn.execute(
        """
        UPDATE messages
        SET status = back.status, lease = NULL, leased_until = NULL, attempts = attempts - 1,
            next_attempt_at = least(back.next, not_after), gateway = back.gateway,
            given = CASE WHEN back.new THEN array_remove(given, messages.gateway) ELSE given END
        FROM unnest(%s::bigint[], %s::uuid[], %s::text[], %s::timestamptz[], %s::text[],
                    %s::boolean[])
             AS back (id, lease, status, next, gateway, new)
        WHERE messages.id = back.id AND messages.lease = back.lease AND messages.status = 'sending'
        """,
        (
            [each.due.id for each, _ in taken],
            [each.lease for each, _ in taken],
            [each.due.status for each, _ in taken],
            [at for _, at in taken],
            [each.due.gateway for each, _ in taken],
            [each.gateway not in each.due.given for each, _ in taken],
        ),
    )


def _write(conn: Conn, settled: Sequence[SettledMessage], now: datetime) -> None:
    written = conn.execute(
        _WRITE,
        {
            "now": now,
            "ids": [each.taken.due.id for each in settled],
            "leases": [each.taken.lease for each in settled],
            "statuses": [each.verdict.status for each in settled],
            "nexts": [each.verdict.next_attempt_at for each in settled],
            "carrier_ids": [each.verdict.carrier_id for each in settled],
            "errors": [each.verdict.error for each in settled],
            "refused": [each.refused for each in settled],
            "dropped": [each.dropped for each in settled],
            "confirms": [
                each.taken.confirm_by
                if each.verdict.status == "sent"
                else second_send_at(each.verdict.reason, now)
                for each in settled
            ],
        },
    ).fetchall()
    ended = {row[0]: row[2] for row in written if row[1] in ("failed", "expired")}
    for each in settled:
        due = each.taken.due
        if due.id in ended and each.verdict.status in ("failed", "expired"):
            end = EndedMessage(
                due.id, due.article_id, due.template, due.lane, due.again_of, ended[due.id]
            )
            record_end(conn, end, each.verdict, now)
