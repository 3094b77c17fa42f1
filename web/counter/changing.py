"""What is on the bill and not paid yet is changed: an article, the sender."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from flask import redirect, render_template, request, session, url_for

from postal.counter import booking
from postal.counter.counter_days import CounterDay
from postal.counter.groups import Group, Sender
from store.database import Conn
from store.refusals import Conflict
from web.counter.article_page import Form, form_page
from web.counter.fields import FieldNote, wrong
from web.counter.group_page import Page, article_form, item_of, my_day, put_on_bill
from web.counter.reading import finished_sender, read_sender
from web.counter.room import own_group, route, runtime
from web.counter.typed import (
    LANGUAGES,
    TypedArticle,
    TypedSender,
    sender_of,
    sender_to_change,
    to_change,
)
from web.staff.refusals import tell


@route("/groups/<int:id_>/articles/<int:article>/change", "book")
def change_article(id_: int, article: int) -> Page:
    """Show the form of an article that is on the bill, filled in."""
    with runtime().database.transaction() as conn:
        found = own_group(conn, id_)
        day, item = my_day(conn, found), item_of(found, article)
        if day is None or item is None or found.state != "open":
            session["told"] = "book_not_open" if item else "book_item_gone"
            return redirect(url_for("counter.group", id_=id_))
        return form_page(_form(article, conn, found, to_change(item, found.sender_phone), day))


@route("/groups/<int:id_>/articles/<int:article>/change", "book", methods=("POST",))
def put_article(id_: int, article: int) -> Page:
    """Put the article of the form in the place of the one on the bill."""
    return put_on_bill(
        id_,
        lambda conn, item: booking.change(conn, id_, article, item, runtime().now()),
        partial(_form, article),
    )


@route("/groups/<int:id_>/sender", "book")
def change_sender(id_: int) -> Page:
    """Show the form of the booking's sender, filled in."""
    with runtime().database.transaction() as conn:
        found = own_group(conn, id_)
        if my_day(conn, found) is None or found.state != "open":
            session["told"] = "book_not_open"
            return redirect(url_for("counter.group", id_=id_))
        return _sender_page(found, sender_to_change(found), {})


@route("/groups/<int:id_>/sender", "book", methods=("POST",))
def put_sender(id_: int) -> Page:
    """Correct who posts the booking, or show the form again with what is wrong."""
    typed = sender_of(request.form)

    def work(conn: Conn) -> Page:
        found = own_group(conn, id_)
        back = redirect(url_for("counter.group", id_=id_))
        if my_day(conn, found) is None:
            session["told"] = "book_other_counter"
            return back
        reading = finished_sender(typed, read_sender(conn, typed))
        if reading.sender is None:
            return _sender_page(found, typed, dict(reading.notes)), 422
        if _is_recipients(found, reading.sender) and "same_phone" not in request.form:
            asked = {**reading.notes, "sender_phone": wrong("book_sender_same")}
            return _sender_page(found, typed, asked, asks_same=True), 422
        try:
            booking.change_sender(conn, id_, reading.sender)
        except Conflict as refusal:
            tell(refusal)
        return back

    return runtime().database.run(work)


def _is_recipients(found: Group, sender: Sender) -> bool:
    """Tell whether the sender's new telephone is a recipient's: he would get that code."""
    changed = sender.phone is not None and sender.phone != found.sender_phone
    return changed and any(item.recipient_phone == sender.phone for item in found.items)


def _form(article: int, conn: Conn, found: Group, typed: TypedArticle, day: CounterDay) -> Form:
    typed = replace(typed, changing=str(article))
    form = article_form(conn, found, typed, day)
    return replace(form, action=url_for("counter.put_article", id_=found.id, article=article))


def _sender_page(
    found: Group, typed: TypedSender, notes: dict[str, FieldNote], *, asks_same: bool = False
) -> str:
    at_fault = [name for name, note in notes.items() if note.tone == "wrong"]
    return render_template(
        "counter/sender.html",
        group=found,
        sender=typed,
        notes=notes,
        focus=at_fault[0] if at_fault else "sender_name",
        asks_same=asks_same,
        spoken=LANGUAGES,
    )
