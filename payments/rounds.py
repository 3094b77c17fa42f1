"""Requests to payment providers for which nobody waits: threads beside the worker's own work.

QR codes that were not made at once, money that came (the hook may be switched off or get lost), the
closing of what expired, refunds. All of it is claimed with a lease: two workers do not disturb each
other, and another takes up what a killed one leaves.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

import psycopg
import structlog

from logs import described
from outbox.crew import Crew, Work
from outbox.wake import PAYMENTS, ring
from payments import reconciliation, upi
from postal.counter import payments, reconciliations, refunds
from postal.counter.payments import Claimed, Payment
from postal.counter.reconciliations import Reconciliation
from postal.counter.refunds import ClaimedRefund
from providers.base import (
    Busy,
    Closed,
    Failure,
    NotRefunded,
    ProviderDenied,
    ProviderRefused,
    Refunded,
    Refunding,
    ToRefund,
    Unreachable,
    Watched,
)
from providers.network import TIMEOUT
from runtime import Runtime
from store.database import Conn

log = structlog.get_logger(__name__)

# Calls under way at once: fewer than the pool has database connections.
AT_ONCE: Final = 3
_OVERDUE_AT_ONCE: Final = 200
_AFTER_A_FAULT: Final = timedelta(minutes=1)
_WITHOUT_KEYS: Final = timedelta(hours=1)
_PATIENCE: Final = 3 * sum(TIMEOUT)


class Rounds:
    """The calls of one process. `start` and `finish` are called from one thread."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._crew = Crew(
            "payments",
            self._claim,
            at_once=AT_ONCE,
            patience=_PATIENCE,
            after=lambda: ring(runtime.redis, PAYMENTS),
        )
        self.wait, self.finish = self._crew.wait, self._crew.finish

    def start(self) -> int:
        """End what expired and begin asking about what is due; return how many calls were begun.

        Does not wait for them. Raise `psycopg.OperationalError` when the database goes away.
        """
        runtime = self._runtime
        due = runtime.database.run(
            lambda conn: payments.overdue(conn, runtime.now(), _OVERDUE_AT_ONCE)
        )
        runtime.database.run_each(due, self._expire, self._put_off)
        return self._crew.start()

    def _expire(self, conn: Conn, payment: Payment) -> int:
        return int(upi.expire(self._runtime, conn, payment))

    def _put_off(self, conn: Conn, payment: Payment) -> None:
        """Do nothing: the payment remains due, and the log has the fault."""

    def _claim(self, _busy: frozenset[UUID]) -> Work[UUID] | None:
        """Claim the next thing to do. Refunds first: the customer waits for money."""
        runtime = self._runtime
        refund = runtime.database.run(lambda conn: refunds.claim(conn, runtime.now()))
        if refund is not None:
            return Work(uuid4(), lambda: give_back(runtime, refund))
        claimed = runtime.database.run(lambda conn: payments.claim(conn, runtime.now()))
        if claimed is not None:
            return Work(uuid4(), lambda: look(runtime, claimed))
        asked = runtime.database.run(lambda conn: reconciliations.claim(conn, runtime.now()))
        if asked is not None:
            return Work(uuid4(), lambda: _reconcile(runtime, asked))
        return None


def look(runtime: Runtime, claimed: Claimed) -> None:
    """Ask the provider what came for a claimed attempt, and take it; close what is over."""
    payment = claimed.payment
    try:
        provider = upi.provider_of(runtime, payment.provider)
    except LookupError as error:
        _release(runtime, claimed, str(error), _WITHOUT_KEYS)
        return
    try:
        if payment.state == "initiated":
            upi.make(runtime, claimed)
        elif isinstance(provider, Watched):
            _look(runtime, claimed, provider)
    except psycopg.OperationalError:
        raise
    except Exception as error:
        # A fault of ours with this one: the others go on, and it is tried again.
        log.error("put_off", work="look", payment=payment.id, **described(error))
        _release(runtime, claimed, type(error).__name__, _AFTER_A_FAULT)


def _look(runtime: Runtime, claimed: Claimed, provider: Watched) -> None:
    payment, attempt = claimed.payment, upi.attempt_of(claimed.payment)
    over = not payment.open or payment.expires_at <= runtime.now()
    closed, error = payment.closed_at is not None, None
    if over and not closed:
        answer = provider.close(attempt)
        closed = isinstance(answer, Closed)
        error = answer.error if isinstance(answer, Failure) else None
    found = provider.look(attempt)  # after the closing: what came until then is in it
    if isinstance(found, Failure):
        error = found.error
        log.warning("cannot_look", payment=payment.id, provider=payment.provider, error=error)
    else:
        for came in found:
            upi.take(runtime, came, "poll")

    def work(conn: Conn) -> None:
        if not isinstance(found, Failure):
            upi.expire(runtime, conn, payment)
        payments.looked(conn, claimed, closed, error, runtime.now())

    runtime.database.run(work)


def _reconcile(runtime: Runtime, asked: Reconciliation) -> None:
    try:
        reconciliation.carry_out(runtime, asked)
    except psycopg.OperationalError:
        raise
    except Exception as error:  # a fault of ours: it is tried again when its lease is over
        log.error("put_off", work="reconcile", day=asked.day.isoformat(), **described(error))


def give_back(runtime: Runtime, claimed: ClaimedRefund) -> None:
    """Order a claimed refund at its provider, or ask for its state."""
    credit = claimed.credit
    try:
        outcome = _order(runtime, claimed)
    except psycopg.OperationalError:
        raise
    except Exception as error:
        # A fault of ours: whether the provider has done it is not known, so the key stays.
        log.error("put_off", work="refund", credit=credit.id, **described(error))
        outcome = Unreachable(type(error).__name__)

    def work(conn: Conn) -> None:
        now = runtime.now()
        match outcome:
            case Refunded():
                refunds.done(conn, claimed, outcome.ref, now)
            case Refunding():
                refunds.wait(conn, claimed, outcome.ref, None, now)
            case NotRefunded():
                refunds.not_done(conn, claimed, outcome.error)
            case Busy() | ProviderDenied():
                refunds.not_looked_at(conn, claimed, outcome.error, now)
            case ProviderRefused():
                refunds.refused(conn, claimed, outcome.error, now)
            case _:
                refunds.wait(conn, claimed, None, outcome.error, now)

    runtime.database.run(work)
    log.info("refund", credit=credit.id, provider=credit.provider, outcome=type(outcome).__name__)


def _order(
    runtime: Runtime, claimed: ClaimedRefund
) -> Refunded | Refunding | NotRefunded | Failure:
    credit = claimed.credit
    try:
        provider = upi.provider_of(runtime, credit.provider)
    except LookupError as error:
        return ProviderDenied(str(error))  # no provider was called
    if not isinstance(provider, Watched):
        return ProviderRefused("this provider gives nothing back by itself: do it by hand")
    return provider.refund(
        ToRefund(
            credit.provider_payment_id, credit.paise, claimed.key, credit.ref, credit.refund_ref
        )
    )


def _release(runtime: Runtime, claimed: Claimed, error: str, after: timedelta) -> None:
    runtime.database.run(lambda conn: payments.release(conn, claimed, error, runtime.now() + after))
