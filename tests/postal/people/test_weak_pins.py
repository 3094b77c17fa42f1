"""PINs that somebody would try first: refused at every door, whoever sets them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from postal.people.weak_pins import PinBearer, is_weak
from runtime import Runtime
from tests.rigs.desk import sign_in
from tests.rigs.transcript import Player

BEARER = PinBearer("GKP-8046", "+919839055173", "273303")
POSTMAN = "+919839000001"


@pytest.mark.parametrize(
    "pin",
    [
        *("0000", "7777", "55555", "000000"),  # one digit
        *("1234", "0123", "7890", "34567", "123456", "9876", "3210", "654321"),  # a row
        *("1212", "4747", "47474", "123123", "252525"),  # repeated
        *("1947", "1965", "1999", "2003", "2026", "2049"),  # a year
        *("1122", "1379", "147258", "159753"),  # what leaks show
        *("9839", "5517", "90551", "055173", "919839"),  # of his telephone
        *("8046", "08046", "008046", "80461", "180469"),  # his staff id
        *("2733", "73303", "273303"),  # the PIN of his office
    ],
)
def test_what_anybody_would_try_is_weak(pin: str) -> None:
    assert is_weak(pin, BEARER)


@pytest.mark.parametrize("pin", ["2468", "2580", "4821", "9753", "739164", "80640", "1850", "2099"])
def test_other_pins_are_not(pin: str) -> None:
    assert not is_weak(pin, BEARER)


@given(st.from_regex(r"[0-9]{4,6}", fullmatch=True))
def test_of_an_unknown_bearer_few_are_weak(pin: str) -> None:
    """Nobody's empty telephone or staff id is a part of every PIN."""
    nobody = PinBearer("", "", "")
    assert is_weak(pin, PinBearer("7", "", "")) in (is_weak(pin, nobody), True)
    if len(set(pin)) > 3 and not is_weak(pin, nobody):
        assert not is_weak(pin, PinBearer("staff", "+91", "27"))


def test_a_tenth_of_all_pins_is_left_to_nobody() -> None:
    weak = sum(is_weak(f"{n:04}", BEARER) for n in range(10_000))
    assert 150 < weak < 400


# ---- the doors -----------------------------------------------------------------------------------

Door = Callable[[str], str]  # sets a PIN; returns what is said


def _by_command(app: Flask) -> Door:
    run = app.test_cli_runner()
    return lambda pin: run.invoke(args=["postman", "pin", "1001", "--pin", pin]).output


def _new_by_command(app: Flask) -> Door:
    words = ("postman", "add", "--staff-id", "1009", "--name", "Ram", "--office-pin", "273303")
    phone = ("--phone", "+919839000009")
    return lambda pin: app.test_cli_runner().invoke(args=[*words, *phone, "--pin", pin]).output


@pytest.mark.parametrize("door", [_by_command, _new_by_command])
def test_a_command_refuses_it(player: Player, app: Flask, door: Callable[[Flask], Door]) -> None:
    player.step(f"postman 1001 {POSTMAN}")
    assert "too easy to guess" in door(app)("1234")
    assert "too easy to guess" not in door(app)("739164")


def test_the_api_refuses_it(player: Player, client: FlaskClient) -> None:
    person = {
        "staff_id": "1009",
        "name": "Ram",
        "phone": "+919839000009",
        "office_pin": "273303",
        "pin": "273303",
    }
    refused = client.post("/api/v1/postmen", json=person, headers=player.headers())
    assert refused.status_code == 422
    assert [each["field"] for each in refused.get_json()["errors"]] == ["pin"]
    assert "too easy to guess" in refused.text
    taken = client.post(
        "/api/v1/postmen", json={**person, "pin": "739164"}, headers=player.headers()
    )
    assert taken.status_code == 201


def test_the_page_refuses_it(player: Player, app: Flask, runtime: Runtime) -> None:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"{POSTMAN} > 99")
    master = sign_in(app, runtime, "postmaster")
    page = master.post("/desk/find", query="1001").text
    path = "/desk/conversations/" + page.split("/desk/conversations/")[1].split('"')[0]
    before = hash_of(runtime)
    master.post(f"{path}/reset-pin", pin="1001", again="1001", reason="person_asked")
    assert "too easy to guess" in master.get(path).text
    assert hash_of(runtime) == before
    asked = master.post(f"{path}/reset-pin", pin="739164", again="739164", reason="person_asked")
    assert "/desk/requests/" in asked.headers["Location"]  # the second person agrees to it there


def hash_of(runtime: Runtime) -> str:
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT pin_hash FROM staff WHERE staff_id = '1001'").fetchone()
    assert row is not None
    return str(row[0])
