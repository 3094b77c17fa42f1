"""Requests as they are read: what waits, what became of it, for whom it is news."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from psycopg.rows import class_row

from flows.events import DocumentType
from flows.facts import Mode
from postal.counter.ledger import Method
from postal.counter.payment_rules import Way
from postal.people.accounts import Role
from postal.people.rights import Act
from postal.requests.wish import ACT, What, Wish
from store.database import Conn
from store.refusals import Unknown

State = Literal["waiting", "agreed", "refused", "withdrawn", "lapsed"]
_SHOWN: Final = 100


@dataclass(frozen=True)
class StaffRequest:
    """One request. `article`: the number; `postman`: staff id; `paise`: the sum to be refunded;
    `closed_counter`: the number of the counter to be reopened.

    `signed_by` None: software asked and nobody has signed. `named`: the row of whom it named.
    `until`: the end of the day. `answer`: what the second person says of a refusal;
    `refused_as`: the word of the rule that refused it after he had agreed.
    """

    id: int
    what: What
    state: State
    article_id: int | None
    article: str | None
    postman_id: int | None
    postman: str | None
    postman_name: str | None
    conversation: int | None
    credit_id: int | None
    paise: int | None
    day: date | None
    office_id: int | None
    office: str | None
    phone: str | None
    document: DocumentType | None
    document_last4: str | None
    payment: Method | None
    pieces: int | None
    pieces_missing: list[int] | None
    refund_way: Way | None
    refund_ref: str | None
    counter_day_id: int | None
    closed_day_id: int | None
    closed_counter: int | None
    account_id: int | None
    account: str | None
    account_name: str | None
    account_role: Role | None
    mode: Mode | None
    reason: str
    note: str
    software: str | None
    named: int | None
    named_id: str | None
    asked_at: datetime
    until: datetime
    signed_by: int | None
    signed_id: str | None
    signed_name: str | None
    signed_at: datetime | None
    decided_by: int | None
    decided_id: str | None
    decided_name: str | None
    decided_at: datetime | None
    answer: str
    refused_as: str | None
    seen_at: datetime | None

    @property
    def act(self) -> Act:
        """Return the right that it takes."""
        return ACT[self.what]

    @property
    def about(self) -> str:
        """Return what it is about, as pages name it: article, staff id, counter, day, office."""
        if self.closed_counter is not None:
            return str(self.closed_counter)
        day = None if self.day is None else self.day.isoformat()
        office = self.office if self.mode is not None else None
        told = self.article or self.postman or self.account or day or office
        return told or f"#{self.credit_id}"


class UnknownRequest(Unknown):
    """No request has this row id."""

    sentence = "there is no such request"


_READ = """
SELECT r.id, r.what, r.state, r.article_id, a.number AS article, r.postman_id,
       p.staff_id AS postman, p.name AS postman_name,
       (SELECT min(c.id) FROM conversations c WHERE c.whose = p.phone) AS conversation,
       r.credit_id, k.paise, r.day, r.office_id, o.name AS office, r.phone, r.document,
       r.document_last4, r.payment, a.pieces, r.pieces_missing, r.refund_way, r.refund_ref,
       r.counter_day_id, r.closed_day_id,
       e.counter AS closed_counter, r.account_id, coalesce(r.new_account, c.staff_id) AS account,
       r.account_name, r.account_role, r.mode, r.reason, r.note,
       t.name AS software, r.named_id AS named, n.staff_id AS named_id, r.asked_at, r.until,
       r.signed_by, f.staff_id AS signed_id, f.name AS signed_name, r.signed_at, r.decided_by,
       d.staff_id AS decided_id, d.name AS decided_name, r.decided_at, r.answer, r.refused_as,
       r.seen_at
