"""The office window: what an article that is handed out without its code takes, is asked here."""

from __future__ import annotations

import re
from typing import Final, get_args

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from flows.acts.door import can_miss
from flows.events import DocumentType
from india import figures
from postal import articles, walls
from postal.counter.ledger import Method
from postal.requests.register import Why
from postal.requests.wish import Wish
from store.database import Conn
from web import given
from web.desk.room import office_seen, route
from web.staff.asking import ask
from web.staff.refusals import FormRefused

DOCUMENTS: Final[tuple[DocumentType, ...]] = get_args(DocumentType)
_LAST4: Final = re.compile(r"[0-9A-Z]{4}", re.ASCII)
_SHORTEST_REASON: Final = 5
_LONGEST: Final = 200
_METHODS: Final[dict[str, Method]] = {"cash": "cash", "upi": "upi"}


@route("/window", "document")
def window() -> str:
    """Show the form that asks for the second person, by the article's number."""
    return render_template("desk/window.html", documents=DOCUMENTS)


@route("/window", "document", methods=("POST",))
def ask_at_window() -> Response:
    """Ask that an article is handed out on a document: a second person must see that too."""
    reason = given.line(request.form, "reason", _LONGEST)

    def why() -> Why:
        if len(reason) < _SHORTEST_REASON:
            raise FormRefused("act_no_reason")
        return Why("other", reason)

    return ask(_wish, url_for("desk.window"), why)


def _wish(conn: Conn) -> Wish:
    last4 = figures.digits(request.form.get("last4", "")).upper()
    type_ = next((each for each in DOCUMENTS if each == request.form.get("document")), None)
    try:
        article = articles.get(conn, articles.parse_number(request.form.get("article", "")))
    except (ValueError, articles.UnknownArticle):
        raise FormRefused("window_no_article") from None
    if office_seen() not in (None, walls.home(conn, article.id)):
        raise FormRefused("window_no_article")
    if type_ is None or not _LAST4.fullmatch(last4):
        raise FormRefused("window_no_document")
    if article.state != "at_office":
        raise FormRefused("window_not_here")
    payment = _METHODS.get(request.form.get("payment", ""))
    if (payment is None) == bool(article.cod_amount):
        raise FormRefused("window_not_paid" if payment is None else "window_no_cod")
    return Wish(
        "document",
        article_id=article.id,
        document=type_,
        last4=last4,
        payment=payment,
        missing=_missing(request.form.get("pieces", ""), article.pieces),
    )


def _missing(typed: str, pieces: int) -> tuple[int, ...]:
    """Return the pieces that are not there; of several it must be said, `0`: all are there."""
    named = tuple(int(each) for each in re.findall(r"[0-9]+", figures.digits(typed)[:_LONGEST]))
    if named == (0,) or (pieces == 1 and not named):
        return ()
    if not named or not can_miss(pieces, named):
        raise FormRefused("window_wrong_pieces", count=pieces)
    return named
