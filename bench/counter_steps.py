"""What a clerk does at the counter of `bench.house`, up to the form, the bill and the receipt."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page

from bench.house import House
from flows.number import check_digit

FIRST: Final = ("120", "226001", "Ramavati Devi", "14 Aminabad Road", "9839000111")
SENDER: Final = ("Gyan Pustak Kendra", "9839000181", "12 Golghar", "273001")
_FIRST_LABEL: Final = 70_000_001
_LABELS: Final = 90


def label(nth: int) -> str:
    """Return the number of the roll's `nth` label."""
    serial = f"{_FIRST_LABEL + nth:08}"
    return f"EU{serial}{check_digit(serial)}IN"


def open_counter(house: House, page: Page) -> None:
    """Open counter 1 with ₹500 and a roll of labels, where it is not open yet."""
    page.goto(f"{house.address}/counter")
    if page.locator("#number").count():
        return
    page.locator("[name=counter]").fill("1")
    page.locator("[name=cash]").fill("500")
    page.locator("main form.door button").click()
    page.locator("#number").wait_for()
    page.goto(f"{house.address}/counter/rolls")
    page.locator("[name=first]").fill(label(0))
    page.locator("[name=last]").fill(label(_LABELS))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto(f"{house.address}/counter")
    page.locator("#number").wait_for()


def to_form(house: House, page: Page) -> None:
    """Type an article, as far as the sender."""
    open_counter(house, page)
    page.wait_for_load_state()
    page.locator("#number").focus()
    page.keyboard.press("Enter")
    for text in FIRST:
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    page.keyboard.type(SENDER[0])
    page.keyboard.press("F2")
    page.locator("#price", has_text="₹").wait_for()


def to_bill(house: House, page: Page) -> None:
    """Put that article and one more on the bill."""
    to_form(house, page)
    for text in ("", *SENDER[1:]):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    page.locator("[name=given]").wait_for()
    page.wait_for_load_state()
    with page.expect_navigation():
        page.keyboard.press("F7")
    page.locator("#number").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.type("40")
    with page.expect_navigation():
        page.keyboard.press("F9")
    page.locator("[name=given]").wait_for()


def to_receipt(house: House, page: Page) -> None:
    """Take cash for the bill."""
    to_bill(house, page)
    page.locator("[name=given]").fill("200")
    page.keyboard.press("Enter")
    page.locator(".give-back").wait_for()
