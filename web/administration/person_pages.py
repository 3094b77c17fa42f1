"""One account: what is known of it, what one person does to it, and what takes two."""

from __future__ import annotations

from collections.abc import Callable

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from conversation import requests
from conversation.accounts import set_phone
from outbox.wake import SWEEP, ring, wake
from postal.people import access, accounts, notices, passwords, roster, staffing
from postal.people.accounts import ROLES
from postal.people.staffing import StaffEntry
from postal.requests import reading
from postal.requests.wish import AccountWish, What, Wish
from store.database import Conn
from store.refusals import Refusal
from web.administration.asking import ask, ask_and_return
from web.administration.room import doer, me, route, runtime
from web.administration.staff_pages import phone_of, role_of
from web.staff.refusals import FormRefused, attempt, tell

Page = str | Response
_NOTICES = 20


@route("/staff/<int:id_>", "staff")
def person(id_: int) -> Page:
    """Show one account: where it was opened, what its owner was told, what can be done."""
    now, row = runtime().now(), me().account.id
    with runtime().database.transaction() as conn:
        found = staffing.entry(conn, id_)
        told = notices.of(conn, id_, _NOTICES)
        offices = roster.offices(conn)
        waiting = [each for each in reading.waiting(conn, now) if each.account_id == id_]
    return render_template(
        "administration/person.html",
        each=found,
        notices=told,
        offices=offices,
        roles=ROLES,
        waiting=waiting,
        mine={each.id for each in waiting if each.signed_by == row},
    )


@route("/staff/<int:id_>/seat", "change_staff", methods=("POST",))
def move_account(id_: int) -> Page:
    """Ask for another role or office of an account."""

    def wish(conn: Conn) -> Wish:
        found = _another(conn, id_)
        role = role_of(request.form.get("role", ""))
        office = roster.office(conn, request.form.get("office", ""))
        if (role, office.id) == (found.role, found.office_id):
            raise FormRefused("staff_same_seat")
        wanted = AccountWish(found.staff_id, found.name, role)
        return Wish("change_account", account_id=id_, account=wanted, office_id=office.id)

    return _asked(id_, wish)


@route("/staff/<int:id_>/factor", "change_staff", methods=("POST",))
def reset_factor(id_: int) -> Page:
    """Ask that somebody without telephone and recovery codes sets up a new second factor."""
    return _asked(id_, lambda conn: _let_in(conn, id_, "reset_factor", None))


@route("/staff/<int:id_>/password", "change_staff", methods=("POST",))
def reset_password(id_: int) -> Page:
    """Ask for a password that is handed over. It is shown now, and never again."""
    password = staffing.new_password()

    def wish(conn: Conn) -> Wish:
        staff_id = _another(conn, id_).staff_id
        return _let_in(conn, id_, "reset_password", passwords.hashed(staff_id, password))

    try:
        asked = ask(wish, request.form.get("note", ""))
    except Refusal as refusal:
        tell(refusal)
        return redirect(url_for("administration.person", id_=id_))
    return render_template("administration/password.html", asked=asked, password=password)


@route("/staff/<int:id_>/end", "end_staff", methods=("POST",))
def end_account(id_: int) -> Page:
    """End an account at once: it signs in no more."""

    def work(conn: Conn) -> str:
        staff_id = _another(conn, id_).staff_id
        staffing.end(conn, staff_id, runtime().now())
        access.note(conn, doer(), "acted", reason=f"ended the account {staff_id}")
        return "staff_end_done"

    return _back(id_, work)


@route("/staff/<int:id_>/unlock", "end_staff", methods=("POST",))
def unlock_account(id_: int) -> Page:
    """Forget the wrong tries at an account."""

    def work(conn: Conn) -> str:
        staff_id = staffing.entry(conn, id_).staff_id
        accounts.unlock(conn, staff_id)
        access.note(conn, doer(), "acted", reason=f"forgot the wrong tries at {staff_id}")
        return "staff_unlock_done"

    return _back(id_, work)


@route("/staff/<int:id_>/phone", "end_staff", methods=("POST",))
def name_account_phone(id_: int) -> Page:
    """Name the telephone that is texted about an account; the one before is told too.

    Other accounts with the one before are the same person's: they have the new one as well.
    """

    def work(conn: Conn) -> str:
        same = staffing.of_one_person(conn, _another(conn, id_).staff_id)
        phone = phone_of(request.form.get("phone", "").strip())
        if phone is None and len(same) > 1:
            raise FormRefused("staff_phone_of_several")
        for staff_id in same:
            set_phone(runtime(), conn, staff_id, phone)
            access.note(conn, doer(), "acted", phone=phone, reason=f"telephone of {staff_id}")
        return "staff_phone_done"

    return _back(id_, work)


@route("/staff/requests/<int:id_>/withdraw", "end_staff", methods=("POST",))
def withdraw_account(id_: int) -> Page:
    """Withdraw an own request about an account."""

    def work(conn: Conn) -> str:
        requests.withdraw(conn, id_, doer())
        return "request_withdrawn_done"

    attempt(work)
    return redirect(url_for("administration.staff"))


def _let_in(conn: Conn, id_: int, what: What, password_hash: str | None) -> Wish:
    found = _another(conn, id_)
    wanted = AccountWish(found.staff_id, found.name, found.role)
    return Wish(
        what, account_id=id_, account=wanted, office_id=found.office_id, pin_hash=password_hash
    )


def _another(conn: Conn, id_: int) -> StaffEntry:
    """Return an account that is not the user's own. Raise `FormRefused`."""
    if id_ == me().account.id:
        raise FormRefused("staff_own_account")
    return staffing.entry(conn, id_)


def _asked(id_: int, wish: Callable[[Conn], Wish]) -> Page:
    return ask_and_return(wish, url_for("administration.person", id_=id_))


def _back(id_: int, work: Callable[[Conn], str]) -> Page:
    attempt(work)
    wake(runtime().redis)
    ring(runtime().redis, SWEEP)
    return redirect(url_for("administration.person", id_=id_))
