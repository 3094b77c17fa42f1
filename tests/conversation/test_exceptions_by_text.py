"""Who is asked by text may answer by text and by dial, whatever telephone the office has."""

from __future__ import annotations

import pytest
from flask import Flask

from india.calendar import day_of
from postal import exceptions
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.office import POSTMAN, SECOND, Office, office, phone_of
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
    (more,) = at.player.step(f"{KEEPER} * 00")
    assert "स्पीड पोस्ट" in more
    assert "आधार" in more
    at.player.step(f"{KEEPER} * 0")
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


@pytest.mark.parametrize("way", ["> 1002", "> 0"])
def test_what_a_postman_asked_is_over_when_he_carries_it_no_more(
    at: Office, runtime: Runtime, way: str
) -> None:
    with runtime.database.transaction() as conn:  # both of the branch
        conn.execute(
            "UPDATE staff SET office_id = (SELECT office_id FROM staff WHERE staff_id = '1001')"
            " WHERE staff_id = '1002'"
        )
    at.out(1)
    asks(at, 1)
    at.player.step(f"{POSTMAN} > 1 {way}")
    if way == "> 1002":
        at.player.step(f"{SECOND} > 01")
    assert at.one("SELECT outcome FROM exceptions") == ("over",)
    said = at.player.step(f"{KEEPER} > 1 {{quote {KEEPER}}}")
    assert "इंतज़ार नहीं" in said[0]


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("1 28 1 1 1234 2 28 1 1 1234", "28"),
        ("3 29 98765 1 1234", "29"),
        ("1 ** 12 47 2 ** 12 47", "1"),
    ],
)
def test_two_of_a_kind_or_half_a_number_is_asked_back_and_no_ticket(
    at: Office, text: str, item: str
) -> None:
    at.out(1, 2, 3)
    said = at.player.step(f"{POSTMAN} > {text}")
    assert len(said) == 1
    assert f"{text[0]}" in said[0]
    assert item in said[0]
    assert "पक्का" not in said[0]
    assert at.all("SELECT kind FROM tickets") == []


def test_a_forged_no_opens_no_endless_day(at: Office, runtime: Runtime) -> None:
    """It is not counted among a postman's three; nine, two of an article, are the end."""
    has_phone(runtime, OWN)
    at.out(1, 2, 3, 4, 5)
    for item in (1, 2, 3, 4, 5):
        asks(at, item)
        at.player.step(f"{OWN} > 2")
        again = at.player.step(f"{POSTMAN} > {item} 28 3 1 1234")
        at.player.step(f"{OWN} > 2")
    assert len(again) == 1
    assert "कई बार" in again[0]
    assert at.one("SELECT count(*) FROM exceptions") == (9,)


def test_three_strangers_are_named_in_a_day_whatever_is_answered(
    at: Office, runtime: Runtime
) -> None:
    has_phone(runtime, OWN)
    at.out(1, 2, 3, 4)
    for item in (1, 2, 3, 4):
        at.player.step(f"{POSTMAN} > {item}")
        said = at.player.step(f"{POSTMAN} > {item} 29 977770000{item} 1 1234")
        at.player.step(f"{OWN} > 2")
    assert [line.split()[0] for line in said] == [POSTMAN]
    assert at.one("SELECT count(*) FROM exceptions WHERE wish = 'number'") == (3,)
    assert len(asks(at, 4)) > 1  # what names nobody goes on


def test_three_that_nobody_answers_are_a_postmans_day(at: Office, runtime: Runtime) -> None:
    has_phone(runtime, OWN)
    at.out(1, 2, 3, 4)
    for item in (1, 2, 3):
        asks(at, item)
        at.player.step("wait 11 min")
    assert len(asks(at, 4)) == 1
    assert at.one("SELECT count(*) FROM exceptions WHERE outcome = 'lapsed'") == (3,)


def test_the_share_in_the_question_is_of_the_days_of_india(at: Office, runtime: Runtime) -> None:
    """At 01:00 the day of thirty days before is India's, as on the page."""
    at.out(1, 2)
    at.deliver(1, 1)
    at.player.step("wait 29 d")
    at.player.step("wait 15 h")  # 01:00 or so of India, and of UTC still the day before
    now = runtime.now()
    assert now.date() != day_of(now)
    with runtime.database.transaction() as conn:
        postman = conn.execute("SELECT id FROM staff WHERE staff_id = '1001'").fetchone()
        assert postman
        assert exceptions.rate(conn, postman[0], now).handovers == 0


def test_the_postman_does_not_answer_himself_from_his_offices_telephone(
    at: Office, runtime: Runtime
) -> None:
    """Where the account office has no other telephone than his either, the page alone is left."""
    has_phone(runtime, POSTMAN)
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE offices SET phone = NULL WHERE phone = %s", [KEEPER])
    at.out(1)
    assert asked(asks(at, 1)) == set()
