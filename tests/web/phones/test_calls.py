"""Calls on /phones, in Chromium: missed ones by key and keyboard, and one that says the code."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from messages.speech import speech
from tests.rigs.phones import RECIPIENT, Phones, opened
from tests.rigs.transcript import Player

RINGING = re.compile(r"\bringing\b")
VOICE = "**/hooks/simulator/voice"


@pytest.fixture
def phones(page: Page, address: str, player: Player) -> Iterator[Phones]:
    with opened(page, address, player) as phones:
        yield phones


def give_a_missed_call(phones: Phones, *keys: str) -> None:
    """From the main screen: opens the numbers, and rings the one that `keys` lead to."""
    phones.press("recipient", "call", *keys)
    with phones.page.expect_response(VOICE):
        phones.press("recipient", "call")
    phones.player.drain()


def spoken(code: str) -> str:
    digits = speech().digits["en"]
    return ", ".join(digits[int(digit)] for digit in code)


def calls(phones: Phones) -> list[tuple[str, str]]:
    with phones.player.runtime.database.transaction() as conn:
        return conn.execute(
            "SELECT direction, status FROM messages WHERE channel = 'voice' ORDER BY id"
        ).fetchall()


def test_a_missed_call_brings_the_code_and_costs_nothing(phones: Phones) -> None:
    phones.press("recipient", "call")
    screen = phones.screen("recipient")
    expect(screen.locator(".row-chosen")).to_have_text("Yes")
    expect(screen).to_contain_text("Costs nothing")
    phones.press("recipient", "down", "down")
    expect(screen.locator(".row-chosen")).to_have_text("Send my code")
    with phones.page.expect_response(VOICE):
        phones.press("recipient", "soft-left")
    expect(screen).to_contain_text("Not taken up")
    phones.player.drain()
    expect(screen).to_contain_text(phones.player.codes[RECIPIENT][-1])
    assert calls(phones) == [("in", "received")]
    assert phones.complaints == []
    assert phones.urls
    assert not [url for url in phones.urls if "9198" in url or "9111" in url]


def test_the_telephone_rings_and_says_the_code(phones: Phones) -> None:
    give_a_missed_call(phones, "up")
    handset, screen = phones.page.locator("#recipient-handset"), phones.screen("recipient")
    expect(handset).to_have_class(RINGING)
    expect(screen).to_contain_text("Post office calls")
    assert "post office" in handset.locator(".spoken").inner_text().lower()
    # A key of the pad writes nothing while it rings.
    phones.press("recipient", "5")
    expect(screen).to_contain_text("Post office calls")
    with phones.page.expect_response(
        lambda answer: "completed" in (answer.request.post_data or "")
    ):
        phones.press("recipient", "call")
        expect(screen.locator(".sentence-now")).to_contain_text("Hello")
        phones.press("recipient", "1")
    phones.player.step(f"{RECIPIENT} > 1")
    code = phones.player.codes[RECIPIENT][-1]
    sentences = screen.locator(".sentence")
    expect(sentences.filter(has_text=spoken(code))).to_have_count(2)
    expect(sentences.last).to_have_attribute("lang", "en")
    expect(sentences.filter(has_text="To hear it again, press 1.")).to_have_count(1)
    expect(sentences.last).to_have_text("Thank you. Goodbye.")  # nobody pressed anything
    expect(handset).not_to_have_class(RINGING)
    phones.press("recipient", "soft-left")
    expect(screen).to_contain_text(code)  # the text that came meanwhile
    assert calls(phones) == [("in", "received"), ("out", "delivered")]
    assert phones.complaints == []


def test_calls_by_the_keyboard_alone(phones: Phones) -> None:
    keyboard, screen = phones.page.keyboard, phones.screen("recipient")
    phones.page.locator("#recipient-handset").focus()
    keyboard.press("ArrowRight")
    keyboard.press("ArrowUp")
    expect(screen.locator(".row-chosen")).to_have_text("Speak my code")
    with phones.page.expect_response(VOICE):
        keyboard.press("Enter")
    phones.player.drain()
    expect(screen).to_contain_text("Post office calls")
    with phones.page.expect_response(lambda answer: "busy" in (answer.request.post_data or "")):
        keyboard.press("Escape")
    expect(screen.locator(".home-clock")).to_be_visible()
    assert calls(phones)[-1] == ("out", "queued")  # it rings once more, in a minute

    phones.player.step("wait 61 s")
    expect(screen).to_contain_text("Post office calls")
    keyboard.press("Enter")
    expect(screen.locator(".sentence-now")).to_contain_text("Hello")
    keyboard.press("Backspace")
    expect(screen.locator(".home-clock")).to_be_visible()
    assert phones.complaints == []


def test_keys_answer_a_call(phones: Phones) -> None:
    """A call back, chosen from by keys of the pad and of a computer's keyboard."""
    give_a_missed_call(phones, "up", "up")
    screen = phones.screen("recipient")
    expect(screen).to_contain_text("Post office calls")
    phones.press("recipient", "call")
    expect(screen.locator(".sentence-now")).to_contain_text("Hello")
    with phones.page.expect_response(VOICE):
        phones.press("recipient", "6")
    expect(screen).to_contain_text("Pressed: 6")
    expect(screen.locator(".sentence").filter(has_text="Your code is")).to_have_count(1)
    with phones.page.expect_response(VOICE):
        phones.page.keyboard.press("0")
    expect(screen.locator(".sentence-now")).to_contain_text("To get the code by SMS, press 1.")
    phones.press("recipient", "soft-right")
    expect(screen.locator(".home-clock")).to_be_visible()
    assert phones.complaints == []


def test_a_call_waits_for_a_dial_and_comes_back_to_what_was_written(phones: Phones) -> None:
    screen = phones.screen("recipient")
    phones.dial("recipient", "*247#")
    expect(screen.locator(".ussd-text")).to_contain_text("6 Hear my code")
    phones.reply("recipient", "6")
    expect(screen).to_contain_text("We call you now")
    phones.player.drain()
    with phones.page.expect_response("**/phones/news"):
        pass
    expect(screen).to_contain_text("We call you now")
    phones.press("recipient", "soft-left")
    expect(screen).to_contain_text("Post office calls")
    phones.press("recipient", "soft-right")
    expect(screen.locator(".home-clock")).to_be_visible()


def test_in_hindi_too(phones: Phones) -> None:
    phones.page.get_by_role("link", name="हिन्दी").click()
    expect(phones.page.locator("html")).to_have_attribute("lang", "hi")
    expect(phones.screen("recipient").locator(".home-clock")).to_be_visible()
    give_a_missed_call(phones, "up")
    expect(phones.screen("recipient")).to_contain_text("डाकघर का फोन")
