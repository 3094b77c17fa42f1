"""The page of arrivals: article numbers scanned or typed, each followed by Enter."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask import render_template, request

from conversation import office
from india.calendar import day_of
from outbox.wake import wake
from postal.office import arrivals as arrived
from postal.office import scans
from postal.office.arrivals import Answer, Arrival
from postal.office.scans import SeveralEndSo
from store.database import Conn
from web.office.room import doer, me, reader, route, runtime

_SHOWN: Final = 200  # of the day's scans
_LONGEST: Final = 64
# What the answers sound like: go on, look, or put it aside.
SOUNDS: Final[Mapping[Answer, str]] = MappingProxyType(
    {
        "here": "good", "late": "good", "kept": "good", "already": "again", "unlinked": "again",
        "recalled": "again", "returned": "again", "out": "again", "missent": "bad",
        "unknown": "bad", "no_number": "bad", "delivered": "bad",
    }
)  # fmt: skip
# Articles that go with the day's post; any other is put aside.
GOOD: Final = ("here", "already", "late", "kept")


@route("/arrivals", "deliver")
def arrivals() -> str:
    """Show the field to scan into, and what was scanned today."""
    return _page("office/arrivals.html", None, None)


@route("/arrivals", "deliver", methods=("POST",))
def scan() -> str:
    """Record one number; htmx gets the answer and the lines, a browser without it the page."""
    account = me().account
    typed = request.form.get("number", "")[:_LONGEST].strip()

    def work(conn: Conn) -> Arrival:
        return office.scan(runtime(), conn, account.office_pin, typed, doer())

    arrival, refused = None, None
    try:
        arrival = runtime().database.run(work) if typed else None
    except SeveralEndSo as refusal:
        refused = refusal
    wake(runtime().redis)
    part = "office/scanned.html" if "HX-Request" in request.headers else "office/arrivals.html"
    return _page(part, arrival, refused)


def _page(template: str, arrival: Arrival | None, refused: SeveralEndSo | None) -> str:
    today = day_of(runtime().now())
    with runtime().database.transaction() as conn:
        log = scans.of_day(conn, me().account.office_id, today, _SHOWN, reader())
        counted = arrived.counted(conn, me().account.office_id, today)
    return render_template(
        template,
        arrival=arrival,
        refused=refused,
        log=log,
        counted=counted,
        good=GOOD,
        sound="bad" if refused else SOUNDS[arrival.answer] if arrival else "",
        sounds=SOUNDS,
    )
