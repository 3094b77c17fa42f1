"""The page of requests that wait for a second person, one of them, and its signatures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from flask import abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from conversation import requests
from conversation.requests import Place
from outbox.wake import PAYMENTS, SWEEP, ring, wake
from postal import articles
from postal.people import access
from postal.requests import reading, register
from postal.requests.reading import StaffRequest
from store.database import Conn
from web.desk.room import doer, me, office_seen, route, runtime
from web.staff.refusals import FormRefused, attempt

_SHORTEST: Final = 5
_OUTCOMES: Final = {
    "first": "request_signed_first_done",
    "agreed": "request_agreed_done",
    "refused": "request_ruled_out",
}
_KEPT: Final = timedelta(days=30)  # on the page; for longer in the access log


@route("/requests", "requests")
def request_list() -> str:
    """Show what the user could sign, what he asked, what else waits, and what became of it."""
    now, row = runtime().now(), me().account.id
    with runtime().database.transaction() as conn:
        waiting = [each for each in reading.waiting(conn, now) if _shown(each)]
        mine = requests.signable(conn, reading.waiting(conn, now), row)
        done = reading.of_person(conn, row, now - _KEPT)
    signable = {each.id for each in mine}
    others = [each for each in waiting if each.id not in signable]
    return render_template("desk/requests.html", signable=mine, others=others, done=done)


@route("/requests/<int:id_>", "requests")
def one_request(id_: int) -> str:
    """Show one request: what would happen, who asked, who must agree, what became of it."""

    def look(conn: Conn) -> str:
        now, row = runtime().now(), me().account.id
        asked = _within(conn, id_)
        signable = requests.signable(conn, [asked], row) if asked.state == "waiting" else []
        access.note(conn, doer(), "opened", phone=asked.phone, article_id=asked.article_id)
        register.note_seen(conn, asked, row, now)
        about = articles.by_id(conn, asked.article_id) if asked.article_id else None
        return render_template(
            "desk/request.html",
            each=asked,
            about=about,
            over=asked.state == "waiting" and asked.until <= now,
            signable=bool(signable),
            mine=asked.signed_by == row,
        )

    return runtime().database.run(look)


@route("/requests/<int:id_>/sign", "sign_request", methods=("POST",))
def sign_request(id_: int) -> Response:
    """Sign: what was asked is done once two have."""

    def work(conn: Conn) -> str:
        _within(conn, id_)
        place: Place = "first" if request.form.get("place") == "first" else "second"
        signed = requests.sign(runtime(), conn, id_, doer(), place)
        session["texts"] = list(signed.texts)
        return _OUTCOMES[signed.outcome]

    return _answer(id_, work)


@route("/requests/<int:id_>/refuse", "sign_request", methods=("POST",))
def refuse_request(id_: int) -> Response:
    """Refuse, with a reason that whoever asked is told."""
    answer = " ".join(request.form.get("answer", "").split())

    def work(conn: Conn) -> str:
        _within(conn, id_)
        if len(answer) < _SHORTEST:
            raise FormRefused("request_no_answer")
        requests.refuse(conn, id_, answer, doer())
        return "request_refused_done"

    return _answer(id_, work)


@route("/requests/<int:id_>/withdraw", "requests", methods=("POST",))
def withdraw_request(id_: int) -> Response:
    """Withdraw an own request."""

    def work(conn: Conn) -> str:
        _within(conn, id_)
        requests.withdraw(conn, id_, doer())
        return "request_withdrawn_done"

    return _answer(id_, work)


def _answer(id_: int, work: Callable[[Conn], str]) -> Response:
    attempt(work)
    wake(runtime().redis)
    ring(runtime().redis, SWEEP)
    ring(runtime().redis, PAYMENTS)
    return redirect(url_for("desk.one_request", id_=id_))


def _within(conn: Conn, id_: int) -> StaffRequest:
    """Return the request; 404 for one that the user neither sees nor could sign."""
    asked, row = reading.get(conn, id_), me().account.id
    if not (_shown(asked) or row == asked.decided_by or requests.signable(conn, [asked], row)):
        abort(404)
    return asked


def _shown(asked: StaffRequest) -> bool:
    """Tell whether the user sees it: his own, and those of the offices that his role reaches."""
    return office_seen() in (None, asked.office_id) or asked.signed_by == me().account.id
