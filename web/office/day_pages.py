"""The end of an office's day: what it leaves in numbers, asked once; and opening it again."""

from __future__ import annotations

from datetime import date

from flask import abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from india.calendar import day_of
from outbox.wake import wake
from postal import reasons
from postal.office import closing, day_closing
from postal.requests.register import Why
from postal.requests.wish import Wish
from store.database import Conn
from store.refusals import Refusal
from web import given
from web.office.room import doer, me, route, runtime
from web.staff.asking import ask
from web.staff.refusals import status_of, word_of
from web.staff.times import asked_day

Page = str | Response | tuple[str, int]


@route("/close", "deliver")
def day_end() -> Page:
    """Show what is left of a day (default: today), and ask whether to close it."""
    return _page(asked_day() or day_of(runtime().now()))


@route("/close", "deliver", methods=("POST",))
def close_day() -> Page:
    """Close the office's day on what the form showed; whatever is left needs a reason."""
    account, day = me().account, _day()
    said = " ".join(request.form.get("explanation", "").split())[: closing.LONGEST_NOTE] or None
    seen = request.form.get("seen", "")

    def work(conn: Conn) -> None:
        day_closing.close_day(conn, account.office_id, day, said, doer(), seen)

    try:
        runtime().database.run(work)
    except Refusal as refusal:
        return _page(day, refusal)
    session["told"] = "end_day_done"
    if day == day_of(runtime().now()):
        return redirect(url_for("office.start"))
    return redirect(url_for("office.lists", day=day.isoformat()))


@route("/reopen", "reopen_day", methods=("POST",))
def reopen_day() -> Response:
    """Ask a second person to open today again."""
    account, day = me().account, _day()

    def why() -> Why:
        return Why("other", reasons.insist(request.form.get("reason", ""), "reason"))

    def wish(conn: Conn) -> Wish:
        return Wish("reopen_day", day=day, office_id=account.office_id)

    answer = ask(wish, url_for("office.start"), why)
    wake(runtime().redis)
    return answer


def _day() -> date:
    return given.day(request.form, "day") or abort(400)


def _page(day: date, refusal: Refusal | None = None) -> Page:
    refused = word_of(refusal) if refusal is not None else ""
    account, today = me().account, day_of(runtime().now())
    with runtime().database.transaction() as conn:
        closed = day_closing.closed(conn, account.office_id, day)
        left = day_closing.left(conn, account.office_id, day, today)
    if closed is not None or not left.lists:
        session["told"] = refused or ("end_day_is_closed" if closed else "end_nothing")
        return redirect(url_for("office.lists", day=day.isoformat()))
    page = render_template(
        "office/day_end.html",
        day=day,
        today=today,
        left=left,
        refused=refused,
        said=request.form.get("explanation", ""),
        most=closing.LONGEST_NOTE,
    )
    return page, status_of(refusal) if refusal is not None else 200
