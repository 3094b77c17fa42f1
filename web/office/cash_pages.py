"""COD: what each postman took, what he hands in, and what he took by UPI."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from india import money
from india.calendar import day_of
from postal.acts import cod
from postal.office import cash as books
from store.database import Conn
from web.office.room import CLERKS, doer, me, own_list, route, runtime
from web.staff.refusals import attempt
from web.staff.times import asked_day


@route("/cash", CLERKS)
def cash() -> str:
    """Whose cash is open, of whatever day; the day's sums; UPI line by line."""
    account, today = me().account, day_of(runtime().now())
    day = asked_day() or today
    with runtime().database.transaction() as conn:
        of_day = books.of_day(conn, account.office_id, day)
        owing = books.open_ones(conn, account.office_id)
        shown = {each.list_id for each in (*of_day, *owing)}
        return render_template(
            "office/cash.html",
            day=day,
            today=today,
            owing=owing,
            settled=[each for each in of_day if not each.open],
            handings=books.handings(conn, sorted(shown)),
            upi=books.upi(conn, account.office_id, day),
            in_books=cod.in_books(conn, account.office_id, day),
            once=lambda: str(uuid4()),
        )


@route("/lists/<int:id_>/cash", CLERKS, methods=("POST",))
def hand_in(id_: int) -> Response:
    """A postman hands in the cash of a list; the clerk has counted it."""
    expected = request.form.get("expected", type=int) or 0

    def work(conn: Conn) -> str:
        own_list(conn, id_)
        books.hand_in(conn, id_, expected, _counted(), doer())
        return "cash_done"

    return _work(work)


@route("/cash/<int:id_>/correct", CLERKS, methods=("POST",))
def correct_cash(id_: int) -> Response:
    """A handing-in was written down wrongly: a new entry puts it right."""

    def work(conn: Conn) -> str:
        own_list(conn, books.handing(conn, id_).list_id)
        books.correct(conn, id_, _counted(), doer())
        return "cash_done"

    return _work(work)


def _work(work: Callable[[Conn], str]) -> Response:
    attempt(work)
    return redirect(url_for("office.cash", day=request.form.get("day") or None))


def _counted() -> books.CashCount:
    return books.CashCount(_once(), _paise(), _said())


def _once() -> UUID:
    try:
        return UUID(request.form.get("once", ""))
    except ValueError:
        abort(400)


def _paise() -> int:
    """The rupees that were typed, in paise. Raises `BadSum` for what is none."""
    try:
        return money.of_signed(request.form.get("counted", ""))
    except ValueError:
        raise books.BadSum from None


def _said() -> str | None:
    said = " ".join(request.form.get("explanation", "").split())
    return said[: books.LONGEST_EXPLANATION] or None
