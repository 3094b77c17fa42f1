"""The way into the desk: password, second factor, recovery codes, lock, expiry, forged requests."""

from __future__ import annotations

import re

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql
from werkzeug.test import TestResponse

from postal.people import authenticator
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import PASSWORD, TOKEN, add, number, session_name, sign_in, submit
from tests.rigs.transcript import Player
from web.language import NAMES, words
from web.staff import navigation

CODE = re.compile(r"<code>([A-Z2-7]{5}-[A-Z2-7]{5})</code>")


@pytest.fixture(autouse=True)
def office(player: Player) -> Player:
    return player


def session_of(client: FlaskClient) -> str:
    cookie = client.get_cookie(session_name(client))
    assert cookie is not None
    return cookie.value


def password(client: FlaskClient, staff_id: str = "a1", password: str = PASSWORD) -> TestResponse:
    return submit(client, "/desk/sign-in", staff_id=staff_id, password=password)


def keep(client: FlaskClient) -> TestResponse:
    """Says that the recovery codes are written down."""
    token = TOKEN.search(client.get("/desk/recovery-codes").text)
    form = {"csrf_token": token[1] if token else ""}
    return client.post("/desk/recovery-codes/kept", data=form)


def test_the_first_sign_in_sets_up_the_second_factor(client: FlaskClient, runtime: Runtime) -> None:
    row = add(runtime, "a1", "agent")
    assert client.get("/desk").headers["Location"] == "/desk/sign-in"
    assert password(client).headers["Location"] == "/desk/enrol"
    assert client.get("/desk").headers["Location"] == "/desk/enrol"
    page = client.get("/desk/enrol").text
    assert "<svg" in page
    secret = "".join(re.findall(r"[A-Z2-7]{4} ", page.split('class="secret"')[1].split("</p>")[0]))
    assert len(secret.replace(" ", "")) == 32

    assert submit(client, "/desk/enrol", second_factor="000000").status_code == 401
    codes = submit(client, "/desk/enrol", second_factor=number(runtime, row))
    assert len(CODE.findall(codes.text)) == 10
    assert client.get("/desk").headers["Location"] == "/desk/recovery-codes"
    assert keep(client).headers["Location"] == "/desk"
    assert client.get("/desk").status_code == 200
    assert client.get("/desk/enrol").headers["Location"] == "/desk/second-factor"


def test_then_a_password_and_a_number_that_counts_once(
    app: Flask, client: FlaskClient, runtime: Runtime, clock: Clock
) -> None:
    colleague = sign_in(app, runtime, "agent", "a1")
    shown = number(runtime, colleague.staff_row)
    assert password(client).headers["Location"] == "/desk/second-factor"
    assert client.get("/desk").headers["Location"] == "/desk/second-factor"
    assert submit(client, "/desk/second-factor", second_factor=shown).status_code == 401  # was used
    clock.advance(seconds=30)
    spoken = number(runtime, colleague.staff_row)
    typed = f"{spoken[:3]} {spoken[3:]}"
    assert submit(client, "/desk/second-factor", second_factor=typed).headers["Location"] == "/desk"
    assert client.get("/desk").status_code == 200


def test_a_recovery_code_opens_once(app: Flask, client: FlaskClient, runtime: Runtime) -> None:
    row = add(runtime, "a1", "agent")
    password(client)
    codes = CODE.findall(submit(client, "/desk/enrol", second_factor=number(runtime, row)).text)
    for typed, status in ((codes[3].lower(), 302), (codes[3], 401), (codes[4], 302)):
        browser = app.test_client()
        password(browser)
        answer = submit(browser, "/desk/second-factor", second_factor=typed)
        assert answer.status_code == status


def test_who_does_not_exist_looks_like_who_is_wrong(client: FlaskClient, runtime: Runtime) -> None:
    add(runtime, "a1", "agent")
    wrong = password(client, "a1", "not the password").text
    nobody = password(client, "a2", "not the password").text
    strip = re.compile(r'value="[^"]*"')
    assert strip.sub("", wrong) == strip.sub("", nobody)


