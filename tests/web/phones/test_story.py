"""The guided delivery and a fresh day on /phones, in Chromium, with the real hooks and worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.rigs.browser import listen
from tests.rigs.phones import Phones
from tests.rigs.transcript import Player
from web.phones import demo

SAVITRI = "+919839000040"
BOOKED, OUT, TEXTED = "**/phones/story/booked", "**/phones/story/out", "**/hooks/simulator/sms"
STEPS = (BOOKED, OUT, TEXTED, TEXTED, TEXTED, TEXTED)


@pytest.fixture
def phones(page: Page, address: str, player: Player) -> Iterator[Phones]:
    """The start page of a demonstration, whose texts of the morning have arrived."""
    demo.load(player.runtime)
    player.drain()
    phones = Phones(page, player)
    listen(page, phones.complaints)
    page.on("request", lambda request: phones.urls.append(request.url))
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{address}/?lang=en")
    yield phones
    page.close()


def step(phones: Phones, number: int) -> None:
    """Press the one button, and wait until both phones show what came of it."""
    with phones.page.expect_response(STEPS[number - 1]):
        phones.page.keyboard.press("Enter")
    phones.player.drain()
    expect(phones.page.locator("#story-bar")).to_have_js_property("value", number)
    expect(phones.page.locator("#story-next")).to_be_focused()


def said(phones: Phones, side: str) -> str:
    """What is on the phone's screen, and its caption below it."""
    return phones.screen(side).inner_text() + phones.page.locator(f"#{side}-caption").inner_text()


def test_a_delivery_in_ninety_seconds_by_one_button(phones: Phones) -> None:
    page = phones.page
    expect(page.locator(".problem")).to_contain_text("complaints followed")
    expect(page.locator(".rooms .today")).to_have_count(4)
    page.get_by_role("link", name="A delivery in 90 seconds").click()
    expect(page.locator("#story-next")).to_be_focused()
    expect(page.locator(".line")).to_have_count(6)
    assert page.locator(".sheet-scroll").evaluate("e => e.scrollHeight <= e.clientHeight")

    step(phones, 1)
    assert "आएगी" in said(phones, "recipient")
    assert "In English (translation):" in said(phones, "recipient")
    assert "A code comes on delivery day." in said(phones, "recipient")
    step(phones, 2)
    expect(page.locator(".sheet-head")).to_contain_text("7 items, 7 still to deliver")
    step(phones, 3)
    first = phones.player.codes[SAVITRI][-1]
    assert first in phones.screen("recipient").inner_text()
    assert "Code ••••••" in page.locator("#recipient-caption").inner_text()
    expect(page.locator("#story-call")).to_be_visible()

    step(phones, 4)
    assert "is cancelled. A new one comes only at the door." in said(phones, "recipient")
    assert "ठगी की खबर" in said(phones, "postman")
    expect(page.locator(".line-fraud .state")).to_have_text("fraud reported")
    step(phones, 5)
    second = phones.player.codes[SAVITRI][-1]
    assert second != first
    step(phones, 6)
    assert "handed over" in said(phones, "recipient")
    expect(page.locator(".line-delivered .state")).to_have_text("handed over")
    assert second not in phones.half("postman")
    assert second not in page.locator(".round").inner_html()
    # Once more, left half-way and begun anew: the living item is the marked one.
    step(phones, 1)
    step(phones, 2)
    page.get_by_role("button", name="Leave").click()
    step(phones, 1)
    step(phones, 2)
    expect(page.locator(".line-withdrawn")).to_have_count(1)
    expect(page.locator(".line-chosen .serial")).to_have_text("9")
    expect(page.locator("#story-next")).to_have_text("Next: the postman comes, he texts 9")
    assert phones.complaints == []
    assert not [url for url in phones.urls if "9198" in url]


def test_both_phones_on_a_narrow_window_and_a_fresh_day(phones: Phones) -> None:
    page = phones.page
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(page.url.replace("/?lang=en", "/phones?lang=hi"))
    addressee, postman = page.get_by_role("tab").all()
    expect(addressee).to_contain_text("2 नए")
    expect(page.locator("#recipient-side")).to_be_visible()
    expect(page.locator("#postman-side")).to_be_hidden()
    addressee.focus()
    page.keyboard.press("ArrowRight")
    expect(postman).to_be_focused()
    expect(page.get_by_role("tabpanel")).to_have_attribute("id", "postman-side")
    expect(page.locator("#recipient-side")).to_be_hidden()
    phones.send("postman", "1")
    expect(addressee).to_contain_text("3 नए")
    addressee.tap()
    expect(phones.screen("recipient")).to_contain_text("कोड")
    phones.press("recipient", "soft-left")
    expect(addressee).to_contain_text("2 नए")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    phones.player.clock.advance(minutes=1)
    page.get_by_text("फिर से शुरू करें").click()
    with page.expect_navigation():
        page.get_by_role("button", name="नया दिन शुरू करें").click()
    expect(page.locator(".line .serial").first).to_have_text("7")
    expect(page.locator(".line")).to_have_count(6)
    phones.player.drain()
    # Booked and out; and, as the clock of tests stands, the recall of the article before.
    expect(addressee).to_contain_text("3 नए")
    phones.press("recipient", "end", "ok")
    expect(phones.screen("recipient").locator(".row")).to_have_count(3)
    page.get_by_text("फिर से शुरू करें").click()
    page.get_by_role("button", name="नया दिन शुरू करें").click()
    expect(page.locator("#again-says")).to_contain_text("आधा मिनट रुकें")
    assert [each for each in phones.complaints if "409" not in each] == []
