"""The counter's stumbling blocks, walked in Chromium with the keyboard alone, one story each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.browser import enter, listen
from tests.rigs.counter import clerk, directory, office
from tests.rigs.upi import working

expect.set_options(timeout=20_000)
PHONE = "9839000011"
SENDER = "9839000081"


class Keys:
    """A clerk at the keyboard."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        listen(page, self.complaints)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def line(self, *texts: str) -> None:
        for text in texts:
            self.type(text)
            self.press("Enter")

    def at(self, heading: str) -> None:
        """The page of that heading is there, and its keys work."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)
        self.page.wait_for_load_state()

    def at_form(self) -> None:
        expect(self.page.locator("#number")).to_be_focused()
        self.page.wait_for_load_state()

    def at_bill(self) -> None:
        expect(self.page.get_by_label("Cash given, in rupees")).to_be_focused()
        self.page.wait_for_load_state()

    def article(self, serial: int, name: str, *sender: str) -> None:
        """Types an article, and its sender, from field to field."""
        self.line(number_of(serial), "120", "226001", name, "Dhanewa Dhanai", PHONE, *sender)


@pytest.fixture
def keys(page: Page, address: str, app: Flask, runtime: Runtime) -> Iterator[Keys]:
    office(runtime)
    directory(runtime)
    enter(page, address, clerk(app, runtime).colleague)
    found = Keys(page, address)
    page.add_init_script("window.print = () => { window.printed = (window.printed || 0) + 1 }")
    page.goto(f"{address}/counter?lang=en")
    found.at_form()
    with working(runtime):
        yield found
    page.close()
    assert [each for each in found.complaints if "422" not in each] == []


def test_a_misspelt_article_and_sender_are_changed_and_the_change_stays_until_the_next_customer(
    keys: Keys, runtime: Runtime
) -> None:
    page = keys.page
    keys.article(1, "Ramavti Devi", "Gyan Pustk Kendra", SENDER, "Subhash Chowk", "273001")
    keys.at_bill()
    bill = page.locator("#content")
    for each in ("Ramavti Devi", "98390 00011", "98390 00081", "Subhash Chowk, 273001"):
        expect(bill).to_contain_text(each)  # read back to the customer
    keys.press("F3")
    keys.at("Change an article")
    expect(page.locator("#number")).to_have_value(number_of(1))
    expect(page.locator("#phone")).to_have_value("98390 00011")
    page.locator("#name").focus()
    keys.press("Control+a")
    keys.type("Ramavati Devi")
    expect(page.locator("#note-number")).to_contain_text("the check digit fits")  # its own number
    keys.press("F9")
    keys.at_bill()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("Ramavati Devi")
    page.get_by_role("link", name="Change the sender").press("Enter")
    expect(page.locator("#sender_name")).to_be_focused()
    page.wait_for_load_state()
    keys.press("Control+a")
    keys.line("Gyan Pustak Kendra", "", "", "")
    keys.at_bill()
    keys.at("Booking of Gyan Pustak Kendra")
    keys.line("100")
    # Paid: nothing but the masked number now, and the change in large figures.
    give_back = page.locator(".give-back")
    expect(give_back).to_contain_text("Give back ₹25")
    expect(page.get_by_role("button", name="Print the receipt")).to_be_focused()
    page.wait_for_load_state()
    keys.press("Enter")
    expect(page.get_by_text("This is the original.")).to_be_visible()
    expect(give_back).to_contain_text("Give back ₹25")
    expect(page.get_by_role("link", name="Next customer F9")).to_be_focused()
    assert page.evaluate("window.printed") == 1
    expect(page.locator("body")).not_to_contain_text("98390 00011")
    keys.press("F9")
    keys.at_form()
    keys.article(2, "Asha Verma", "Ram Lal", "", "", "")
    keys.at_bill()
    page.go_back()  # to the former customer's receipt there is no change to give any more
    page.goto(f"{keys.address}/counter/groups/1/receipt")
    expect(page.get_by_text("Printed once, by")).to_be_visible()
    expect(give_back).to_have_count(0)
    keys.press("F9")
    keys.at_form()
    with runtime.database.transaction() as conn:
        booked = conn.execute(
            "SELECT recipient_name, sender_name, sender_address, sender_pin FROM articles"
        ).fetchall()
    assert booked == [("Ramavati Devi", "Gyan Pustak Kendra", "Subhash Chowk", "273001")]


def test_each_key_means_one_thing_and_nothing_typed_is_lost_by_looking_something_up(
    keys: Keys,
) -> None:
    page = keys.page
    expect(page.locator(".no-roll")).to_contain_text("You have no roll of labels")
    keys.line(number_of(1), "120")
    keys.press("?")
    sheet = page.get_by_role("dialog", name="Help on this page")
    expect(sheet).to_contain_text("change the last article on the bill")
    keys.press("F2")  # belongs to the form beneath: nothing happens
    keys.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.locator("#pin")).to_be_focused()
    expect(page.locator("#otp")).not_to_be_checked()
    page.locator("#address").focus()
    keys.type("Where? ")  # a sign of an address
    expect(sheet).to_be_hidden()
    page.locator(".counter-tools a").press("Enter")
    card = page.get_by_role("dialog", name="Tariff")
    expect(card.locator("table")).to_contain_text("up to 200 km")
    keys.press("Escape")
    expect(page.locator("#address")).to_have_value("Where? ")
    expect(page.locator("#weight")).to_have_value("120")
    keys.press("F1")
    expect(sheet).to_be_visible()
    said = sheet.locator("kbd").all_inner_texts()
    assert len(said) == len(set(said)), said


def test_the_qr_code_is_cancelled_by_keys_and_one_stands_on_what_comes_next(keys: Keys) -> None:
    page = keys.page
    keys.article(1, "Ramavati Devi", "Ram Lal", "", "", "")
    keys.at_bill()
    keys.press("F10")
    expect(page.locator(".upi-state")).to_have_text("Waiting for the payment")
    page.wait_for_load_state()
    both = page.locator(".upi-both")
    expect(both.locator("[lang=hi]")).to_contain_text("किसी भी UPI ऐप से")
    expect(both.locator("[lang=en]")).to_contain_text("Scan with any UPI app")
    keys.press("Escape")
    expect(page.get_by_role("button", name="Cancel this QR code")).to_be_focused()
    expect(page.locator(".upi-state")).to_have_text("Waiting for the payment")  # not by one key
    keys.press("Enter")
    expect(page.locator(".upi-state")).to_have_text(
        "The QR code is cancelled. The booking is open again."
    )
    expect(page.get_by_role("button", name="Show a new QR code")).to_be_focused()
    page.wait_for_load_state()
    keys.press("F10")
    expect(page.locator(".upi-state")).to_have_text("Waiting for the payment")
    page.get_by_role("button", name="pays 1 rupee too little").press("Enter")
    expect(page.locator(".upi-state")).to_contain_text("nothing was booked with it")
    expect(page.get_by_role("button", name="Show a new QR code")).to_be_focused()
    page.wait_for_load_state()
    keys.press("Enter")
    page.get_by_role("button", name="Customer pays", exact=True).press("Enter")
    expect(page.locator(".upi-state")).to_have_text("Paid and booked")
    page.wait_for_load_state()
    keys.press("F9")
    keys.at_form()
    # The day's bookings: totals, the method, and what is searched for is in no address.
    page.goto(f"{keys.address}/counter/bookings")
    expect(page.locator(".taken")).to_contain_text("UPI articles: 1 · ₹75")
    page.get_by_label("Find:").focus()
    keys.line("ramavati")
    expect(page.locator("tbody tr").first).to_contain_text("UPI")
    assert "ramavati" not in page.url
    page.get_by_label("Find:").focus()
    keys.press("Control+a")
    keys.line("98390 00099")
    expect(page.locator(".empty")).to_contain_text("Nothing of today fits this.")
