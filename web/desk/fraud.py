"""Where fraud was reported: hours, tickets and articles of each place, and its warning."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import render_template

from flows.trust import MOST_WARNED
from india.calendar import day_of
from messages.catalogue import catalogue
from postal.desk import fraud_board
from postal.herd import TEXT
from web.desk.actions import LANGUAGES
from web.desk.room import me, office_seen, reader, route, runtime
from web.staff.times import asked_day

_MONTH: Final = timedelta(days=30)


@route("/fraud", "fraud")
def fraud() -> str:
    """Show reports of fraud by place and hour, who may be warned, and the numbers that called."""
    today = day_of(runtime().now())
    day = asked_day() or today
    with runtime().database.transaction() as conn:
        places = fraud_board.places(conn, day, _pin())
        callers = fraud_board.callers(conn, day - _MONTH, day, _pin(), reader())
    return render_template(
        "desk/fraud.html",
        day=day,
        today=today,
        places=places,
        callers=callers,
        most=MOST_WARNED,
        herd_texts={language: catalogue().text(TEXT, language) for language in LANGUAGES},
    )


def _pin() -> str | None:
    """Return the only PIN whose reports the user sees; None: all."""
    return None if office_seen() is None else me().account.office_pin
