"""UPI at the counter: attempts begun and ended, money taken.

A provider's HTTP call never runs inside a transaction. Money is taken in one transaction under the
booking's lock: entered and booked, or entered and due to be refunded; never one without the other.
What comes unasked: `payments/rounds.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import psycopg
import structlog

from conversation import counter
from logs import described
from outbox.wake import PAYMENTS, ring, wake
from postal.counter import credits, groups, ledger, payments
from postal.counter.credits import Credit, NewCredit, Source
from postal.counter.groups import Group, NothingToBook, NumberInUse
from postal.counter.ledger import NewEntry
from postal.counter.payment_rules import Book, BookingStanding, Due, judge
from postal.counter.payments import Claimed, Payment
from postal.people.doer import Doer
from providers.base import (
    NAMES,
    Attempt,
    Came,
    Failure,
    Provider,
    ProviderName,
    ProviderRefused,
    Watched,
)
from providers.static import NAME as STATIC
from runtime import Runtime
from store import feed
from store.database import Conn
from store.refusals import Conflict

log = structlog.get_logger(__name__)

_MAKE_AGAIN: Final = timedelta(seconds=2)


class UpiOff(Conflict):
    """No provider takes UPI here."""

    sentence = "UPI is not set up here: UPI_PROVIDER names who takes it. Take cash"
    word = "upi_off"


class NotToOwnId(Conflict):
    """A provider shows the payment and itself says what came."""

    sentence = "this payment is not to the department's own UPI id"


@dataclass(frozen=True)
class TakenSum:
    """The result of taking a sum. `new` is False where it had been taken before."""

    credit: Credit
    new: bool


# ---- an attempt ----------------------------------------------------------------------------------


def begin(runtime: Runtime, group_id: int) -> Payment:
    """Begin an attempt and ask the provider for its QR code; return the open one if there is one.

    The worker repeats what the provider does not answer. Raise `UpiOff`, `UnknownGroup`, `NotOpen`,
    `NothingToBook`.
    """
    begun = runtime.database.run(lambda conn: prepare(runtime, conn, group_id))
    if isinstance(begun, Payment):
        return begun
    make(runtime, begun)
    return runtime.database.run(lambda conn: payments.get(conn, begun.payment.id))


def prepare(runtime: Runtime, conn: Conn, group_id: int) -> Claimed | Payment:
    """Begin an attempt, which the caller must `make` after the commit. Raise as `begin`."""
    name = runtime.settings.takes_upi_by
    if name not in runtime.providers:
        raise UpiOff
    lives = timedelta(seconds=runtime.settings.upi_seconds)
    return payments.begin(conn, group_id, name, lives, runtime.now())


def make(runtime: Runtime, claimed: Claimed) -> None:
    """Ask the provider for the QR code of a claimed attempt, and show it."""
    payment = claimed.payment
    made = provider_of(runtime, payment.provider).make(attempt_of(payment))

    def work(conn: Conn) -> None:
        now = runtime.now()
        if isinstance(made, ProviderRefused):
            groups.lock(conn, payment.group_id)
            payments.release(conn, claimed, made.error, now)
            payments.end(conn, payment.id, "failed", now, made.error)
        elif isinstance(made, Failure):
            payments.release(conn, claimed, made.error, now + _MAKE_AGAIN)
        else:
            watched = isinstance(provider_of(runtime, payment.provider), Watched)
            payments.show(conn, claimed, made.ref, made.text, made.image, now if watched else None)

    if isinstance(made, Failure):
        log.warning("no_qr", payment=payment.id, provider=payment.provider, error=made.error)
    runtime.database.run(work)


def stop(runtime: Runtime, payment_id: int) -> bool:
    """Stop an attempt for the clerk. False: it had ended before, perhaps by money."""

    def work(conn: Conn) -> bool:
        groups.lock(conn, payments.get(conn, payment_id).group_id)
        current = payments.get(conn, payment_id)
        return current.open and payments.end(conn, payment_id, "withdrawn", runtime.now())

    stopped = runtime.database.run(work)
    ring(runtime.redis, PAYMENTS)  # it is closed at the provider too
    return stopped


def expire(runtime: Runtime, conn: Conn, payment: Payment) -> bool:
    """End an attempt that has expired, or whose booking ended otherwise; tell whether it ended."""
    now = runtime.now()
    group = groups.lock(conn, payment.group_id)
    current = payments.get(conn, payment.id)
    if not current.open:
        return False
    if group.finished_at is not None:
        return payments.end(conn, payment.id, "withdrawn", now)
    return current.expires_at <= now and payments.end(conn, payment.id, "expired", now)


# ---- money ---------------------------------------------------------------------------------------


def take(runtime: Runtime, came: Came, source: Source) -> TakenSum:
    """Take a sum that a provider says has come. Raise only what the database raises."""
    taken = runtime.database.run(lambda conn: take_in(runtime, conn, came, source))
    after(runtime, taken)
    return taken


@dataclass(frozen=True)
class BankReference:
    """A transfer as the bank's statement shows it."""

    rrn: str
    paise: int


def enter_reference(runtime: Runtime, payment_id: int, seen: BankReference, by: Doer) -> TakenSum:
    """Enter the bank's reference of money that a clerk saw come; it counts once ever.

    A repetition for the same attempt changes nothing. Raise `UnknownPayment`, `CountedAlready`, and
    `UpiOff` where the attempt is not one of the department's own UPI id.
    """
    taken = runtime.database.run(lambda conn: enter_in(runtime, conn, payment_id, seen, by))
    after(runtime, taken)
    return taken


