"""A telephone in doubt says nothing by dial: whose number dialled is easily forged (rule 18)."""

from __future__ import annotations

import pytest
from flask import Flask

from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.office import POSTMAN, Office, office, phone_of
from tests.rigs.transcript import Player

NOMINEE = "+919777700001"


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    return office(player, app, runtime)


def doubted(at: Office, item: int) -> bool:
    sql = "SELECT doubt IS NOT NULL FROM phones WHERE phone = %s"
    return bool(at.one(sql, phone_of(item))[0])


@pytest.mark.parametrize("key", ["1", "6"])
def test_a_dial_brings_the_question_by_text_and_no_code(at: Office, key: str) -> None:
    at.out(1)
    phone = phone_of(1)
    at.player.step(f"doubt {phone}")
    at.player.step(f"{phone} dials")
    said = at.player.step(f"{phone} * {key}")
    assert not at.player.codes
    assert at.one("SELECT count(*) FROM codes") == (0,)
    assert doubted(at, 1)
    if key == "1":
        assert "comes by SMS" in said[0]
        assert "Send 1, the code comes" in said[1]
    at.player.step(f"{phone} > 1")
    assert at.player.codes
    assert not doubted(at, 1)


@pytest.mark.parametrize("way", ["text", "dial"])
def test_a_telephone_in_doubt_names_nobody_before_it_said_whose_it_is(at: Office, way: str) -> None:
    at.out(1)
    phone = phone_of(1)
    at.player.step(f"doubt {phone}")
    if way == "text":
        said = at.player.step(f"{phone} > 5 {NOMINEE.removeprefix('+91')}")
    else:
        at.player.step(f"{phone} dials")
        at.player.step(f"{phone} * 5")
        said = at.player.step(f"{phone} * {NOMINEE.removeprefix('+91')}")
    assert any("Send 1, the code comes" in line for line in said)
    assert at.one("SELECT count(*) FROM nominees") == (0,)
    assert doubted(at, 1)
    at.player.step(f"{phone} > 1")
    at.player.step(f"{phone} > 5 {NOMINEE.removeprefix('+91')}")
    assert at.one("SELECT count(*) FROM nominees") == (1,)


def test_who_was_named_before_the_doubt_does_not_take_it_on_while_it_lasts(at: Office) -> None:
    at.out(1)
    phone = phone_of(1)
    at.player.step(f"{phone} > 5 {NOMINEE.removeprefix('+91')}")
    at.player.step(f"doubt {phone}")
    at.player.step(f"{NOMINEE} > 1")
    assert at.one("SELECT agreed_at FROM nominees") == (None,)
    at.player.step("wait 11 min")
    at.player.step(f"{POSTMAN} > 1")
    assert NOMINEE not in at.player.codes
    at.player.step(f"{phone} > 1")
    at.player.step(f"{NOMINEE} > 1")
    assert at.one("SELECT agreed_at IS NOT NULL FROM nominees") == (True,)


def test_a_doubt_ends_by_text_before_the_day_too(at: Office) -> None:
    at.book(1)
    phone = phone_of(1)
    at.player.step(f"doubt {phone}")
    at.player.step(f"{phone} > 1")
    assert not doubted(at, 1)
    assert at.state(number_of(1)) == "booked"
