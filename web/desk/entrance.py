"""The sign-in: password, second factor, its enrolment with recovery codes; and the sign-out."""

from __future__ import annotations

from typing import Final

import segno
from flask import redirect, render_template, request, url_for
from flask_login import current_user, login_user, logout_user
from markupsafe import Markup
from redis import RedisError
from werkzeug.wrappers import Response

from india.phone import fingerprint
from postal.people import access, accounts, sign_ins
from store.database import Conn
from store.gcra import Gcra
from web.desk.room import doer, home, key, me, open_route, route, runtime
from web.staff.rooms import Member

TRIES_A_MINUTE: Final = 20  # of one address, over all staff ids
Page = str | Response | tuple[str, int]


@open_route("/sign-in")
def sign_in() -> Page:
    """Sign in with staff id and password, the first factor."""
    if request.method == "GET":
        if current_user.is_authenticated and me().sign_in.proved:
            return redirect(url_for("desk.overview"))
        return render_template("desk/sign_in.html")
    if not _may_try():
        return render_template("desk/sign_in.html", refused="sign_in_too_often"), 429
    staff_id = request.form.get("staff_id", "").strip()
    password = request.form.get("password", "")
    now = runtime().now()

    def begin(conn: Conn) -> str | None:
        staff_row = accounts.check_password(conn, staff_id, password, now)
        return sign_ins.begin(conn, staff_row, now) if staff_row is not None else None

    token = runtime().database.run(begin)
    if token is None:
        page = render_template("desk/sign_in.html", refused="sign_in_wrong", staff_id=staff_id)
        return page, 401
    _enter(token)
    return redirect(url_for("desk.second_factor" if me().account.enrolled else "desk.enrol"))


@open_route("/second-factor")
def second_factor() -> Page:
    """Check the authenticator's number, or a recovery code."""
    if not current_user.is_authenticated:
        return redirect(url_for("desk.sign_in"))
    if me().sign_in.proved:
        return redirect(home())
    if not me().account.enrolled:
        return redirect(url_for("desk.enrol"))
    if request.method == "GET":
        return render_template("desk/second_factor.html")
    token = runtime().database.run(_proved)
    if token is None:
        return render_template("desk/second_factor.html", refused="second_factor_wrong"), 401
    _enter(token)
    return redirect(home())


@open_route("/enrol")
def enrol() -> Page:
    """Set up the second factor: a QR code to scan, its first number, then recovery codes."""
    if not current_user.is_authenticated:
        return redirect(url_for("desk.sign_in"))
    if me().account.enrolled:
        return redirect(url_for("desk.second_factor"))
    refused = None
    if request.method == "POST":
        proved = runtime().database.run(_enrolled)
        if proved is not None:
            token, codes = proved
            _enter(token)
            return render_template("desk/recovery_codes.html", codes=codes, onward=home())
        refused = "second_factor_wrong"
    with runtime().database.transaction() as conn:
        totp = accounts.totp(conn, me().account.id, key())
    uri = totp.provisioning_uri(name=me().account.staff_id, issuer_name="Dakiya")
    picture = Markup(  # noqa: S704  segno's own SVG
        segno.make_qr(uri).svg_inline(scale=5, border=3, dark="#26201b", light="#ffffff")
    )
    page = render_template("desk/enrol.html", picture=picture, secret=totp.secret, refused=refused)
    return (page, 401) if refused else page


@route("/sign-out", "enter", methods=("POST",))
def sign_out() -> Page:
    """End this sign-in, here and on the server."""
    runtime().database.run(lambda conn: sign_ins.end(conn, me().sign_in, runtime().now()))
    logout_user()
    return redirect(url_for("desk.sign_in"))


def _proved(conn: Conn) -> str | None:
    entered, now = request.form.get("number", ""), runtime().now()
    if not accounts.check_second_factor(conn, me().account.id, entered, key(), now):
        return None
    access.note(conn, doer(), "signed_in")
    return sign_ins.prove(conn, me().sign_in, now)


def _enrolled(conn: Conn) -> tuple[str, list[str]] | None:
    token = _proved(conn)
    if token is None:
        return None
    return token, accounts.new_recovery_codes(conn, me().account.id, key())


def _enter(token: str) -> None:
    with runtime().database.transaction() as conn:
        found = sign_ins.find(conn, token, runtime().now())
    assert found is not None
    login_user(Member(token, found))


def _may_try() -> bool:
    address = fingerprint(request.remote_addr or "")
    try:
        rate = Gcra(runtime().redis).take(
            f"dakiya:signin:{address}", TRIES_A_MINUTE / 60, TRIES_A_MINUTE
        )
    except RedisError:
        return True  # the lock of each account still applies
    return rate == 0
