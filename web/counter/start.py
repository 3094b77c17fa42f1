"""The counter's first page."""

from __future__ import annotations

from flask import render_template

from postal.counter import counter_days
from web.counter.room import CLERKS, me, route, runtime


@route("", CLERKS)
def start() -> str:
    """The counter that this clerk has open, or the form that opens one."""
    with runtime().database.transaction() as conn:
        day = counter_days.current(conn, me().account.id)
    return render_template("counter/start.html", day=day)
