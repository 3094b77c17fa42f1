"""The books of an office: each counter's day, entry by entry; corrections; CSV files."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import Response, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as Answer

from india import money
from india.calendar import day_of
from postal.counter import day_end, entries, reopening
from postal.counter.day_end import CounterEnd
from postal.counter.entries import Correction, Entry
from postal.desk import lists
from postal.desk.search import FoundOffice
from postal.people.rights import RIGHTS
from postal.requests.register import Why
from postal.requests.wish import Wish
from store.database import Conn
from store.refusals import Refusal
from web import given
from web.counter.room import doer, me, office_seen, route, runtime, within
from web.staff.asking import ask
from web.staff.books_tables import TABLES, name
from web.staff.refusals import FormRefused, status_of, word_of
from web.staff.tables import sheet
from web.staff.times import asked_day

_LONGEST_WHY = 200


@route("/books", "books")
def office_books() -> str:
    """Show an office's counters and entries of a day (default: today)."""
    today = day_of(runtime().now())
    day = asked_day() or today
    with runtime().database.transaction() as conn:
        office = _office(conn)
        counters = day_end.of_day(conn, office.id, day)
        left_open = day_end.left_open(conn, office.id, today)
        found = entries.of_day(conn, office.id, day)
    return render_template(
        "counter/books.html",
        office=office,
        day=day,
        counters=counters,
        left_open=left_open,
        entries=found,
        cash=sum(each.paise for each in found if each.method == "cash"),
        upi=sum(each.paise for each in found if each.method == "upi"),
    )


@route("/days/<int:id_>", "statement")
def day_statement(id_: int) -> str:
    """Show how a counter's day ended: the user's own, or any of the office for bookkeepers."""
    with runtime().database.transaction() as conn:
        end = _counter(conn, id_)
        booked = day_end.booked(conn, id_)
        sums = day_end.sums(conn, id_)
        found = entries.of_counter(conn, id_)
        reopened = reopening.of_counter(conn, id_)
    later = [each for each in found if end.last_entry is not None and each.id > end.last_entry]
    return render_template(
        "counter/statement.html",
        end=end,
        booked=booked,
        sums=sums,
        entries=found,
        later=later,
        reopened=reopened,
        reopenable=end.closed_at is not None and end.day == day_of(runtime().now()),
    )


@route("/days/<int:id_>/reopen", "reopen_counter", methods=("POST",))
def reopen_counter(id_: int) -> Answer:
    """Ask a second person that a counter which was closed today is opened again."""
    why = " ".join(request.form.get("why", "").split())[:_LONGEST_WHY]

    def wish(conn: Conn) -> Wish:
        end = _counter(conn, id_)
        if not day_end.explains(why):
            raise FormRefused("reopen_no_why", shortest=day_end.SHORTEST)
        return Wish("reopen_counter", closed_day_id=end.id)

    return ask(wish, url_for("counter.day_statement", id_=id_), lambda: Why("other", why))


@route("/entries/<int:id_>", "books")
def entry(id_: int) -> str:
    """Show one entry, its corrections so far, and the form that corrects it."""
    return _entry_page(id_)


@route("/entries/<int:id_>/correct", "correct_entry", methods=("POST",))
def correct_entry(id_: int) -> Answer | tuple[str, int]:
    """Correct the entry by a new one; nothing is edited."""
    why = given.line(request.form, "why", _LONGEST_WHY)
    try:
        right = money.of_signed(request.form.get("amount", ""))
        once = UUID(request.form.get("once", ""))
    except ValueError:
        return _entry_page(id_, "entry_no_sum"), 422

    def work(conn: Conn) -> int | None:
        _one(conn, id_)
        return entries.correct(conn, id_, Correction(right, why, once), doer())

    try:
        made = runtime().database.run(work)
    except Refusal as refusal:
        return _entry_page(id_, word_of(refusal)), status_of(refusal)
    session["told"] = "entry_correct_done" if made else "entry_stands_so"
    return redirect(url_for("counter.entry", id_=id_))


@route("/books/<what>.csv", "books")
def books_csv(what: str) -> Response:
    """Return entries, articles or counters of a day as CSV."""
    if what not in TABLES:
        abort(404)
    day = asked_day() or day_of(runtime().now())
    with runtime().database.transaction() as conn:
        office = _office(conn)
        rows = TABLES[what](conn, office.id, day)
    return sheet(f"{name(what, office.pin, day)}.csv", rows)


def _entry_page(id_: int, refused: str = "") -> str:
    with runtime().database.transaction() as conn:
        found = _one(conn, id_)
        corrections = entries.corrections(conn, id_)
    return render_template(
        "counter/entry.html",
        entry=found,
        corrections=corrections,
        refused=refused,
        typed=request.form,
        once=uuid4(),
    )


def _one(conn: Conn, id_: int) -> Entry:
    found = entries.get(conn, id_)
    within(found.office_id)
    return found


def _counter(conn: Conn, id_: int) -> CounterEnd:
    found = day_end.get(conn, id_)
    account = me().account
    if found.staff_id != account.staff_id:
        if account.role not in RIGHTS["books"].who:  # of a clerk, the own day alone
            abort(404)
        within(found.office_id)
    return found


def _office(conn: Conn) -> FoundOffice:
    """Return the user's office; supervisors may ask for another by its row id."""
    asked = given.whole(request.args, "office")
    id_ = asked if asked and office_seen() is None else me().account.office_id
    found = lists.office(conn, id_)
    if found is None:
        abort(404)
    return found
