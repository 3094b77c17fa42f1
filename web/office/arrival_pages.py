"""The page of arrivals: article numbers scanned or typed, each followed by Enter."""

from __future__ import annotations

from typing import Final

from flask import render_template, request

from conversation import office
from india.calendar import day_of
from outbox.wake import wake
from postal.office import arrivals as arrived
from postal.office.arrivals import Arrival
from store.database import Conn
from web.office.room import doer, me, route, runtime

_SHOWN: Final = 200  # of the day's scans
_LONGEST: Final = 64
# Articles that go with the day's post; any other is put aside.
GOOD: Final = ("here", "already", "late", "kept")


@route("/arrivals", "deliver")
def arrivals() -> str:
    """Show the field to scan into, and what was scanned today."""
    return _page("office/arrivals.html", None)


@route("/arrivals", "deliver", methods=("POST",))
def scan() -> str:
    """Record one number; htmx gets the answer and the lines, a browser without it the page."""
    account = me().account
    typed = request.form.get("number", "")[:_LONGEST].strip()

    def work(conn: Conn) -> Arrival:
        return office.scan(runtime(), conn, account.office_pin, typed, doer())

    arrival = runtime().database.run(work) if typed else None
    wake(runtime().redis)
    part = "office/scanned.html" if "HX-Request" in request.headers else "office/arrivals.html"
    return _page(part, arrival)


def _page(template: str, arrival: Arrival | None) -> str:
    today = day_of(runtime().now())
    with runtime().database.transaction() as conn:
        scanned = arrived.scanned(conn, me().account.office_id, today, _SHOWN)
        counted = arrived.counted(conn, me().account.office_id, today)
    return render_template(
        template, arrival=arrival, scanned=scanned, counted=counted, good=GOOD, most=_SHOWN
    )
