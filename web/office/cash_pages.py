"""The pages of COD: what each postman took, what he hands in, and what he took by UPI."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from flask import abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from india import money
from india.calendar import day_of
from postal.acts import cod
from postal.office import cash as cash_book
from postal.office.cash import Handing
from postal.office.returning import ListHead
from store.database import Conn
from store.refusals import Refusal
from web import given
from web.office.room import doer, me, office, own_list, route, runtime
from web.staff.refusals import status_of, word_of
from web.staff.times import asked_day

Page = str | Response | tuple[str, int]


@dataclass(frozen=True)
class _Refused:
    """A form that was refused: which one, why, and what was typed, which it keeps."""

    form: str
    refusal: Refusal
    typed: Mapping[str, str]

    @property
    def word(self) -> str:
        return word_of(self.refusal)

    @property
    def field(self) -> str:
        """Return the field at fault; a sum that changed meanwhile is counted anew."""
        return "counted" if self.refusal.field == "expected" else self.refusal.field


@route("/cash", "deliver")
def cash() -> str:
    """Show the open cash of all days, the sums of one day, and UPI line by line."""
    return _page(asked_day(), None)


@route("/lists/<int:id_>/cash", "deliver", methods=("POST",))
def hand_in(id_: int) -> Page:
    """Record the cash of a list that a postman hands in and the clerk has counted."""
    expected = given.signed(request.form, "expected") or 0

    def work(conn: Conn) -> tuple[ListHead, Handing]:
        head = own_list(conn, id_)
        return head, cash_book.hand_in(conn, id_, expected, _counted(), doer())

    return _work(work, f"in-{id_}")


@route("/cash/<int:id_>/correct", "deliver", methods=("POST",))
def correct_cash(id_: int) -> Page:
    """Correct a wrong entry of cash by a new one."""

    def work(conn: Conn) -> tuple[ListHead, Handing]:
        head = own_list(conn, cash_book.handing(conn, id_).list_id)
        return head, cash_book.correct(conn, id_, _counted(), doer())

    return _work(work, f"right-{id_}")


@route("/cash/<int:id_>/receipt", "deliver")
def cash_receipt(id_: int) -> str:
    """Show the receipt of a handing-in, or of its correction, for the postman to keep."""
    account = me().account
    with runtime().database.transaction() as conn:
        handing = cash_book.handing(conn, id_)
        head = own_list(conn, handing.list_id)
    return render_template(
        "office/cash_receipt.html",
        handing=handing,
        head=head,
        office=account.office,
        office_pin=account.office_pin,
    )


@office.app_template_filter()
def receipt_number(handing_id: int) -> str:
    """Return the number of a receipt of COD cash: that of its row, which no other has."""
    return f"COD-{handing_id:06}"


def _work(work: Callable[[Conn], tuple[ListHead, Handing]], form: str) -> Page:
    day = given.day(request.form, "day")
    try:
        head, handing = runtime().database.run(work)
    except Refusal as refusal:
        return _page(day, _Refused(form, refusal, request.form)), status_of(refusal)
    session["told"] = "cash_taken_done" if handing.counted >= 0 else "cash_given_done"
    session["told_values"] = {
        "sum": money.shown(abs(handing.counted)),
        "name": head.name,
        "number": receipt_number(handing.id),
    }
    return redirect(url_for("office.cash", day=day, receipt=handing.id))


def _page(asked: date | None, refused: _Refused | None) -> str:
    account, today = me().account, day_of(runtime().now())
    day = asked or today
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
            refused=refused,
            receipt=given.whole(request.args, "receipt"),
            once=lambda: str(uuid4()),
        )


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
