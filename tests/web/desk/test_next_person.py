"""One browser, several people: whoever comes next finds nothing of whoever was there before."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from postal.people import authenticator
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import PASSWORD, TOKEN, add, number, session_name, speak, submit
from tests.rigs.transcript import Player

SOUGHT = "+919876500001"


@pytest.fixture
def computer(player: Player, app: Flask, runtime: Runtime, clock: Clock) -> FlaskClient:
    """A shared computer's browser, at which `first` is signed in and has searched."""
    player.step(f"article EU123456785IN to {SOUGHT} en")
    computer = app.test_client()
    speak(computer, "en")
    for staff_id in ("first", "second"):
        enrol(app, runtime, add(runtime, staff_id, "agent"), staff_id)
        clock.advance(seconds=30)
    enter(computer, runtime, clock, "first")
    search(computer)
    return computer


def enrol(app: Flask, runtime: Runtime, row: int, staff_id: str) -> None:
    at_home = app.test_client()
    submit(at_home, "/desk/sign-in", staff_id=staff_id, password=PASSWORD)
    submit(at_home, "/desk/enrol", second_factor=number(runtime, row))
    with runtime.database.transaction() as conn:
        authenticator.keep_recovery_codes(conn, row, runtime.now())


def enter(computer: FlaskClient, runtime: Runtime, clock: Clock, staff_id: str) -> str:
    """Signs in; the page that one is led to."""
    clock.advance(seconds=30)
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT id FROM staff WHERE staff_id = %s", [staff_id]).fetchone()
    assert row is not None
    submit(computer, "/desk/sign-in", staff_id=staff_id, password=PASSWORD)
    return str(
        submit(computer, "/desk/second-factor", second_factor=number(runtime, row[0])).headers[
            "Location"
        ]
    )


def search(computer: FlaskClient) -> None:
    token = TOKEN.search(computer.get("/desk/find").text)
    form = {"csrf_token": token[1] if token else "", "query": SOUGHT}
    computer.post("/desk/find", data=form)
    assert SOUGHT in computer.get("/desk/find").text


def looks(runtime: Runtime) -> list[str]:
    """Who found something, by the access log."""
    with runtime.database.transaction() as conn:
        rows = conn.execute(
            "SELECT s.staff_id FROM access_log l JOIN staff s ON s.id = l.staff_id"
            " WHERE l.what = 'found'"
        ).fetchall()
    return sorted({row[0] for row in rows})


def test_after_a_sign_out_the_next_person_finds_nothing(
    computer: FlaskClient, runtime: Runtime, clock: Clock
) -> None:
    token = TOKEN.search(computer.get("/desk/account").text)
    out = computer.post("/desk/sign-out", data={"csrf_token": token[1] if token else ""})
    assert out.headers["Location"] == "/desk/sign-in"
    with computer.session_transaction() as session:
        assert not session
    assert enter(computer, runtime, clock, "second") == "/desk"
    assert SOUGHT not in computer.get("/desk/find").text
    assert looks(runtime) == ["first"]
    stale = computer.post(
        "/desk/find", data={"csrf_token": token[1] if token else "", "query": "x"}
    )
    assert stale.status_code == 400  # a form of the first person's is nobody's now


def test_after_an_idle_hour_the_next_person_finds_nothing_and_is_led_nowhere_of_the_first(
    computer: FlaskClient, runtime: Runtime, clock: Clock
) -> None:
    clock.advance(minutes=31)
    assert computer.get("/desk/tickets").headers["Location"] == "/desk/sign-in"
    with computer.session_transaction() as session:
        assert "query" not in session
    assert enter(computer, runtime, clock, "second") == "/desk"
    assert SOUGHT not in computer.get("/desk/find").text
    assert looks(runtime) == ["first"]


def test_the_same_person_is_led_on(computer: FlaskClient, runtime: Runtime, clock: Clock) -> None:
    clock.advance(minutes=31)
    computer.get("/desk/tickets")
    assert enter(computer, runtime, clock, "first") == "/desk/tickets"


def test_who_signs_in_over_another_ends_that_sign_in(
    computer: FlaskClient, app: Flask, runtime: Runtime, clock: Clock
) -> None:
    """The form of an earlier tab still shows the sign-in: whoever uses it becomes the person."""
    cookie = computer.get_cookie(session_name(computer))
    assert cookie is not None
    token = TOKEN.search(computer.get("/desk/account").text)
    form = {"csrf_token": token[1] if token else "", "staff_id": "second", "password": PASSWORD}
    assert computer.post("/desk/sign-in", data=form).headers["Location"] == "/desk/second-factor"
    with computer.session_transaction() as session:
        assert "query" not in session
    thief = app.test_client()
    thief.set_cookie(session_name(thief), cookie.value)
    assert thief.get("/desk").headers["Location"] == "/desk/sign-in"


def test_a_planted_session_is_not_the_one_that_is_signed_in(
    computer: FlaskClient, app: Flask, runtime: Runtime, clock: Clock
) -> None:
    """Whoever plants a cookie knows nothing of the session that begins there."""
    planter = app.test_client()
    planter.get("/desk/tickets")
    planted = planter.get_cookie(session_name(planter))
    assert planted is not None
    victim = app.test_client()
    victim.set_cookie(session_name(victim), planted.value)
    enter(victim, runtime, clock, "second")
    own = victim.get_cookie(session_name(victim))
    assert own is not None
    assert own.value != planted.value
    assert planter.get("/desk").headers["Location"] == "/desk/sign-in"
