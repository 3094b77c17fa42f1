"""A booking in Chromium where everything goes wrong: it is booked, paid and printed once.

Two tabs, two presses, an answer that is lost, Back, a printer that jams, midnight between two keys.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.browser import enter, losing_answers
from tests.rigs.clock import Clock
from tests.rigs.counter import clerk, directory, office
from tests.rigs.upi import ledger

expect.set_options(timeout=20_000)
ARTICLE = {
    "number": number_of(1),
    "weight": "120",
    "pin": "226001",
    "name": "Ramavati Devi",
    "address": "Dhanewa Dhanai",
    "phone": "9839000011",
    "sender_name": "Ram Lal",
}


@pytest.fixture
def before_midnight(clock: Clock) -> None:
    clock.at = datetime(2026, 8, 14, 18, 20, tzinfo=UTC)  # 23:50 in India


def one(runtime: Runtime, sql: str) -> tuple[Any, ...] | None:
    with runtime.database.transaction() as conn:
        return conn.execute(sql.encode()).fetchone()


def fill(page: Page, **changes: str) -> None:
    for name, value in {**ARTICLE, **changes}.items():
        page.locator(f"#{name}").fill(value)


def expect_all(page: Page, **changes: str) -> None:
    for name, value in {**ARTICLE, **changes}.items():
        expect(page.locator(f"#{name}")).to_have_value(value)


@pytest.mark.usefixtures("before_midnight")
def test_whatever_happens_it_is_booked_paid_and_printed_once(
    page: Page, address: str, app: Flask, runtime: Runtime, clock: Clock
) -> None:
    office(runtime)
    directory(runtime)
    enter(page, address, clerk(app, runtime).colleague)
    page.add_init_script("window.print = () => {}")
    page.goto(f"{address}/counter?lang=en")
    page.wait_for_load_state()
    fill(page)
    page.wait_for_function("Object.keys(localStorage).length > 0")
    with losing_answers(page, app, "/counter/groups"):  # it was booked, and nobody was told
        page.get_by_role("button", name="Continue F9").dblclick()
    assert one(runtime, "SELECT count(*) FROM booking_groups") == (1,)
    page.goto(f"{address}/counter?lang=en")
    expect(page.locator(".kept")).to_contain_text("no answer came")
    expect_all(page)
    page.wait_for_load_state()
    page.keyboard.press("F9")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ram Lal")
    assert one(runtime, "SELECT count(*) FROM booking_groups") == (1,)
    bill = page.url

    # Another tab types the same label: it is told, and keeps what was typed.
    other = page.context.new_page()
    other.goto(f"{address}/counter?lang=en")
    other.wait_for_load_state()
    fill(other, name="Somebody Else")
    other.keyboard.press("F9")
    expect(other.locator("#note-number")).to_contain_text("is on another article already")
    expect_all(other, name="Somebody Else")

    page.wait_for_load_state()
    page.get_by_label("Cash given, in rupees").fill("100")
    with losing_answers(page, app, "/cash"):
        page.keyboard.press("Enter")
    assert ledger(runtime) == [("booking", "cash", 7_500)]
    page.goto(bill)
    page.get_by_role("link", name="Receipt", exact=True).click()
    other.goto(bill)  # another tab, and Back, find it paid as well
    expect(other.get_by_label("Cash given, in rupees")).to_have_count(0)
    page.wait_for_load_state()
    page.get_by_role("button", name="Print the receipt").dblclick()  # twice pressed, once printed
    expect(page.get_by_text("This is the original.")).to_be_visible()
    assert one(runtime, "SELECT count(*) FROM receipt_prints") == (1,)
    page.goto(f"{bill}/receipt")  # the printer jammed: what comes now is no original
    page.get_by_role("button", name="Print duplicate 1").click()
    expect(page.locator(".paper").first).to_contain_text("डुप्लीकेट 1")

    page.goto(f"{address}/counter?lang=en")
    page.wait_for_load_state()
    fill(page, number=number_of(2))
    clock.advance(minutes=11)
    page.keyboard.press("F9")  # it is tomorrow
    expect(page.locator("#content")).to_contain_text("still open")
    assert one(runtime, "SELECT count(*) FROM booking_groups WHERE state = 'open'") == (0,)
    assert ledger(runtime) == [("booking", "cash", 7_500)]
