"""The user's own account: a new password, recovery codes and that they are kept."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from outbox.wake import SWEEP, ring
from postal.people import access, accounts, authenticator, notices, passwords, staffing
from store.database import Conn
from store.refusals import Refusal
from web.desk.room import doer, home, key, me, route, runtime
from web.staff import factors
from web.staff.places import here
from web.staff.refusals import word_of

Page = str | Response | tuple[str, int]


@route("/account", "enter")
def account() -> Page:
    """Show the user's account and what can be changed in it."""
    return render_template("desk/account.html")


@route("/account/password", "enter", methods=("POST",))
def change_password() -> Page:
    """Set a new password, against the old one and a second factor."""
    old, new = request.form.get("old", ""), request.form.get("new", "")
    now, staff_id, place = runtime().now(), me().account.staff_id, here()
    asked = runtime().database.run(lambda conn: passwords.password_of(conn, staff_id, now))
    checked = passwords.compare(asked, old)

    def change(conn: Conn) -> str:
        if passwords.settle(conn, checked, place, now) is None:
            return "account_wrong"
        if factors.verify(conn) is None:
            return "account_wrong"
        accounts.set_password(conn, staff_id, new, now, place)
        return "account_password_changed"

    try:
        outcome = runtime().database.run(change)
    except passwords.WeakPassword as refusal:
        outcome = word_of(refusal)
    ring(runtime().redis, SWEEP)
    good = outcome == "account_password_changed"
    return render_template("desk/account.html", outcome=outcome, good=good), 200 if good else 422


@route("/own-password", "enter")
def own_password() -> Page:
    """Ask for a password of one's own in the place of the one that was handed over."""
    if not me().account.handed_over:
        return redirect(home())
    return render_template("desk/own_password.html")


@route("/own-password", "enter", methods=("POST",))
def choose_own_password() -> Page:
    """Set it; from now on everything opens that the role may."""
    new, again = request.form.get("new", ""), request.form.get("again", "")
    if not me().account.handed_over:
        return redirect(home())
    if new != again:
        return render_template("desk/own_password.html", refused="own_password_differs"), 422

    def choose(conn: Conn) -> None:
        staffing.choose_own(conn, me().sign_in, new, runtime().now())
        access.note(conn, doer(), "acted", reason="chose an own password")

    try:
        runtime().database.run(choose)
    except Refusal as refusal:
        return render_template("desk/own_password.html", refused=word_of(refusal)), 422
    return redirect(home())


@route("/account/recovery-codes", "enter", methods=("POST",))
def renew_recovery_codes() -> Page:
    """Make ten new recovery codes, against a second factor; the old ones end."""

    def renew(conn: Conn) -> list[str] | None:
        if factors.verify(conn) is None:
            return None
        notices.note(conn, me().account.id, "recovery_renewed", runtime().now(), here())
        return authenticator.new_recovery_codes(conn, me().account.id, key())

    codes = runtime().database.run(renew)
    ring(runtime().redis, SWEEP)
    if codes is None:
        return render_template("desk/account.html", outcome="account_wrong"), 422
    return render_template("desk/recovery_codes.html", codes=codes)


@route("/recovery-codes", "enter")
def recovery_codes() -> Page:
    """Say that the recovery codes may never have been seen; whoever kept them goes on."""
    if me().account.codes_kept:
        return redirect(url_for("desk.account"))
    return render_template("desk/recovery_codes.html", codes=())


@route("/recovery-codes", "enter", methods=("POST",))
def show_recovery_codes() -> Page:
    """Make ten others in the place of codes that were never confirmed, and show them.

    They cannot be shown again, as only their digests are kept. No second factor is asked for: this
    session had it, and until the codes are confirmed it can do nothing else.
    """
    if me().account.codes_kept:
        return redirect(url_for("desk.account"))
    codes = runtime().database.run(
        lambda conn: authenticator.new_recovery_codes(conn, me().account.id, key())
    )
    return render_template("desk/recovery_codes.html", codes=codes)


@route("/recovery-codes/kept", "enter", methods=("POST",))
def keep_recovery_codes() -> Page:
    """Note that the codes are written down."""
    runtime().database.run(
        lambda conn: authenticator.keep_recovery_codes(conn, me().account.id, runtime().now())
    )
    return redirect(home())
