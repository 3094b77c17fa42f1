"""The staff: everybody's account, and a new one, to which a second person agrees."""

from __future__ import annotations

from typing import Final

from flask import render_template, request
from werkzeug.wrappers import Response

from india import phone as phones
from india import signs
from postal.people import passwords, roster, staffing
from postal.people.accounts import ROLES, Role
from postal.requests import reading
from postal.requests.wish import ACT, AccountWish, Wish
from store.database import Conn
from store.refusals import Refusal
from web.administration.asking import ask
from web.administration.room import doer, me, route, runtime
from web.staff.refusals import FormRefused, status_of

Page = str | Response | tuple[str, int]
_LONGEST: Final = 64
_FIELDS: Final = ("staff_id", "name", "role", "office", "phone", "note")


@route("/staff", "staff")
def staff() -> Page:
    """Show all accounts, with role, office and last sign-in; and what waits for a second person."""
    return _page()


@route("/staff", "change_staff", methods=("POST",))
def add_account() -> Page:
    """Ask for a new account. Its first password is shown now, and never again."""
    typed = {name: request.form.get(name, "").strip()[:200] for name in _FIELDS}
    password = staffing.new_password()

    def wish(conn: Conn) -> Wish:
        staff_id = signs.bare(typed["staff_id"])
        wanted = AccountWish(staff_id, " ".join(typed["name"].split()), role_of(typed["role"]))
        return Wish(
            "add_account",
            account=wanted,
            office_id=roster.office(conn, typed["office"]).id,
            phone=phone_of(typed["phone"]),
            pin_hash=passwords.hashed(staff_id, password),
        )

    try:
        asked = ask(wish, typed["note"])
    except Refusal as refusal:
        return _page(typed, refusal), status_of(refusal)
    return render_template("administration/password.html", asked=asked, password=password)


def _page(typed: dict[str, str] | None = None, refusal: Refusal | None = None) -> str:
    now, row = runtime().now(), me().account.id
    with runtime().database.transaction() as conn:
        everybody = staffing.everybody(conn)
        offices = roster.offices(conn)
        waiting = [each for each in reading.waiting(conn, now) if ACT[each.what] == "change_staff"]
    return render_template(
        "administration/staff.html",
        everybody=everybody,
        offices=offices,
        waiting=waiting,
        mine={each.id for each in waiting if each.signed_by == row},
        roles=ROLES,
        typed=typed or {},
        refusal=refusal,
        by=doer(),
    )


def role_of(typed: str) -> Role:
    """Return a role that is typed. Raise `FormRefused`."""
    for role in ROLES:
        if role == typed:
            return role
    raise FormRefused("staff_no_role")


def phone_of(typed: str) -> str | None:
    """Return a telephone that is typed, None for none. Raise `FormRefused`."""
    if not typed:
        return None
    try:
        return phones.read(typed)
    except ValueError:
        raise FormRefused("phone_wrong") from None
