"""The counter's first page: it opens a counter and begins each customer's booking."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID, uuid4

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from india import figures, money
from india.calendar import day_of
from postal.counter import booking, counter_days, rolls
from postal.counter.counter_days import CounterTaken, OpenAlready
from postal.counter.groups import NumberInUse, unfinished
from postal.once import OtherForm
from store.database import Conn
from web.counter.article_page import Form, form_page
from web.counter.fields import refused_as
from web.counter.reading import (
    Desk,
    Reading,
    finished_article,
    finished_sender,
    read_article,
    read_sender,
)
from web.counter.room import doer, me, reader, route, runtime
from web.counter.typed import TypedSender, article_of, new_article, new_sender, sender_of
from web.staff.refusals import word_of

Page = str | Response | tuple[str, int]
_MOST_OPENING: Final = 1_000_000_00  # paise: more is a typing error


@route("", "book")
def start() -> Page:
    """Show the form for the next customer, or the one that opens a counter if none is open."""
    with runtime().database.transaction() as conn:
        day = counter_days.current(conn, me().account.id)
        if day is None:
            return _opening_page(conn)
        if day.day != day_of(runtime().now()):
            return render_template(
                "counter/stale.html", day=day, waiting=unfinished(conn, day.id, reader())
            )
        language = runtime().settings.default_language
        typed = new_article(rolls.offered(conn, me().account.id), language)
        sender = new_sender(language)
        read = read_article(conn, _desk(sender), typed)
        return form_page(
            Form(
                url_for("counter.begin"),
                typed,
                read,
                sender,
                {},
                unfinished(conn, day.id, reader()),
                day,
                rolls=bool(rolls.of_clerk(conn, me().account.id)),
            )
        )


@route("/open", "book", methods=("POST",))
def open_counter() -> Page:
    """Open a counter for today, with the cash that is in its drawer."""
    typed = {name: request.form.get(name, "").strip() for name in ("counter", "cash")}

    def work(conn: Conn) -> Page:
        refused = None
        try:
            cash = money.of_typed(typed["cash"])
            if cash > _MOST_OPENING:
                raise ValueError("more than a drawer holds")
            number = figures.whole(typed["counter"], 1, 99)
        except figures.NoNumber:
            refused = "book_counter_number_wrong"
        except ValueError:
            refused = "book_opening_wrong"
        if refused is None:
            try:
                counter_days.open_day(conn, number, cash, doer())
            except OpenAlready:  # sent twice, or in another window: it is open
                pass
            except CounterTaken as taken:
                refused = word_of(taken)
        if refused is not None:
            return _opening_page(conn, typed, refused), 422
        return redirect(url_for("counter.start"))

    return runtime().database.run(work)


@route("/groups", "book", methods=("POST",))
def begin() -> Page:
    """Begin a customer's booking and add its first article, both or neither."""
    typed, typed_sender = article_of(request.form), sender_of(request.form)

    def work(conn: Conn) -> Page:
        day = counter_days.current(conn, me().account.id)
        if day is None or day.day != day_of(runtime().now()):
            session["told"] = "book_counter_closed"
            return redirect(url_for("counter.start"))
        again = booking.made_by(conn, UUID(typed_sender.once))
        if again is not None and again.counter_day_id == day.id and again.state != "open":
            return redirect(url_for("counter.group", id_=again.id))
        read = finished_article(typed, read_article(conn, _desk(typed_sender), typed))
        sender = finished_sender(typed_sender, read_sender(conn, typed_sender))
        now, now_sender = typed, typed_sender
        if read.item is not None and sender.sender is not None:
            by, once = replace(doer(), office=day.office_id), UUID(typed_sender.once)
            try:
                with conn.transaction():
                    made = booking.begin(conn, once, sender.sender, day.id, by)
                    booking.add(conn, made.id, read.item, by.at)
                return redirect(url_for("counter.group", id_=made.id))
            except NumberInUse as taken:  # by another clerk, a moment ago
                read = taken_number(read, taken)
            except OtherForm:
                session["told"] = "book_form_used"
                now = replace(typed, once=str(uuid4()))
                now_sender = replace(typed_sender, once=str(uuid4()))
                read = finished_article(now, read_article(conn, _desk(now_sender), now))
        form = Form(
            url_for("counter.begin"),
            now,
            read,
            now_sender,
            sender.notes,
            unfinished(conn, day.id, reader()),
            day,
        )
        return form_page(form), 422

    return runtime().database.run(work)


def taken_number(reading: Reading, taken: NumberInUse) -> Reading:
    """Return `reading` with the note that the number was taken meanwhile."""
    notes = {"number": refused_as(taken)}
    return Reading({**reading.notes, **notes}, reading.quote, reading.how, None)


def _opening_page(
    conn: Conn, typed: dict[str, str] | None = None, refused: str | None = None
) -> str:
    today, clerk = day_of(runtime().now()), me().account.id
    suggested = counter_days.usual(conn, clerk, today)
    return render_template(
        "counter/open.html",
        typed=typed or {"counter": str(suggested or ""), "cash": ""},
        refused=refused,
        closed=counter_days.closed_on(conn, clerk, today),
    )


def _desk(sender: TypedSender) -> Desk:
    return Desk(me().account.office_pin, day_of(runtime().now()), sender=sender)
