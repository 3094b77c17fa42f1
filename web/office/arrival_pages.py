"""Arrivals: article numbers scanned or typed, Enter after each, each answered at once."""

from __future__ import annotations

from typing import Final

from flask import render_template, request

from conversation import office
from india.calendar import day_of
from outbox.wake import wake
from postal.office import arrivals as books
from store.database import Conn
from web.office.room import CLERKS, doer, me, route, runtime

_SHOWN: Final = 200  # of the day's scans
_LONGEST: Final = 64
# What may be put with the day's post; what must be put aside; what is nothing.
GOOD: Final = ("here", "already", "late", "kept")


@route("/arrivals", CLERKS)
def arrivals() -> str:
    """The field to scan into, and what was scanned today."""
    return _page("office/arrivals.html", None)


@route("/arrivals", CLERKS, methods=("POST",))
def scan() -> str:
    """One number. htmx gets the answer and the lines; a browser without it the whole page."""
    account = me().account
    typed = request.form.get("number", "")[:_LONGEST].strip()

    def work(conn: Conn) -> books.Arrival:
        return office.scan(runtime(), conn, account.office_pin, typed, doer())

    arrival = runtime().database.run(work) if typed else None
    wake(runtime().redis)
    part = "office/scanned.html" if "HX-Request" in request.headers else "office/arrivals.html"
    return _page(part, arrival)


def _page(template: str, arrival: books.Arrival | None) -> str:
    today = day_of(runtime().now())
    with runtime().database.transaction() as conn:
        scanned = books.scanned(conn, me().account.office_id, today, _SHOWN)
        counted = books.counted(conn, me().account.office_id, today)
    return render_template(
        template, arrival=arrival, scanned=scanned, counted=counted, good=GOOD, most=_SHOWN
    )
