"""The user's own sign-ins and notices: recognised, ended, seen."""

from __future__ import annotations

from typing import Final

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from postal.people import notices, opened
from store.database import Conn
from web import given
from web.desk.room import me, route, runtime
from web.staff.refusals import attempt

_MOST: Final = 50


@route("/account/sign-ins", "enter")
def own_sign_ins() -> str:
    """Show the newest sign-ins of the user: when, where, in which browser."""
    with runtime().database.transaction() as conn:
        found = opened.of(conn, me().account.id, runtime().now(), _MOST)
    others = any(each.open and each.id != me().sign_in.id for each in found)
    return render_template("desk/own_sign_ins.html", sign_ins=found, others=others)


@route("/account/sign-ins/<int:id_>/end", "enter", methods=("POST",))
def end_own_sign_in(id_: int) -> Response:
    """End another sign-in of the user's own."""

    def work(conn: Conn) -> str:
        opened.end_own(conn, me().sign_in, id_, runtime().now())
        return "sign_in_end_done"

    attempt(work)
    return redirect(url_for("desk.own_sign_ins"))


@route("/account/sign-ins/end-others", "enter", methods=("POST",))
def end_other_sign_ins() -> Response:
    """End all sign-ins of the user but this one."""

    def work(conn: Conn) -> str:
        opened.end_others(conn, me().sign_in, runtime().now())
        return "sign_in_end_done"

    attempt(work)
    return redirect(url_for("desk.own_sign_ins"))


@route("/account/notices", "enter")
def own_notices() -> str:
    """Show the newest notices about the user's account."""
    with runtime().database.transaction() as conn:
        found = notices.of(conn, me().account.id, _MOST)
    return render_template("desk/own_notices.html", notices=found)


@route("/account/notices/seen", "enter", methods=("POST",))
def see_notices() -> Response:
    """Note that the user has seen the notices that the page showed."""
    upto = given.whole(request.form, "upto") or 0
    runtime().database.run(
        lambda conn: notices.mark_seen(conn, me().account.id, upto, runtime().now())
    )
    return redirect(url_for("desk.own_notices"))