FROM requests r LEFT JOIN articles a ON a.id = r.article_id LEFT JOIN staff p ON p.id = r.postman_id
LEFT JOIN credits k ON k.id = r.credit_id LEFT JOIN offices o ON o.id = r.office_id
LEFT JOIN tokens t ON t.id = r.token_id LEFT JOIN staff n ON n.id = r.named_id
LEFT JOIN staff f ON f.id = r.signed_by LEFT JOIN staff d ON d.id = r.decided_by
LEFT JOIN counter_days e ON e.id = r.closed_day_id LEFT JOIN staff c ON c.id = r.account_id
"""


def same(conn: Conn, wish: Wish) -> StaffRequest | None:
    """Return what waits already and asks exactly this, so that a repeat asks nothing new."""
    with conn.cursor(row_factory=class_row(StaffRequest)) as cursor:
        return cursor.execute(
            _READ + "WHERE r.state = 'waiting' AND r.what = %s AND r.pin_hash IS NULL"
            " AND (r.article_id, r.postman_id, r.credit_id, r.day, r.phone, r.document,"
            "      r.document_last4, r.payment, r.refund_way, r.refund_ref, r.counter_day_id,"
            "      r.closed_day_id, r.pieces_missing)"
            " IS NOT DISTINCT FROM (%s::bigint, %s::bigint, %s::bigint, %s::date, %s::phone, %s,"
            "                       %s, %s, %s, %s, %s::bigint, %s::bigint, %s::smallint[])",
            (
                wish.what,
                wish.article_id,
                wish.postman_id,
                wish.credit_id,
                wish.day,
                wish.phone,
                wish.document,
                wish.last4,
                wish.payment,
                wish.refund_way,
                wish.refund_ref,
                wish.counter_day_id,
                wish.closed_day_id,
                list(wish.missing) or None,
            ),
        ).fetchone()


def get(conn: Conn, id_: int) -> StaffRequest:
    """Return the request with that row id. Raise `UnknownRequest`."""
    return one(conn, "WHERE r.id = %s", id_)


def waiting(conn: Conn, now: datetime) -> list[StaffRequest]:
    """Return everything that waits now, the oldest first."""
    with conn.cursor(row_factory=class_row(StaffRequest)) as cursor:
        return cursor.execute(
            _READ + "WHERE r.state = 'waiting' AND r.until > %s ORDER BY r.asked_at, r.id", (now,)
        ).fetchall()


def any_for(conn: Conn, staff_row: int, now: datetime) -> tuple[bool, bool]:
    """Return whether anything waits now, and whether there is news for this person.

    Every page asks, and mostly there is neither: this reads one table instead of eleven.
    """
    row = conn.execute(
        "SELECT EXISTS (SELECT FROM requests WHERE state = 'waiting' AND until > %s),"
        " EXISTS (SELECT FROM requests WHERE signed_by = %s"
        " AND state IN ('agreed', 'refused', 'lapsed') AND seen_at IS NULL)",
        (now, staff_row),
    ).fetchone()
    assert row is not None
    return bool(row[0]), bool(row[1])


def of_person(conn: Conn, staff_row: int, since: datetime) -> list[StaffRequest]:
    """Return what this person signed or decided since `since`, the newest first."""
    with conn.cursor(row_factory=class_row(StaffRequest)) as cursor:
        return cursor.execute(
            _READ + "WHERE %(row)s IN (r.signed_by, r.decided_by) AND r.asked_at >= %(since)s"
            " AND r.state <> 'waiting' ORDER BY r.id DESC LIMIT %(most)s",
            {"row": staff_row, "since": since, "most": _SHOWN},
        ).fetchall()


def news(conn: Conn, staff_row: int) -> list[StaffRequest]:
    """Return what was decided of this person's requests and he has not seen yet."""
    with conn.cursor(row_factory=class_row(StaffRequest)) as cursor:
        return cursor.execute(
            _READ + "WHERE r.signed_by = %s AND r.state IN ('agreed', 'refused', 'lapsed')"
            " AND r.seen_at IS NULL ORDER BY r.decided_at LIMIT %s",
            (staff_row, _SHOWN),
        ).fetchall()


def pin_hash(conn: Conn, id_: int) -> str:
    """Return the argon2 hash of the PIN or password that a request waits to set."""
    row = conn.execute("SELECT pin_hash FROM requests WHERE id = %s", (id_,)).fetchone()
    assert row is not None and row[0] is not None  # noqa: PT018 - asked with it, not decided yet
    return str(row[0])


def one(conn: Conn, condition: str, id_: int) -> StaffRequest:
    """Return the only request that fits `condition`. Raise `UnknownRequest`."""
    with conn.cursor(row_factory=class_row(StaffRequest)) as cursor:
        found = cursor.execute((_READ + condition).encode(), (id_,)).fetchone()
    if found is None:
        raise UnknownRequest
    return found
