"""The user's passkeys: added against a second factor, and removed against one."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from outbox.wake import SWEEP, ring
from postal.people import access, passkeys
from postal.people.passkeys import LONGEST_NAME
from store.database import Conn
from store.refusals import Refusal
from web import given
from web.desk.room import doer, me, route, runtime
from web.staff import factor_form, factors
from web.staff.places import here
from web.staff.refusals import attempt, status_of, word_of

Page = str | Response | tuple[str, int]


@route("/account/passkeys", "passkeys")
def own_passkeys() -> Page:
    """Show the passkeys of the user, and the forms to add and to remove one."""
    return _page()


@route("/account/passkeys/new", "passkeys", methods=("POST",))
def begin_passkey() -> Page:
    """Check the name and a second factor, and have the browser make the passkey."""
    now, party = runtime().now(), factor_form.party()

    def begin(conn: Conn) -> tuple[str, str] | None:
        name = passkeys.readable_name(request.form.get("name", ""))
        if factors.verify(conn) is None:
            return None
        return name, passkeys.ask_to_add(conn, me().sign_in, party, now)

    try:
        begun = runtime().database.run(begin)
    except Refusal as refusal:
        return _page(word_of(refusal)), status_of(refusal)
    ring(runtime().redis, SWEEP)
    if begun is None:
        return _page("factor_wrong"), 422
    name, options = begun
    return render_template("desk/new_passkey.html", name=name, options=options)


@route("/account/passkeys", "passkeys", methods=("POST",))
def add_passkey() -> Page:
    """Add the passkey that the browser made."""

    def work(conn: Conn) -> str:
        name, made = request.form.get("name", ""), request.form.get("credential", "")
        passkeys.add(conn, me().sign_in, name, made, factor_form.party(), here(), runtime().now())
        access.note(conn, doer(), "acted", reason="own account: a passkey added")
        return "passkey_add_done"

    attempt(work)
    ring(runtime().redis, SWEEP)
    return redirect(url_for("desk.own_passkeys"))


@route("/account/passkeys/remove", "passkeys", methods=("POST",))
def remove_passkey() -> Page:
    """Remove the passkey of the form, against a second factor, which may be that passkey."""
    id_ = given.whole(request.form, "passkey") or 0

    def remove(conn: Conn) -> str:
        if factors.verify(conn) is None:
            return "factor_wrong"
        passkeys.remove(conn, me().account.id, id_, here(), runtime().now())
        access.note(conn, doer(), "acted", reason="own account: a passkey removed")
        return "passkey_remove_done"

    outcome = runtime().database.run(remove)
    ring(runtime().redis, SWEEP)
    if outcome == "factor_wrong":
        return _page(outcome), 422
    session["told"] = outcome
    return redirect(url_for("desk.own_passkeys"))


def _page(refused: str | None = None) -> str:
    with runtime().database.transaction() as conn:
        found = passkeys.of(conn, me().account.id)
    address = factor_form.party().origin
    elsewhere = None if request.host == address.partition("//")[2] else address
    return render_template(
        "desk/passkeys.html",
        passkeys=found,
        refused=refused,
        elsewhere=elsewhere,
        name=request.form.get("name", ""),
        longest=LONGEST_NAME,
    )
