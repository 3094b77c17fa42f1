"""What a telephone wishes for all its post, in Chromium: by keys, in Hindi; the card of words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from india.spoken_words import spoken_words
from runtime import Runtime
from tests.rigs import axe
from tests.rigs.browser import enter, listen
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.transcript import Player

RECIPIENT, POSTMAN, ARTICLE = "+919876500001", "+919839000001", "EU123456785IN"
expect.set_options(timeout=20_000)


@dataclass
class Sat:
    """Somebody at the desk who came by a link, and what the browser complained of."""

    page: Page
    address: str
    player: Player
    runtime: Runtime
    complaints: list[str] = field(default_factory=list)

    def open(self, colleague: Colleague, path: str) -> None:
        enter(self.page, self.address, colleague)
        self.page.goto(f"{self.address}{path}")
        self.page.wait_for_load_state()

    def said(self) -> list[str]:
        """What the telephone was told last, by template."""
        answer = self.player.client.get(
            f"/api/v1/simulator/phones/{RECIPIENT}/messages", headers=self.player.headers()
        )
        return [each["template"] for each in answer.get_json()]

    def conversation(self) -> str:
        with self.runtime.database.transaction() as conn:
            row = conn.execute(
                "SELECT id FROM conversations WHERE whose = %s AND machine = 'recipient'",
                [RECIPIENT],
            ).fetchone()
        assert row is not None
        return f"/desk/conversations/{row[0]}"


@pytest.fixture
def sat(page: Page, address: str, player: Player, runtime: Runtime) -> Iterator[Sat]:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {RECIPIENT} hi")
    there = Sat(page, address, player, runtime)
    axe.prepare(page)
    listen(page, there.complaints)
    yield there
    page.close()


def test_a_wish_is_changed_by_keyboard_alone(sat: Sat, app: Flask, runtime: Runtime) -> None:
    sat.open(sign_in(app, runtime, "supervisor", "sv"), f"{sat.conversation()}?lang=en")
    page = sat.page
    form = page.locator("details", has=page.get_by_text("Change wishes for all post").first)
    form.locator("summary").press("Enter")
    first = form.get_by_role("radio", name="Whoever is at home takes plain post")
    expect(first).to_be_visible()
    # Tab leads from the summary into the choices, the arrows from one to the next.
    page.keyboard.press("Tab")
    expect(first).to_be_focused()
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    days = form.get_by_role("radio", name="Only on these weekdays")
    expect(days).to_be_checked()
    form.locator("[name=reason]").select_option(index=1)
    # Weekdays without a day are no wish: it says so, and nothing is changed.
    form.get_by_role("button", name="Change wishes for all post").press("Enter")
    expect(page.get_by_text("Choose one to five weekdays.")).to_be_visible()
    assert "alarm_wish" not in sat.said()
    # The form is open still, with what was chosen.
    expect(form.get_by_role("radio", name="Only on these weekdays")).to_be_checked()
    for name in ("Monday", "Wednesday"):
        form.get_by_role("checkbox", name=name).press("Space")
    form.locator("[name=reason]").select_option(index=1)
    form.get_by_role("button", name="Change wishes for all post").press("Enter")
    expect(page.get_by_text("The wish is changed, and the telephone is told.")).to_be_visible()
    expect(page.locator(".household")).to_contain_text("Monday, Wednesday")
    sat.player.drain()
    assert len(sat.said()) > 1  # beside the text of the booking
    assert sat.complaints == []


def test_in_hindi_it_says_who_takes_it_and_from_when(
    sat: Sat, app: Flask, runtime: Runtime
) -> None:
    sat.open(sign_in(app, runtime, "supervisor", "sv"), f"{sat.conversation()}?lang=hi")
    page = sat.page
    form = page.locator("details", has=page.locator("[name=wish]"))
    form.locator("summary").press("Enter")
    form.get_by_role("radio").nth(1).press("Space")
    form.locator("[name=reason]").select_option(index=1)
    form.get_by_role("button").press("Enter")
    expect(page.locator(".household")).to_contain_text("पड़ोसी")
    expect(page.locator("html")).to_have_attribute("lang", "hi")
    assert axe.faults(page, []) == []
    assert RECIPIENT[3:] not in page.content()
    assert sat.complaints == []


@pytest.mark.parametrize(("language", "word"), [("en", "tamarind"), ("hi", "इमली")])
def test_the_card_of_words_is_read_and_printed(
    sat: Sat, app: Flask, runtime: Runtime, language: str, word: str
) -> None:
    sat.open(sign_in(app, runtime, "postmaster", "pm"), f"/office/words?lang={language}")
    page = sat.page
    rows = page.locator(".card-words").first.locator("li")
    expect(rows).to_have_count(len(spoken_words()))
    expect(rows.filter(has_text=word)).to_have_count(1)
    assert axe.faults(page, []) == []
    page.emulate_media(media="print")
    expect(rows.first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_hidden()
    assert sat.complaints == []
