"""The page that makes the lists: articles in walking order, beat by beat, then sent out.

By keyboard (digits, beat, serial, Enter; or keys on a card), by mouse (web/static/office/draft.js),
or with plain forms. The draft is in the database: every answer shows it as it is now.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from conversation import office
from india.calendar import day_of
from outbox.wake import SWEEP, ring, wake
from postal import lists
from postal.office import drafts
from postal.office.drafts import Draft
from store.database import Conn
from store.refusals import Refusal
from web import given
from web.office.room import doer, live_route, me, reader, route, runtime
from web.staff import night, presence
from web.staff.htmx import go_to
from web.staff.refusals import word_of

_LONGEST: Final = 64
Page = ResponseReturnValue


@route("/draft", "deliver")
def draft() -> Page:
    """Show today's draft of the lists."""
    return render_template("office/draft.html", told_here=None, **_board())


@route("/draft/place", "deliver", methods=("POST",))
def place() -> Page:
    """Put an article on a beat.

    Form: `article` (a row) or `digits` as typed; `postman` or `beat`; `serial`, from 1, or empty:
    the last."""
    account, now = me().account, runtime().now()
    serial = given.whole(request.form, "serial", lists.MOST_ITEMS)

    def work(conn: Conn) -> int:
        article = given.whole(request.form, "article")
        if article is None:
            typed = request.form.get("digits", "")[:_LONGEST]
            article = drafts.find(conn, account.office_id, typed, day_of(now)).id
        postman = given.whole(request.form, "postman")
        if postman is None:
            postman = drafts.beat_of(conn, account.office_id, request.form.get("beat", ""))
        drafts.place(conn, article, postman, serial, doer())
        return article

    if request.form.get("beat", "").strip() == "0":
        return _take_off_typed()
    try:
        moved = runtime().database.run(work)
    except Refusal as refusal:
        return _refused(refusal)
    return _answer(moved=moved)


def _take_off_typed() -> Page:
    """Take an article off the draft by its digits: beat 0 of the fields."""
    account, now = me().account, runtime().now()

    def work(conn: Conn) -> None:
        typed = request.form.get("digits", "")[:_LONGEST]
        piece = drafts.find(conn, account.office_id, typed, day_of(now))
        drafts.take_off(conn, piece.id, doer())

    try:
        runtime().database.run(work)
    except Refusal as refusal:
        return _refused(refusal)
    return _answer()


@route("/draft/take-off", "deliver", methods=("POST",))
def take_off() -> Page:
    """Take an article off the draft, so that it can be placed anew."""
    article = given.whole(request.form, "article") or 0

    def work(conn: Conn) -> None:
        drafts.take_off(conn, article, doer())

    runtime().database.run(work)
    return _answer(moved=article)


@route("/draft/send-out", "deliver", methods=("POST",))
def send_out() -> Page:
    """Make the list of one beat, as the user saw it; everybody is told as by the API."""
    postman = given.whole(request.form, "postman") or 0
    seen = request.form.get("numbers", "").split()

    with runtime().database.transaction() as conn:
        people = drafts.people(conn, seen)
    if (asked := night.ask(people)) is not None:
        return asked

    def work(conn: Conn) -> lists.DeliveryList:
        return office.send_out(runtime(), conn, postman, seen, doer())

    try:
        runtime().database.run(work)
    except Refusal as refusal:
        return _refused(refusal)
    wake(runtime().redis)
    ring(runtime().redis, SWEEP)
    session["told"] = "draft_sent_done"
    return go_to(url_for("office.draft"))


@live_route("/draft/news", "deliver")
def draft_news() -> Page:
    """Show who else is here, and the draft if it has changed; polled every few seconds."""
    account = me().account
    with runtime().database.transaction() as conn:
        now_at = drafts.version(conn, account.office_id)
    if given.whole(request.form, "version") == now_at:
        return render_template("office/draft_here.html", others=_others(), changed=False)
    return render_template("office/draft_here.html", changed=True, **_board())


def _others() -> list[str]:
    """Return who else has the draft open. Presence keeps an office as a negative number."""
    account = me().account
    return presence.here(runtime(), -account.office_id, account.staff_id, account.name)


def _board() -> dict[str, Draft | list[str]]:
    account = me().account
    with runtime().database.transaction() as conn:
        found = drafts.draft(conn, account.office_id, day_of(runtime().now()), reader())
    return {"draft": found, "others": _others()}


def _refused(refusal: Refusal) -> Page:
    told = {"word": word_of(refusal), "about": refusal.values.get("about", "")}
    return _answer(told, status=200 if _htmx() else 409)


def _answer(told: Mapping[str, str | int] | None = None, moved: int = 0, status: int = 200) -> Page:
    if not _htmx() and status == 200:
        return redirect(url_for("office.draft"))
    template = "office/board.html" if _htmx() else "office/draft.html"
    return render_template(template, told_here=told, moved=moved, **_board()), status


def _htmx() -> bool:
    return "HX-Request" in request.headers
