"""A customer's booking: its articles, adding and removing one, payment in cash, cancelling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from conversation import booker, counter
from india import money
from india import phone as phones
from india.calendar import day_of
from outbox.wake import wake
from postal.counter import booking, counter_days, directory, groups, rolls, typing_errors
from postal.counter.counter_days import CounterDay
from postal.counter.directory import Place, UnknownPin
from postal.counter.groups import BookingItem, Group, NewItem, NotOpen, NumberInUse
from postal.once import OtherForm
from postal.people import roles
from store.database import Conn
from store.refusals import Conflict, Refusal
from web import given
from web.counter.article_page import Form, form_page
from web.counter.reading import Desk, finished_article, read_article
from web.counter.room import doer, me, own_group, route, runtime
from web.counter.start import taken_number
from web.counter.typed import TypedArticle, another_for, article_of, legible, new_article
from web.staff.refusals import FormRefused, attempt, tell

Page = str | Response | tuple[str, int]


@route("/groups/<int:id_>", "book")
def group(id_: int) -> str:
    """Show the booking, and what can be done with it."""
    with runtime().database.transaction() as conn:
        return _page(conn, own_group(conn, id_))


@route("/groups/<int:id_>/articles", "book")
def another(id_: int) -> Page:
    """Show the form for one more article; `?like=`: an item with the same recipient."""
    with runtime().database.transaction() as conn:
        found = own_group(conn, id_)
        day = my_day(conn, found)
        if day is None or found.state != "open":
            session["told"] = "book_not_open"
            return redirect(url_for("counter.group", id_=id_))
        number = rolls.offered(conn, me().account.id)
        like = item_of(found, given.whole(request.args, "like"))
        if like is None:
            typed = new_article(number, runtime().settings.default_language)
        else:
            typed = another_for(like, number)
        return form_page(article_form(conn, found, typed, day))


@route("/groups/<int:id_>/articles", "book", methods=("POST",))
def add(id_: int) -> Page:
    """Add the article, or show the form again with what is wrong."""
    return put_on_bill(
        id_, lambda conn, item: booking.add(conn, id_, item, runtime().now()), article_form
    )


def put_on_bill(
    id_: int,
    put: Callable[[Conn, NewItem], Group],
    form_of: Callable[[Conn, Group, TypedArticle, CounterDay], Form],
) -> Page:
    """`put` the article of the form that was sent, or show it again with what is wrong.

    What refuses it for another reason than the form's is said above the form: nothing is typed
    twice.
    """
    typed = article_of(request.form)

    def work(conn: Conn) -> Page:
        found = own_group(conn, id_)
        day = my_day(conn, found)
        back = redirect(url_for("counter.group", id_=id_))
        if day is None:
            session["told"] = "book_other_counter"
            return back
        if found.state != "open" and booking.has_item(conn, UUID(typed.once)):
            return back  # sent twice
        form, now = form_of(conn, found, typed, day), typed
        reading = finished_article(typed, form.reading)
        if reading.item is not None:
            try:
                with conn.transaction():
                    put(conn, reading.item)
            except NumberInUse as taken:
                reading = taken_number(reading, taken)
            except OtherForm:
                session["told"] = "book_form_used"
                now = replace(typed, once=str(uuid4()))
                reading = finished_article(now, form_of(conn, found, now, day).reading)
            except Conflict as refusal:
                tell(refusal)
            else:
                return back
        return form_page(replace(form, typed=now, reading=reading)), 422

    return runtime().database.run(work)


@route("/groups/<int:id_>/articles/<int:article>/remove", "book", methods=("POST",))
def remove(id_: int, article: int) -> Response:
    """Remove an article; its label can be used again."""

    def act(conn: Conn, found: Group) -> str:
        booking.remove(conn, id_, article, runtime().now())
        return "book_removed_done"

    return _act(id_, act)


@route("/groups/<int:id_>/cancel", "book", methods=("POST",))
def cancel(id_: int) -> Response:
    """Cancel the booking, unless a payment is awaited."""

    def act(conn: Conn, found: Group) -> str:
        if found.state == "paying":
            raise NotOpen(found.state)
        booking.cancel(conn, id_, runtime().now())
        return "book_cancelled_done"

    return _act(id_, act)


@route("/groups/<int:id_>/change", "book", methods=("POST",))
def change(id_: int) -> str:
    """Show the change for the amount that is typed so far."""
    with runtime().database.transaction() as conn:
        found = own_group(conn, id_)
    return render_template("counter/change.html", **_change(found, request.form.get("given", "")))


@route("/groups/<int:id_>/cash", "book", methods=("POST",))
def cash(id_: int) -> Page:
    """Book for cash. The form names the sum that the clerk saw: any other is refused.

    Cash that is not enough, or no sum, is said beside its field, which keeps what was typed.
    """

    def act(conn: Conn, found: Group) -> str:
        found = groups.lock(conn, id_)
        if found.state != "open":
            raise NotOpen(found.state)
        if given.whole(request.form, "seen") != found.paise:
            raise FormRefused("book_sum_changed")
        try:
            handed = money.of_typed(request.form.get("given", ""))
        except ValueError:
            raise FormRefused("book_given_wrong", field="given") from None
        if handed < found.paise:
            short = money.shown(found.paise - handed)
            raise FormRefused("book_given_short", field="given", short=short)
        counter.book(runtime(), conn, id_, "cash", handed)
        return "book_booked_done"

    refused = _attempt(id_, act)
    if refused is None:
        wake(runtime().redis)
        return redirect(url_for("counter.receipt", id_=id_))
    if refused.field != "given":
        tell(refused)
        return redirect(url_for("counter.group", id_=id_))
    with runtime().database.transaction() as conn:
        return _page(conn, own_group(conn, id_), refused), 422


@route("/groups/<int:id_>/articles/<int:article>/phone", "correct_typing", methods=("POST",))
def correct_typing(id_: int, article: int) -> Response:
    """Correct a telephone that the user typed himself: half an hour, and before any code."""

    def work(conn: Conn) -> str:
        own_group(conn, id_)
        try:
            phone = phones.read(request.form.get("phone", ""))
        except ValueError:
            raise FormRefused("phone_wrong") from None
        if roles.is_staff(conn, phone):
            raise FormRefused("act_staff_phone")
        booker.correct_typing(runtime(), conn, id_, article, phone, doer())
        return "typing_corrected_done"

    attempt(work)
    wake(runtime().redis)
    return redirect(url_for("counter.group", id_=id_))


def _act(id_: int, act: Callable[[Conn, Group], str]) -> Response:
    """Run `act` on a booking of the user's own counter; its page shows the outcome."""
    refused = _attempt(id_, act)
    if refused is not None:
        tell(refused)
    return redirect(url_for("counter.group", id_=id_))


