"""What an action's page showed, so that nobody acts on what is not so any more.

The form returns a mark of it: of what the action depends on, and of nothing else, so that a text or
a visit's news that changes nothing for it refuses nothing. It is keyed, since telephones are in it.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Final

from flask import current_app, request

from postal import articles
from postal.acts import books
from postal.articles import Article
from postal.people.contacts import Contact
from store.database import Conn
from web.desk.room import runtime
from web.language import say
from web.staff.refusals import FormRefused

FIELD: Final = "shown"


def of_article(conn: Conn, row: Article) -> str:
    """Return the mark of an article: its state, its remark, and who gets its code."""
    its = books.peek(conn, [row.id], runtime().now())[row.number]
    who = (its.recipient_phone, its.holder_phone, its.nominee_phone, its.named_phone)
    remark = (row.remark, row.witness, row.suspended, row.attempts)
    return _mark(row.number, row.state, row.otp_required, remark, who)


def of_person(person: Contact) -> str:
    """Return the mark of a telephone's person: whose it is among the staff, and the language."""
    return _mark(person.phone, person.staff_id, person.language)


def insist_article(conn: Conn, row: Article) -> None:
    """Raise `FormRefused` where the article is not as the page showed it; lock it until the end.

    A form of a page that shows none (the fraud board) says nothing of it.
    """
    if FIELD not in request.form:
        return
    books.hold(conn, [row.id], runtime().now())
    now = articles.by_id(conn, row.id) or row
    if not _is(of_article(conn, now)):
        raise FormRefused("act_article_changed", state=say(f"article_{now.state}"))


def insist_person(person: Contact) -> None:
    """Raise `FormRefused` where the person is not as the page showed it."""
    if FIELD in request.form and not _is(of_person(person)):
        raise FormRefused("act_person_changed")


def _is(mark: str) -> bool:
    return hmac.compare_digest(request.form[FIELD].encode(), mark.encode())


def _mark(*shown: object) -> str:
    key = current_app.config["SECRET_KEY"]
    secret = key if isinstance(key, bytes) else str(key).encode()
    return hmac.new(secret, repr(("seen", shown)).encode(), sha256).hexdigest()[:32]
