"""The register of requests: asked, signed, agreed, refused, withdrawn or lapsed.

Each change of state is one UPDATE of what still waits, so of two at once only one is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

import psycopg
from psycopg.rows import class_row

from flows.events import DocumentType
from india.calendar import bounds, day_of
from postal.counter.ledger import Method
from postal.counter.payment_rules import Way
from postal.people.doer import Doer, Staff
from postal.people.rights import Act
from postal.requests.wish import ACT, What, Wish, office_of
from store.database import Conn
from store.refusals import Conflict, Unknown

State = Literal["waiting", "agreed", "refused", "withdrawn", "lapsed"]
TOLD_EVERY: Final = timedelta(hours=1)
"""Second persons are texted once in it about what the same person asks of the same article."""
LONGEST_NOTE: Final = 200
_SHOWN: Final = 100


@dataclass(frozen=True)
class StaffRequest:
    """One request. `article`: the number; `postman`: staff id; `paise`: the sum to be refunded.

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
    office_id: int | None
    office: str | None
    phone: str | None
    document: DocumentType | None
    document_last4: str | None
    payment: Method | None
    refund_way: Way | None
    refund_ref: str | None
    counter_day_id: int | None
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
        """Return what it is about, as the pages name it: an article, a postman's staff id."""
        return self.article or self.postman or f"#{self.credit_id}"


class AskedAlready(Conflict):
    """The same waits for a second person already."""

    sentence = "the same was asked already and waits for a second person"
    word = "request_asked_already"


class UnknownRequest(Unknown):
    """No request has this row id."""

    sentence = "there is no such request"


class NotWaiting(Conflict):
    """The request is decided: whatever is done to it now, nothing happens twice."""

    def __init__(self, state: State) -> None:
        super().__init__(f"this request is {state} already", word=f"request_is_{state}")


class SignedAlready(Conflict):
    """Somebody else signed first a moment ago."""

    sentence = "somebody else signed first a moment ago: the second signature is missing now"
    word = "request_signed_already"


class NotTheAsker(Conflict):
    """Only who asked withdraws a request."""

    sentence = "only who asked can withdraw this"
    word = "request_not_yours"


class NotTheNamed(Conflict):
    """Software named another person, who signs first."""

    word = "request_not_named"

    def __init__(self, staff_id: str) -> None:
        super().__init__(f"software named {staff_id}, who signs this first", staff=staff_id)


_READ = """
SELECT r.id, r.what, r.state, r.article_id, a.number AS article, r.postman_id,
       p.staff_id AS postman, p.name AS postman_name,
       (SELECT min(c.id) FROM conversations c WHERE c.whose = p.phone) AS conversation,
       r.credit_id, k.paise, r.office_id, o.name AS office, r.phone, r.document, r.document_last4,
       r.payment, r.refund_way, r.refund_ref, r.counter_day_id, r.reason, r.note,
       t.name AS software, r.named_id AS named, n.staff_id AS named_id, r.asked_at, r.until,
       r.signed_by, f.staff_id AS signed_id, f.name AS signed_name, r.signed_at, r.decided_by,
       d.staff_id AS decided_id, d.name AS decided_name, r.decided_at, r.answer, r.refused_as,
       r.seen_at
FROM requests r LEFT JOIN articles a ON a.id = r.article_id LEFT JOIN staff p ON p.id = r.postman_id
LEFT JOIN credits k ON k.id = r.credit_id LEFT JOIN offices o ON o.id = r.office_id
LEFT JOIN tokens t ON t.id = r.token_id LEFT JOIN staff n ON n.id = r.named_id
LEFT JOIN staff f ON f.id = r.signed_by LEFT JOIN staff d ON d.id = r.decided_by
"""


@dataclass(frozen=True)
class Why:
    """Why somebody asks: a reason of the pages' list, and what he adds to it."""

    reason: str
    note: str = ""


