"""A text that waited for a network over the night is about the list of the day it is of."""

from __future__ import annotations

import pytest
from flask import Flask

from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.office import POSTMAN, SECOND, Office, office, phone_of
from tests.rigs.transcript import Player

_FITS = "{{code {0}}} {{check {0}}}".format(phone_of(1))
_OF_TODAY = f"{{code {phone_of(2)}}}"


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    """The first item of today was approached, and no code was told on a network."""
    found = office(player, app, runtime)
    found.out(1)
    player.step(f"{POSTMAN} > 1")
    return found


def night(at: Office, *, listed: bool = True) -> list[str]:
    said = at.player.step("wait 15 h")
    if listed:
        at.out(2)
        at.player.step(f"{POSTMAN} > 1")  # and a code of it is out
    return said


def claims(at: Office) -> list[str]:
    sql = "SELECT a.number FROM offline_claims k JOIN articles a ON a.id = k.article_id"
    return [number for (number,) in at.all(f"{sql} WHERE k.outcome = 'unproven'")]


@pytest.mark.parametrize("ref", ["1", number_of(1)])
@pytest.mark.parametrize("listed", [False, True])
def test_the_carriers_day_says_whose_list_it_is(at: Office, ref: str, listed: bool) -> None:
    night(at, listed=listed)
    at.player.step(f"{POSTMAN} > {ref} {_FITS} @ -900 min")
    assert at.state(number_of(1)) == "delivered"
    assert claims(at) == []
    assert at.all("SELECT kind FROM tickets") == []


@pytest.mark.parametrize("ref", ["1", number_of(1)])
def test_what_does_not_fit_is_a_ticket_of_that_article_alone(at: Office, ref: str) -> None:
    night(at)
    wrong = "{{wrong {0}}} {{check {0}}}".format(phone_of(1))
    said = at.player.step(f"{POSTMAN} > {ref} {wrong} @ -900 min")
    assert claims(at) == [number_of(1)]
    assert phone_of(1) in {line.split()[0] for line in said}
    assert phone_of(2) not in {line.split()[0] for line in said}


def test_a_whole_number_needs_no_carrier(at: Office) -> None:
    night(at)
    at.player.step(f"{POSTMAN} > {number_of(1)} {_FITS}")
    assert at.state(number_of(1)) == "delivered"
    assert claims(at) == []


def test_a_colleague_is_not_accused_of_it(at: Office, player: Player) -> None:
    night(at, listed=False)
    player.step(f"list 1002: {number_of(1)}")
    player.step(f"{SECOND} > 1")
    wrong = "{{wrong {0}}} {{check {0}}}".format(phone_of(1))
    player.step(f"{POSTMAN} > {number_of(1)} {wrong}")
    assert claims(at) == []


def test_a_plain_code_of_yesterday_is_yesterdays_item_too(at: Office) -> None:
    night(at)
    at.player.step(f"{POSTMAN} > 1 {{code {phone_of(1)}}} @ -900 min")
    assert at.one("SELECT count(*) FROM code_attempts WHERE outcome = 'wrong'") == (0,)


@pytest.mark.parametrize("dated", [" @ -900 min", ""])
def test_the_day_is_named(at: Office, dated: str) -> None:
    night(at)
    said = at.player.step(f"{POSTMAN} > {number_of(1)} {_FITS}{dated}")
    named = [line for line in said if "14AUG" in line]
    assert {line.split()[0] for line in named} == {phone_of(1), "+919811100001"}
    of_today = at.player.step(f"{POSTMAN} > 1 {_OF_TODAY}")
    assert at.state(number_of(2)) == "delivered"
    assert not any("14AUG" in line for line in of_today)
