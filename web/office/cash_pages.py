"""The pages of COD: what each postman took, what he hands in, and what he took by UPI."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from india import money
from india.calendar import day_of
from postal.acts import cod
from postal.office import cash as cash_book
from store.database import Conn
from web import given
from web.office.room import doer, me, own_list, route, runtime
from web.staff.refusals import attempt
from web.staff.times import asked_day


@route("/cash", "deliver")
def cash() -> str:
    """Show the open cash of all days, the sums of one day, and UPI line by line."""
    account, today = me().account, day_of(runtime().now())
    day = asked_day() or today
    with runtime().database.transaction() as conn:
        of_day = cash_book.of_day(conn, account.office_id, day)
        owing = cash_book.open_ones(conn, account.office_id)
        shown = {each.list_id for each in (*of_day, *owing)}
        return render_template(
            "office/cash.html",
            day=day,
            today=today,
            owing=owing,
            settled=[each for each in of_day if not each.open],
            handings=cash_book.handings(conn, sorted(shown)),
            upi=cash_book.upi(conn, account.office_id, day),
            in_books=cod.in_books(conn, account.office_id, day),
            once=lambda: str(uuid4()),
        )


@route("/lists/<int:id_>/cash", "deliver", methods=("POST",))
def hand_in(id_: int) -> Response:
    """Record the cash of a list that a postman hands in and the clerk has counted."""
    expected = given.signed(request.form, "expected") or 0

    def work(conn: Conn) -> str:
        own_list(conn, id_)
        cash_book.hand_in(conn, id_, expected, _counted(), doer())
        return "cash_done"

    return _work(work)


@route("/cash/<int:id_>/correct", "deliver", methods=("POST",))
def correct_cash(id_: int) -> Response:
    """Correct a wrong entry of cash by a new one."""

    def work(conn: Conn) -> str:
        own_list(conn, cash_book.handing(conn, id_).list_id)
        cash_book.correct(conn, id_, _counted(), doer())
        return "cash_done"

    return _work(work)


def _work(work: Callable[[Conn], str]) -> Response:
    attempt(work)
    return redirect(url_for("office.cash", day=given.day(request.form, "day")))


def _counted() -> cash_book.CashCount:
    return cash_book.CashCount(_once(), _paise(), _said())


def _once() -> UUID:
    return given.uuid(request.form, "once") or abort(400)


def _paise() -> int:
    """Return the typed rupees in paise. Raises `BadSum` for what is no sum."""
    try:
        return money.of_signed(request.form.get("counted", ""))
    except ValueError:
        raise cash_book.BadSum from None


def _said() -> str | None:
    said = " ".join(request.form.get("explanation", "").split())
    return said[: cash_book.LONGEST_EXPLANATION] or None
