"""A clerk who reads Hindi types its digits and pastes what customers sent (Chromium)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.browser import enter, listen
from tests.rigs.counter import clerk, directory, office

expect.set_options(timeout=20_000)


def paste(page: Page, field: str, text: str) -> None:
    """Put `text` into the field at once, as the clipboard does; `maxlength` would cut it."""
    page.locator(f"[name={field}]").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def kept(runtime: Runtime, sql: str) -> list[tuple[Any, ...]]:
    with runtime.database.transaction() as conn:
        return conn.execute(sql).fetchall()


@pytest.mark.usefixtures("runtime")
def test_hindi_digits_and_pastes_are_taken_and_two_sums_refused_beside_the_field(
    page: Page, address: str, app: Flask, runtime: Runtime
) -> None:
    office(runtime)
    directory(runtime)
    complaints: list[str] = []
    listen(page, complaints)
    enter(page, address, clerk(app, runtime).colleague)
    page.goto(f"{address}/counter?lang=hi")
    page.wait_for_load_state()
    expect(page.locator("#number")).to_be_focused()
    paste(page, "number", f"\u202a{number_of(12345678)}\u202c")
    paste(page, "weight", "१२०")
    paste(page, "pin", "\u202a226\u00a0001\u202c   ")
    expect(page.locator("#note-pin")).to_contain_text("Lucknow GPO")
    paste(page, "cod", "500,00")
    expect(page.locator("#note-cod")).to_contain_text("1,500")  # how it is written
    paste(page, "cod", "₹ १,५००")
    expect(page.locator("#note-cod")).not_to_contain_text("पूरे रुपये")
    paste(page, "name", "  सीता\u00a0 देवी\u200b")
    paste(page, "address", "Dhanewa Dhanai")
    paste(page, "phone", "९८३९०")
    expect(page.locator("#note-phone")).to_contain_text("5")
    paste(page, "phone", "\u2066+91 (९८३९०) 00\u2011०११\u2069")
    expect(page.locator("#note-phone")).to_contain_text("यह मोबाइल हो सकता है")
    paste(page, "sender_name", "Gyan Pustak Kendra")
    page.keyboard.press("Enter")
    expect(page.locator("[name=sender_phone]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[name=sender_address]")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_url("**/counter/groups/*")
    assert kept(
        runtime,
        "SELECT number, weight_g, recipient_pin, cod_amount, recipient_name, recipient_phone"
        " FROM booking_items",
    ) == [(number_of(12345678), 120, "226001", 1_500, "सीता देवी", "+919839000011")]
    assert complaints == []
