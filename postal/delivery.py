"""The acts of a decision, done to the books: articles, items, codes, attempts, and the feed.

Every act runs under the row lock of its article. Each changes exactly one row of what it is about;
where it would not, the facts and the books have parted, and `BooksDisagree` undoes the whole turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from psycopg import Cursor

from flows.decision import (
    Act,
    CountWrongCode,
    HandOver,
    IssueCode,
    KillCode,
    MarkApproached,
    MarkDenied,
    MarkDoorOnly,
    MarkNotReceived,
    RecordRemark,
    UndoApproach,
    UndoHandOver,
    UndoRemark,
)
from store import feed
from store.database import Conn


class BooksDisagree(Exception):
    """An act found the books other than its facts said. Nothing of the turn is kept."""


@dataclass(frozen=True)
class Held:
    """An article whose row is locked, and the people that it concerns."""

    id: int
    number: str
    recipient_phone: str | None
    sender_phone: str | None
    item_id: int | None  # the last item that it stood on
    postman_id: int | None
    postman_phone: str | None
    office_phone: str | None


_HOLD = """
SELECT a.id, a.number, a.recipient_phone, a.sender_phone,
       i.id AS item_id, s.id AS postman_id, s.phone AS postman_phone,
       coalesce(o.phone, (
           SELECT home.phone FROM offices home WHERE home.pin = a.recipient_pin
           ORDER BY array_position(ARRAY['head', 'sub', 'branch'], home.branch_type), home.id
           LIMIT 1)) AS office_phone