def _attempt(id_: int, act: Callable[[Conn, Group], str]) -> Refusal | None:
    """Run `act` on a booking of the user's own counter; return what refused it.

    The next page says what it did.
    """

    def work(conn: Conn) -> tuple[str, dict[str, str]]:
        found = own_group(conn, id_)
        if my_day(conn, found) is None:
            raise FormRefused("book_other_counter")
        word = act(conn, found)
        after = groups.get(conn, id_)
        values = {"sum": money.shown(after.paise)}
        if after.change_paise is not None:
            values["change"] = money.shown(after.change_paise)
        return word, values

    try:
        session["told"], session["told_values"] = runtime().database.run(work)
    except Refusal as refusal:
        return refusal
    return None


def _page(conn: Conn, found: Group, refused: Refusal | None = None) -> str:
    """Return the page of the booking; `refused`: why the cash of the form was."""
    return render_template(
        "counter/group.html",
        mine=my_day(conn, found) is not None,
        legible=legible,
        correctable=_correctable(found),
        places={item.id: _place(conn, item.recipient_pin) for item in found.items},
        refused=refused is not None,
        **_change(found, request.form.get("given", "") if refused else ""),
    )


def _correctable(found: Group) -> bool:
    """Tell whether the user may still correct what he typed, as far as the clock says."""
    finished = found.finished_at
    return (
        found.state == "booked"
        and found.staff_row == me().account.id
        and finished is not None
        and runtime().now() - finished <= typing_errors.WITHIN
    )


def _change(found: Group, typed: str) -> dict[str, Any]:
    try:
        given = money.of_typed(typed)
    except ValueError:
        given = None
    return {"group": found, "typed": typed, "given": given}


def article_form(conn: Conn, found: Group, typed: TypedArticle, day: CounterDay) -> Form:
    """Return the form that adds an article to the booking."""
    desk = Desk(me().account.office_pin, day_of(runtime().now()), found)
    reading = read_article(conn, desk, typed)
    mine = bool(rolls.of_clerk(conn, me().account.id))
    action = url_for("counter.add", id_=found.id)
    return Form(action, typed, reading, None, {}, (), day, found, rolls=mine)


def my_day(conn: Conn, found: Group) -> CounterDay | None:
    """Return the counter of the booking, if it is the one that this clerk has open."""
    day = counter_days.current(conn, me().account.id)
    return day if day is not None and day.id == found.counter_day_id else None


def item_of(found: Group, id_: int | None) -> BookingItem | None:
    """Return the article of the booking with that row id."""
    return next((item for item in found.items if item.id == id_), None)


def _place(conn: Conn, pin: str) -> Place | None:
    try:
        return directory.find(conn, pin)
    except UnknownPin:  # it has left the directory
        return None
