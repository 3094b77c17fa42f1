"""The clerk's own day: bookings, cash handed over meanwhile, the count, the close.

The count closes nothing: the page after it says books, count and difference, and asks.
"""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from india import money
from postal.counter import counter_days, day_end, reopening
from postal.counter.day_end import (
    NOTES,
    Count,
    CounterEnd,
    NeedsExplanation,
    NoCount,
    ToTreasury,
)
from store.database import Conn
from store.refusals import Refusal
from web import given
from web.counter.room import doer, me, route, runtime
from web.staff.refusals import status_of, word_of

_LONGEST_NOTE = 200


@route("/day", "book")
def own_day() -> str:
    """Show the day of this clerk's counter, and the form that closes it."""
    return _page()


@route("/day", "book", methods=("POST",))
def count_again() -> str:
    """Show the form with the count that was asked about: nothing is counted twice."""
    return _page()


@route("/day/count", "book", methods=("POST",))
def count_drawer() -> str:
    """Show the count so far against the books; the page asks while the clerk types."""
    with runtime().database.transaction() as conn:
        own = _own(conn)
        counted, wrong = _counted()
        due = day_end.expected(conn, own.id)
    return render_template("counter/counted.html", counted=counted, due=due, wrong=wrong)


@route("/day/question", "book", methods=("POST",))
def ask_to_close() -> Response | str | tuple[str, int]:
    """Say what the count comes to, and ask whether the day is to be closed on it."""
    counted, wrong = _counted()
    if counted is None:
        return _page(wrong), 422
    try:
        return runtime().database.run(lambda conn: _question(conn, counted))
    except Refusal as refusal:
        return _page(word_of(refusal)), status_of(refusal)


@route("/day/close", "book", methods=("POST",))
def close_day() -> Response | str | tuple[str, int]:
    """Close the day on the count that was asked about; a difference needs an explanation.

    The form names what the books said then: if that changed meanwhile, it is asked again.
    """
    counted, wrong = _counted()
    if counted is None:
        return _page(wrong), 422
    explanation = _note("explanation")

    def work(conn: Conn) -> CounterEnd | str:
        own = _own(conn, asked=given.whole(request.form, "counter_day"))
        if own.closed_at is None:
            counter_days.hold_alone(conn, own.id)
            if given.whole(request.form, "seen") != day_end.expected(conn, own.id):
                return _question(conn, counted, "count_changed")
        return day_end.close(conn, own.id, counted, explanation, doer())

    try:
        closed = runtime().database.run(work)
    except NeedsExplanation as refusal:
        word = word_of(refusal)
        return runtime().database.run(lambda conn: _question(conn, counted, word)), 422
    except Refusal as refusal:
        return _page(word_of(refusal)), status_of(refusal)
    if isinstance(closed, str):
        return closed, 409
    session["told"] = "day_close_done"
    return redirect(url_for("counter.day_statement", id_=closed.id))


def _question(conn: Conn, counted: Count, refused: str = "") -> str:
    """Return the page that asks. Raises `Unfinished`."""
    own = _own(conn)
    day_end.insist_finished(conn, own.id)
    return render_template(
        "counter/question.html",
        own=own,
        counted=counted,
        due=day_end.expected(conn, own.id),
        typed=request.form,
        shortest=day_end.SHORTEST,
        refused=refused,
    )


@route("/day/hand-over", "book", methods=("POST",))
def hand_over_cash() -> Response | tuple[str, int]:
    """Record cash that goes from the drawer to the treasury during the day."""
    try:
        paise = money.of_typed(request.form.get("amount", ""))
        out = ToTreasury(paise, _note("note"), UUID(request.form.get("once", "")))
    except ValueError:
        return _page("day_hand_over_wrong"), 422
    try:
        runtime().database.run(lambda conn: day_end.hand_over(conn, _own(conn).id, out, doer()))
    except Refusal as refusal:
        return _page(word_of(refusal)), status_of(refusal)
    session["told"] = "day_hand_over_done"
    return redirect(url_for("counter.own_day"))


def _page(refused: str = "") -> str:
    with runtime().database.transaction() as conn:
        open_ = counter_days.current(conn, me().account.id)
        if open_ is None:
            return render_template("counter/no_day.html")
        own = day_end.get(conn, open_.id)
        booked = day_end.booked(conn, own.id)
        sums = day_end.sums(conn, own.id)
        due = day_end.expected(conn, own.id)
        reopened = reopening.of_counter(conn, own.id)
    counted, wrong = _counted() if request.method == "POST" else (None, "")
    return render_template(
        "counter/day.html",
        own=own,
        booked=booked,
        sums=sums,
        notes=NOTES,
        typed=request.form,
        counted=counted,
        due=due,
        wrong=wrong,
        refused=refused,
        reopened=reopened,
        once=uuid4(),
    )


def _own(conn: Conn, asked: int | None = None) -> CounterEnd:
    """Return this clerk's open counter, or `asked` if it is this clerk's.

    So a second click closes nothing anew."""
    open_ = counter_days.current(conn, me().account.id)
    if open_ is not None and asked in (None, open_.id):
        return day_end.get(conn, open_.id)
    found = day_end.get(conn, asked or 0)
    if found.staff_id != me().account.staff_id:
        abort(404)
    return found


def _counted() -> tuple[Count | None, str]:
    """Return the count in the form, or the word for what is wrong with it."""
    try:
        notes = {note: request.form.get(f"note_{note}", "") for note in NOTES}
        return day_end.read_count(notes), ""
    except NoCount as refusal:
        return None, word_of(refusal)


def _note(name: str) -> str:
    return given.line(request.form, name, _LONGEST_NOTE)
