"""What a postman was told at a door is kept in no text of his, also where it is not understood."""

from __future__ import annotations

import pytest
from flask import Flask

from india import spoken_words
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.office import POSTMAN, Office, office, phone_of
from tests.rigs.transcript import Player

_QUOTED = "{quote " + phone_of(1) + "}"


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    return office(player, app, runtime)


def kept(at: Office) -> str:
    sql = "SELECT body FROM messages WHERE direction = 'in' ORDER BY id DESC LIMIT 1"
    return str(at.one(sql)[0])


@pytest.mark.parametrize(
    "text",
    [
        "1 imli gulab nahi bola",
        "1 imli gulab?",
        "item 1 imli gulaab",
        "1 2 imli gulab",
        "1 इमली गुलाब कमल",
        "1 imli gulap",
        "imli gulab",
        "1 imli gulab 500 rs mila",
    ],
)
def test_a_word_is_masked_where_it_is_refused(at: Office, text: str) -> None:
    at.out(1)
    at.player.step(f"{POSTMAN} > 1")
    at.player.step(f"{POSTMAN} > {text}")
    said = kept(at).lower()
    assert "•" in said
    for each in ("imli", "gulab", "gulaab", "gulap", "इमली", "गुलाब", "कमल"):
        assert each not in said
    assert at.state(number_of(1)) == "out_for_delivery"


@pytest.mark.parametrize(
    "text",
    [
        *("1 482913 417 5", "1 482913 digits 417", "1 code 482913 aur 417"),
        *("1 417-482913", "1 482913,417?", "1 code 482913 aur 417 bola"),
        *("1, 417", "1 parchi 417?"),  # alone, too
    ],
)
def test_three_digits_beside_a_code_are_masked_where_they_are_not_understood(
    at: Office, text: str
) -> None:
    at.out(1)
    at.player.step(f"{POSTMAN} > 1")
    at.player.step(f"{POSTMAN} > {text}")
    assert "417" not in kept(at)
    assert "482913" not in kept(at)


def told(at: Office, player: Player) -> tuple[str, str]:
    """The words that the household of the first item chose, as they are spoken in English."""
    phone = phone_of(1)
    player.step(f"{phone} draws words")
    player.step(f"{phone} takes words")
    word = player.words[phone][-1]
    return spoken_words.shown(word[:2], "hi-Latn"), spoken_words.shown(word[2:], "hi-Latn")


@pytest.mark.parametrize(
    "said",
    [
        *("shabd {} {} 1", "1 ghar ka shabd {} {} de diya", "1 word {} {} bola", "item 1 {} {}"),
        *("{} {} 1", "1 {} aur {}", "1 {} {}", "1 ** {} {}", "1 ** {} {} de diya"),
    ],
)
def test_a_word_is_told_as_people_write(at: Office, player: Player, said: str) -> None:
    at.book(1)
    player.step(f"{phone_of(1)} > 55 1")
    player.step(f"{phone_of(1)} > 55 1 {_QUOTED}")
    words = told(at, player)
    player.step("wait 11 min")
    player.step(f"list 1001: {number_of(1)}")
    player.step(f"{POSTMAN} > 1")
    player.step(f"{POSTMAN} > {said.format(*words)}")
    assert at.one("SELECT proof FROM delivery_items") == ("word",)
    assert not set(words) & set(kept(at).lower().split())


def test_words_that_may_be_a_name_are_asked_back_and_are_no_try(at: Office, player: Player) -> None:
    at.book(1)
    player.step(f"{phone_of(1)} > 55 1")
    player.step(f"{phone_of(1)} > 55 1 {_QUOTED}")
    words = told(at, player)
    player.step("wait 11 min")
    player.step(f"list 1001: {number_of(1)}")
    player.step(f"{POSTMAN} > 1")
    for said in ("1 gulab kamal de diya", "1 {} {} de diya".format(*words)):
        (answer,) = player.step(f"{POSTMAN} > {said}")
        assert "घर का शब्द" in answer
        assert not {"gulab", "kamal", *words} & set(kept(at).lower().split())
    assert at.state(number_of(1)) == "out_for_delivery"
    assert at.all("SELECT FROM word_tries") == []


@pytest.mark.parametrize(
    "text",
    ["482913 417", "code 482913 parchi 417", "slip 417 hai", "पर्ची 417", "1 417", "417"],
)
def test_three_digits_that_the_addressee_writes_are_masked(at: Office, text: str) -> None:
    at.out(1)
    at.player.step(f"{POSTMAN} > 1")
    at.player.step(f"{phone_of(1)} > {text}")
    assert "417" not in kept(at)


def test_what_somebody_was_asked_to_pay_is_kept(at: Office) -> None:
    at.out(1)
    at.player.step(f"{phone_of(1)} > dakiya 500 maang raha hai")
    assert "500" in kept(at)
