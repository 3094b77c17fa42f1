"""Reconciliation of a provider's list of a day with ours; what is missing is taken in.

It is taken in by the same rules. Afterwards each sum of theirs is a credit of ours in one state.
Other differences are reported, and only people can settle them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import psycopg
import structlog

from logs import described
from payments import upi
from postal.counter import credits, reconciliations, refunds
from postal.counter.credits import Credit
from postal.counter.reconciliations import ProviderDifference, Reconciled, Reconciliation, What
from providers.base import Came, Failure, Listed, Watched
from runtime import Runtime
from store.database import Conn

log = structlog.get_logger(__name__)


def reconcile(runtime: Runtime, day: date) -> list[Reconciled]:
    """Compare every provider that keeps a list, and take in what is missing."""
    return [_one(runtime, provider, day) for provider in upi.watched(runtime).values()]


def carry_out(runtime: Runtime, asked: Reconciliation) -> None:
    """Compare a day that software asked for, and note the result."""
    found = reconcile(runtime, asked.day)
    runtime.database.run(lambda conn: reconciliations.done(conn, asked.id, found, runtime.now()))
    log.info(
        "reconciled",
        day=asked.day.isoformat(),
        providers=[each.provider for each in found],
        differences=sum(len(each.differences) for each in found),
        failed=[each.provider for each in found if each.failed],
    )


def by_hand(runtime: Runtime, day: date) -> Sequence[Credit]:
    """Return what came to the department's own UPI id that day, to compare with the bank."""

    def work(conn: Conn) -> list[Credit]:
        return [each for each in credits.of_day(conn, None, day) if each.provider == "static"]

    return runtime.database.run(work)


def _one(runtime: Runtime, provider: Watched, day: date) -> Reconciled:
    # Ours first: what comes in between is on their list, and would be missing there otherwise.
    ours = runtime.database.run(lambda conn: credits.of_day(conn, None, day))
    listed = provider.listed(day)
    if isinstance(listed, Failure):
        return Reconciled(provider.name, 0, 0, (), listed.error)
    found: list[ProviderDifference] = []
    for each in listed:
        try:
            found += _compare(runtime, each)
        except psycopg.OperationalError:
            raise
        except Exception as error:
            log.error("put_off", work="reconcile", provider=provider.name, **described(error))
            found.append(_failed(each.came))
    theirs = {each.came.payment_id for each in listed}
    found += [
        _difference("not_theirs", credit, None)
        for credit in ours
        if credit.provider == provider.name and credit.provider_payment_id not in theirs
    ]
    settled = provider.settled(day)
    if isinstance(settled, Failure):
        return Reconciled(provider.name, len(listed), 0, found, settled.error)
    marked = 0
    for paid_out in settled:
        marked += runtime.database.run(
            lambda conn, one=paid_out: credits.mark_settled(  # type: ignore[misc]
                conn, provider.name, one.payment_id, one.at
            )
        )
    return Reconciled(provider.name, len(listed), marked, found)


def _compare(runtime: Runtime, listed: Listed) -> list[ProviderDifference]:
    came = listed.came
    taken = upi.take(runtime, came, "reconciled")
    credit, found = taken.credit, []
    if listed.refunded:
        found += runtime.database.run(lambda conn: _given_back(runtime, conn, credit, listed))
    if taken.new:
        found.insert(0, replace(_difference("taken_in", _now(runtime, credit), came), ours=None))
    elif credit.paise != came.paise:
        found.append(_difference("amount", credit, came))
    if listed.refunded == 0 and credit.state == "refunded" and credit.refund_way == "provider":
        found.append(_difference("not_given_back", credit, came))
    return found


def _given_back(
    runtime: Runtime, conn: Conn, credit: Credit, listed: Listed
) -> list[ProviderDifference]:
    current = credits.get(conn, credit.id)
    back = replace(listed.came, paise=listed.refunded or 0)
    if current.state == "booked":
        return [_difference("given_back_but_booked", current, listed.came)]
    if current.state == "refunded" and current.refund_way != "provider":
        return [_difference("given_back_twice", current, back)]
    if listed.refunded != current.paise:
        return [_difference("given_back_in_part", current, back)]
    if current.state == "refunded":
        return []
    asked = current.refunding
    refunds.found_refunded(conn, current.id, "reconciled", runtime.now())
    if asked:
        return []  # we ordered it; the provider was faster than our next call
    return [_difference("given_back", credits.get(conn, current.id), listed.came)]


def _now(runtime: Runtime, credit: Credit) -> Credit:
    return runtime.database.run(lambda conn: credits.get(conn, credit.id))


def _failed(came: Came) -> ProviderDifference:
    return ProviderDifference(
        "not_compared", came.provider, came.payment_id, came.tr, came.paise, None, "-"
    )


def _difference(what: What, credit: Credit, came: Came | None) -> ProviderDifference:
    return ProviderDifference(
        what,
        credit.provider,
        credit.provider_payment_id,
        credit.tr,
        came.paise if came else None,
        credit.paise,
        credit.state,
    )
