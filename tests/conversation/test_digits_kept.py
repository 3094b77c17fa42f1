"""The two digits of an open question are kept in no text, and prove it however they are written."""

from __future__ import annotations

from itertools import count

import pytest
from flask import Flask

from flows.grammar import person
from messages.render import QUOTE_MASK
from postal.quotes import BOOKING, quote_of
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.office import POSTMAN, Office, office, phone_of
from tests.rigs.transcript import Player

HOLDER, NAMED, SENDER = phone_of(1), "+919777700001", "+919811100001"
# `ok 03` is read as `3`, which is the safe way to be wrong, and 44 and 55 are commands.
_READ_OTHERWISE = {*person.TWO_DIGITS, *(f"0{digit}" for digit in range(10))}
_KEPT = "SELECT body FROM messages WHERE direction = 'in' ORDER BY id DESC LIMIT 1"


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    return office(player, app, runtime)


def digits(at: Office) -> str:
    return at.player.quotes[HOLDER][-1]


def wished(at: Office) -> str:
    """A question about all post is open; return its digits, which are read as nothing else."""
    at.book(1)
    at.player.step(f"{HOLDER} > 55 1")
    while digits(at) in _READ_OTHERWISE:
        at.player.step(f"{HOLDER} > 55 0")
        at.player.step("wait 2 min")
        at.player.step(f"{HOLDER} > 55 1")
    return digits(at)


def moved(at: Office) -> str:
    """A proven sender wants the code elsewhere; the digits of the question to its holder."""
    at.book(1)
    at.player.step(f"{SENDER} > {number_of(1)} {NAMED} {_as_digits_alone(at)}")
    return digits(at)


def _as_digits_alone(at: Office) -> str:
    """Let questions to the holder have digits that are read as such; return the booking's."""
    with at.runtime.database.transaction() as conn:
        root = at.runtime.keys.root(conn, "codes", at.one("SELECT max(quote_key) FROM messages")[0])
        salts = (each.to_bytes(16, "big") for each in count())
        salt = next(
            salt
            for salt in salts
            if not {quote_of(root, salt, HOLDER, n) for n in range(9)} & _READ_OTHERWISE
        )
        conn.execute("UPDATE articles SET code_salt = %s", [salt])
    return quote_of(root, salt, SENDER, BOOKING)


def writes(at: Office, text: str) -> list[str]:
    return at.player.step(f"{HOLDER} > {text}")


@pytest.mark.parametrize(
    "form",
    ["{}", "ok {}", "theek hai {}", "{} haan", "55 {}", "55 haan {}", "haan 1 {}", "1 {} sir",
     "ठीक है {}"],
)  # fmt: skip
def test_the_digits_of_a_wish_agree_as_people_write_them(at: Office, form: str) -> None:
    writes(at, form.format(wished(at)))
    assert at.one("SELECT may_take FROM households") == ("household",)
    assert QUOTE_MASK in at.one(_KEPT)[0]


@pytest.mark.parametrize("form", ["{}", "ok {}", "haan 6785 {}", "6785 {}", "{} haan"])
def test_the_digits_of_a_move_agree_as_people_write_them(at: Office, form: str) -> None:
    own = number_of(1)[-6:-2]
    writes(at, form.format(moved(at)).replace("6785", own))
    assert at.one("SELECT recipient_phone FROM articles") == (NAMED,)
    assert QUOTE_MASK in at.one(_KEPT)[0]


_UNREAD = [
    "{}?",
    "nahi {}",
    "{} wala kya hai",
    "ok 1{}",
    "aap ka {} nahi samjha",
    "number {0[0]} {0[1]}",
]


@pytest.mark.parametrize("form", _UNREAD)
@pytest.mark.parametrize("asks", [wished, moved])
def test_digits_that_are_not_read_are_kept_nowhere_and_change_nothing(
    at: Office, form: str, asks: object
) -> None:
    assert callable(asks)
    shown = asks(at)
    writes(at, form.format(shown))
    kept = at.one(_KEPT)[0]
    assert shown not in kept
    assert QUOTE_MASK in kept
    assert at.one("SELECT recipient_phone FROM articles") == (HOLDER,)
    assert at.one("SELECT count(may_take) FROM households") == (0,)


@pytest.mark.parametrize("asks", [wished, moved])
def test_a_question_is_asked_again_where_its_answer_is_not_read(at: Office, asks: object) -> None:
    assert callable(asks)
    shown = asks(at)
    (said,) = writes(at, f"xyz {shown} pqr")
    assert "{quote}" in said
    (said,) = writes(at, "ok")
    assert "{quote}" in said


def test_wrong_digits_are_a_try(at: Office) -> None:
    shown = moved(at)
    wrong = next(f"{n:02}" for n in range(60, 99) if f"{n:02}" != shown)
    for _ in range(3):
        writes(at, f"ok {wrong}")
    writes(at, shown)
    assert at.one("SELECT recipient_phone FROM articles") == (HOLDER,)


def test_what_a_sender_writes_shows_no_digits_of_his_booking(at: Office) -> None:
    at.book(1)
    (shown,) = at.player.quotes[SENDER]
    at.player.step(f"{SENDER} > ok {shown}")
    assert shown not in at.one(_KEPT)[0]


def test_numbers_stay_where_nothing_is_asked(at: Office) -> None:
    at.book(1)
    writes(at, "kal 53 rupaye maange")
    assert "53" in at.one(_KEPT)[0]


def test_a_telephone_stays_while_something_is_asked(at: Office) -> None:
    wished(at)
    writes(at, "98 12 34 56 78 se koi code maang raha hai")
    assert "98 12 34 56 78" in at.one(_KEPT)[0]


def test_digits_that_are_dialled_are_not_kept(at: Office) -> None:
    shown = wished(at)
    at.player.step(f"{HOLDER} dials")
    at.player.step(f"{HOLDER} * {shown}")
    kept = at.all("SELECT typed FROM ussd_hops")
    assert shown not in {typed for (typed,) in kept}


@pytest.mark.parametrize("text", ["do 47", "दो 47", "47 do", "do 6785 47"])
def test_two_or_give_is_no_yes(text: str) -> None:
    assert person.QUOTE not in person.office(text).codes


@pytest.mark.parametrize("text", ["de do 47", "दे दो 47", "haan do 47", "ok 47", "47"])
def test_what_says_give_is_a_yes(text: str) -> None:
    assert person.office(text).codes == {person.QUOTE: "47"}


def test_what_may_be_two_is_asked_back(at: Office) -> None:
    at.player.step("office +915512340000")
    at.out(1)
    at.player.step(f"off {HOLDER}")
    at.player.step(f"{POSTMAN} > 1")
    at.player.step(f"{POSTMAN} > 1 28 3 1 1234")
    (said,) = at.player.step("+915512340000 > do {quote +915512340000}")
    assert "{quote}" not in said
    assert at.one("SELECT granted_at, ended_at FROM exceptions") == (None, None)
    assert QUOTE_MASK in at.one(_KEPT)[0]
