"""Unfinished forms in Chromium: over a refresh, another tab, a dead server; not the sign-out."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from postal.counter import rolls
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.browser import enter
from tests.rigs.counter import directory, office
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.doers import staff
from tests.rigs.transcript import Player

expect.set_options(timeout=20_000)
NAME, PHONE, NOTE = "Ramawati Devi", "9839000011", "She calls back at five, from her neighbour's"


@pytest.fixture
def clerk(page: Page, address: str, app: Flask, runtime: Runtime) -> Colleague:
    office(runtime)
    directory(runtime)
    clerk = sign_in(app, runtime, "clerk", "clerk-1")
    with runtime.database.transaction() as conn:
        by = staff(clerk.staff_row, None, runtime.now())
        rolls.add(conn, number_of(11), number_of(99), by)
    clerk.post("/counter/open", counter="1", cash="500")
    enter(page, address, clerk)
    return clerk


def settled(page: Page) -> None:
    """Until what was typed is written down."""
    page.wait_for_function("Object.keys(localStorage).length > 0")


def stored(page: Page) -> str:
    return str(page.evaluate("JSON.stringify(localStorage)"))


def test_a_booking_survives_everything_but_the_sign_out(
    page: Page, address: str, clerk: Colleague, runtime: Runtime
) -> None:
    page.goto(f"{address}/counter?lang=en")
    page.wait_for_load_state()
    for field, value in (("weight", "120"), ("pin", "273303"), ("name", NAME), ("phone", PHONE)):
        page.locator(f"#{field}").fill(value)
    page.locator("#otp").check()
    settled(page)
    page.reload()
    kept = page.locator(".kept")
    expect(kept).to_contain_text("Kept from")
    expect(page.locator("#name")).to_have_value(NAME)
    expect(page.locator("#otp")).to_be_checked()
    expect(page.locator("#price")).to_contain_text("₹")  # worked out again
    assert NAME not in stored(page)  # sealed
    assert PHONE not in stored(page)

    page.goto(f"{address}/counter/tariff")  # a look at the tariff, and back
    page.go_back()
    expect(page.locator("#phone")).to_have_value(PHONE)
    other = page.context.new_page()
    other.goto(f"{address}/counter?lang=en")
    expect(other.locator("#name")).to_have_value(NAME)
    expect(other.get_by_role("button", name="Discard")).to_be_visible()
    other.locator("#sender_pin").press("Enter")  # the last field sends the form, kept or not
    expect(other.locator("#note-sender_name.wrong")).to_be_visible()
    other.goto(f"{address}/counter?lang=en")
    other.get_by_role("button", name="Discard").click()
    expect(other.locator("#name")).to_have_value("")
    assert stored(other) == "{}"
    other.close()

    page.locator("#address").fill("Dhanewa Dhanai")
    page.locator("#sender_name").fill("Gyan Pustak Kendra")
    settled(page)
    page.route("**/sign-in-left", lambda route: route.abort())  # the server is away
    page.route("**/counter/groups", lambda route: route.abort())
    page.evaluate("Date.now = ((now) => () => now() + 60_000)(Date.now)")  # and silent for a minute
    page.get_by_role("button", name="Continue F9").click()
    expect(page.locator("#notice")).to_contain_text("The server does not answer. Nothing was sent")
    expect(page.locator("#name")).to_have_value(NAME)
    page.unroute_all()
    page.route("**/kept*.js*", lambda route: route.abort())  # the next page is left too soon for it
    page.get_by_role("button", name="Continue F9").dblclick()  # two clicks are one
    expect(page.get_by_role("heading", level=1)).to_contain_text("Gyan Pustak Kendra")
    page.unroute_all()
    with runtime.database.transaction() as conn:
        assert conn.execute("SELECT count(*) FROM booking_groups").fetchone() == (1,)
    page.goto(f"{address}/counter?lang=en")
    expect(page.locator("#number")).to_be_focused()
    expect(page.locator("#name")).to_have_value("")  # it was sent
    page.locator("#name").fill("Somebody")
    settled(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Staff id")).to_be_visible()
    assert stored(page) == "{}"


def test_a_ticket_note_is_kept_counted_once_and_not_written_over_a_change(
    page: Page, address: str, app: Flask, runtime: Runtime, player: Player
) -> None:
    player.step("article EU123456785IN to +919876500001 en")
    player.step("+919876500001 > 9")  # a person, please: a ticket
    agent = sign_in(app, runtime, "agent", "a1")
    other = sign_in(app, runtime, "agent", "a2")
    enter(page, address, agent)
    page.goto(f"{address}/desk/tickets/1?lang=en")
    page.wait_for_load_state()
    closing = page.locator("form[action$=close]")
    closing.get_by_role("textbox").fill(NOTE)
    closing.get_by_role("radio").first.check()
    settled(page)
    other.post("/desk/tickets/1/note", said="I have called her already")
    closing.get_by_role("button", name="Close").first.click()
    expect(page.get_by_role("alert")).to_contain_text("this ticket has changed")
    expect(page.get_by_role("alert")).to_contain_text("Agent a2")
    expect(page.get_by_text("I have called her already")).to_be_visible()
    expect(closing.get_by_role("textbox")).to_have_value(NOTE)
    expect(closing.get_by_role("radio").first).to_be_checked()
    note = page.locator("form[action$=note]")
    note.get_by_role("textbox").fill("asked twice")
    note.get_by_role("button").dblclick()
    expect(page.get_by_text("asked twice")).to_be_visible()
    expect(closing.get_by_role("textbox")).to_have_value(NOTE)  # the other form is kept still
    expect(note.get_by_role("textbox")).to_have_value("")
    with runtime.database.transaction() as conn:
        said = "SELECT count(*) FROM ticket_notes WHERE said = 'asked twice'"
        assert conn.execute(said).fetchone() == (1,)
