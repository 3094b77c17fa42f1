"""/phones in Chromium: a delivery as a visitor plays it, on keys, with the real hook and worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.rigs.phones import OTHER, POSTMAN, RECIPIENT, Phones, opened
from tests.rigs.transcript import Player


@pytest.fixture
def phones(page: Page, address: str, player: Player) -> Iterator[Phones]:
    with opened(page, address, player) as phones:
        yield phones


def test_a_delivery_by_pressing_keys(phones: Phones) -> None:
    expect(phones.page.locator("#postman-hint")).to_contain_text("Text 1 to say")
    phones.send("postman", "1")
    code = phones.player.codes[RECIPIENT][-1]

    expect(phones.page.locator("#recipient-handset .spoken")).to_contain_text(code)
    phones.show("recipient", code)
    phones.show("postman", "पहले 6785 बोलें")
    expect(phones.page.locator("#postman-hint")).to_contain_text("At the door say 6785")
    expect(phones.page.locator("#recipient-hint")).to_contain_text("says 6785")
    assert code not in phones.half("postman")
    assert code not in phones.page.locator(".round").inner_html()

    phones.press("recipient", "end")
    phones.press("postman", "soft-left")
    phones.send("postman", f"1 {code}")
    phones.show("recipient", "was handed over. Thank you.")
    phones.show("postman", "6785: दे दी गई")
    expect(phones.page.locator(".line-delivered .state")).to_have_text("handed over")
    phones.press("postman", "soft-right", "down")
    expect(phones.screen("postman").locator(".row-chosen")).to_contain_text("1 ••••••")
    assert code not in phones.half("postman")

    assert phones.complaints == []
    assert phones.urls
    assert not [url for url in phones.urls if "9198" in url]


def test_a_delivery_by_the_keyboard_alone(phones: Phones) -> None:
    keyboard = phones.page.keyboard

    def go_to(side: str) -> None:
        for _ in range(30):
            keyboard.press("Tab")
            if phones.page.evaluate("document.activeElement.id") == f"{side}-handset":
                return
        raise AssertionError(f"Tab does not reach the {side}'s phone")

    def send(text: str) -> None:
        keyboard.type(text)
        with phones.page.expect_response("**/hooks/simulator/sms"):
            keyboard.press("Enter")
        phones.player.drain()

    go_to("recipient")
    send("1")
    code = phones.player.codes[RECIPIENT][-1]
    expect(phones.screen("recipient")).to_contain_text(code)
    keyboard.press("Enter")
    expect(phones.screen("recipient").locator(".read-body")).to_contain_text(code)
    keyboard.press("Backspace")
    keyboard.press("ArrowDown")
    expect(phones.screen("recipient").locator(".row-chosen")).to_have_attribute("data-index", "1")
    keyboard.press("Escape")
    expect(phones.screen("recipient").locator(".home-clock")).to_be_visible()

    go_to("postman")
    keyboard.type("x")
    keyboard.press("Backspace")
    send(f"1 {code}")
    expect(phones.screen("postman")).to_contain_text("6785: दे दी गई")
    expect(phones.screen("recipient")).to_contain_text("was handed over")
    assert phones.complaints == []


def test_an_item_brings_its_recipients_phone(phones: Phones) -> None:
    phones.page.get_by_role("row").nth(2).get_by_role("button").click()
    expect(phones.page.locator("#recipient-chosen")).to_have_value(OTHER)
    expect(phones.screen("recipient")).to_contain_text("2 new messages")
    phones.press("recipient", "ok", "ok")
    body = phones.screen("recipient").locator(".read-body")
    expect(body).to_contain_text("देना है 300 रुपये")
    expect(body).to_have_attribute("lang", "hi")
    expect(phones.page.locator("#postman-hint")).to_contain_text("Text 2 to say")

    phones.page.reload()
    expect(phones.page.locator("#recipient-chosen")).to_have_value(OTHER)
    phones.page.get_by_role("link", name="हिन्दी").click()
    expect(phones.page.locator("html")).to_have_attribute("lang", "hi")
    expect(phones.page.locator("#postman-hint")).to_contain_text("2 भेजें")
    expect(phones.screen("postman")).to_contain_text("लिखें")


def test_the_recipient_to_whom_the_postman_goes_comes_to_the_left(phones: Phones) -> None:
    phones.send("postman", "2")
    expect(phones.page.locator("#recipient-chosen")).to_have_value(OTHER)
    expect(phones.screen("recipient")).to_contain_text(phones.player.codes[OTHER][-1])
    expect(phones.page.locator(".line-chosen .last-digits")).to_have_text("3775")
    expect(phones.page.locator("#postman-hint")).to_contain_text("At the door say 3775")


def test_what_was_opened_stays_read_and_what_comes_meanwhile_is_said(phones: Phones) -> None:
    phones.press("recipient", "ok", "ok")
    title = phones.screen("recipient").locator(".lcd-title")
    body = phones.screen("recipient").locator(".read-body")
    expect(title).to_have_text("1/2")
    before = body.inner_text()
    phones.player.step(f"{POSTMAN} > 1")
    expect(title).to_have_text("1 new message")
    expect(body).to_have_text(before)

    phones.page.reload()
    expect(phones.screen("recipient").locator(".home-news")).to_have_text("2 new messages")


def test_the_clock_of_the_phones_goes_on(phones: Phones) -> None:
    phones.page.clock.set_fixed_time("2026-08-14T04:31:00Z")
    for side in ("recipient", "postman"):
        expect(phones.screen(side).locator(".home-clock")).to_have_text("10:01")


def test_a_code_does_not_follow_a_phone_into_other_hands(phones: Phones) -> None:
    """The answer that was asked for before the choice comes after it."""
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    phones.page.route("**/phones/news", hold_the_first)
    with phones.page.expect_request("**/phones/news"):
        pass
    phones.player.step(f"{POSTMAN} > 1")
    code = phones.player.codes[RECIPIENT][-1]
    phones.page.locator("#recipient-chosen").select_option(OTHER)
    late = held[0].fetch()
    assert code in late.text()
    held[0].fulfill(response=late)
    expect(phones.page.locator(f'#recipient-texts[data-owner="{OTHER}"]')).to_have_count(1)
    expect(phones.screen("recipient").locator(".home-news")).to_have_text("2 new messages")
    assert code not in phones.half("recipient")


def test_without_network_a_text_waits_and_is_stored_once(phones: Phones) -> None:
    phones.page.context.set_offline(True)
    for side in ("recipient", "postman"):
        expect(phones.screen(side)).to_contain_text("No network")
    phones.type("postman", "00")
    phones.press("postman", "call")
    expect(phones.screen("postman")).to_contain_text("Trying again")
    with phones.page.expect_response("**/hooks/simulator/sms"):
        phones.page.context.set_offline(False)
    phones.player.drain()
    expect(phones.screen("postman")).to_contain_text("2 बाकी हैं")
    with phones.player.runtime.database.transaction() as conn:
        assert conn.execute("SELECT body FROM messages WHERE direction = 'in'").fetchall() == [
            ("00",)
        ]


def test_letters_come_by_pressing_again(phones: Phones) -> None:
    phones.page.evaluate(
        "names => names.forEach(name => document.querySelector("
        "`#recipient-handset [data-key='${name}']`).click())",
        ["soft-right", "*", "4", "4", "2", "2", "2", "2", "2", "#", "9", "9", "9", "9", "9"],
    )
    expect(phones.screen("recipient").locator(".write-line")).to_have_text("ha 9")
    phones.press("recipient", "soft-right", "soft-right")
    expect(phones.screen("recipient").locator(".write-line")).to_have_text("ha")


def test_a_delivery_dialled_by_both(phones: Phones) -> None:
    """The code's SMS waits until the screen is put away; a dial that is given up goes on later."""
    phones.dial("recipient", "*247#")
    expect(phones.screen("recipient").locator(".ussd-text")).to_contain_text("1 Send my code")
    phones.reply("recipient", "1")
    expect(phones.screen("recipient")).to_contain_text("The code comes by SMS")
    phones.player.drain()
    code = phones.player.codes[RECIPIENT][-1]
    assert code not in phones.screen("recipient").inner_text()
    phones.press("recipient", "soft-left")
    expect(phones.screen("recipient")).to_contain_text(code)

    phones.dial("postman", "*247#")
    expect(phones.screen("postman")).to_contain_text("अपना PIN लिखें")
    phones.reply("postman", "2468")
    phones.reply("postman", "1")
    expect(phones.screen("postman")).to_contain_text("1: 6785")
    phones.press("postman", "end")
    phones.dial("postman", "*247#")
    expect(phones.screen("postman")).to_contain_text("पिछला डायल बीच में कट गया")
    for answer in ("1", "2", code):
        phones.reply("postman", answer)
    expect(phones.screen("postman")).to_contain_text("1, अंक 6785: दे दी गई")
    phones.player.drain()
    expect(phones.page.locator(".line-delivered .state")).to_have_text("handed over")
    expect(phones.page.locator("#postman-texts")).to_contain_text("आखिरी अंक 6785: दे दी गई")
    assert phones.complaints == []


