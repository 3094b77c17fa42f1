"""What carriers tell about messages, in any order, any number of times, early or late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from psycopg.rows import class_row

from gateways.base import Reason, Receipt, ReceiptStatus, Unreadable
from messages.catalogue import Channel
from outbox import carriers
from outbox.circuit import weigh_receipt
from outbox.enqueue import Lane
from outbox.policy import Standing, Status, Verdict, after_receipt, second_send_at
from runtime import Runtime
from store import feed
from store.database import Conn
from store.feed_kinds import Kind

log = structlog.get_logger(__name__)

# Whatever order they came in, receipts of one submit are looked at in the order of happening.
_RANK: Final = {
    ReceiptStatus.UNCERTAIN: 0,
    ReceiptStatus.SENT: 1,
    ReceiptStatus.FAILED: 2,
    ReceiptStatus.DELIVERED: 3,
}


@dataclass(frozen=True)
class _Message:
    id: int
    status: Status
    lane: Lane
    attempts: int
    not_after: datetime
    carrier_id: str | None
    article_id: int | None
    template: str
    again_of: int | None
    via: str | None
    confirm_by: datetime | None
    channel: Channel
    request_id: str | None
    spoken_call: str | None

    @property
    def standing(self) -> Standing:
        return Standing(
            self.status,
            self.lane,
            self.attempts,
            self.not_after,
            self.carrier_id,
            self.via,
            self.channel,
        )


@dataclass(frozen=True)
class End:
    """A message that ended. `confirm_by` set: a code that another carrier may still bring."""

    id: int
    article_id: int | None
    template: str
    lane: Lane
    again_of: int | None
    confirm_by: datetime | None


def receive(runtime: Runtime, receipt: Receipt) -> None:
    """Stores `receipt` and moves its message forward, if it is news.

    One whose message is not known (yet) is kept by the carrier's id and looked at again when the
    send call returns. Repeats change nothing.
    """
    now = runtime.now()
    patience = timedelta(seconds=runtime.settings.code_confirm_seconds)
    _log(receipt, runtime.database.run(lambda conn: _receive(conn, receipt, patience, now)))


def receive_unreadable(runtime: Runtime, unreadable: Unreadable) -> None:
    """Keeps what a carrier sent as a receipt and nobody could read, for the help desk."""
    now = runtime.now()
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO receipts (gateway, carrier_id, status, word, error, at)"
            " VALUES (%s, %s, 'unreadable', %s, %s, %s)",
            (unreadable.gateway, unreadable.carrier_id, unreadable.reason, unreadable.text, now),
        )
    log.warning("receipt_unreadable", gateway=unreadable.gateway, reason=unreadable.reason)


def lock_carrier_ids(conn: Conn, gateway_ids: Sequence[tuple[str, str]]) -> None:
    """Until the end of the transaction nobody else settles or receives these (gateway, id)s.

    Without it a receipt and the outcome that makes its id known could miss each other. Taken
    before any row lock, and in one order, so it cannot deadlock.
    """
    names = sorted({f"{gateway}:{carrier_id}" for gateway, carrier_id in gateway_ids})
    if names:
        conn.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(name, 0))"
            " FROM unnest(%s::text[]) AS name",
            (names,),
        )


def catch_up(conn: Conn, gateway_ids: Sequence[tuple[str, str]], now: datetime) -> None:
    """Applies the receipts that came before the carrier's ids of these messages were known."""
    if not gateway_ids:
        return
    rows = conn.execute(
        """
        SELECT DISTINCT ON (gateway, carrier_id, status) id, gateway, carrier_id, status, word,
               reason, error
        FROM receipts
        WHERE (gateway, carrier_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
          AND status <> 'unreadable'
        """,
        ([gateway for gateway, _ in gateway_ids], [id_ for _, id_ in gateway_ids]),
    ).fetchall()
    early = [
        Receipt(
            gateway=row[1],
            carrier_id=row[2],
            message_id=None,
            status=ReceiptStatus(row[3]),
            word=row[4],
            reason=Reason(row[5]) if row[5] else None,
            error=row[6],
        )
        for row in rows
    ]
    for receipt in sorted(early, key=lambda each: _RANK[each.status]):
        message = _find(conn, receipt)
        if message:
            conn.execute(
                "UPDATE receipts SET message_id = %s"
                " WHERE gateway = %s AND carrier_id = %s AND message_id IS NULL",
                (message.id, receipt.gateway, receipt.carrier_id),
            )
            heard = _as_heard(message, receipt)
            _log(heard, message)
            _apply(conn, message, heard, now)


def _log(receipt: Receipt, message: _Message | None) -> None:
    """One line with the id of the text that the message came of, where the message is known."""
    known = (
        {"request_id": message.request_id, "message": message.id} if message else {"message": None}
    )
    log.info("receipt", gateway=receipt.gateway, status=receipt.status, word=receipt.word, **known)


