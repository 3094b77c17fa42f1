"""The postmaster's page of UPI: refunds due, oldest first; what the bank has."""

from __future__ import annotations

from dataclasses import replace

from flask import abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from conversation.carrying_out import NoDrawer
from india.calendar import day_of
from payments import upi
from postal.counter import counter_days, credits, provider_events
from postal.counter.credits import Credit
from postal.counter.payment_rules import Way, mixed_up
from postal.people import access
from postal.requests.register import Why
from postal.requests.wish import Wish
from providers.static import NAME as STATIC
from providers.static import rrn
from store.database import Conn
from web import given
from web.counter.room import doer, me, office_seen, route, runtime, within
from web.staff.asking import ask
from web.staff.refusals import FormRefused
from web.staff.times import asked_day

_MOST = 200


@route("/payments", "payments")
def payments_board() -> str:
    """Show refunds due, unreadable events, and what came on a day (default: today)."""
    day = asked_day() or day_of(runtime().now())
    with runtime().database.transaction() as conn:
        due = credits.due(conn, office_seen(), _MOST)
        came = credits.of_day(conn, office_seen(), day)
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
        everywhere=office_seen() is None,
    )


@route("/payments/<int:id_>/refund", "refund", methods=("POST",))
def refund_payment(id_: int) -> Response:
    """Ask for a refund: by the provider, by a UPI transfer, or in cash from the user's drawer."""
    way, back = request.form.get("way", ""), url_for("counter.payments_board")
    ways: dict[str, Way] = {"provider": "provider", "upi": "upi", "cash": "cash"}

    def wish(conn: Conn) -> Wish:
        credit = _mine(conn, id_)
        if way not in ways:
            abort(400)
        asked = Wish("refund", credit_id=credit.id, refund_way=ways[way])
        if way == "upi":
            return replace(asked, refund_ref=_reference())
        if way == "cash":
            drawer = counter_days.current(conn, me().account.id)
            if drawer is None or drawer.office_id != me().account.office_id:
                raise NoDrawer
            return replace(asked, counter_day_id=drawer.id)
        return asked

    return ask(wish, back, lambda: Why("other", ""))


@route("/payments/settled", "payments", methods=("POST",))
def mark_payments_settled() -> Response:
    """Mark all that came to the department's UPI id on a day as shown by the bank's statement."""
    day = given.day(request.form, "day")
    if day is None:
        abort(400)

    def work(conn: Conn) -> int:
        by = doer()
        marked = sum(
            credits.mark_settled(conn, STATIC, each.provider_payment_id, by.at)
            for each in credits.of_day(conn, office_seen(), day)
            if each.provider == STATIC
        )
        reason = f"{marked} payments of {day} are in the bank"
        access.note(conn, by, "acted", reason=reason)
        return marked

    marked = runtime().database.run(work)
    session["told"] = "settled_done" if marked else "settled_nothing"
    return redirect(url_for("counter.payments_board", day=day.isoformat()))


@route("/payments/unreadable", "payments", methods=("POST",))
def note_unreadable_seen() -> Response:
    """Mark a provider's event that could not be read as looked into."""
    provider, event = request.form.get("provider", ""), request.form.get("event", "")
    seen = runtime().database.run(
        lambda conn: provider_events.mark_seen(conn, provider, event, doer())
    )
    session["told"] = "unreadable_seen_done" if seen else "unreadable_seen_before"
    return redirect(url_for("counter.payments_board"))


def _reference() -> str:
    """Return the typed reference of the bank. Raises `FormRefused` if it is none."""
    try:
        return rrn(request.form.get("reference", ""))
    except ValueError:
        raise FormRefused("upi_reference_wrong") from None


def _mine(conn: Conn, id_: int) -> Credit:
    credit = credits.get(conn, id_)
    if credit.office_id is not None:  # money of nobody is seen by every office
        within(credit.office_id)
    return credit
