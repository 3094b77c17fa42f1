"""Carriers' receipts for messages, in any order, any number of times, early or late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from psycopg import Cursor
from psycopg.rows import class_row

from gateways.base import Reason, Receipt, ReceiptStatus, Unreadable
from messages.catalogue import Channel, Lane
from outbox import carriers, usual_receipt
from outbox.circuit import weigh_receipt
from outbox.ended import NO_KEY, EndedMessage, record_end
from outbox.policy import MessageStanding, Status, after_receipt, second_send_at
from runtime import Runtime
from store import ussd_sessions
from store.database import Conn

log = structlog.get_logger(__name__)

# Receipts of one submit are applied in the order of the events, not of their arrival.
_RANK: Final = {
    ReceiptStatus.UNCERTAIN: 0,
    ReceiptStatus.SENT: 1,
    ReceiptStatus.FAILED: 2,
    ReceiptStatus.DELIVERED: 3,
}

_STORED: Final = """
    SELECT status FROM receipts
    WHERE gateway = %(gateway)s AND carrier_id = %(carrier_id)s AND status <> 'unreadable'
  UNION
    SELECT 'delivered' FROM carrier_ids c JOIN messages m ON m.id = c.message_id
    WHERE c.kind = 'out' AND c.gateway = %(gateway)s AND c.carrier_id = %(carrier_id)s
          AND m.gateway = %(gateway)s AND m.carrier_id = %(carrier_id)s AND m.heard IS NOT NULL
"""
_KEEP: Final = """
    INSERT INTO receipts (gateway, carrier_id, message_id, status, word, reason, error, at, part,
                          part_status)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
# The receipts of parts are few: only they pay for the count of those that arrived.
_EARLY: Final = """
    SELECT DISTINCT ON (gateway, carrier_id, status) id, gateway, carrier_id, status, word, reason,
           error,
           CASE WHEN part IS NOT NULL THEN
               (SELECT count(DISTINCT p.part) FROM receipts p WHERE p.gateway = receipts.gateway
                AND p.carrier_id = receipts.carrier_id AND p.part_status = 'delivered') END
    FROM receipts
    WHERE (gateway, carrier_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
          AND status <> 'unreadable' AND id >= %s
    ORDER BY gateway, carrier_id, status, part
"""
_ARRIVED_PARTS: Final = (
    "SELECT DISTINCT part FROM receipts WHERE gateway = %s AND carrier_id = %s"
    " AND part_status = 'delivered'"
)


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
    segments: int

    @property
    def standing(self) -> MessageStanding:
        return MessageStanding(
            self.status,
            self.lane,
            self.attempts,
            self.not_after,
            self.carrier_id,
            self.via,
            self.channel,
        )


def receive(runtime: Runtime, receipt: Receipt) -> None:
    """Store `receipt` and move its message forward, if it is new.

    One whose message is not known (yet) is kept by the carrier's id and applied when the send
    returns. Repeats change nothing.
    """
    now = runtime.now()
    patience = timedelta(seconds=runtime.settings.code_confirm_seconds)

    def work(conn: Conn) -> tuple[int, str | None] | None:
        usual = usual_receipt.receive(conn, receipt, now)
        if usual is not None:
            return usual
        message = _receive(conn, receipt, patience, now)
        return (message.id, message.request_id) if message else None

    _log(receipt, runtime.database.run(work))


def receive_unreadable(runtime: Runtime, unreadable: Unreadable) -> None:
    """Keep an unreadable receipt for the help desk."""
    now = runtime.now()
    runtime.database.run(
        lambda conn: conn.execute(
            "INSERT INTO receipts (gateway, carrier_id, status, word, error, at)"
            " VALUES (%s, %s, 'unreadable', %s, %s, %s)",
            (unreadable.gateway, unreadable.carrier_id, unreadable.reason, unreadable.text, now),
        )
    )
    log.warning("receipt_unreadable", gateway=unreadable.gateway, reason=unreadable.reason)


