"""The page of exceptions: what postmen ask to hand over without its code, and the answers."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

from flask import abort, render_template, request, session, url_for
from werkzeug.wrappers import Response

from conversation import exceptions as door
from flows.number import parse
from flows.trust import EXCEPTION_USABLE
from outbox.wake import wake
from postal import exceptions, offline, untold
from store.database import Conn
from store.refusals import Refusal
from web.office.room import doer, live_route, office_seen, reader, route, runtime
from web.staff.htmx import go_to
from web.staff.refusals import FormRefused, status_of, tell, word_of

Page = str | tuple[str, int]


@route("/exceptions", "exception")
def exceptions_() -> str:
    """Show what is asked, and how often each postman asks and each answerer agrees."""
    return _page(None)


def _page(refused: Refusal | None) -> str:
    """Return the page; `refused`: why no further question was opened, beside what was typed."""
    now, own = runtime().now(), office_seen()
    with runtime().database.transaction() as conn:
        return render_template(
            "office/exceptions.html",
            **_asked(conn),
            refused=word_of(refused) if refused else "",
            typed=request.form.get("article", "") if refused else "",
            postmen=exceptions.of_postmen(conn, own, now),
            answerers=exceptions.of_answerers(conn, own, now),
            untold=untold.shown(conn, own, now, reader()),
            without_network=offline.of_postmen(conn, own, now),
            over=[
                each for each in exceptions.offices_over(conn, now) if own in (None, each.office_id)
            ],
        )


@live_route("/exceptions/news", "exception")
def exceptions_news() -> Page:
    """Return what is asked if it has changed since the page; else 204. Form: `version`."""
    with runtime().database.transaction() as conn:
        page = _asked(conn)
    if request.form.get("version") == page["version"]:
        return "", 204
    return render_template("office/exceptions_asked.html", **page)


def _asked(conn: Conn) -> dict[str, Any]:
    """Return what is asked today, as the page shows it, and the version of that."""
    own = office_seen()
    asked = exceptions.shown(conn, own, runtime().now(), reader())
    return {
        "own": own,
        "asked": asked,
        "version": sha256(repr(asked).encode()).hexdigest()[:16],
        "within": timedelta(minutes=runtime().settings.exception_minutes),
        "usable": EXCEPTION_USABLE,
    }


@route("/exceptions", "exception", methods=("POST",))
def answer_exception() -> Response:
    """Agree or refuse. Form: `article`, `question` (their numbers), `answer` (yes or no)."""
    number = parse(request.form.get("article", "")) or abort(400)
    question = request.form.get("question", type=int) or abort(400)
    answers = {"yes": True, "no": False}
    granted = answers.get(request.form.get("answer", ""))
    if granted is None:
        abort(400)

    def work(conn: Conn) -> None:
        if not exceptions.is_asked_of(conn, number, office_seen(), runtime().now()):
            raise door.NotAnswered
        door.answer(runtime(), conn, door.Question(number, question), granted, doer())

    told = "exception_answered_yes_done" if granted else "exception_answered_no_done"
    try:
        runtime().database.run(work)
    except Refusal as refusal:
        tell(refusal)
        return go_to(url_for("office.exceptions_"))
    return _done(told)


@route("/exceptions/open", "exception", methods=("POST",))
def open_question() -> Page | Response:
    """Let the postman who carries it ask once more about it. Form: `article`."""
    number = parse(request.form.get("article", ""))

    def work(conn: Conn) -> None:
        if number is None:
            raise FormRefused("question_no_number")
        if not exceptions.is_out_at(conn, number, office_seen()):
            raise door.QuestionNotOut
        door.open_one(runtime(), conn, number, doer())

    try:
        runtime().database.run(work)
    except Refusal as refusal:
        return _page(refusal), status_of(refusal)
    return _done("question_opened")


def _done(told: str) -> Response:
    """Wake the outbox, say what was done, and return to the page."""
    wake(runtime().redis)
    session["told"] = told
    return go_to(url_for("office.exceptions_"))
