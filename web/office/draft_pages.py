"""The page that makes the lists: articles in walking order, beat by beat, then sent out.

By keyboard (digits, beat, serial, Enter; or keys on a card), by mouse (web/static/office/draft.js),
or with plain forms. The draft is in the database: every answer shows it as it is now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from conversation import office
from india import signs
from india.calendar import day_of
from outbox.wake import SWEEP, ring, wake
from postal import lists
from postal.office import drafts, memory, placing
from postal.office.placing import Placing
from store.database import Conn
from store.refusals import Refusal
from web import given
from web.office.room import doer, live_route, me, reader, route, runtime
from web.staff import night, presence
from web.staff.htmx import go_to
from web.staff.refusals import status_of, word_of

_LONGEST: Final = 64
Page = ResponseReturnValue


@route("/draft", "deliver")
def draft() -> Page:
    """Show today's draft of the lists."""
    return render_template("office/draft.html", told_here=None, **_board())


@route("/draft/place", "deliver", methods=("POST",))
def place() -> Page:
    """Put articles on a beat.

    Form: `article` (rows) or `digits` as typed, of one or several; `postman` or `beat` (0: take
    them off); `serial`, from 1, or empty: the last."""
    serial = given.whole(request.form, "serial", lists.MOST_ITEMS)
    moved = _articles()

    def work(conn: Conn) -> None:
        ids = moved or _typed(conn)
        if request.form.get("beat", "").strip() == "0":
            placing.take_off(conn, ids, doer())
            return
        postman = given.whole(request.form, "postman")
        if postman is None:
            office_id = me().account.office_id
            postman = drafts.beat_of(conn, office_id, request.form.get("beat", ""))
        steps = [
            Placing(id_, postman, None if serial is None else serial + index)
            for index, id_ in enumerate(ids)
        ]
        placing.place(conn, steps, doer())

    return _change(work, moved)


@route("/draft/take-off", "deliver", methods=("POST",))
def take_off() -> Page:
    """Take articles off the draft, so that they can be placed anew."""
    moved = _articles()
    return _change(lambda conn: placing.take_off(conn, moved, doer()), moved)


@route("/draft/follow", "deliver", methods=("POST",))
def follow() -> Page:
    """Put free articles where their places went before. Form: `article` (rows)."""
    moved = _articles()
    return _change(lambda conn: placing.follow(conn, moved, doer()), ())


@route("/draft/undo", "deliver", methods=("POST",))
def undo() -> Page:
    """Put the draft back as it was before its last change. Form: `version` of that step."""
    step = given.whole(request.form, "version") or 0
    return _change(lambda conn: placing.undo(conn, step, doer()), ())


def _change(work: Callable[[Conn], object], moved: Sequence[int]) -> Page:
    try:
        runtime().database.run(work)
    except Refusal as refusal:
        return _refused(refusal)
    return _answer(moved=moved[0] if moved else 0)


def _articles() -> list[int]:
    """Return the rows of the articles that the form names, none twice."""
    typed = " ".join(request.form.getlist("article")).split()[: lists.MOST_ITEMS]
    found = (given.whole({"article": each}, "article") for each in typed)
    return list(dict.fromkeys(each for each in found if each is not None))


def _typed(conn: Conn) -> list[int]:
    """Return the articles with the typed number, or with each of the typed four digits."""
    typed = signs.bare(request.form.get("digits", ""))[:_LONGEST]
    words = typed.split()
    several = len(words) > 1 and all(len(word) == 4 and word.isdigit() for word in words)
    office_id, today = me().account.office_id, day_of(runtime().now())
    named = dict.fromkeys(words if several else [typed])
    return [drafts.find(conn, office_id, each, today).id for each in named]


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


@route("/draft/send-all", "deliver")
def send_all_page() -> Page:
    """Show what would go out: lists, articles and people, for all beats that can."""
    return _sending(None)


@route("/draft/send-all", "deliver", methods=("POST",))
def send_all() -> Page:
    """Make the lists of all beats that the page showed, all or none. Form: `list-ROW` each."""
    seen = {
        given.whole({"row": name.removeprefix("list-")}, "row") or 0: numbers.split()
        for name, numbers in request.form.items()
        if name.startswith("list-")
    }

    with runtime().database.transaction() as conn:
        people = drafts.people(conn, [number for numbers in seen.values() for number in numbers])
    if (asked := night.ask(people)) is not None:
        return asked

    def work(conn: Conn) -> list[lists.DeliveryList]:
        return office.send_out_all(runtime(), conn, seen, doer())

    try:
        made = runtime().database.run(work)
    except Refusal as refusal:
        return _sending(refusal), status_of(refusal)
    wake(runtime().redis)
    ring(runtime().redis, SWEEP)
    session["told"] = "draft_all_sent_done"
    session["told_values"] = {"count": len(made)}
    return go_to(url_for("office.slips_of_day"))


def _sending(refusal: Refusal | None) -> str:
    account, today = me().account, day_of(runtime().now())
    with runtime().database.transaction() as conn:
        found = drafts.draft(conn, account.office_id, today, reader())
        ready = [each for each in found.lists if each.pieces and not each.beat.closed]
        going = [piece.number for each in ready for piece in each.pieces]
        people = drafts.people(conn, going)
    return render_template(
        "office/send_all.html",
        ready=ready,
        articles=len(going),
        people=people,
        left=len(found.free),
        refused=word_of(refusal) if refusal else "",
        about=refusal.values.get("about", "") if refusal else "",
    )


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


def _board() -> dict[str, object]:
    account, today = me().account, day_of(runtime().now())
    with runtime().database.transaction() as conn:
        found = drafts.draft(conn, account.office_id, today, reader())
        walked = {
            each.beat.postman_row: each.beat.beat for each in found.lists if not each.beat.closed
        }
        suggested = memory.suggest(conn, account.office_id, today, found.free, walked)
        step = placing.last_step(conn, account.office_id)
    return {
        "draft": found,
        "today": today,
        "others": _others(),
        "suggested": suggested,
        "groups": memory.grouped(suggested),
        "step": step,
    }


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
