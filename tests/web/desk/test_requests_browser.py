"""Two people in Chromium, by keyboard: one asks and confirms, the other one agrees."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from runtime import Runtime
from tests.rigs.browser import enter
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, number, sign_in
from tests.rigs.requests import ask, at
from tests.rigs.transcript import Player

RECIPIENT, ARTICLE = "+919876500001", "EU123456785IN"
CORRECT = {"phone": "+919876500002", "reason": "wrong_entry", "note": "one digit off"}
expect.set_options(timeout=20_000)


@pytest.fixture
def people(player: Player, app: Flask, runtime: Runtime) -> tuple[Colleague, Colleague]:
    player.step(f"article {ARTICLE} to {RECIPIENT} en")
    first = sign_in(app, runtime, "postmaster", "first")
    return first, sign_in(app, runtime, "supervisor", "second")


def test_who_signs_confirms_and_what_was_typed_stays(
    page: Page, address: str, people: tuple[Colleague, Colleague], runtime: Runtime, clock: Clock
) -> None:
    first, second = people
    clock.advance(seconds=301)
    enter(page, address, first)
    page.goto(f"{address}/desk/articles/1?lang=en")
    page.wait_for_load_state()
    page.get_by_text("Correct the addressee's number").press("Enter")
    action = page.locator("form[action$=correct-number]")
    action.get_by_role("textbox", name="Telephone").fill("98765 00002")
    action.get_by_role("combobox").select_option("wrong_entry")
    action.get_by_role("textbox", name="Note").fill("one digit off")
    action.get_by_role("button", name="Ask for a second person").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm with your second factor")
    expect(page.get_by_role("textbox")).to_be_focused()
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("That was not it")
    expect(page.get_by_role("textbox")).to_be_focused()
    page.keyboard.type(number(runtime, first.staff_row))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Asked.")
    expect(page.locator(".request-would")).to_contain_text("+91••••••0002")
    expect(page.locator(".request-would")).to_contain_text("one digit off")

    enter(page, address, second)
    page.goto(f"{address}/desk?lang=en")
    page.get_by_role("link", name=re.compile("Requests .* 1 waits for you")).press("Enter")
    page.get_by_role("link", name="Correct the addressee's number").press("Enter")
    page.get_by_role("button", name="I agree: do it").press("Enter")
    expect(page.get_by_role("textbox")).to_be_focused()
    page.keyboard.type(number(runtime, second.staff_row))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Agreed, and done.")

    enter(page, address, first)
    page.goto(f"{address}/counter?lang=en")
    expect(page.get_by_role("status")).to_contain_text("Agreed and done: Correct the")
    page.get_by_role("link", name="Look").press("Enter")
    expect(page.locator(".lead")).to_contain_text("Agreed and done")


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("width", [1024, 400])
def test_the_pages_fit_a_small_monitor_and_a_telephone(
    page: Page, address: str, people: tuple[Colleague, Colleague], language: str, width: int
) -> None:
    first, second = people
    id_ = ask(first, "/desk/articles/1/correct-number", **CORRECT)
    page.set_viewport_size({"width": width, "height": 768})
    for colleague in (second, first):
        enter(page, address, colleague)
        for path in ("/desk/requests", at(id_), "/desk/window"):
            page.goto(f"{address}{path}?lang={language}")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