def lock_carrier_ids(conn: Conn, gateway_ids: Sequence[tuple[str, str]]) -> None:
    """Lock these (gateway, id)s against settling and receiving until the transaction ends.

    Otherwise a receipt and the outcome that makes its id known could miss each other. The locks
    are taken before any row lock and in one order, so that they cannot deadlock.
    """
    names = sorted({f"{gateway}:{carrier_id}" for gateway, carrier_id in gateway_ids})
    if names:
        conn.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(name, 0))"
            " FROM unnest(%s::text[]) AS name",
            (names,),
        )


def catch_up(
    conn: Conn, gateway_ids: Sequence[tuple[str, str]], now: datetime, since_id: int
) -> None:
    """Apply the receipts that came before the carrier's ids of these messages were known.

    `since_id`: none of them has a lower id.
    """
    if not gateway_ids:
        return
    rows = conn.execute(
        _EARLY,
        ([gateway for gateway, _ in gateway_ids], [id_ for _, id_ in gateway_ids], since_id),
    ).fetchall()
    parts = {(row[1], row[2]): row[7] for row in rows if row[7]}
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
        message = _look(conn, receipt).fetchone()
        if message:
            conn.execute(
                "UPDATE receipts SET message_id = %s"
                " WHERE gateway = %s AND carrier_id = %s AND message_id IS NULL",
                (message.id, receipt.gateway, receipt.carrier_id),
            )
            if receipt.status is ReceiptStatus.SENT:
                receipt = _if_whole(
                    receipt, parts.get((receipt.gateway, receipt.carrier_id), 0), message.segments
                )
            heard = _as_heard(conn, message, receipt)
            _log(heard, (message.id, message.request_id))
            _apply(conn, message, heard, now)


def _log(receipt: Receipt, message: tuple[int, str | None] | None) -> None:
    """Log the receipt with its message, and the id of the request that caused it, where known."""
    ids = {"request_id": message[1], "message": message[0]} if message else {"message": None}
    log.info("receipt", gateway=receipt.gateway, status=receipt.status, word=receipt.word, **ids)


def _receive(conn: Conn, receipt: Receipt, patience: timedelta, now: datetime) -> _Message | None:
    lock_carrier_ids(conn, [(receipt.gateway, receipt.carrier_id)])
    named = {"gateway": receipt.gateway, "carrier_id": receipt.carrier_id}
    statuses = conn.execute(_STORED, named).fetchall()
    stored = {ReceiptStatus(row[0]) for row in statuses}
    message = _look(conn, receipt).fetchone()
    receipt = _as_heard(conn, message, receipt)
    said = receipt.status
    if receipt.part is not None and said is ReceiptStatus.DELIVERED:
        receipt = _of_whole(conn, message, receipt)
    if receipt.status is ReceiptStatus.UNCERTAIN:
        log.warning("receipt_uncertain", gateway=receipt.gateway, word=receipt.word)
    keep = (
        receipt.gateway,
        receipt.carrier_id,
        message.id if message else None,
        receipt.status,
        receipt.word,
        receipt.reason,
        receipt.error,
        now,
        receipt.part,
        said if receipt.part is not None else None,
    )
    # A repeat was applied, or waits for the send to return. After a failure a late "sent" of
    # the same submit is outdated and must not prevent the second try.
    late = receipt.status is ReceiptStatus.SENT and ReceiptStatus.FAILED in stored
    conn.execute(_KEEP, keep)
    if message and receipt.status not in stored and not late:
        _apply(conn, message, receipt, now, patience)
    # The end of a call says more about the person than about the carrier.
    if receipt.status not in stored and (message is None or message.channel == "text"):
        carriers.note(conn, {receipt.gateway: weigh_receipt(receipt)}, now)
    return message