def test_a_dial_without_network_says_so_and_what_is_no_service_is_not_dialled(
    phones: Phones,
) -> None:
    phones.press("recipient", *"*24", "call")
    spoken = phones.page.locator("#recipient-handset .spoken")
    expect(spoken).to_contain_text("End with #")
    phones.press("recipient", "7", "#")
    phones.page.context.set_offline(True)
    phones.press("recipient", "call")
    expect(phones.screen("recipient").locator(".ussd-text")).to_contain_text("No connection")
    phones.page.context.set_offline(False)
    phones.press("recipient", "soft-left")
    expect(phones.screen("recipient").locator(".home-clock")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "hi"])
def test_both_phones_fit_a_small_computer_screen(phones: Phones, language: str) -> None:
    phones.page.goto(f"{phones.page.url}?lang={language}")
    expect(phones.page.locator(".line")).to_have_count(2)
    for side in ("recipient", "postman"):
        expect(phones.page.locator(f"#{side}-handset")).to_be_in_viewport(ratio=1)
    assert phones.page.evaluate(
        "document.documentElement.scrollHeight <= innerHeight"
        " && document.documentElement.scrollWidth <= innerWidth"
    )


def test_on_a_narrow_window_the_phones_are_tabs_and_take_fingers(phones: Phones) -> None:
    phones.page.set_viewport_size({"width": 390, "height": 844})
    expect(phones.page.locator("#postman-handset")).to_be_hidden()
    phones.page.get_by_role("tab", name="Postman").tap()
    expect(phones.page.locator("#recipient-handset")).to_be_hidden()
    assert phones.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phones.key("postman", "1").tap()
    with phones.page.expect_response("**/hooks/simulator/sms"):
        phones.key("postman", "call").tap()
    phones.player.drain()
    expect(phones.page.get_by_role("tab", name="Addressee")).to_contain_text("3 new")
    phones.page.get_by_role("tab", name="Addressee").tap()
    expect(phones.screen("recipient")).to_contain_text(phones.player.codes[RECIPIENT][-1])
    assert phones.complaints == []