FROM articles a
LEFT JOIN LATERAL (
    SELECT id, list_id FROM delivery_items WHERE article_id = a.id ORDER BY id DESC LIMIT 1
) i ON true
LEFT JOIN delivery_lists l ON l.id = i.list_id
LEFT JOIN staff s ON s.id = l.postman_id
LEFT JOIN offices o ON o.id = s.office_id
WHERE a.id = ANY(%s)
"""


def hold(conn: Conn, article_ids: list[int]) -> dict[str, Held]:
    """Locks the articles, in the order of their ids so that two texts never wait in a ring.

    Gives them by number, read after the lock.
    """
    if not article_ids:
        return {}
    conn.execute("SELECT 1 FROM articles WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [article_ids])
    rows = conn.execute(_HOLD, [article_ids]).fetchall()
    return {row[1]: Held(*row) for row in rows}


@dataclass(frozen=True)
class _Change:
    """A statement that must have changed one row, once its pipeline is through."""

    cursor: Cursor[tuple[Any, ...]]
    number: str
    sql: str


@dataclass(frozen=True)
class Books:
    """Does acts within one turn: one connection, one moment, the articles that the turn holds."""

    conn: Conn
    held: Mapping[str, Held]
    now: datetime
    today: date  # in Asia/Kolkata
    _changes: list[_Change] = field(default_factory=list)

    def do(self, acts: Sequence[Act]) -> None:
        """Carries out `acts` in one round trip. Raises `BooksDisagree` where they cannot be."""
        if not acts:
            return
        with self.conn.pipeline():
            for act in acts:
                self._do(act)
        for change in self._changes:
            if change.cursor.rowcount != 1:
                raise BooksDisagree(
                    f"article {change.number}: {change.cursor.rowcount} rows for: {change.sql[:60]}"
                )
        self._changes.clear()

    def _do(self, act: Act) -> None:
        article = self.held[act.article]
        match act:
            case IssueCode():
                self._issue_code(article, act)
            case KillCode():
                self._one(
                    "UPDATE codes SET dead_at = %(now)s, dead_reason = %(reason)s"
                    " WHERE article_id = %(id)s AND used_at IS NULL AND dead_at IS NULL",
                    article,
                    reason=act.reason,
                )
                self._feed("code_killed", article, reason=act.reason)
            case CountWrongCode():
                self._attempt(article, "wrong")
                self._feed("code_wrong", article)
            case MarkApproached():
                self._one(
                    "UPDATE delivery_items SET approached_at = %(now)s"
                    " WHERE id = %(item)s AND state = 'open'",
                    article,
                )
                self._feed("approached", article)
            case HandOver():
                self._hand_over(article, act)
            case RecordRemark():
                self._record_remark(article, act)
            case UndoHandOver():
                self._undo_hand_over(article)
            case UndoRemark():
                self._undo_remark(article)
            case UndoApproach():
                self._one(
                    "UPDATE delivery_items SET approached_at = NULL"
                    " WHERE id = %(item)s AND state = 'open'",
                    article,
                )
                self._feed("approach_undone", article)
            case MarkDoorOnly():
                self._one("UPDATE articles SET door_only = true WHERE id = %(id)s", article)
                self._feed("fraud_reported", article)
            case MarkDenied():
                self._feed("recipient_denied", article)
            case MarkNotReceived():
                self._one(
                    "UPDATE articles SET not_received_at = %(now)s WHERE id = %(id)s", article
                )
                self._feed("not_received", article)
            case _:
                raise BooksDisagree(f"no one knows how to do {type(act).__name__}")

    def _issue_code(self, article: Held, act: IssueCode) -> None:
        self.conn.execute(
            "UPDATE codes SET dead_at = %s, dead_reason = 'expired'"
            " WHERE article_id = %s AND used_at IS NULL AND dead_at IS NULL",
            [self.now, article.id],
        )
        self._one(
            "WITH next AS (UPDATE articles SET code_issue = code_issue + 1"
            " WHERE id = %(id)s RETURNING id, code_issue)"
            " INSERT INTO codes (article_id, issue, postman_id, released_at, expires_at)"
            " SELECT id, code_issue, %(postman)s, %(now)s, %(expires)s FROM next",
            article,
            expires=act.expires_at,
        )
        self._feed("code_issued", article, expires_at=act.expires_at.isoformat())

    def _hand_over(self, article: Held, act: HandOver) -> None:
        if act.proof == "code":
            self._one(
                "UPDATE codes SET used_at = %(now)s WHERE article_id = %(id)s"
                " AND used_at IS NULL AND dead_at IS NULL AND expires_at > %(now)s",
                article,
            )
            self._attempt(article, "right")
        self._one(
            "UPDATE delivery_items SET state = 'delivered', payment = %(payment)s,"
            " finished_at = %(now)s WHERE id = %(item)s AND state = 'open'",
            article,
            payment=act.payment,
        )
        self._one(
            "UPDATE articles SET state = 'delivered', delivered_at = %(now)s,"
            " updated_at = %(now)s WHERE id = %(id)s AND state = 'out_for_delivery'",
            article,
        )
        self._feed("delivered", article, proof=act.proof, payment=act.payment)

    def _record_remark(self, article: Held, act: RecordRemark) -> None:
        self._one(
            "UPDATE delivery_items SET state = 'attempted', remark = %(remark)s,"
            " finished_at = %(now)s WHERE id = %(item)s AND state = 'open'",
            article,
            remark=act.remark,
        )
        self._one(
            "UPDATE articles SET state = 'attempted', remark = %(remark)s,"
            " witness = 'unconfirmed', remark_counts = %(counts)s,"
            " attempts = attempts + %(counts)s::int, updated_at = %(now)s"
            " WHERE id = %(id)s AND state = 'out_for_delivery'",
            article,
            remark=act.remark,
            counts=act.counts,
        )
        self._feed("attempted", article, remark=act.remark, counts=act.counts)

    def _undo_hand_over(self, article: Held) -> None:
        # The code was spoken and is spent: it dies, a second handover needs a new one.
        self.conn.execute(
            "UPDATE codes SET used_at = NULL, dead_at = %s, dead_reason = 'undone'"
            " WHERE article_id = %s AND used_at IS NOT NULL",
            [self.now, article.id],
        )
        self._reopen_item(article, "delivered")
        self._one(
            "UPDATE articles SET state = 'out_for_delivery', delivered_at = NULL,"
            " updated_at = %(now)s WHERE id = %(id)s AND state = 'delivered'",
            article,
        )
        self._feed("handover_undone", article)

    def _undo_remark(self, article: Held) -> None:
        self._reopen_item(article, "attempted")
        self._one(
            "UPDATE articles SET state = 'out_for_delivery', remark = NULL, witness = NULL,"
            " attempts = attempts - remark_counts::int, remark_counts = NULL,"
            " updated_at = %(now)s WHERE id = %(id)s AND state = 'attempted'",
            article,
        )
        self._feed("remark_undone", article)

    def _reopen_item(self, article: Held, state: str) -> None:
        self._one(
            "UPDATE delivery_items SET state = 'open', remark = NULL, payment = NULL,"
            " finished_at = NULL WHERE id = %(item)s AND state = %(state)s",
            article,
            state=state,
        )

    def _attempt(self, article: Held, outcome: str) -> None:
        self._one(
            "INSERT INTO code_attempts (article_id, staff_id, day, at, outcome)"
            " VALUES (%(id)s, %(postman)s, %(today)s, %(now)s, %(outcome)s)",
            article,
            outcome=outcome,
            today=self.today,
        )

    def _feed(self, kind: str, article: Held, **data: Any) -> None:
        feed.append(self.conn, kind, article.id, self.now, data)

    def _one(self, sql: str, article: Held, **values: Any) -> None:
        cursor = self.conn.execute(
            sql,
            {
                "id": article.id,
                "item": article.item_id,
                "postman": article.postman_id,
                "now": self.now,
                **values,
            },
        )
        self._changes.append(_Change(cursor, article.number, sql))