def _receive(conn: Conn, receipt: Receipt, patience: timedelta, now: datetime) -> _Message | None:
    lock_carrier_ids(conn, [(receipt.gateway, receipt.carrier_id)])
    stored = {
        ReceiptStatus(row[0])
        for row in conn.execute(
            "SELECT DISTINCT status FROM receipts"
            " WHERE gateway = %s AND carrier_id = %s AND status <> 'unreadable'",
            (receipt.gateway, receipt.carrier_id),
        ).fetchall()
    }
    message = _find(conn, receipt)
    receipt = _as_heard(message, receipt)
    conn.execute(
        "INSERT INTO receipts (gateway, carrier_id, message_id, status, word, reason, error, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            receipt.gateway,
            receipt.carrier_id,
            message.id if message else None,
            receipt.status,
            receipt.word,
            receipt.reason,
            receipt.error,
            now,
        ),
    )
    if receipt.status is ReceiptStatus.UNCERTAIN:
        log.warning("receipt_uncertain", gateway=receipt.gateway, word=receipt.word)
    # A repeat was applied, or waits for the send call to return. And after a failure a late
    # "sent" of the same submit is old news, which must not stop the second try.
    late = receipt.status is ReceiptStatus.SENT and ReceiptStatus.FAILED in stored
    if message and receipt.status not in stored and not late:
        _apply(conn, message, receipt, now, patience)
    # How a call ended says more of the person than of the carrier.
    if receipt.status not in stored and (message is None or message.channel == "text"):
        carriers.note(conn, {receipt.gateway: weigh_receipt(receipt)}, now)
    return message


def _find(conn: Conn, receipt: Receipt) -> _Message | None:
    # The carrier's id first: a query string that names another message cannot take it away.
    with conn.cursor(row_factory=class_row(_Message)) as cursor:
        return cursor.execute(
            """
            SELECT id, status, lane, attempts, not_after, carrier_id, article_id, template,
                   again_of, via, confirm_by, channel, request_id, spoken_call
            FROM messages
            WHERE direction = 'out' AND gateway = %(gateway)s
                  AND (carrier_id = %(carrier_id)s OR id = %(message_id)s OR id = (
                       SELECT message_id FROM receipts
                       WHERE gateway = %(gateway)s AND carrier_id = %(carrier_id)s
                             AND message_id IS NOT NULL LIMIT 1))
            ORDER BY (carrier_id = %(carrier_id)s) IS TRUE DESC, (id = %(message_id)s) IS TRUE DESC
            LIMIT 1 FOR UPDATE
            """,
            {
                "gateway": receipt.gateway,
                "carrier_id": receipt.carrier_id,
                "message_id": receipt.message_id,
            },
        ).fetchone()


def _as_heard(message: _Message | None, receipt: Receipt) -> Receipt:
    """A call that is over without that its carrier asked what to say has brought nothing."""
    if message is None or message.channel == "text" or message.spoken_call == receipt.carrier_id:
        return receipt
    if receipt.status is not ReceiptStatus.DELIVERED:
        return receipt
    return replace(
        receipt, status=ReceiptStatus.FAILED, reason=Reason.CARRIER, error="nothing was said"
    )


def _apply(
    conn: Conn,
    message: _Message,
    receipt: Receipt,
    now: datetime,
    patience: timedelta = timedelta(),
) -> None:
    """`patience`: a code that its carrier has taken waits as long for the last receipt."""
    verdict = after_receipt(message.standing, receipt, now)
    if verdict is None:
        return
    failed = verdict.status == "failed"
    second = second_send_at(verdict.reason, now) if failed and message.confirm_by else None
    moved = conn.execute(
        """
        UPDATE messages
        SET status = %(status)s, error = %(error)s, carrier_id = %(carrier_id)s,
            next_attempt_at = coalesce(%(next)s, next_attempt_at),
            sent_at = CASE WHEN %(status)s IN ('sent', 'delivered')
                           THEN coalesce(sent_at, %(now)s) ELSE sent_at END,
            delivered_at = CASE WHEN %(status)s = 'delivered' THEN %(now)s ELSE delivered_at END,
            confirm_by = CASE WHEN %(status)s = 'failed' THEN %(second)s
                         WHEN %(status)s = 'sent' AND confirm_by IS NOT NULL
                         THEN greatest(confirm_by, first_tried_at + %(patience)s)
                         ELSE confirm_by END
        WHERE id = %(id)s AND status = %(before)s
        """,
        {
            "id": message.id,
            "before": message.status,
            "status": verdict.status,
            "error": verdict.error,
            "carrier_id": verdict.carrier_id,
            "next": verdict.next_attempt_at,
            "now": now,
            "second": second,
            "patience": patience,
        },
    ).rowcount
    if moved and failed:
        end = End(
            message.id, message.article_id, message.template, message.lane, message.again_of, second
        )
        record_end(conn, end, verdict, now)


def record_end(conn: Conn, end: End, verdict: Verdict, now: datetime) -> None:
    """Tells the feed that a message will never arrive (`failed` or `expired`).

    Not of a code that another carrier may still bring: its second send is made soon, or it is told
    then (`outbox/failover.py`). Where the person said STOP to the carrier, it is remembered.
    """
    if verdict.reason is Reason.OPTED_OUT:
        conn.execute(
            "INSERT INTO phones (phone, language, opted_out_at)"
            " SELECT phone, language, %s FROM messages WHERE id = %s ON CONFLICT (phone)"
            " DO UPDATE SET opted_out_at = coalesce(phones.opted_out_at, excluded.opted_out_at)",
            (now, end.id),
        )
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


def tell_end(conn: Conn, end: End, status: Status, now: datetime) -> None:
    """Tell the feed that a message will never arrive. `status`: failed or expired."""
    feed.append(
        conn,
        _ENDS[status],
        end.article_id,
        now,
        {"message": end.id, "lane": end.lane, "template": end.template},
    )