def ask(conn: Conn, wish: Wish, why: Why, by: Doer) -> StaffRequest:
    """Write down what `by` asks; software asks without signing. Raise `AskedAlready`."""
    signed = by.who if isinstance(by.who, Staff) else None
    named = None if signed else by.staff_row
    lapse(conn, by.at)
    try:
        with conn.transaction():
            row = conn.execute(
                """
                INSERT INTO requests (what, article_id, postman_id, credit_id, office_id, phone,
                    document, document_last4, payment, refund_way, refund_ref, counter_day_id,
                    pin_hash, reason, note, token_id, named_id, asked_at, until, signed_by,
                    signed_at)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
                        %s, %s) RETURNING id
                """,
                (
                    wish.what,
                    wish.article_id,
                    wish.postman_id,
                    wish.credit_id,
                    office_of(conn, wish, by.office),
                    wish.phone,
                    wish.document,
                    wish.last4,
                    wish.payment,
                    wish.refund_way,
                    wish.refund_ref,
                    wish.counter_day_id,
                    wish.pin_hash,
                    why.reason,
                    why.note[:LONGEST_NOTE],
                    by.token_id,
                    named,
                    by.at,
                    bounds(day_of(by.at))[1],
                    signed.row if signed else None,
                    by.at if signed else None,
                ),
            ).fetchone()
    except psycopg.errors.UniqueViolation as again:
        raise AskedAlready from again
    assert row is not None
    return get(conn, row[0])


def same(conn: Conn, wish: Wish) -> StaffRequest | None:
    """Return what waits already and asks exactly this, so that a repeat asks nothing new."""
    with conn.cursor(row_factory=class_row(StaffRequest)) as cursor:
        return cursor.execute(
            _READ + "WHERE r.state = 'waiting' AND r.what = %s AND r.pin_hash IS NULL"
            " AND (r.article_id, r.postman_id, r.credit_id, r.phone, r.document, r.document_last4,"
            "      r.payment, r.refund_way, r.refund_ref, r.counter_day_id)"
            " IS NOT DISTINCT FROM (%s::bigint, %s::bigint, %s::bigint, %s::phone, %s, %s, %s, %s,"
            "                       %s, %s::bigint)",
            (
                wish.what,
                wish.article_id,
                wish.postman_id,
                wish.credit_id,
                wish.phone,
                wish.document,
                wish.last4,
                wish.payment,
                wish.refund_way,
                wish.refund_ref,
                wish.counter_day_id,
            ),
        ).fetchone()


def get(conn: Conn, id_: int) -> StaffRequest:
    """Return the request with that row id. Raise `UnknownRequest`."""
    return _one(conn, "WHERE r.id = %s", id_)


def hold(conn: Conn, id_: int, now: datetime) -> StaffRequest:
    """Return the request, its row locked. Raise `UnknownRequest`, and `NotWaiting` once decided."""
    found = _one(conn, "WHERE r.id = %s FOR UPDATE OF r", id_)
    if found.state != "waiting":
        raise NotWaiting(found.state)
    if found.until <= now:
        raise NotWaiting("lapsed")
    return found


def waiting(conn: Conn, now: datetime) -> list[StaffRequest]:
    """Return everything that waits now, the oldest first."""
    with conn.cursor(row_factory=class_row(StaffRequest)) as cursor:
        return cursor.execute(
            _READ + "WHERE r.state = 'waiting' AND r.until > %s ORDER BY r.asked_at, r.id", (now,)
        ).fetchall()


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


def note_seen(conn: Conn, request: StaffRequest, staff_row: int, now: datetime) -> None:
    """Note that the person who asked saw what became of it."""
    conn.execute(
        "UPDATE requests SET seen_at = %s WHERE id = %s AND signed_by = %s AND seen_at IS NULL"
        " AND state <> 'waiting'",
        (now, request.id, staff_row),
    )


