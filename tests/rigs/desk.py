"""Members of staff at the desk: accounts, sign-in through the real pages, forms with a token."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from postal.people import access, authenticator, notices, sign_ins
from postal.people.accounts import Role
from postal.people.places import SignInPlace
from runtime import Runtime
from tests.rigs.hashes import hash_of
from web.cookies import name_of

PASSWORD = "fourteen letters"
_SALT = "wtf-csrf-token"  # of Flask-WTF
AT_HOME = SignInPlace("127.0.0.1/32")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def add(runtime: Runtime, staff_id: str, role: Role, office: str = "273303") -> int:
    """An account at the main office of that PIN; its row id."""
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "INSERT INTO staff (staff_id, name, role, office_id, password_hash, totp_salt)"
            " SELECT %s, %s, %s, id, %s, %s FROM offices WHERE pin = %s ORDER BY id LIMIT 1"
            " RETURNING id",
            [
                staff_id,
                f"{role.title()} {staff_id}",
                role,
                hash_of(PASSWORD),
                staff_id.encode().rjust(16),
                office,
            ],
        ).fetchone()
    assert row is not None
    return int(row[0])


def number(runtime: Runtime, staff_row: int, steps: int = 0) -> str:
    """What the authenticator shows now, or `steps` half minutes later."""
    with runtime.database.transaction() as conn:
        totp = authenticator.totp(conn, staff_row, runtime.keys)
    return str(totp.at(runtime.now() + timedelta(seconds=30 * steps)))


@dataclass
class Colleague:
    """Somebody signed in at the desk, in a browser of their own."""

    client: FlaskClient
    runtime: Runtime
    staff_row: int

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, **form: str) -> TestResponse:
        """Send a form with the token that the desk's pages carry."""
        onward = path == "/desk/find"  # what was found stands on the page that it leads to
        return self.client.post(path, data=self.with_token(form), follow_redirects=onward)

    def post_in_page(self, path: str, **form: str) -> TestResponse:
        """Send a form as htmx does, for a part of the page."""
        return self.client.post(path, data=self.with_token(form), headers={"HX-Request": "true"})

    def with_token(self, form: dict[str, str]) -> dict[str, str]:
        """Return `form` with the token that the desk's pages carry."""
        return {"csrf_token": _signed(self.client) or self._on_the_page(), **form}

    def _on_the_page(self) -> str:
        token = TOKEN.search(self.client.get("/desk/account").text)
        return token[1] if token else ""


def _signed(client: FlaskClient) -> str:
    """Return the token of this session as Flask-WTF signs it, without a page; empty: it has none.

    Half of all requests of the tests were for the page. That pages carry it is seen where forms are
    read from them: `submit`, and the browsers.
    """
    cookie = client.get_cookie(session_name(client))
    if cookie is None:
        return ""
    app = client.application
    reader = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    secret = reader.loads(cookie.value).get("csrf_token", "")
    return secret and str(URLSafeTimedSerializer(app.secret_key or "", salt=_SALT).dumps(secret))


def submit(client: FlaskClient, path: str, **form: str) -> TestResponse:
    """Fills in the form on the page at `path`, as a browser does."""
    token = TOKEN.search(client.get(path).text)
    return client.post(path, data={"csrf_token": token[1] if token else "", **form})


def speak(client: FlaskClient, language: str) -> None:
    """Choose the language of the pages, as the links at their top do."""
    settings = client.application.extensions["dakiya"].settings
    client.set_cookie(name_of("language", settings), language)


def session_name(client: FlaskClient) -> str:
    """The name of the cookie of the sign-in."""
    return str(client.application.config["SESSION_COOKIE_NAME"])


def sign_in(
    app: Flask, runtime: Runtime, role: Role, staff_id: str = "", office: str = "273303"
) -> Colleague:
    """A new account of that role, enrolled and signed in.

    Past the pages of the entrance, whose argon2 takes longer than most tests: those are tested in
    test_desk_entrance.
    """
    staff_row = add(runtime, staff_id or f"{role}-1", role, office)
    shown, now = number(runtime, staff_row), runtime.now()
    with runtime.database.transaction() as conn:
        begun = sign_ins.find(conn, sign_ins.begin(conn, staff_row, AT_HOME, now), now)
        assert begun is not None
        shown_now = authenticator.check_typed(conn, staff_row, shown, runtime.keys, AT_HOME, now)
        assert shown_now == "number"
        access.note(conn, begun.doer(now), "signed_in")
        token = sign_ins.prove(conn, begun, AT_HOME, now)
        authenticator.keep_recovery_codes(conn, staff_row, now)
        notices.mark_seen(conn, staff_row, notices.of(conn, staff_row, 1)[0].id, now)
    client = app.test_client()
    speak(client, "en")
    with client.session_transaction() as session:
        session["_user_id"] = token
        session["_fresh"] = True
        session["csrf_token"] = secrets.token_hex(20)
    return Colleague(client, runtime, staff_row)
