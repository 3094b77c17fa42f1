"""The counter in Chromium with the keyboard alone: from the sign-in to booked, and the next one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from postal.counter import rolls
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.browser import enter, listen
from tests.rigs.counter import directory, office
from tests.rigs.desk import PASSWORD, add, number, sign_in
from tests.rigs.doers import staff

expect.set_options(timeout=20_000)
_COUNTING = """
addEventListener("keydown", (event) => {
  if (["Shift", "Control", "Alt"].includes(event.key)) return;
  sessionStorage.setItem("keys", Number(sessionStorage.getItem("keys")) + 1);
}, true);
"""


@dataclass
class Counter:
    """A clerk at a browser, and what it complained of meanwhile."""

    page: Page
    address: str
    runtime: Runtime
    staff_row: int
    complaints: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def line(self, *texts: str) -> None:
        """Each text, and Enter behind it."""
        for text in texts:
            self.type(text)
            self.press("Enter")

    def sign_in(self) -> None:
        self.page.goto(f"{self.address}/counter?lang=en")
        expect(self.page.locator("[name=staff_id]")).to_be_focused()
        self.type("clerk-1")
        self.press("Tab")
        self.line(PASSWORD)
        expect(self.page.get_by_role("img", name="QR code for your authenticator")).to_be_visible()
        expect(self.page.get_by_role("textbox")).to_be_focused()
        self.line(number(self.runtime, self.staff_row))
        self.page.get_by_role("button", name="I have written them down").press("Enter")
        expect(self.page.get_by_role("heading", name="Open a counter")).to_be_visible()

    def open(self) -> None:
        self.page.wait_for_load_state()
        self.line("1", "500")
        self.at_form()

    def at_form(self) -> None:
        """The form is there, and its keys work."""
        expect(self.page.locator("#number")).to_be_focused()
        self.page.wait_for_load_state()

    def at_payment(self) -> None:
        expect(self.page.get_by_label("Cash given, in rupees")).to_be_focused()
        self.page.wait_for_load_state()

    def keys(self) -> int:
        """The keys that were pressed since the last call."""
        pressed = self.page.evaluate("sessionStorage.getItem('keys')")
        self.page.evaluate("sessionStorage.removeItem('keys')")
        return int(pressed or 0)


@pytest.fixture
def counter(page: Page, address: str, app: Flask, runtime: Runtime) -> Iterator[Counter]:
    office(runtime)
    directory(runtime)
    counter = Counter(page, address, runtime, add(runtime, "clerk-1", "clerk"))
    page.add_init_script(_COUNTING)
    listen(page, counter.complaints)
    page.on("request", lambda request: counter.urls.append(request.url))
    yield counter
    page.close()


@pytest.fixture
def ready(counter: Counter) -> Counter:
    """With a roll of labels, and at the form."""
    with counter.runtime.database.transaction() as conn:
        by = staff(counter.staff_row, None, counter.runtime.now())
        rolls.add(conn, number_of(11), number_of(99), by)
    counter.sign_in()
    counter.open()
    counter.keys()
    return counter


def quiet(counter: Counter) -> None:
    """Nothing was complained of, and no address named a telephone or an article."""
    assert counter.complaints == []
    assert counter.urls
    assert not [url for url in counter.urls if re.search(r"9839\d{6}|EU\d{9}IN", url)]


def booked(runtime: Runtime) -> list[tuple[Any, ...]]:
    with runtime.database.transaction() as conn:
        return conn.execute(
            "SELECT number, recipient_pin, otp_required, registration, state FROM articles"
            " ORDER BY id"
        ).fetchall()


def test_from_the_sign_in_to_booked_with_the_keyboard_alone(ready: Counter) -> None:
    page = ready.page
    expect(page.locator("#number")).to_have_value(number_of(11))  # offered
    ready.press("Enter")
    ready.line("120", "226001")
    expect(page.locator("#note-pin")).to_contain_text("Lucknow GPO, Lucknow, Uttar Pradesh")
    ready.line("Ramavati Devi", "Dhanewa Dhanai", "9839000011")
    ready.line("Gyan Pustak Kendra")
    ready.press("F2")
    expect(page.locator("#price")).to_contain_text("₹80")
    ready.line("9839000081", "", "")  # no address, no PIN
    ready.at_payment()
    ready.type("100")
    expect(page.locator("#change")).to_contain_text("Change: ₹20")
    ready.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Give back ₹20")
    keys = ready.keys()
    assert booked(ready.runtime) == [(number_of(11), "226001", True, False, "booked")]
    assert keys == 89  # as docs/counter.md says
    quiet(ready)


def test_without_a_senders_mobile_and_a_code_it_is_less(ready: Counter) -> None:
    ready.press("Enter")
    ready.line("20", "226001", "Ramavati Devi", "Dhanewa Dhanai", "9839000011")
    ready.line("Ram Lal", "", "", "")
    ready.at_payment()
    ready.line("55")
    expect(ready.page.get_by_role("status").first).to_contain_text("Give back ₹0")
    assert ready.keys() == 65
    quiet(ready)


def test_a_scanner_types_the_label_over_the_one_that_was_offered(ready: Counter) -> None:
    ready.line(number_of(50))  # a scanner ends with Enter
    expect(ready.page.locator("#note-number")).to_contain_text("the check digit fits")
    expect(ready.page.locator("#weight")).to_be_focused()
    ready.page.locator("#number").focus()
    ready.type("EU123456784IN")
    expect(ready.page.locator("#note-number")).to_contain_text("one digit is wrong")
    expect(ready.page.locator("#number")).to_have_attribute("aria-invalid", "true")
    quiet(ready)


def test_what_is_wrong_is_said_while_it_is_typed_and_where_one_stands_when_it_is_sent(
    ready: Counter,
) -> None:
    page = ready.page
    page.locator("#phone").focus()
    ready.type("055123344")
    expect(page.locator("#note-phone")).to_contain_text("2 more digits")
    ready.type("55")
    expect(page.locator("#note-phone")).to_contain_text("A landline: it receives no texts")
    ready.press("F9")
    expect(page.locator("#note-weight")).to_contain_text("Weigh it")
    expect(page.locator("#weight")).to_be_focused()
    page.wait_for_load_state()
    expect(page.locator("#phone")).to_have_value("05512334455")
    ready.line("120", "226001", "Ramavati Devi", "Dhanewa Dhanai")
    expect(page.locator("#phone")).to_be_focused()
    ready.press("Control+a", "Delete", "F8")
    expect(page.locator("#note-without_phone")).to_contain_text("No text and no code")
    ready.press("F2")
    expect(page.locator("#note-otp")).to_contain_text("A code needs a mobile")
    ready.press("F2", "F4", "Enter")
    ready.line("Ram Lal", "", "", "")
    expect(page.locator("tbody")).to_contain_text("no mobile")
    assert [text for text in ready.complaints if "422" not in text] == []


def test_several_articles_in_one_payment_and_the_next_customer(ready: Counter) -> None:
    page = ready.page
    ready.press("Enter")
    ready.line("120", "226001", "Ramavati Devi", "Dhanewa Dhanai", "9839000011")
    ready.line("Ram Lal", "", "", "")
    ready.at_payment()
    ready.press("F7")  # one more for the same recipient
    expect(page.locator("#number")).to_have_value(number_of(12))
    ready.at_form()
    ready.press("Enter")
    ready.line("40")
    ready.press("F9")
    expect(page.locator("tbody tr")).to_have_count(2)
    ready.at_payment()
    ready.press("F6")  # one more for somebody else
    ready.at_form()
    ready.press("Enter")
    ready.line("300", "110001", "Asha Verma", "Gole Market", "9839000012")
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("tfoot")).to_contain_text("₹226")  # 75, 55 and 96
    page.get_by_role("button", name=f"Take off {number_of(12)}").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(2)
    ready.at_payment()
    ready.line("200")
    expect(page.get_by_role("status").first).to_contain_text("Give back ₹29")
    assert [row[0] for row in booked(ready.runtime)] == [number_of(11), number_of(13)]
    page.go_back()  # to what is booked by now
    expect(page.locator(".state")).to_have_text("booked")
    quiet(ready)


def test_a_page_of_the_counter_is_found_again_after_it_was_closed(ready: Counter) -> None:
    ready.press("Enter")
    ready.line("120", "226001", "Ramavati Devi", "Dhanewa Dhanai", "9839000011")
    ready.line("Ram Lal", "", "", "")
    ready.at_payment()
    ready.page.goto(f"{ready.address}/counter")
    ready.page.get_by_role("link", name=re.compile("Not paid yet: Ram Lal")).press("Enter")
    ready.at_payment()
    page = ready.page
    page.get_by_text("Cancel it all").press("Enter")
    page.get_by_role("button", name="Yes, cancel it").press("Enter")
    expect(page.locator(".state")).to_have_text("cancelled")
    page.wait_for_load_state()
    ready.press("F9")
    expect(page.locator("#number")).to_have_value(number_of(11))
    quiet(ready)


@pytest.mark.parametrize("language", ["en", "hi"])
def test_an_article_stands_on_one_screen(ready: Counter, language: str) -> None:
    page = ready.page
    page.goto(f"{ready.address}/counter?lang={language}")
    ready.at_form()
    ready.press("Enter")
    ready.line("120", "226001", "Ramavati Devi", "Dhanewa Dhanai", "9839000011", "Ram Lal")
    ready.press("F2", "F4")
    expect(page.locator("#price")).to_contain_text("₹87")
    across, down = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert (across, down) <= (1024, 768)
    assert down <= 768
    quiet(ready)


def test_the_bill_and_the_rate_card_are_clean_of_what_concerns_administrators(
    ready: Counter, app: Flask
) -> None:
    """PAGES 21: "unverified" stands on the page of the tariff's sources alone."""
    page = ready.page

    def clean(part: str) -> None:
        assert "unverified" not in page.locator(part).inner_text()

    ready.press("Enter")
    ready.line("120", "226001", "Ramavati Devi", "Dhanewa Dhanai", "9839000011")
    ready.line("Ram Lal")
    ready.press("F2")
    expect(page.locator("#price")).to_contain_text("₹80")
    clean("main")
    page.get_by_role("link", name="Tariff").first.press("Enter")  # in a layer, over the form
    card = page.locator(".rate-card").first
    expect(card).to_be_visible()
    widths = card.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => Math.round(cell.offsetLeft)).join())"
    )
    assert len(set(widths)) == 1
    expect(card.locator("thead th").first).to_contain_text("Weight, g")
    clean("#layer")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(page.locator("#sender_name")).to_have_value("Ram Lal")
    ready.press("F9")
    ready.at_payment()
    clean("main")
    ready.line("100")
    expect(page.get_by_role("status").first).to_contain_text("Give back ₹20")
    clean("main")
    enter(page, ready.address, sign_in(app, ready.runtime, "administrator"))
    page.goto(f"{ready.address}/counter/tariff/sources?lang=en")
    expect(page.locator(".unverified").first).to_have_text("unverified")
    quiet(ready)
