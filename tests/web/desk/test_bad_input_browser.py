"""A ticket in Chromium where everything goes wrong: noted once, closed once, its person told once.

A lost answer, two presses, two tabs, whatever can be pasted.
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from playwright.sync_api import Page, expect

from runtime import Runtime
from tests.rigs.browser import enter, losing_answers
from tests.rigs.desk import sign_in
from tests.rigs.transcript import Player

expect.set_options(timeout=20_000)
PERSON = "+919876500001"
NOTE = "She says: <b>“नहीं”</b> \u202e& 9839055577 'or' 1=1 \u200d👩‍👧"


def one(runtime: Runtime, sql: str) -> tuple[Any, ...] | None:
    with runtime.database.transaction() as conn:
        return conn.execute(sql.encode()).fetchone()


def test_whatever_happens_a_note_is_kept_once_and_the_person_is_told_once(
    page: Page, address: str, app: Flask, runtime: Runtime, player: Player
) -> None:
    player.step(f"article EU123456785IN to {PERSON} en")
    player.step(f"{PERSON} > 9")
    agent = sign_in(app, runtime, "agent", "a1")
    enter(page, address, agent)
    ticket = f"{address}/desk/tickets/1?lang=en"
    page.goto(ticket)
    page.wait_for_load_state()
    note = page.locator("form[action$=note]")
    note.get_by_role("textbox").fill(NOTE)
    page.wait_for_function("Object.keys(localStorage).length > 0")
    with losing_answers(page, app, "/note"):
        note.get_by_role("button", name="Add note").dblclick()
    assert one(runtime, "SELECT count(*) FROM ticket_notes") == (1,)
    page.goto(ticket)
    expect(page.locator(".kept")).to_contain_text("no answer came")
    page.wait_for_load_state()
    note.get_by_role("button", name="Add note").click()
    expect(note.get_by_role("textbox")).to_have_value("")
    expect(page.locator(".kept")).to_have_count(0)
    assert one(runtime, "SELECT count(*) FROM ticket_notes") == (1,)
    shown = page.locator("main").inner_text()
    assert "<b>“नहीं”</b>" in shown  # as it was typed
    assert "9839055577" not in shown  # but for a telephone

    other = page.context.new_page()
    other.goto(ticket)
    for tab in (page, other):
        tab.wait_for_load_state()
        closing = tab.locator("form[action$=close]")
        closing.get_by_role("textbox").fill("told her to wait")
        closing.get_by_role("radio").first.check()
    page.wait_for_function("Object.keys(localStorage).length > 0")
    with losing_answers(page, app, "/close"):
        page.locator("form[action$=close]").get_by_role("button", name="Close").first.click()
    other.locator("form[action$=close]").get_by_role("button", name="Close").first.click()
    expect(other.get_by_role("alert").filter(has_text="It is closed already")).to_be_visible()
    page.goto(ticket)
    expect(page.locator("form[action$=close]")).to_have_count(0)
    page.goto(ticket)
    assert one(runtime, "SELECT count(*) FROM tickets WHERE closed_at IS NOT NULL") == (1,)
    assert one(
        runtime,
        "SELECT count(*) FROM messages JOIN tickets ON template = 'ticket_' || outcome"
        " WHERE direction = 'out'",
    ) == (1,)
