"""The sign-in: password, second factor, its enrolment with recovery codes; and the sign-out."""

from __future__ import annotations

from typing import Final

import segno
from flask import abort, redirect, render_template, request, session, url_for
from flask_login import current_user
from markupsafe import Markup
from redis import RedisError
from werkzeug.wrappers import Response

from india import signs
from outbox.wake import SWEEP, ring
from postal.people import access, authenticator, passkeys, passwords, places, sign_ins
from postal.people.passkeys import UnknownPasskey
from postal.people.places import SignInPlace
from store.database import Conn
from store.gcra import Gcra
from web.desk.room import doer, home, key, me, open_route, route, runtime
from web.staff import factor_form, factors, over
from web.staff.places import here, here_marked
from web.staff.rooms import enter, leave, seconds_left

TRIES_A_MINUTE: Final = 20  # of one network or known browser, over all staff ids
Page = str | Response | tuple[str, int]


@open_route("/sign-in")
def sign_in() -> Page:
    """Sign in with staff id and password, the first factor."""
    if request.method == "GET":
        if current_user.is_authenticated and me().sign_in.proved:
            return _done() if over.asked() else redirect(url_for("desk.overview"))
        return over.step("password") if over.asked() else render_template("desk/sign_in.html")
    place = here()
    if not _may_try(place):
        if over.asked():
            return over.step("password", "sign_in_too_often", 429)
        return render_template("desk/sign_in.html", refused="sign_in_too_often"), 429
    staff_id = signs.bare(request.form.get("staff_id", ""))
    password = request.form.get("password", "")
    now = runtime().now()

    database = runtime().database
    staff_row = passwords.check_password(database, staff_id, password, place, now)
    token = None
    if staff_row is not None:
        mine = staff_row
        token = database.run(lambda conn: sign_ins.begin(conn, mine, place, now))
    if token is None:
        ring(runtime().redis, SWEEP)  # the owner may have to be told
        if over.asked():
            return over.step("password", "sign_in_wrong", 401)
        page = render_template("desk/sign_in.html", refused="sign_in_wrong", staff_id=staff_id)
        return page, 401
    leave()
    enter(token)
    if over.asked() and me().account.enrolled:
        return over.step("factor")
    if over.asked():
        return over.elsewhere(url_for("desk.enrol"))
    return redirect(url_for("desk.second_factor" if me().account.enrolled else "desk.enrol"))


@open_route("/second-factor")
def second_factor() -> Page:
    """Check the authenticator's number, a recovery code, or a passkey."""
    if not current_user.is_authenticated:
        return redirect(url_for("desk.sign_in"))
    if me().sign_in.proved:
        return redirect(home())
    if not me().account.enrolled:
        return redirect(url_for("desk.enrol"))
    if request.method == "GET":
        return render_template("desk/second_factor.html")
    token = runtime().database.run(_proved)
    ring(runtime().redis, SWEEP)
    if token is None and over.asked():
        return over.step("factor", "second_factor_wrong", 401)
    if token is None:
        return render_template("desk/second_factor.html", refused="second_factor_wrong"), 401
    enter(token)
    return _done() if over.asked() else redirect(home())


@open_route("/passkey-options")
def passkey_options() -> Response:
    """Return what a passkey is asked to sign, for the sign-in and wherever it is asked again."""
    if request.method == "GET":
        abort(405)
    if not current_user.is_authenticated:
        abort(403)
    now, party = runtime().now(), factor_form.party()
    try:
        options = runtime().database.run(
            lambda conn: passkeys.ask_to_prove(conn, me().sign_in, party, now)
        )
    except UnknownPasskey:
        abort(404)
    return Response(options, mimetype="application/json")


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
            enter(token)
            return render_template("desk/recovery_codes.html", codes=codes)
        refused = "second_factor_wrong"
    with runtime().database.transaction() as conn:
        totp = authenticator.totp(conn, me().account.id, key())
    uri = totp.provisioning_uri(name=me().account.staff_id, issuer_name="Dakiya")
    picture = Markup(  # noqa: S704  segno's own SVG
        segno.make_qr(uri).svg_inline(scale=5, border=3, dark="#26201b", light="#ffffff")
    )
    page = render_template("desk/enrol.html", picture=picture, secret=totp.secret, refused=refused)
    return (page, 401) if refused else page


@route("/sign-out", "enter", methods=("POST",))
def sign_out() -> Page:
    """End this sign-in, here and on the server; nothing of the person stays in the browser."""
    leave()
    session.clear()
    return redirect(url_for("desk.sign_in"))


def _done() -> Response:
    """Return to the page below that its person is signed in, or where another one begins."""
    session.pop("wanted", None)
    if not me().account.codes_kept:
        return over.elsewhere(url_for("desk.recovery_codes"))
    return over.done(me().account.id, seconds_left(), url_for("desk.overview"))


def _proved(conn: Conn) -> str | None:
    if factors.verify(conn) is None:
        return None
    access.note(conn, doer(), "signed_in")
    return sign_ins.prove(conn, me().sign_in, here_marked(), runtime().now())


def _enrolled(conn: Conn) -> tuple[str, list[str]] | None:
    token = _proved(conn)
    if token is None:
        return None
    return token, authenticator.new_recovery_codes(conn, me().account.id, key())


def _may_try(place: SignInPlace) -> bool:
    """Tell whether this place may try once more; nobody spends what a known browser has."""
    known = runtime().database.run(lambda conn: places.is_browser_known(conn, place))
    whose = place.browser.hex() if known and place.browser else place.network or "nowhere"
    try:
        rate = Gcra(runtime().redis).take(
            f"dakiya:signin:{whose}", TRIES_A_MINUTE / 60, TRIES_A_MINUTE
        )
    except RedisError:
        return True  # the limits of each account still apply
    return rate == 0
