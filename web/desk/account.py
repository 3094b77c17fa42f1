"""The user's own account: a new password, new recovery codes."""

from __future__ import annotations

from flask import render_template, request
from werkzeug.wrappers import Response

from postal.people import accounts
from store.database import Conn
from web.desk.room import key, me, route, runtime
from web.staff.refusals import word_of

Page = str | Response | tuple[str, int]


@route("/account", "enter")
def account() -> Page:
    """Show the user's account and what can be changed in it."""
    return render_template("desk/account.html")


@route("/account/password", "enter", methods=("POST",))
def change_password() -> Page:
    """Set a new password, against the old one and the authenticator's number."""
    old, new = request.form.get("old", ""), request.form.get("new", "")

    def change(conn: Conn) -> str:
        now, staff_id = runtime().now(), me().account.staff_id
        if accounts.check_password(conn, staff_id, old, now) is None or not _number_right(conn):
            return "account_wrong"
        accounts.set_password(conn, staff_id, new, now)
        return "account_password_changed"

    try:
        outcome = runtime().database.run(change)
    except accounts.WeakPassword as refusal:
        outcome = word_of(refusal)
    good = outcome == "account_password_changed"
    return render_template("desk/account.html", outcome=outcome, good=good), 200 if good else 422


@route("/account/recovery-codes", "enter", methods=("POST",))
def renew_recovery_codes() -> Page:
    """Make ten new recovery codes, against the authenticator's number; the old ones end."""

    def renew(conn: Conn) -> list[str] | None:
        if not _number_right(conn):
            return None
        return accounts.new_recovery_codes(conn, me().account.id, key())

    codes = runtime().database.run(renew)
    if codes is None:
        return render_template("desk/account.html", outcome="account_wrong"), 422
    return render_template("desk/recovery_codes.html", codes=codes)


def _number_right(conn: Conn) -> bool:
    entered = request.form.get("number", "")
    return accounts.check_second_factor(conn, me().account.id, entered, key(), runtime().now())
