"""The postmaster's page of UPI: refunds due, oldest first; what the bank has."""

from __future__ import annotations

from flask import abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from india.calendar import day_of
from outbox.wake import PAYMENTS, ring
from payments import upi
from postal.counter import counter_days, credits, provider_events, refunds
from postal.counter.credits import Credit
from postal.counter.payment_rules import mixed_up
from postal.people import access
from providers.static import NAME as STATIC
from providers.static import rrn
from store.database import Conn
from web import given
from web.counter.room import JUDGES, doer, me, route, runtime
from web.staff.refusals import FormRefused, attempt
from web.staff.times import asked_day

_MOST = 200


@route("/payments", JUDGES)
def payments_board() -> str:
    """Show refunds due, unreadable events, and what came on a day (default: today)."""
    day = asked_day() or day_of(runtime().now())
    with runtime().database.transaction() as conn:
        due = credits.due(conn, _office(), _MOST)
        came = credits.of_day(conn, _office(), day)
        unseen = provider_events.unseen(conn, _MOST)
        drawer = counter_days.current(conn, me().account.id)
    return render_template(
        "counter/payments.html",
        due=due,
        most=_MOST,
        came=came,
        booked=sum(each.paise for each in came if each.state == "booked"),
        unsettled=any(each.provider == STATIC and each.settled_at is None for each in came),
        unseen=unseen,
        day=day,
        drawer=drawer is not None and drawer.office_id == me().account.office_id,
        by_provider=frozenset(upi.watched(runtime())),
        mixed_up=[each.id for each in due if mixed_up(each.paise, each.price or 0)],
        everywhere=_office() is None,
    )


@route("/payments/<int:id_>/refund", JUDGES, methods=("POST",))
def refund_payment(id_: int) -> Response:
    """Refund a sum: by its provider, by a UPI transfer, or in cash from the user's drawer."""
    way, account = request.form.get("way", ""), me().account

    def work(conn: Conn) -> str:
        credit, by = _mine(conn, id_), doer()
        if way == "provider":
            refunds.ask(conn, id_, by)
            word = "refund_ordered_done"
        elif way == "upi":
            refunds.enter_transfer(conn, id_, _reference(), by)
            word = "refund_entered_done"
        else:
            drawer = counter_days.current(conn, account.id)
            if drawer is None or drawer.office_id != account.office_id:
                return "refund_no_drawer"
            refunds.enter_cash(conn, id_, drawer.id, by)
            word = "refund_entered_done"
        access.note(conn, by, "acted", reason=f"refund {credit.id}: {way}")
        return word

    if way not in ("provider", "upi", "cash"):
        abort(400)
    attempt(work)
    ring(runtime().redis, PAYMENTS)
    return redirect(url_for("counter.payments_board"))


@route("/payments/settled", JUDGES, methods=("POST",))
def mark_payments_settled() -> Response:
    """Mark all that came to the department's UPI id on a day as shown by the bank's statement."""
    day = given.day(request.form, "day")
    if day is None:
        abort(400)

    def work(conn: Conn) -> int:
        by = doer()
        marked = sum(
            credits.mark_settled(conn, STATIC, each.provider_payment_id, by.at)
            for each in credits.of_day(conn, _office(), day)
            if each.provider == STATIC
        )
        reason = f"{marked} payments of {day} are in the bank"
        access.note(conn, by, "acted", reason=reason)
        return marked

    marked = runtime().database.run(work)
    session["told"] = "settled_done" if marked else "settled_nothing"
    return redirect(url_for("counter.payments_board", day=day.isoformat()))


@route("/payments/unreadable", JUDGES, methods=("POST",))
def note_unreadable_seen() -> Response:
    """Mark a provider's event that could not be read as looked into."""
    provider, event = request.form.get("provider", ""), request.form.get("event", "")
    seen = runtime().database.run(
        lambda conn: provider_events.mark_seen(conn, provider, event, doer())
    )
    session["told"] = "unreadable_seen_done" if seen else "unreadable_seen_before"
    return redirect(url_for("counter.payments_board"))


def _office() -> int | None:
    """Return the office whose money is shown: the user's; None (all) for supervisors."""
    account = me().account
    return None if account.role == "supervisor" else account.office_id


def _reference() -> str:
    """Return the typed reference of the bank. Raises `FormRefused` if it is none."""
    try:
        return rrn(request.form.get("reference", ""))
    except ValueError:
        raise FormRefused("upi_reference_wrong") from None


def _mine(conn: Conn, id_: int) -> Credit:
    credit = credits.get(conn, id_)
    if _office() is not None and credit.office_id not in (None, me().account.office_id):
        abort(404)
    return credit