def test_one_address_may_not_try_without_end(client: FlaskClient) -> None:
    """Another try is allowed every three seconds: on a slow machine the limit comes later."""
    tries = (password(client, f"x{n}").status_code for n in range(60))
    assert next(tries) == 401
    assert 429 in tries


def test_idle_or_old_sign_ins_are_over(app: Flask, runtime: Runtime, clock: Clock) -> None:
    colleague = sign_in(app, runtime, "agent")
    clock.advance(minutes=29)
    assert colleague.get("/desk").status_code == 200
    clock.advance(minutes=31)
    assert colleague.get("/desk").headers["Location"] == "/desk/sign-in"

    other = sign_in(app, runtime, "supervisor")
    for _ in range(12 * 3):
        clock.advance(minutes=20)
        last = other.get("/desk")
    assert last.status_code == 200
    clock.advance(minutes=1)
    assert other.get("/desk").status_code == 302


def test_signed_out_is_signed_out_on_the_server_too(app: Flask, runtime: Runtime) -> None:
    colleague = sign_in(app, runtime, "agent")
    cookie = session_of(colleague.client)
    assert colleague.post("/desk/sign-out").status_code == 302
    thief = app.test_client()
    thief.set_cookie(session_name(thief), cookie)
    assert thief.get("/desk").status_code == 302


def test_the_cookie_of_before_the_second_factor_opens_nothing(app: Flask, runtime: Runtime) -> None:
    row = add(runtime, "a1", "agent")
    client = app.test_client()
    password(client)
    early = session_of(client)
    submit(client, "/desk/enrol", second_factor=number(runtime, row))
    thief = app.test_client()
    thief.set_cookie(session_name(thief), early)
    assert thief.get("/desk").headers["Location"] == "/desk/sign-in"


def test_a_forged_request_is_refused(app: Flask, runtime: Runtime) -> None:
    colleague = sign_in(app, runtime, "agent")
    forged = colleague.client.post("/desk/sign-out", data={"csrf_token": "made up"})
    assert forged.status_code == 400
    assert forged.mimetype == "text/html"
    assert colleague.client.post("/desk/sign-in", data={"staff_id": "a"}).status_code == 400
    assert colleague.get("/desk").status_code == 200


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize(("room", "named"), navigation.HOUSES.items())
def test_each_room_leads_to_the_sign_in_and_is_named_there(
    client: FlaskClient, room: str, named: str, language: str
) -> None:
    answer = client.get(f"/{room}?lang={language}", follow_redirects=True)
    assert (answer.status_code, answer.request.path) == (200, "/desk/sign-in")
    assert words(language)[f"sign_in_to_{named}"] in answer.text


def test_a_part_of_a_page_leads_to_the_sign_in_too(client: FlaskClient) -> None:
    answer = client.get("/desk", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/desk/sign-in"


def test_after_the_sign_in_one_is_where_one_wanted_to_be(
    client: FlaskClient, runtime: Runtime
) -> None:
    row = add(runtime, "a1", "agent")
    client.get("/desk/account/sign-ins")
    password(client)
    submit(client, "/desk/enrol", second_factor=number(runtime, row))
    assert keep(client).headers["Location"] == "/desk/account/sign-ins"


def test_the_cookie_and_the_headers_are_safe(
    app: Flask, client: FlaskClient, runtime: Runtime
) -> None:
    add(runtime, "a1", "agent")
    answer = password(client)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    page = client.get("/desk/enrol")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]


def test_another_password_ends_every_sign_in(app: Flask, runtime: Runtime, clock: Clock) -> None:
    colleague = sign_in(app, runtime, "agent", "a1")
    clock.advance(seconds=30)
    weak = colleague.post(
        "/desk/account/password",
        old=PASSWORD,
        new="a1",
        second_factor=number(runtime, colleague.staff_row),
    )
    assert weak.status_code == 422
    wrong = colleague.post(
        "/desk/account/password", old="x", new="quite another one", second_factor="1"
    )
    assert wrong.status_code == 422
    right = colleague.post(
        "/desk/account/password",
        old=PASSWORD,
        new="quite another one",
        second_factor=number(runtime, colleague.staff_row),
    )
    assert right.status_code == 200
    assert colleague.get("/desk").status_code == 302
    assert password(app.test_client(), "a1", "quite another one").status_code == 302
    assert password(app.test_client(), "a1", PASSWORD).status_code == 401


