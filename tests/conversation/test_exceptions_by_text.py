"""Who is asked by text may answer by text and by dial, whatever telephone the office has."""

from __future__ import annotations

import pytest
from flask import Flask

from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.office import POSTMAN, Office, office, phone_of
from tests.rigs.transcript import Player

KEEPER, OWN = "+915512340000", "+915512340001"  # of the main office, and of its branch


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    """The postman is of a branch office, whose accounts the main office of its PIN keeps."""
    player.step(f"office {KEEPER}")
    found = office(player, app, runtime)
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, district, branch_type, phone)"
            " SELECT 'Branch', pin, district, 'branch', NULL FROM offices WHERE phone = %s",
            [KEEPER],
        )
        conn.execute(
            "UPDATE staff SET office_id = (SELECT id FROM offices WHERE name = 'Branch')"
            " WHERE staff_id = '1001'"
        )
    return found


def has_phone(runtime: Runtime, phone: str | None) -> None:
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE offices SET phone = %s WHERE name = 'Branch'", [phone])


def asks(at: Office, item: int) -> list[str]:
    at.player.step(f"off {phone_of(item)}")
    at.player.step(f"{POSTMAN} > {item}")
    return at.player.step(f"{POSTMAN} > {item} 28 3 1 1234")


def asked(said: list[str]) -> set[str]:
    """The telephones that are shown the digits of the question."""
    return {line.split()[0] for line in said if "{quote}" in line}


@pytest.mark.parametrize("phone", [None, POSTMAN], ids=["none of its own", "the postman's"])
def test_the_office_that_keeps_the_accounts_is_asked_and_answers(
    at: Office, runtime: Runtime, phone: str | None
) -> None:
    has_phone(runtime, phone)
    at.out(1, 2, 3)
    assert asked(asks(at, 1)) == {KEEPER}
    said = at.player.step(f"{KEEPER} > 1 {{quote {KEEPER}}}")
    assert [line.split()[0] for line in said] == [KEEPER, POSTMAN]
    at.player.step(f"{POSTMAN} > 1 28")
    assert at.state(number_of(1)) == "delivered"
    asks(at, 2)  # a no, by text
    at.player.step(f"{KEEPER} > 2")
    assert at.one("SELECT outcome FROM exceptions ORDER BY id DESC LIMIT 1") == ("refused",)
    asks(at, 3)  # and by dial
    assert "1001" in at.player.step(f"{KEEPER} dials")[0]
    at.player.step(f"{KEEPER} * {{quote {KEEPER}}}")
    assert at.one("SELECT count(*) FROM exceptions WHERE granted_at IS NOT NULL") == (2,)


def test_an_office_with_a_telephone_is_asked_itself_and_nobody_else_answers(
    at: Office, runtime: Runtime
) -> None:
    has_phone(runtime, OWN)
    at.out(1)
    assert asked(asks(at, 1)) == {OWN}
    at.player.step(f"{KEEPER} > 1 {{quote {OWN}}}")
    at.player.step(f"{KEEPER} > 2")
    assert at.one("SELECT granted_at, ended_at FROM exceptions") == (None, None)
    at.player.step(f"{OWN} > 1 {{quote {OWN}}}")
    assert at.one("SELECT count(granted_at) FROM exceptions") == (1,)


def test_the_postman_does_not_answer_himself_from_his_offices_telephone(
    at: Office, runtime: Runtime
) -> None:
    """Where the account office has no other telephone than his either, the page alone is left."""
    has_phone(runtime, POSTMAN)
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE offices SET phone = NULL WHERE phone = %s", [KEEPER])
    at.out(1)
    assert asked(asks(at, 1)) == set()
