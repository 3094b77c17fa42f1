"""Refunds: each is ordered once, done once and entered in the books once.

A refund by the provider takes an order and some calls (payments/rounds.py makes them). A refund by
hand is done when it is entered: another UPI transfer with the bank's reference, or cash from an
open counter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

import psycopg

from postal.counter import counter_days, credits, day_end, ledger
from postal.counter.credits import Credit
from postal.counter.ledger import NewEntry
from postal.counter.payment_rules import next_refund
from postal.people.doer import Doer
from store import feed
from store.database import Conn
from store.refusals import Conflict

LEASE: Final = timedelta(seconds=60)


@dataclass(frozen=True)
class ClaimedRefund:
    """A refund that only the holder of `lease` orders until that ends. `key` never changes.

    `out_at`: since when the provider may have an order; None: this is the first call.
    """

    credit: Credit
    key: UUID
    lease: UUID
    out_at: datetime | None


class NotDue(Conflict):
    """The sum is not due to go back: it was booked, or went back already."""

    word = "refund_not_due"

    def __init__(self, state: str) -> None:
        super().__init__(f"nothing is to be given back: this sum is {state}")


class RefundUnderWay(Conflict):
    """The provider has the order already."""

    sentence = "the provider is giving it back already: see what becomes of that first"
    word = "refund_under_way"


class NoOffice(Conflict):
    """The money belongs to no office, so an office must give it back through its own books."""

    sentence = "nobody knows whose money this is: an office gives it back at the counter"


class DrawerShort(Conflict):
    """The drawer should hold less than the refund. `held`: paise."""

    word = "refund_drawer_short"

    def __init__(self, held: int) -> None:
        super().__init__(
            "the drawer should hold less cash than that: give it back another way, or put cash in"
        )
        self.held = held


class ReferenceUsed(Conflict):
    """The bank's reference belongs to another refund."""

    sentence = "this reference stands for another refund: compare the digits"
    field = "reference"
    word = "upi_reference_used"


def ask(conn: Conn, credit_id: int, by: Doer) -> Credit:
    """Order the refund at the provider; if it is under way already, change nothing.

    Raises `UnknownCredit`, `NotDue` and `NoOffice`.
    """
    credit = _due(conn, credit_id)
    if credit.refund_way == "provider":
        return credit
    _adopt(conn, credit, by.office, by.at)
    conn.execute(
        "UPDATE credits SET refund_way = 'provider', refund_key = %s, refund_asked_at = %s,"
        " refund_asked_by = %s, refund_error = NULL, refund_next_at = %s WHERE id = %s",
        (uuid4(), by.at, by.staff_row, by.at, credit_id),
    )
    return credits.get(conn, credit_id)


def enter_transfer(conn: Conn, credit_id: int, rrn: str, by: Doer) -> Credit:
    """Enter a refund by another UPI transfer with this bank reference; repeating it is harmless.

    Raises `UnknownCredit`, `NotDue`, `RefundUnderWay`, `NoOffice`, `ReferenceUsed`.
    """
    credit = _locked(conn, credit_id)
    if credit.state == "refunded" and credit.refund_way == "upi" and credit.refund_ref == rrn:
        return credit
    credit = _by_hand(conn, credit_id)
    _adopt(conn, credit, by.office, by.at)
    try:
        with conn.transaction():
            conn.execute(
                "UPDATE credits SET refund_way = 'upi', refund_ref = %s, refund_asked_at = %s,"
                " refund_asked_by = %s WHERE id = %s",
                (rrn, by.at, by.staff_row, credit_id),
            )
    except psycopg.errors.UniqueViolation as used:
        raise ReferenceUsed from used
    return _done(conn, credit_id, by.staff_row, None, by.at)


def enter_cash(conn: Conn, credit_id: int, counter_day_id: int, by: Doer) -> Credit:
    """Enter a refund in cash from the drawer of an open counter.

    Raises `UnknownCredit`, `NotDue`, `RefundUnderWay`, `NoOffice`, `CounterClosed`, `DrawerShort`.
    """
    credit = _by_hand(conn, credit_id)
    counter_days.hold_alone(conn, counter_day_id)
    held = day_end.expected(conn, counter_day_id)
    if credit.paise > held:
        raise DrawerShort(held)
    _adopt(conn, credit, by.office, by.at)
    conn.execute(
        "UPDATE credits SET refund_way = 'cash', refund_asked_at = %s, refund_asked_by = %s"
        " WHERE id = %s",
        (by.at, by.staff_row, credit_id),
    )
    return _done(conn, credit_id, by.staff_row, counter_day_id, by.at)


# ---- what the worker does ------------------------------------------------------------------------


def claim(conn: Conn, now: datetime) -> ClaimedRefund | None:
    """Lease the refund that has been due for the longest time.

    From here on the provider may have an order, even if this process dies.
    """
    lease = uuid4()
    row = conn.execute(
        """
        WITH was AS MATERIALIZED (
            SELECT id, refund_out_at FROM credits WHERE refund_next_at <= %(now)s
            AND (refund_leased_until IS NULL OR refund_leased_until <= %(now)s)
            ORDER BY refund_next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        UPDATE credits c SET refund_lease = %(lease)s, refund_leased_until = %(until)s,
            refund_out_at = coalesce(was.refund_out_at, %(now)s)
        FROM was WHERE c.id = was.id RETURNING c.id, c.refund_key, was.refund_out_at
        """,
        {"lease": lease, "until": now + LEASE, "now": now},
    ).fetchone()
    return ClaimedRefund(credits.get(conn, row[0]), row[1], lease, row[2]) if row else None


