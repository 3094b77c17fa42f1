"""The file of promised articles: what was late, for refunds. Nothing of a person is in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from flask import Response, request

from india import calendar, money
from india.calendar import day_of
from postal import promises
from postal.promises import LATENESSES, MOST_DAYS, PromisedArticle
from web import given
from web.desk.room import office_seen, route, runtime
from web.given import NotPossible
from web.language import say
from web.replica import reading
from web.staff.tables import Cell, sheet

_USUAL: Final = timedelta(days=29)
_HEADING: Final = (
    "number", "service", "promise_hours", "booked_at", "due_by", "first_visit_at", "delivered_at",
    "state", "chosen_day", "lateness", "days_late", "office", "booking", "paid",
)  # fmt: skip


@route("/promised.csv", "figures")
def promised_csv() -> Response:
    """Return the articles that were due in a period as CSV. Query: `since`, `until`, `lateness`.

    Whoever sees one office only gets the articles that it delivers.
    """
    now = runtime().now()
    until = given.day(request.args, "until") or day_of(now)
    since = given.day(request.args, "since") or until - _USUAL
    if since > until:
        raise NotPossible(say("reports_backwards"))
    if until - since > MOST_DAYS:
        raise NotPossible(say("promised_too_long"))
    typed = request.args.get("lateness") or None
    lateness = next((each for each in LATENESSES if each == typed), None)
    if typed is not None and lateness is None:
        raise NotPossible(f"lateness: {', '.join(LATENESSES)}")
    with reading() as conn:
        found = promises.due_between(conn, since, until, office_seen(), lateness, now)
        table: list[Sequence[Cell]] = [_HEADING, *(_row(each) for each in found)]
    return sheet(f"dakiya-promised-{since}-{until}.csv", table)


def _moment(at: datetime | None) -> str:
    return "" if at is None else calendar.local(at).isoformat(timespec="seconds")


def _row(each: PromisedArticle) -> Sequence[Cell]:
    return (
        each.number,
        each.service,
        each.promise or "",
        _moment(each.booked_at),
        each.due_by.isoformat(),
        _moment(each.first_visit_at),
        _moment(each.delivered_at),
        each.state,
        each.chosen_day.isoformat() if each.chosen_day else "",
        each.lateness,
        each.days_late,
        each.office or "",
        each.booking or "",
        "" if each.paise is None else money.exact(each.paise),
    )