def test_new_recovery_codes_end_the_old_ones(app: Flask, runtime: Runtime, clock: Clock) -> None:
    row = add(runtime, "a1", "agent")
    client = app.test_client()
    password(client)
    old = CODE.findall(submit(client, "/desk/enrol", second_factor=number(runtime, row)).text)
    keep(client)
    clock.advance(seconds=30)
    token = TOKEN.search(client.get("/desk/account").text)
    form = {"csrf_token": token[1] if token else "", "second_factor": number(runtime, row)}
    new = CODE.findall(client.post("/desk/account/recovery-codes", data=form).text)
    assert len(new) == 10
    assert not set(new) & set(old)
    browser = app.test_client()
    password(browser)
    assert submit(browser, "/desk/second-factor", second_factor=old[0]).status_code == 401
    assert submit(browser, "/desk/second-factor", second_factor=new[0]).status_code == 302


def test_nothing_that_opens_stands_in_the_database(app: Flask, runtime: Runtime) -> None:
    row = add(runtime, "a1", "agent")
    client = app.test_client()
    password(client)
    with runtime.database.transaction() as conn:
        secret = authenticator.totp(conn, row, runtime.keys).secret
    codes = CODE.findall(submit(client, "/desk/enrol", second_factor=number(runtime, row)).text)
    with runtime.database.transaction() as conn:
        tables = ("staff", "recovery_codes", "sign_ins", "access_log", "events")
        every = [
            sql.SQL("SELECT to_jsonb(t)::text FROM {} t").format(sql.Identifier(table))
            for table in tables
        ]
        rows = "\n".join(str(row) for each in every for row in conn.execute(each).fetchall())
    for opening in (PASSWORD, secret, *codes, *(code.replace("-", "") for code in codes)):
        assert opening not in rows


# ---- commands ------------------------------------------------------------------------------------


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["staff", *arguments])


ADD = ("add", "--name", "Asha Verma", "--office-pin", "273303", "--password", PASSWORD)


def test_accounts_are_made_and_ended_by_command(app: Flask, client: FlaskClient) -> None:
    made = run(app, *ADD, "--staff-id", "a1", "--role", "agent")
    assert made.exit_code == 0, made.output
    assert "Asha Verma (a1, agent) may sign in at /desk" in made.output
    assert "not signed in yet" in run(app, "list").output
    assert password(client).status_code == 302
    assert len(run(app, "number", "a1").output.strip()) == 6
    assert run(app, "second-factor", "a1").exit_code == 0
    assert client.get("/desk/enrol").headers["Location"] == "/desk/sign-in"
    assert run(app, "password", "a1", "--password", "quite another one").exit_code == 0
    assert password(app.test_client(), "a1", "quite another one").status_code == 302
    assert run(app, "end", "a1").exit_code == 0
    assert password(app.test_client(), "a1", "quite another one").status_code == 401
    assert "nobody yet" in run(app, "list").output


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("--staff-id", "a 1", "--role", "agent"), "a staff id has"),
        (("--staff-id", "a1", "--role", "agent", "--password", "short"), "12 to 200 characters"),
        (("--staff-id", "a1", "--role", "agent", "--office-pin", "999999"), "no office"),
        (("--staff-id", "a1", "--role", "postman"), "is not one of"),
    ],
)
def test_what_is_wrong_with_an_account_is_said(
    app: Flask, changed: tuple[str, ...], said: str
) -> None:
    refused = run(app, *ADD, *changed)
    assert refused.exit_code != 0
    assert said in refused.output


def test_an_account_is_made_once_and_postmen_have_none(app: Flask, player: Player) -> None:
    player.step("postman 1001 +919839000001")
    assert run(app, *ADD, "--staff-id", "a1", "--role", "agent").exit_code == 0
    assert "is taken" in run(app, *ADD, "--staff-id", "a1", "--role", "clerk").output
    for command in ("second-factor", "end", "number"):
        assert "nobody who works here" in run(app, command, "1001").output
