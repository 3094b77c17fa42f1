"""The register of requests: asked, signed, agreed, refused, withdrawn or lapsed.

Each change of state is one UPDATE of what still waits, so of two at once only one is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import psycopg

from india.calendar import bounds, day_of
from postal.people.doer import Doer, Staff
from postal.requests.reading import StaffRequest, State, get, one
from postal.requests.wish import Wish, office_of
from store.database import Conn
from store.refusals import Conflict

TOLD_EVERY: Final = timedelta(hours=1)
"""Second persons are texted once in it about what the same person asks of the same article."""
LONGEST_NOTE: Final = 200


class AskedAlready(Conflict):
    """The same waits for a second person already."""

    sentence = "the same was asked already and waits for a second person"
    word = "request_asked_already"


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
                INSERT INTO requests (what, article_id, postman_id, credit_id, day, office_id,
                    phone, document, document_last4, payment, pieces_missing, refund_way,
                    refund_ref, counter_day_id, closed_day_id, pin_hash, account_id, new_account,
                    account_name, account_role, mode, reason, note, token_id, named_id, asked_at,
                    until, signed_by, signed_at)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
                        %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
                """,
                (
                    wish.what,
                    wish.article_id,
                    wish.postman_id,
                    wish.credit_id,
                    wish.day,
                    office_of(conn, wish, by.office),
                    wish.phone,
                    wish.document,
                    wish.last4,
                    wish.payment,
                    list(wish.missing) or None,
                    wish.refund_way,
                    wish.refund_ref,
                    wish.counter_day_id,
                    wish.closed_day_id,
                    wish.pin_hash,
                    wish.account_id,
                    wish.new_account,
                    wish.account.name if wish.account else None,
                    wish.account.role if wish.account else None,
                    wish.mode,
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


def hold(conn: Conn, id_: int, now: datetime) -> StaffRequest:
    """Return the request, its row locked. Raise `UnknownRequest`, and `NotWaiting` once decided."""
    found = one(conn, "WHERE r.id = %s FOR UPDATE OF r", id_)
    if found.state != "waiting":
        raise NotWaiting(found.state)
    if found.until <= now:
        raise NotWaiting("lapsed")
    return found


def note_seen(conn: Conn, request: StaffRequest, staff_row: int, now: datetime) -> None:
    """Note that the person who asked saw what became of it."""
    conn.execute(
        "UPDATE requests SET seen_at = %s WHERE id = %s AND signed_by = %s AND seen_at IS NULL"
        " AND state <> 'waiting'",
        (now, request.id, staff_row),
    )


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
            AND e.credit_id IS NOT DISTINCT FROM r.credit_id
            AND e.closed_day_id IS NOT DISTINCT FROM r.closed_day_id
            AND (e.account_id, e.new_account)
                IS NOT DISTINCT FROM (r.account_id, r.new_account)
            AND (e.day, e.mode, e.office_id)
                IS NOT DISTINCT FROM (r.day, r.mode, r.office_id))
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
