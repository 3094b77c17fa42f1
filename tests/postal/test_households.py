"""What telephones wish for all their post: the words, the classes, the lists, what is kept."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import replace

import pytest
from flask import Flask

from flows import machines
from flows.events import Handover, Visit
from flows.facts import ArticleFact
from flows.grammar.postman import WORD
from flows.trust import takers, word
from india.spoken_words import COUNT, FIRST, numbers, shown, spoken_words
from postal import households
from postal.lists import NotListed, make_list
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.desk import sign_in
from tests.rigs.office import POSTMAN, Office, office, phone_of
from tests.rigs.transcript import Player

OUT = ArticleFact(
    "EU123456785IN", "out_for_delivery", True, 0, "live", None, 1, 0, 1, False, may_take="neighbour"
)


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    return office(player, app, runtime)


# ---- the words ---------------------------------------------------------------------------------


def test_each_word_has_one_number_and_each_number_one_word_in_every_language() -> None:
    assert list(spoken_words()) == [str(each) for each in range(FIRST, FIRST + COUNT)]
    for language in ("hi", "hi-Latn", "en"):
        said = [by_language[language].lower() for by_language in spoken_words().values()]
        assert len(set(said)) == COUNT
        assert all(
            numbers()[each] == number for each, number in zip(said, spoken_words(), strict=True)
        )


def test_every_word_is_drawn_about_equally_often() -> None:
    root, drawn = secrets.token_bytes(32), Counter[str]()
    for _ in range(9_000):
        two = households.word_of(root, secrets.token_bytes(16))
        drawn.update((two[:2], two[2:]))
    assert set(drawn) == set(spoken_words())
    assert 100 < min(drawn.values()) <= max(drawn.values()) < 320


@pytest.mark.parametrize(
    "text",
    ["7 ** 11 60", "7**1160", "7 * * 11 60", "7 ** imli gulab", "7 imli gulab", "7 इमली गुलाब",
     "7 ** TAMARIND rose", "७ ** ११ ६०"],
)  # fmt: skip
def test_a_postman_writes_a_word_in_these_ways(text: str) -> None:
    understood = machines.understand("postman", text, 6)
    assert understood.event == Visit((Handover("7", "word"),))
    assert understood.codes == {WORD: "1160"}


@pytest.mark.parametrize(
    "text",
    ["7 11 60", "7 ** 11", "7 ** 11 60 12", "7 ** 11 600", "7 imli", "** 11 60", "7 imli 60"],
)
def test_what_is_no_word_is_none(text: str) -> None:
    assert WORD not in machines.understand("postman", text, 6).codes


def test_a_word_is_kept_nowhere(at: Office) -> None:
    """Not on a screen as it is kept, not in a text, not in any column as digits."""
    at.out(1)
    phone, player = phone_of(1), at.player
    player.step(f"{phone} > 55 1")
    player.step(f"{phone} > 55 1 {{quote {phone}}}")
    player.dial(phone, "dials", "")
    for typed in ("55", "6", "1"):
        player.dial(phone, None, typed)
    player.drain()
    two = player.words[phone][-1]
    at.wait("11 min")
    player.step(f"{POSTMAN} > 1")
    player.step(f"{POSTMAN} > 1 ** {shown(two[:2], 'en')} {shown(two[2:], 'hi')}")
    assert at.state(number_of(1)) == "delivered"
    said = {shown(number, each) for number in (two[:2], two[2:]) for each in ("en", "hi")}
    kept = at.all("SELECT body FROM ussd_hops") + at.all("SELECT body FROM messages")
    assert any("▪▪▪▪ ▪▪▪▪" in body for (body,) in kept)
    assert ("1 ** ••••••",) in kept
    assert not [body for (body,) in kept for each in said if each in body]
    for (row,) in at.all("SELECT row_to_json(h)::text FROM households h"):
        assert two not in row
    assert at.one("SELECT word_state FROM households") == (None,)


# ---- what the law allows -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "who", "why"),
    [
        ({}, "neighbour", None),
        ({"service": "parcel"}, "household", None),
        ({"may_take": "household"}, "household", None),
        ({"may_take": "holder"}, "holder", "wish"),
        ({"service": "registered"}, "holder", "law"),
        ({"service": "insured"}, "holder", "law"),
        ({"service": "money_order"}, "holder", "law"),
        ({"passport": True}, "holder", "law"),
        ({"amount": 500}, "holder", "law"),
        ({"linked": False}, "neighbour", "unlinked"),
        ({"nominee": "agreed"}, "neighbour", "nominee"),
        ({"unsure": True}, "neighbour", "doubt"),
        ({"door_only": True}, "neighbour", "fraud"),
        ({"disputed": True}, "neighbour", "disputed"),
        ({"document": True}, "neighbour", "moved"),
        ({"wrong_tries": 3}, "neighbour", "tries"),
        ({"wrong_tries": 2}, "neighbour", None),
        ({"mode": "off"}, "neighbour", "uncoded"),
        ({"state": "attempted"}, "neighbour", "state"),
    ],
)
def test_a_wish_reaches_as_far_as_the_law(
    changes: dict[str, object], who: str, why: str | None
) -> None:
    article = replace(OUT, **changes)  # type: ignore[arg-type]  # fields by name
    assert (takers(article), word(article)) == (who, why)


# ---- weekdays, and the office ------------------------------------------------------------------


def test_no_list_takes_it_on_another_weekday(at: Office, runtime: Runtime) -> None:
    """The day of the tests is a Friday, 5."""
    first, second = at.book(1, 2)
    at.player.step(f"{phone_of(1)} > 55 4 14")
    at.player.step(f"{phone_of(2)} > 55 4 35")
    with runtime.database.transaction() as conn:
        today = runtime.now().date()
        with pytest.raises(NotListed) as refused:
            make_list(conn, "1001", today, [first, second], runtime.now())
    ((field, why),) = refused.value.faults
    assert field == "articles.0"
    assert "no other weekdays than Monday, Thursday" in why
    at.player.step(f"list 1001: {second}")
    assert at.state(second) == "out_for_delivery"


def test_what_is_to_be_kept_is_kept_when_it_is_scanned(at: Office) -> None:
    (number,) = at.book(1)
    at.player.step(f"{phone_of(1)} > 55 44")
    board = at.clerk.get("/office/draft").text
    assert number not in board  # it has not come yet
    scanned = at.clerk.post_in_page("/office/arrivals", number=number).text
    assert "its addressee fetches all his post" in scanned
    assert at.state(number) == "at_office"
    until, extended = at.one("SELECT held_until, extended FROM articles")
    assert (until - at.runtime.now().date()).days == 30
    assert extended
    assert at.kinds(number)[-2:] == ["arrived", "at_office"]


def test_no_list_takes_what_she_wished_to_fetch_against_it(at: Office, runtime: Runtime) -> None:
    """Nobody heard of the weekdays that were forged; and the day that was forged is taken back."""
    first, second = at.book(1, 2)
    for phone in (phone_of(1), phone_of(2)):
        at.player.step(f"{phone} > 55 44")
    for number in (first, second):
        at.clerk.post_in_page("/office/arrivals", number=number)
    at.player.step("wait 1 min")
    at.player.step(f"off {phone_of(1)}")
    at.player.step(f"{phone_of(1)} > 55 4 5")
    at.player.step(f"{phone_of(2)} > 4")
    at.player.step(f"{phone_of(2)} > 55 44")
    at.player.step("wait 3 d")
    with runtime.database.transaction() as conn:
        today = runtime.now().date()
        with pytest.raises(NotListed) as refused:
            make_list(conn, "1001", today, [first, second], runtime.now())
    assert len(refused.value.faults) == 2
    for _, why in refused.value.faults:
        assert why.endswith("waits at the office to be fetched")


def test_what_was_taken_to_the_office_and_is_brought_is_on_the_board(at: Office) -> None:
    (number,) = at.book(1)
    at.player.step(f"list 1001: {number}")
    at.player.step(f"{phone_of(1)} > 44")
    assert number not in at.clerk.get("/office/draft").text
    at.player.step(f"{phone_of(1)} > 55 0")
    assert at.state(number) == "at_office"
    assert number in at.clerk.get("/office/draft").text


def test_the_board_says_why_it_waits(at: Office) -> None:
    (number,) = at.book(1)
    at.player.step(f"{phone_of(1)} > 55 4 14")
    at.clerk.post_in_page("/office/arrivals", number=number)
    assert "the addressee wishes other weekdays" in at.clerk.get("/office/draft").text


# ---- figures -----------------------------------------------------------------------------------


def test_the_page_of_words_has_all_of_them_and_how_often_each_postman_used_them(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    at.out(1, 2)
    for serial in (1, 2):
        phone = phone_of(serial)
        at.player.step(f"{phone} > 55 1")
        at.player.step(f"{phone} > 55 1 {{quote {phone}}}")
        at.player.step(f"{phone} draws words")
        at.player.step(f"{phone} takes words")
    at.wait("11 min")
    page = at.clerk.get("/office/words").text
    assert all(by["hi"] in page for by in spoken_words().values())
    assert "1001" not in page
    at.player.step(f"{POSTMAN} > 1 2")
    at.player.step(f"{POSTMAN} > 1 ** {{word {phone_of(1)}}}")
    at.player.step(f"{POSTMAN} > 2 ** {{misword {phone_of(2)}}}")
    with runtime.database.transaction() as conn:
        (figure,) = households.of_postmen(conn, None, runtime.now().date())
    assert (figure.postman, figure.on_word, figure.wrong, figure.objected) == ("1001", 1, 1, 0)
    assert "1001" in sign_in(app, runtime, "postmaster", "master").get("/office/words").text


# ---- a person's own ----------------------------------------------------------------------------


def test_a_number_that_changed_hands_begins_without_wishes(at: Office) -> None:
    at.out(1)
    phone = phone_of(1)
    at.player.step(f"{phone} > 55 1")
    at.player.step(f"{phone} > 55 1 {{quote {phone}}}")
    at.player.step(f"doubt {phone}")
    at.player.step(f"{phone} > 1")
    assert at.one("SELECT may_take FROM households") == (None,)
