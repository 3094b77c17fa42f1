"""The pages of lists: those of a day, one list, its returns scanned in, and its closing.

The day's own closing: `day_pages.py`.
"""

from __future__ import annotations

from typing import Final

from flask import abort, render_template, request, session, url_for
from werkzeug.wrappers import Response

from conversation import office
from conversation.office import TakenItem
from flows.happenings import Verdict
from india.calendar import day_of
from outbox.wake import wake
from postal import marks
from postal.office import cash, closing, day_closing, returning
from postal.office.returning import ListClosed, ListHead, ReturnLine
from store.database import Conn
from store.refusals import Refusal
from web import given
from web.office.room import doer, me, own_list, reader, route, runtime
from web.staff.htmx import go_to
from web.staff.refusals import tell
from web.staff.times import asked_day

_LONGEST: Final = 64
Page = str | Response | tuple[str, int]


@route("/lists", "deliver")
def lists() -> str:
    """Show the lists of a day (default: today), their states, and the closing of the day."""
    account, today = me().account, day_of(runtime().now())
    day = asked_day() or today
    with runtime().database.transaction() as conn:
        return render_template(
            "office/lists.html",
            day=day,
            today=today,
            lists=closing.of_day(conn, account.office_id, day),
            closed=day_closing.closed(conn, account.office_id, day),
            left_open=day_closing.left_open(conn, account.office_id, today),
            still_out=closing.still_out(conn, account.office_id, today),
            owing={each.list_id: each for each in cash.of_day(conn, account.office_id, day)},
            open_cash=day_closing.cash_open(conn, account.office_id, day),
        )


@route("/lists/<int:id_>", "deliver")
def list_(id_: int) -> str:
    """Show one list with the outcome of each item."""

    def look(conn: Conn) -> tuple[ListHead, list[ReturnLine]]:
        head = own_list(conn, id_)
        return head, returning.sheet(conn, head, reader())

    head, lines = runtime().database.run(look)
    with runtime().database.transaction() as conn:
        marked = marks.of_articles(conn, [line.article_id for line in lines])
    now = runtime().now()
    return render_template("office/list.html", head=head, lines=lines, marked=marked, now=now)


@route("/lists/<int:id_>/close", "deliver")
def end(id_: int) -> str:
    """Show the field to scan into, and what the postman still has."""
    return _end_page(id_, None)


@route("/lists/<int:id_>/take-in", "deliver", methods=("POST",))
def take_in(id_: int) -> Page:
    """Take back one article by its number."""
    typed = request.form.get("number", "")[:_LONGEST].strip()

    def work(conn: Conn) -> TakenItem:
        own_list(conn, id_)
        return office.take_in(runtime(), conn, id_, typed, doer())

    try:
        taken = runtime().database.run(work) if typed else None
    except ListClosed as refusal:
        tell(refusal)
        return go_to(url_for("office.end", id_=id_))
    wake(runtime().redis)
    return _end_page(id_, taken)


@route("/lists/<int:id_>/close", "deliver", methods=("POST",))
def close_list(id_: int) -> Page:
    """Close a list; a missing article needs a reason, a contested remark the postmaster."""
    note = given.line(request.form, "note", closing.LONGEST_NOTE)
    seen = given.whole(request.form, "seen")

    def work(conn: Conn) -> tuple[ListHead, bool]:
        own_list(conn, id_)
        return closing.close_list(conn, id_, note or None, doer(), seen)

    try:
        head, _ = runtime().database.run(work)
    except Refusal as refusal:
        tell(refusal)
        return go_to(url_for("office.end", id_=id_))
    session["told"] = "end_list_done"
    return go_to(url_for("office.lists", day=head.date.isoformat()))


@route("/items/<int:id_>/judge", "judge_return", methods=("POST",))
def judge(id_: int) -> Page:
    """Record the postmaster's verdict on a contested remark."""
    verdicts: dict[str, Verdict] = {"confirmed": "confirmed", "contested": "contested"}
    verdict = verdicts.get(request.form.get("verdict", ""))

    def work(conn: Conn) -> tuple[ListHead, bool]:
        own_list(conn, returning.list_of(conn, id_))
        if verdict is None:
            abort(400)
        return office.judge(runtime(), conn, id_, verdict, doer())

    try:
        head, done = runtime().database.run(work)
    except ListClosed as closed:
        tell(closed)
        return go_to(url_for("office.end", id_=closed.head.id))
    wake(runtime().redis)
    session["told"] = "judged_done" if done else "judged_already"
    return go_to(url_for("office.end", id_=head.id))


def _end_page(id_: int, taken: TakenItem | None) -> str:
    with runtime().database.transaction() as conn:
        head = own_list(conn, id_)
        lines = returning.sheet(conn, head, reader())
        owing = cash.of_list(conn, id_)
    part = "office/taken.html" if "HX-Request" in request.headers else "office/end.html"
    return render_template(part, head=head, lines=lines, owing=owing, taken=taken)