def done(conn: Conn, claimed: ClaimedRefund, ref: str, now: datetime) -> bool:
    """Enter that the provider gave it back. False: somebody else settled it meanwhile."""
    row = conn.execute(
        "SELECT refund_asked_by FROM credits WHERE id = %s AND state = 'refund_due'"
        " AND refund_lease = %s FOR UPDATE",
        (claimed.credit.id, claimed.lease),
    ).fetchone()
    if row is None:
        return False
    conn.execute("UPDATE credits SET refund_ref = %s WHERE id = %s", (ref, claimed.credit.id))
    _done(conn, claimed.credit.id, row[0], None, now)
    return True


def wait(
    conn: Conn, claimed: ClaimedRefund, ref: str | None, error: str | None, now: datetime
) -> None:
    """Ask again later: the provider has not done it yet, or did not answer."""
    asked = claimed.credit.refund_asked_at or now
    conn.execute(
        "UPDATE credits SET refund_ref = coalesce(%s, refund_ref), refund_error = %s,"
        " refund_next_at = %s, refund_lease = NULL, refund_leased_until = NULL"
        " WHERE id = %s AND refund_lease = %s",
        (ref, error, next_refund(asked, now), claimed.credit.id, claimed.lease),
    )


def not_looked_at(conn: Conn, claimed: ClaimedRefund, error: str, now: datetime) -> None:
    """Ask again later with the same key: the provider rejected the call unread (our keys, too many
    calls), so it has an order only if an earlier call placed one."""
    if _mine(conn, claimed):
        conn.execute(
            "UPDATE credits SET refund_out_at = %s WHERE id = %s",
            (claimed.out_at, claimed.credit.id),
        )
        wait(conn, claimed, None, error, now)


def refused(conn: Conn, claimed: ClaimedRefund, error: str, now: datetime) -> None:
    """Handle a refused call: after the first call the sum is due as before, with the error.

    If an earlier call may have placed the order, the refusal says nothing about that order. Ask
    again, because another order with another key could pay twice.
    """
    if claimed.out_at is not None:
        wait(conn, claimed, None, error, now)
    else:
        not_done(conn, claimed, error)


def not_done(conn: Conn, claimed: ClaimedRefund, error: str) -> None:
    """Drop an order that failed for good: the sum is due as before, with the error, and another
    order gets a new key."""
    conn.execute(
        "UPDATE credits SET refund_way = NULL, refund_key = NULL, refund_asked_at = NULL,"
        " refund_asked_by = NULL, refund_ref = NULL, refund_next_at = NULL, refund_lease = NULL,"
        " refund_leased_until = NULL, refund_out_at = NULL, refund_error = %s"
        " WHERE id = %s AND refund_lease = %s",
        (error, claimed.credit.id, claimed.lease),
    )


def found_refunded(conn: Conn, credit_id: int, ref: str, now: datetime) -> bool:
    """Enter a refund made on the provider's own site, not by our order. False: it was not due."""
    credit = _locked(conn, credit_id)
    if credit.state != "refund_due":
        return False
    if credit.office_id is not None:
        _adopt(conn, credit, None, now)
    conn.execute(
        "UPDATE credits SET refund_way = 'provider', refund_asked_at = coalesce(refund_asked_at,"
        " %s), refund_ref = coalesce(refund_ref, %s) WHERE id = %s",
        (now, ref, credit_id),
    )
    _done(conn, credit_id, None, None, now)
    return True


def _mine(conn: Conn, claimed: ClaimedRefund) -> bool:
    return (
        conn.execute(
            "SELECT 1 FROM credits WHERE id = %s AND refund_lease = %s FOR UPDATE",
            (claimed.credit.id, claimed.lease),
        ).fetchone()
        is not None
    )


def _locked(conn: Conn, credit_id: int) -> Credit:
    conn.execute("SELECT 1 FROM credits WHERE id = %s FOR UPDATE", (credit_id,))
    return credits.get(conn, credit_id)


def _due(conn: Conn, credit_id: int) -> Credit:
    credit = _locked(conn, credit_id)
    if credit.state != "refund_due":
        raise NotDue(credit.state)
    return credit


def _by_hand(conn: Conn, credit_id: int) -> Credit:
    credit = _due(conn, credit_id)
    if credit.refund_way is not None:
        raise RefundUnderWay
    return credit


def _adopt(conn: Conn, credit: Credit, office: int | None, now: datetime) -> None:
    """Take money of no office into the books of the office that gives it back."""
    if credit.office_id is not None:
        return
    if office is None:
        raise NoOffice
    conn.execute("UPDATE credits SET office_id = %s WHERE id = %s", (office, credit.id))
    ledger.enter(
        conn,
        NewEntry("unclassified", "upi", credit.paise, office, group_id=credit.group_id),
        now,
    )


def _done(
    conn: Conn, credit_id: int, staff_row: int | None, counter_day_id: int | None, now: datetime
) -> Credit:
    conn.execute(
        "UPDATE credits SET state = 'refunded', refunded_at = %s, refund_error = NULL,"
        " refund_next_at = NULL, refund_lease = NULL, refund_leased_until = NULL WHERE id = %s",
        (now, credit_id),
    )
    credit = credits.get(conn, credit_id)
    if credit.office_id is not None:
        entry = NewEntry(
            "refund",
            "cash" if credit.refund_way == "cash" else "upi",
            -credit.paise,
            credit.office_id,
            counter_day_id,
            staff_row,
            credit.group_id,
        )
        ledger.enter(conn, entry, now)
    data = {"booking": credit.tr, "paise": credit.paise, "way": credit.refund_way}
    feed.append(conn, "payment_refunded", None, now, data)
    return credit