def pin_hash(conn: Conn, id_: int) -> str:
    """Return the argon2 hash of the PIN that a request waits to set."""
    row = conn.execute("SELECT pin_hash FROM requests WHERE id = %s", (id_,)).fetchone()
    assert row is not None and row[0] is not None  # noqa: PT018 - asked with it, not decided yet
    return str(row[0])


# ---- what becomes of it --------------------------------------------------------------------------


def sign(conn: Conn, request: StaffRequest, by: Doer) -> None:
    """Note the first signature under what software asked. Raise `SignedAlready`."""
    signed = conn.execute(
        "UPDATE requests SET signed_by = %s, signed_at = %s, office_id ="
        " CASE WHEN what = 'refund' THEN coalesce(office_id, %s) ELSE office_id END"
        " WHERE id = %s AND signed_by IS NULL AND state = 'waiting' AND until > %s",
        (by.own_staff.row, by.at, by.office, request.id, by.at),
    )
    if signed.rowcount != 1:
        raise SignedAlready


def agree(conn: Conn, request: StaffRequest, by: Doer) -> None:
    """Note that the second person agreed and it was done. Raise `NotWaiting`."""
    _decide(conn, request, "agreed", by)


def refuse(
    conn: Conn, request: StaffRequest, by: Doer, *, answer: str = "", word: str = ""
) -> None:
    """Note that the second person refused it, or that a rule did, by its `word`.

    Raise `NotWaiting`.
    """
    _decide(conn, request, "refused", by, answer[:LONGEST_NOTE], word)


def withdraw(conn: Conn, request: StaffRequest, by: Doer) -> None:
    """Note that the person who asked withdrew it. Raise `NotTheAsker` and `NotWaiting`."""
    if request.signed_by != by.staff_row:
        raise NotTheAsker
    _decide(conn, request, "withdrawn", by)


def lapse(conn: Conn, now: datetime) -> int:
    """End what was not decided on its day; return how many."""
    return conn.execute(
        "UPDATE requests SET state = 'lapsed', decided_at = until, pin_hash = NULL"
        " WHERE state = 'waiting' AND until <= %s",
        (now,),
    ).rowcount


def claim_telling(conn: Conn, request: StaffRequest, now: datetime) -> bool:
    """Tell whether second persons may be texted about this request, and note that they are.

    Once an hour about what the same person, or software, asks of the same article, postman or sum.
    """
    told = conn.execute(
        """
        UPDATE requests r SET told_at = %(now)s WHERE id = %(id)s AND NOT EXISTS (
            SELECT FROM requests e WHERE e.told_at > %(since)s
            AND e.signed_by IS NOT DISTINCT FROM r.signed_by
            AND e.token_id IS NOT DISTINCT FROM r.token_id
            AND e.article_id IS NOT DISTINCT FROM r.article_id
            AND e.postman_id IS NOT DISTINCT FROM r.postman_id
            AND e.credit_id IS NOT DISTINCT FROM r.credit_id)
        """,
        {"now": now, "id": request.id, "since": now - TOLD_EVERY},
    )
    return told.rowcount == 1


def _decide(
    conn: Conn, request: StaffRequest, state: State, by: Doer, answer: str = "", word: str = ""
) -> None:
    decided = conn.execute(
        "UPDATE requests SET state = %s, decided_by = %s, decided_at = %s, answer = %s,"
        " refused_as = %s, pin_hash = NULL WHERE id = %s AND state = 'waiting' AND until > %s",
        (state, by.staff_row, by.at, answer, word or None, request.id, by.at),
    )
    if decided.rowcount != 1:
        raise NotWaiting(get(conn, request.id).state)


def _one(conn: Conn, condition: str, id_: int) -> StaffRequest:
    with conn.cursor(row_factory=class_row(StaffRequest)) as cursor:
        found = cursor.execute((_READ + condition).encode(), (id_,)).fetchone()
    if found is None:
        raise UnknownRequest
    return found
