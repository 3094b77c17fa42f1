"""The page of the carriers: their state, the orders to them, and the texts that are held back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Final, get_args

from flask import abort, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from india.calendar import bounds, day_of
from india.masks import veiled
from outbox import orders, prefixes, probe_verdicts, scrubs
from outbox.orders import Did
from outbox.wake import wake
from postal import floods
from postal.desk import carrier_figures, carrier_truth, text_clocks
from postal.desk.carrier_figures import Fared
from postal.people import access
from store.database import Conn
from web import given
from web.desk.report_charts import sparkline
from web.desk.room import doer, route, runtime
from web.language import say
from web.staff.refusals import FormRefused, attempt
from web.staff.times import asked_day

_MOST: Final = 50
_SHORTEST_REASON: Final = 5
_LONGEST_REASON: Final = 200


@route("/carriers", "carriers")
def carriers() -> str:
    """Show the carriers now, and their figures of a day (default: today)."""
    now, settings = runtime().now(), runtime().settings
    day = asked_day() or day_of(now)
    since, until = bounds(day)
    after = timedelta(seconds=settings.unconfirmed_seconds)
    with runtime().database.transaction() as conn:
        hours = carrier_figures.by_hour(conn, day, now)
        board = orders.board(conn, settings.carriers, now)
        found = {
            "overall": carrier_figures.overall(conn, day, now),
            "offices": carrier_figures.by_office(conn, day, now),
            "told_by": carrier_figures.told(conn, day),
            "rerouted": carrier_figures.rerouted(conn, day),
            "stops": carrier_figures.stops(conn, now),
            "hits": carrier_figures.hits(conn, day, _MOST),
            "floods": floods.of_day(conn, since, until, _MOST),
            "happened": carrier_figures.happened(conn, _MOST),
            "unconfirmed": carrier_truth.unconfirmed(conn, day, now, after),
            "failures": carrier_truth.failures(conn, day),
            "clocks": carrier_truth.clocks(conn, day),
            "text_clocks": text_clocks.read(conn, since, until),
            "scrubs": scrubs.of_now(conn, now),
            "probes": probe_verdicts.of_settings(conn, settings, now),
        }
    return render_template(
        "desk/carriers.html",
        day=day,
        board=board,
        order=settings.routes,
        rules=settings.routing.rules,
        all_rest={each.name for each in board if each.ordered == "rest"}.issuperset(
            settings.routing.gateways
        ),
        receipt_seconds=settings.receipt_seconds,
        stamps=_stamps(),
        probing=bool(settings.probes and settings.probe_seconds),
        probe_minutes=f"{settings.probe_seconds / 60:g}",
        unconfirmed_hours=f"{settings.unconfirmed_seconds / 3600:g}",
        confirm_seconds=settings.code_confirm_seconds,
        failover_limit=settings.failover_hourly_limit,
        stop_minutes=prefixes.STOP // timedelta(minutes=1),
        trends=_trends(hours),
        hours=hours,
        **found,
    )


@route("/carriers/<name>/order", "carriers", methods=("POST",))
def order_carrier(name: str) -> Response:
    """Rest a carrier, prefer it, or undo that; the reason goes to the feed and the access log."""
    did: Did | None = next((d for d in get_args(Did) if d == request.form.get("did")), None)
    if did is None or name not in runtime().settings.carriers:
        abort(404)

    def work(conn: Conn) -> str:
        reason, by = _reason(), doer()
        orders.order(conn, name, did, reason, by)
        access.note(conn, by, "acted", reason=f"carrier {name}: {did}: {reason}")
        return f"carrier_{did}_done"

    attempt(work)
    wake(runtime().redis)
    return redirect(url_for("desk.carriers"))


@route("/prefix-stops/<int:id_>/lift", "carriers", methods=("POST",))
def lift_prefix_stop(id_: int) -> Response:
    """Let texts go again to a stopped block of numbers."""

    def work(conn: Conn) -> str:
        reason, by = _reason(), doer()
        prefix = prefixes.lift(conn, id_, reason, by)
        access.note(conn, by, "acted", reason=f"block {prefix}: lifted: {reason}")
        return "prefix_lift_done"

    attempt(work)
    wake(runtime().redis)
    return redirect(url_for("desk.carriers"))


def _stamps() -> dict[str, int]:
    """Return the minutes of SMS_STAMPS."""
    return {name: off // timedelta(minutes=1) for name, off in runtime().settings.stamps.items()}


def _trends(hours: Sequence[Fared]) -> dict[str, Markup]:
    """Return a line for each carrier: what arrived of its texts, by the hours of the day."""
    return {
        carrier: _trend({int(each.part): each for each in of_it})
        for carrier, of_it in groupby(sorted(hours, key=_by_carrier), key=_by_carrier)
    }


def _trend(by_hour: Mapping[int, Fared]) -> Markup:
    first, last = min(by_hour), max(by_hour)
    shares = [
        each.delivered_share.value if (each := by_hour.get(hour)) else None
        for hour in range(first, last + 1)
    ]
    read = ", ".join("–" if each is None else str(round(each * 100)) for each in shares)
    return sparkline(say("carrier_trend_said", first=first, last=last, shares=read), shares)


def _by_carrier(each: Fared) -> str:
    return each.carrier


def _reason() -> str:
    """Return the reason in the form, telephone numbers hidden. Raises `FormRefused`."""
    reason = veiled(given.line(request.form, "reason", _LONGEST_REASON))
    if len(reason) < _SHORTEST_REASON:
        raise FormRefused("carrier_no_reason")
    return reason
