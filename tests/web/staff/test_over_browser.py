"""An ended sign-in in Chromium: over the page, which loses no letter, and for its own person."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from postal.counter import rolls
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.browser import enter, listen
from tests.rigs.clock import Clock
from tests.rigs.counter import directory, office
from tests.rigs.desk import PASSWORD, Colleague, number, sign_in
from tests.rigs.doers import staff

expect.set_options(timeout=20_000)
TYPED = {"weight": "120", "pin": "273303", "name": "Ramawati Devi", "address": "Dhanewa Dhanai"}


@pytest.fixture
def clerk(page: Page, address: str, app: Flask, runtime: Runtime) -> Colleague:
    """A clerk with an open counter, in the browser, whose clock a test may move."""
    office(runtime)
    directory(runtime)
    page.clock.install()
    clerk = sign_in(app, runtime, "clerk", "clerk-1")
    with runtime.database.transaction() as conn:
        by = staff(clerk.staff_row, None, runtime.now())
        rolls.add(conn, number_of(11), number_of(99), by)
    clerk.post("/counter/open", counter="1", cash="500")
    enter(page, address, clerk)
    return clerk


def pass_time(page: Page, clock: Clock, minutes: int) -> None:
    """For the browser and the server; what is still on its way would time out by the browser's."""
    expect(page.locator(".htmx-request")).to_have_count(0)
    clock.advance(minutes=minutes)
    page.clock.run_for(minutes * 60_000)


def fill(page: Page) -> None:
    for name, value in TYPED.items():
        page.locator(f"#{name}").fill(value)


def expect_all(page: Page) -> None:
    for name, value in TYPED.items():
        expect(page.locator(f"#{name}")).to_have_value(value)


def open_over(page: Page) -> None:
    """Sign in over the page with the keyboard, from its heading."""
    expect(page.get_by_role("dialog", name="Sign in again")).to_be_visible()
    expect(page.get_by_role("heading", name="Sign in again")).to_be_focused()


def sign_in_over(page: Page, runtime: Runtime, staff_row: int) -> None:
    page.keyboard.type("x")  # blindly: it goes into no field of the sign-in
    page.keyboard.press("Enter")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#over [name=second_factor]")).to_be_focused()
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("That was not it")
    page.keyboard.type(number(runtime, staff_row))
    page.keyboard.press("Enter")


def test_it_is_warned_put_off_by_typing_and_then_opens_over_the_form(
    page: Page, address: str, clerk: Colleague, runtime: Runtime, clock: Clock
) -> None:
    complaints: list[str] = []
    listen(page, complaints)
    page.goto(f"{address}/counter?lang=en")
    page.wait_for_load_state()
    with page.expect_response("**/counter/check"):
        fill(page)
        page.clock.run_for(1_000)
    pass_time(page, clock, 28)
    notice = page.get_by_role("status").filter(has_text="less than two minutes")
    expect(notice).to_be_visible()
    with page.expect_response("**/counter/check"):
        page.locator("#phone").press_sequentially("98")
        page.clock.run_for(1_000)
    expect(notice).to_be_hidden()  # typing put it off
    pass_time(page, clock, 10)
    expect(page.locator("#notice")).to_be_hidden()
    expect(page.locator("#phone")).to_be_focused()
    pass_time(page, clock, 21)
    open_over(page)
    sign_in_over(page, runtime, clerk.staff_row)
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#phone")).to_be_focused()
    page.keyboard.type("39000011")  # where the caret was
    expect(page.locator("#phone")).to_have_value("9839000011")
    expect_all(page)
    page.locator("#sender_name").fill("Gyan Pustak Kendra")
    page.get_by_role("button", name="Continue F9").click()
    expect(page.locator(".note.wrong")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Gyan Pustak Kendra")
    unexpected = [each for each in complaints if "401" not in each]
    assert unexpected == []


def test_a_part_waits_a_form_waits_and_another_person_gets_a_clean_page(
    page: Page, address: str, app: Flask, clerk: Colleague, runtime: Runtime, clock: Clock
) -> None:
    """A list in the making: what is asked for in the background goes on after the sign-in."""
    page.goto(f"{address}/office/draft?lang=en")
    page.wait_for_load_state()
    page.get_by_label("Last 4 digits").fill("1234")
    clock.advance(minutes=31)  # for the server alone: it ended the sign-in by itself
    page.clock.run_for(4_000)  # the draft asks for news
    open_over(page)
    with page.expect_response(lambda got: "/draft/news" in got.url and got.ok):
        sign_in_over(page, runtime, clerk.staff_row)
    expect(page.get_by_label("Last 4 digits")).to_have_value("1234")
    expect(page).to_have_url(f"{address}/office/draft?lang=en")

    page.goto(f"{address}/counter?lang=en")
    fill(page)
    pass_time(page, clock, 31)
    expect(page.get_by_role("dialog", name="Sign in again")).to_be_visible()
    other = sign_in(app, runtime, "clerk", "clerk-2")  # enrolled
    clock.advance(seconds=30)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Password")).to_be_focused()
    page.get_by_label("Staff id").fill("clerk-2")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#over [name=second_factor]")).to_be_focused()
    page.keyboard.type(number(runtime, other.staff_row))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Namaste")
    assert TYPED["name"] not in page.content()
    other.post("/counter/open", counter="2", cash="500")
    page.goto(f"{address}/counter?lang=en")
    expect(page.locator("#name")).to_have_value("")
    assert page.evaluate("Object.keys(localStorage).length") == 1  # of the first person, sealed
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Staff id")).to_be_visible()
