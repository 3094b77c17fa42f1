"""All accounts, for those who look after them: what their owners were told, who is signed in."""

from __future__ import annotations

from typing import Final

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from postal.people import access, notices, opened
from store.database import Conn
from web.desk.room import doer, me, route, runtime
from web.staff.refusals import attempt

_MOST: Final = 50


@route("/accounts", "accounts")
def account_board() -> str:
    """Show the newest notices of all accounts, and who is signed in."""
    with runtime().database.transaction() as conn:
        told = notices.everybodys(conn, _MOST)
        signed_in = opened.open_ones(conn, runtime().now(), _MOST)
    return render_template("desk/accounts.html", notices=told, sign_ins=signed_in)


@route("/accounts/sign-ins/<int:id_>/end", "end_sign_in", methods=("POST",))
def end_sign_in(id_: int) -> Response:
    """End the sign-in of another person, who is told."""

    def work(conn: Conn) -> str:
        whose = opened.end_for(conn, me().sign_in, id_, runtime().now())
        access.note(conn, doer(), "acted", reason=f"ended a sign-in of {whose}")
        return "sign_in_end_done"

    attempt(work)
    return redirect(url_for("desk.account_board"))