def _look(conn: Conn, receipt: Receipt) -> Cursor[_Message]:
    """Look for the message of `receipt` and lock it.

    The carrier's id comes first: a query string that names another message cannot divert it.
    """
    return conn.cursor(row_factory=class_row(_Message)).execute(
        """
            SELECT id, status, lane, attempts, not_after, carrier_id, article_id, template,
                   again_of, via, confirm_by, channel, request_id, spoken_call, segments
            FROM messages
            WHERE direction = 'out' AND gateway = %(gateway)s AND id = ANY (ARRAY[
                  (SELECT message_id FROM carrier_ids
                   WHERE kind = 'out' AND gateway = %(gateway)s AND carrier_id = %(carrier_id)s),
                  %(message_id)s,
                  (SELECT message_id FROM receipts
                   WHERE gateway = %(gateway)s AND carrier_id = %(carrier_id)s
                         AND message_id IS NOT NULL LIMIT 1)]::bigint[])
            ORDER BY (carrier_id = %(carrier_id)s) IS TRUE DESC, (id = %(message_id)s) IS TRUE DESC
            LIMIT 1 FOR UPDATE
            """,
        {
            "gateway": receipt.gateway,
            "carrier_id": receipt.carrier_id,
            "message_id": receipt.message_id,
        },
    )


def _as_heard(conn: Conn, message: _Message | None, receipt: Receipt) -> Receipt:
    """Return `receipt`, as failed where a call ended without the words that it was made for.

    Either its carrier never asked what to say, or whoever took it up pressed no key.
    """
    if message is None or message.channel == "text" or message.spoken_call == receipt.carrier_id:
        return receipt
    if receipt.status is not ReceiptStatus.DELIVERED:
        return receipt
    failed = replace(
        receipt, status=ReceiptStatus.FAILED, reason=Reason.CARRIER, error="nothing was said"
    )
    if ussd_sessions.was_taken_up(conn, receipt.gateway, receipt.carrier_id):
        return replace(failed, reason=Reason.UNKNOWN, error=NO_KEY)
    return failed


def _of_whole(conn: Conn, message: _Message | None, receipt: Receipt) -> Receipt:
    """Return what the receipt of a part that arrived says of the whole text: sent, until all have.

    Where neither the carrier nor a message of ours says of how many, it waits for the message.
    """
    rows = conn.execute(_ARRIVED_PARTS, (receipt.gateway, receipt.carrier_id)).fetchall()
    arrived = {row[0] for row in rows} | {receipt.part}
    total = receipt.parts or (message.segments if message else None)
    sent = replace(receipt, status=ReceiptStatus.SENT)
    return sent if total is None else _if_whole(sent, len(arrived), total)


def _if_whole(receipt: Receipt, arrived: int, total: int) -> Receipt:
    """Return `receipt`, as delivered where so many parts arrived that all have."""
    if arrived < max(total, 1):
        return receipt
    return replace(receipt, status=ReceiptStatus.DELIVERED)


def _apply(
    conn: Conn,
    message: _Message,
    receipt: Receipt,
    now: datetime,
    patience: timedelta = timedelta(),
) -> None:
    """Move `message` by `receipt`. `patience`: how long an accepted code waits for its receipt."""
    verdict = after_receipt(message.standing, receipt, now)
    if verdict is None:
        return
    failed = verdict.status == "failed"
    again = message.confirm_by or (verdict.reason is Reason.TEMPLATE and message.channel == "text")
    second = second_send_at(verdict.reason, now) if failed and again else None
    moved = conn.execute(
        """
        UPDATE messages
        SET status = %(status)s, error = %(error)s, carrier_id = %(carrier_id)s,
            next_attempt_at = coalesce(%(next)s, next_attempt_at),
            sent_at = CASE WHEN %(status)s IN ('sent', 'delivered')
                           THEN coalesce(sent_at, %(now)s) ELSE sent_at END,
            delivered_at = CASE WHEN %(status)s = 'delivered' THEN %(now)s ELSE delivered_at END,
            told_at = CASE WHEN %(status)s = 'delivered' THEN coalesce(%(told_at)s, told_at)
                      ELSE told_at END,
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
            "told_at": receipt.told_at,
        },
    ).rowcount
    if moved and failed:
        end = EndedMessage(
            message.id, message.article_id, message.template, message.lane, message.again_of, second
        )
        record_end(conn, end, verdict, now)
