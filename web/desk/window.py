"""The office window: articles handed out against a document, by two members of staff."""

from __future__ import annotations

import re
from typing import Final, get_args

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from conversation import counter
from flows.events import DocumentType
from outbox.wake import wake
from postal import articles, window
from postal.collect import Document
from postal.counter.ledger import Method
from postal.people import access
from postal.people.accounts import Role
from store import feed
from store.database import Conn
from web.desk.room import JUDGES, doer, me, reader, route, runtime
from web.staff.refusals import attempt

ASKERS: Final[tuple[Role, ...]] = ("agent", "clerk", "supervisor", "postmaster")
DOCUMENTS: Final[tuple[DocumentType, ...]] = get_args(DocumentType)
_LAST4: Final = re.compile(r"[0-9A-Z]{4}", re.ASCII)
_SHORTEST_REASON: Final = 5
_LONGEST: Final = 200


@route("/window", ASKERS, methods=("GET", "POST"))
def window_requests() -> str | Response:
    """Show what waits for a second person; record a request for one, by the article's number."""
    if request.method == "POST":
        attempt(_ask)
        return redirect(url_for("desk.window_requests"))
    with runtime().database.transaction() as conn:
        waiting = window.waiting(conn, reader())
    return render_template(
        "desk/window.html",
        waiting=waiting,
        documents=DOCUMENTS,
        may_agree=me().account.role in JUDGES,
    )


@route("/window/<int:id_>/agree", JUDGES, methods=("POST",))
def agree_at_window(id_: int) -> Response:
    """Hand out the article: the second person has seen the document too."""
    return _decide(id_, "agreed")


@route("/window/<int:id_>/decline", JUDGES, methods=("POST",))
def decline_at_window(id_: int) -> Response:
    """Decline the request: the article is not handed out."""
    return _decide(id_, "declined")


def _ask(conn: Conn) -> str:
    """Record the request and return the word for the outcome."""
    last4 = request.form.get("last4", "").strip().upper()
    reason = " ".join(request.form.get("reason", "").split())[:_LONGEST]
    type_ = next((each for each in DOCUMENTS if each == request.form.get("document")), None)
    try:
        article = articles.get(conn, articles.parse_number(request.form.get("article", "")))
    except (ValueError, articles.UnknownArticle):
        return "window_no_article"
    if type_ is None or not _LAST4.fullmatch(last4):
        return "window_no_document"
    if len(reason) < _SHORTEST_REASON:
        return "act_no_reason"
    if article.state != "at_office":
        return "window_not_here"
    by = doer()
    window.ask(conn, article.id, Document(type_, last4), reason, by)
    access.note(conn, by, "acted", article_id=article.id, reason=f"window_asked: {reason}")
    return "window_asked"


def _decide(id_: int, word: str) -> Response:
    def work(conn: Conn) -> str:
        by = doer()
        if word == "agreed":
            asked = counter.agree(runtime(), conn, id_, _payment(), by)
        else:
            asked = window.decline(conn, id_, by)
        data = {"action": f"window_{word}", "asked_by": asked.asked_by, "by": by.known_as}
        feed.append(conn, "desk_acted", asked.article_id, by.at, data)
        access.note(conn, by, "acted", article_id=asked.article_id, reason=f"window_{word}")
        return f"window_{word}"

    attempt(work)
    wake(runtime().redis)
    return redirect(url_for("desk.window_requests"))


def _payment() -> Method | None:
    """Return how the COD was paid, as chosen in the form."""
    methods: dict[str, Method] = {"cash": "cash", "upi": "upi"}
    return methods.get(request.form.get("payment", ""))
