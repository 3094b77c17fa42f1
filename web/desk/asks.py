"""What the desk asks of a second person: a telephone, another visit, a postman's PIN.

Nothing is done here: who asks signs, and another one agrees in his own session (requests.py).
"""

from __future__ import annotations

from collections.abc import Callable

from flask import request, url_for
from werkzeug.wrappers import Response

from conversation import dry_run
from india import figures
from india import phone as phones
from postal.people import contacts, pins, roles
from postal.requests.register import Why
from postal.requests.wish import What, Wish
from store.database import Conn
from web.desk import seen
from web.desk.actions import REASONS, postman, typed_note
from web.desk.room import route, runtime
from web.desk.subjects import article_within, person_within
from web.language import say
from web.staff.asking import ask
from web.staff.refusals import FormRefused


@route("/articles/<int:article>/move-destination", "move", methods=("POST",))
def act_move_destination(article: int) -> Response:
    """Ask that another telephone takes the article; it is asked once the second person agrees."""
    return _of_article(article, "move_destination", lambda conn: _new_phone(conn))


@route("/articles/<int:article>/correct-number", "move", methods=("POST",))
def act_correct_number(article: int) -> Response:
    """Ask that the addressee's telephone is another one."""
    return _of_article(article, "correct_number", lambda conn: _new_phone(conn))


@route("/articles/<int:article>/reopen", "reopen", methods=("POST",))
def act_reopen(article: int) -> Response:
    """Ask for another visit, on the next morning's list."""
    return _of_article(article, "reopen", lambda _: None)


@route("/conversations/<int:conversation>/reset-pin", "reset_pin", methods=("POST",))
def act_reset_pin(conversation: int) -> Response:
    """Ask for a new PIN, which the postman types himself, present: only its hash is kept."""
    pin, again = request.form.get("pin", ""), request.form.get("again", "")

    def wish(conn: Conn) -> Wish:
        person = person_within(conn, conversation)
        seen.insist_person(person)
        staff_id = postman(conn, person)
        if figures.digits(pin) != figures.digits(again):
            raise FormRefused("act_pins_differ")
        pin_hash = pins.hashed(pin, pins.bearer(conn, staff_id))
        return Wish("reset_pin", postman_id=_row_of(conn, staff_id), pin_hash=pin_hash)

    return ask(wish, url_for("desk.conversation", conversation=conversation), _why)


@route("/conversations/<int:conversation>/name-phone", "name_phone", methods=("POST",))
def act_name_phone(conversation: int) -> Response:
    """Ask that a postman has a new telephone, which his PIN makes his."""

    def wish(conn: Conn) -> Wish:
        person = person_within(conn, conversation)
        seen.insist_person(person)
        row = _row_of(conn, postman(conn, person))
        return Wish("name_phone", postman_id=row, phone=_typed_phone())

    return ask(wish, url_for("desk.conversation", conversation=conversation), _why)


def _of_article(id_: int, what: What, phone: Callable[[Conn], str | None]) -> Response:
    def wish(conn: Conn) -> Wish:
        row = article_within(conn, id_)
        seen.insist_article(conn, row)
        named = phone(conn)
        now = dry_run.of_article(runtime(), conn, row.id, row.number)
        if (why := getattr(now, what)) is not None:
            raise FormRefused("act_not_because", why=say(f"hinder_{why}"))
        return Wish(what, article_id=row.id, phone=named)

    return ask(wish, url_for("desk.article", article=id_), _why)


def _why() -> Why:
    reason = request.form.get("reason", "")
    if reason not in REASONS:
        raise FormRefused("act_no_reason")
    return Why(reason, typed_note())


def _row_of(conn: Conn, staff_id: str) -> int:
    row = contacts.postman_row(conn, staff_id)
    if row is None:
        raise FormRefused("act_no_postman")
    return row


def _new_phone(conn: Conn) -> str:
    """Return the typed telephone. Raises `FormRefused` for none, and for one of the staff."""
    phone = _typed_phone()
    if roles.is_staff(conn, phone):
        raise FormRefused("act_staff_phone")
    return phone


def _typed_phone() -> str:
    try:
        return phones.read(request.form.get("phone", ""))
    except ValueError:
        raise FormRefused("phone_wrong") from None