def enter_in(
    runtime: Runtime, conn: Conn, payment_id: int, seen: BankReference, by: Doer
) -> TakenSum:
    """Enter as `enter_reference`, within the caller's transaction; its commit precedes `after`."""
    payment = payments.get(conn, payment_id)
    if payment.provider != STATIC:
        raise NotToOwnId
    group = groups.lock(conn, payment.group_id)
    known = credits.find(conn, STATIC, seen.rrn)
    if known is not None and known.payment_id == payment_id:
        return TakenSum(known, new=False)
    credits.insist_unseen(conn, seen.rrn)
    source: Source = "clerk" if by.staff is not None else "software"
    came = Came(STATIC, seen.rrn, seen.paise, by.at, payment.tr, rrn=seen.rrn)
    taken = _take(runtime, conn, came, source, payment, group, by.staff_row)
    if not taken.new:
        raise credits.CountedAlready(seen.rrn)  # another booking's clerk was faster
    return taken


def take_in(runtime: Runtime, conn: Conn, came: Came, source: Source) -> TakenSum:
    """Take as `take`, within the caller's transaction; its commit precedes `after`."""
    payment = payments.by_ref(conn, came.provider, came.ref) if came.ref else None
    if payment is None and came.tr:
        payment = payments.by_tr(conn, came.provider, came.tr)
    group = groups.lock(conn, payment.group_id) if payment else None
    return _take(runtime, conn, came, source, payment, group, None)


def after(runtime: Runtime, taken: TakenSum) -> None:
    """Log new money, and wake the outbox and the payments' thread, after the commit."""
    if taken.new:
        log.info(
            "money_taken",
            credit=taken.credit.id,
            provider=taken.credit.provider,
            source=taken.credit.source,
            state=taken.credit.state,
            cause=taken.credit.cause,
        )
        wake(runtime.redis)
        ring(runtime.redis, PAYMENTS)


def _take(
    runtime: Runtime,
    conn: Conn,
    came: Came,
    source: Source,
    payment: Payment | None,
    group: Group | None,
    staff_row: int | None,
) -> TakenSum:
    """Take a sum for `group`, which is locked and was read under the lock."""
    now = runtime.now()
    verdict = judge(came.paise, BookingStanding(group.state, group.paise) if group else None)
    new = NewCredit(
        came.provider,
        came.payment_id,
        payment.id if payment else None,
        group.id if group else None,
        group.office_id if group else None,
        came.paise,
        came.rrn,
        source,
        staff_row,
        came.at,
    )
    cause = verdict.cause if isinstance(verdict, Due) else "not_booked"
    id_ = credits.take(conn, new, cause, now)
    if id_ is None:
        earlier = credits.find(conn, came.provider, came.payment_id)
        assert earlier is not None
        return TakenSum(earlier, new=False)
    if isinstance(verdict, Book) and group is not None and _book(runtime, conn, group.id):
        credits.booked(conn, id_)
    if payment is not None and group is not None:
        payments.end(conn, payment.id, "paid", now)
        if groups.get(conn, group.id).finished_at is not None:
            payments.end_others(conn, group, payment.id, now)
    _enter(conn, credits.get(conn, id_), now)
    return TakenSum(credits.get(conn, id_), new=True)


def _book(runtime: Runtime, conn: Conn, group_id: int) -> bool:
    """Book the group after payment. False: it cannot be booked, and nothing of it was.

    Whatever hinders it, the money has come and must be in the books. Only a database that is away,
    or asks for the transaction once more, is raised: nothing is written then at all.
    """
    try:
        with conn.transaction():
            counter.book(runtime, conn, group_id, "upi")
    except (NumberInUse, NothingToBook) as error:
        log.warning("paid_not_booked", group=group_id, error=type(error).__name__)
        return False
    except (psycopg.OperationalError, psycopg.InterfaceError):
        raise  # deadlocks and serialization failures too
    except Exception as error:
        log.error("paid_not_booked", group=group_id, **described(error))
        return False
    return True


def _enter(conn: Conn, credit: Credit, now: datetime) -> None:
    """Append to the feed; enter what was not booked in the books until it is refunded."""
    data = {"booking": credit.tr, "paise": credit.paise}
    if credit.state == "booked":
        feed.append(conn, "payment_booked", None, now, data)
        return
    feed.append(conn, "payment_refund_due", None, now, {**data, "cause": credit.cause})
    if credit.office_id is not None:
        entry = NewEntry(
            "unclassified", "upi", credit.paise, credit.office_id, group_id=credit.group_id
        )
        ledger.enter(conn, entry, now)


# ---- providers -----------------------------------------------------------------------------------


def provider_of(runtime: Runtime, name: str) -> Provider:
    """Return the provider of that name. Raise LookupError where its keys were removed."""
    for each in NAMES:
        if each == name and each in runtime.providers:
            return runtime.providers[each]
    raise LookupError(f"the provider {name} has no keys any more: set them again, money may come")


def watched(runtime: Runtime) -> dict[ProviderName, Watched]:
    """Return the providers that can be asked what came."""
    return {name: each for name, each in runtime.providers.items() if isinstance(each, Watched)}


def attempt_of(payment: Payment) -> Attempt:
    """Return what a provider needs to know of an attempt."""
    return Attempt(
        payment.id,
        payment.tr,
        payment.paise,
        payment.begun_at,
        payment.expires_at,
        payment.provider_ref,
    )
