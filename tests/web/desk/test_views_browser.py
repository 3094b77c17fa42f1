"""In Chromium: a person says that it did not help; a queue of one's own, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from runtime import Runtime
from tests.rigs.browser import enter, listen
from tests.rigs.desk import sign_in
from tests.rigs.transcript import Player

RECIPIENT, NEIGHBOUR, POSTMAN = "+919876500001", "+919876500002", "+919839000001"
ARTICLE = "EU123456785IN"
expect.set_options(timeout=20_000)


@dataclass
class Desk:
    """A supervisor in a browser, and what it complained of."""

    page: Page
    address: str
    player: Player
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")
        self.page.wait_for_load_state()


@pytest.fixture
def desk(page: Page, address: str, player: Player, app: Flask, runtime: Runtime) -> Iterator[Desk]:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {RECIPIENT} en")
    desk = Desk(page, address, player)
    listen(page, desk.complaints)
    enter(page, address, sign_in(app, runtime, "supervisor", "s1"))
    desk.open("/desk?lang=en")
    yield desk
    page.close()
    assert desk.complaints == []


def test_closed_with_the_question_and_open_again_by_a_text(desk: Desk) -> None:
    page, player = desk.page, desk.player
    player.step(f"{RECIPIENT} > 9")
    desk.open("/desk/tickets")
    page.locator(".ticket-link").press("Enter")
    ask = page.get_by_label("Ask whether that helped")
    expect(ask).to_be_checked()
    preview = page.locator("#ask-text")
    expect(preview).to_contain_text("Number 1 is settled. Did that help? Reply 1 yes, 2 no.")
    ask.uncheck()
    expect(preview).to_be_hidden()
    ask.check()
    page.get_by_label("explained by telephone").check()
    page.get_by_role("button", name="Close ticket").press("Enter")
    expect(page.locator(".facts-of")).to_contain_text("explained by telephone")
    asked = [line for line in player.drain() if line.startswith(RECIPIENT)]
    assert asked[-1].startswith(f"{RECIPIENT} < Number 1 is settled. Did that help?")
    player.step(f"{RECIPIENT} > 2")
    player.step(f"{RECIPIENT} > abhi tak nahi mila bhai")
    desk.open("/desk/tickets")
    expect(page.locator("#queue")).to_contain_text("nobody yet")
    page.locator(".ticket-link").press("Enter")
    expect(page.locator(".notes")).to_contain_text("The person: says that it did not help")
    expect(page.locator(".notes")).to_contain_text("abhi tak nahi mila bhai")
    expect(page.get_by_role("button", name="Assign to me")).to_be_visible()


def test_a_view_of_ones_own_and_a_page_that_is_not_up_to_date(desk: Desk) -> None:
    page, player = desk.page, desk.player
    player.step(f"{RECIPIENT} > 9")
    player.step(f"{RECIPIENT} > 3")
    desk.open("/desk/tickets")
    first = page.locator("#queue .ticket-link").first
    expect(first).to_have_text("#2")  # fraud
    page.get_by_role("link", name="Number", exact=True).press("Enter")
    head = page.get_by_role("columnheader", name="Number")
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(first).to_have_text("#1")
    page.wait_for_load_state()
    page.get_by_role("link", name="Number", exact=True).press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(first).to_have_text("#2")
    page.get_by_role("link", name="nobody's").press("Enter")
    expect(page).to_have_url(f"{desk.address}/desk/tickets?whose=nobodys&sort=number_down")
    page.wait_for_load_state()
    page.get_by_text("Keep this selection as a view").press("Enter")
    page.get_by_label("Name of the view").press_sequentially("Not taken")
    page.keyboard.press("Enter")
    expect(page.locator("#result")).to_contain_text("The view is kept.")
    view = page.get_by_role("link", name="Not taken 2")
    expect(view).to_have_attribute("aria-current", "true")
    player.step("article RR287043775IN to +919876500002 en")
    player.step(f"{NEIGHBOUR} > 9")  # the queue lives: so do its order and the view's count
    expect(page.get_by_role("link", name="Not taken 3")).to_be_visible()
    expect(first).to_have_text("#3")
    page.get_by_text("Change the view").press("Enter")
    page.get_by_role("button", name="Share with everybody").press("Enter")
    expect(page.locator("#result")).to_contain_text("Everybody who works on tickets")
    expect(page.locator("#views")).to_contain_text("shares this view with everybody")
    page.get_by_role("link", name="open: 3").press("Enter")
    expect(first).to_have_text("#2")
    page.get_by_role("link", name="Not taken 3").press("Enter")
    expect(first).to_have_text("#3")
    page.wait_for_load_state()
    page.get_by_text("Change the view").press("Enter")
    page.get_by_role("button", name="Remove view").press("Enter")
    expect(page.locator("#result")).to_contain_text("The view is removed.")
    expect(page.get_by_role("link", name="Not taken")).to_have_count(0)

    # An article goes out while its page is open: nothing is done, and the note stays.
    page.keyboard.press("/")
    page.get_by_role("searchbox").first.fill(ARTICLE)
    page.keyboard.press("Enter")
    page.locator(".hits a").first.press("Enter")
    page.wait_for_load_state()
    page.get_by_text("Somebody else takes it").press("Enter")
    form = page.locator("form[action$='move-destination']")
    form.get_by_role("textbox", name="Telephone").fill("98765 00009")
    form.locator("[name=reason]").select_option("other")
    form.get_by_role("textbox", name="Note").press_sequentially("her brother, he called twice")
    player.step(f"list 1001: {ARTICLE}")
    form.get_by_role("button", name="Ask").press("Enter")
    expect(page.locator("#result")).to_contain_text("it is now out for delivery")
    expect(form.get_by_role("textbox", name="Note")).to_have_value("her brother, he called twice")
    expect(form.get_by_role("textbox", name="Telephone")).to_have_value("98765 00009")
