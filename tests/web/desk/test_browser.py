"""The desk in Chromium, by keyboard: in, find, understand, replay, act, settle, out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from postal.people.accounts import Role
from runtime import Runtime
from tests.rigs.browser import listen
from tests.rigs.clock import Clock
from tests.rigs.desk import PASSWORD, add, number
from tests.rigs.transcript import Player

RECIPIENT, POSTMAN = "+919876500001", "+919839000001"
ARTICLE = "EU123456785IN"
expect.set_options(timeout=20_000)


@dataclass
class Desk:
    """Somebody at the desk, and what the browser complained of meanwhile."""

    page: Page
    address: str
    player: Player
    runtime: Runtime
    complaints: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)

    def sign_in(self, role: Role) -> None:
        row = add(self.runtime, f"{role}-1", role)
        page = self.page
        page.goto(f"{self.address}/desk?lang=en")
        expect(page.locator("[name=staff_id]")).to_be_focused()
        page.keyboard.type(f"{role}-1")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("img", name="QR code for your authenticator")).to_be_visible()
        expect(page.get_by_role("textbox")).to_be_focused()
        page.keyboard.type(number(self.runtime, row))
        page.keyboard.press("Enter")
        kept = page.get_by_role("button", name="I have written them down")
        expect(kept).to_be_focused()
        expect(page.get_by_role("button", name="Print")).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Namaste")

    def find(self, query: str) -> None:
        self.page.wait_for_load_state()  # until then no script listens
        self.page.keyboard.press("/")  # from wherever one is
        expect(self.page.get_by_role("searchbox")).to_be_focused()
        self.page.keyboard.press("/")  # and once more does no harm
        self.page.keyboard.type(query)
        self.page.keyboard.press("Enter")
        self.page.locator(".hits a").first.press("Enter")
        expect(self.page.locator("#timeline")).to_be_visible()
        self.page.wait_for_load_state()  # so that a link is htmx's, not the browser's


@pytest.fixture
def desk(page: Page, address: str, player: Player, runtime: Runtime) -> Iterator[Desk]:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {RECIPIENT} hi")
    player.step(f"list 1001: {ARTICLE}")
    player.step(f"{POSTMAN} > 1")
    desk = Desk(page, address, player, runtime)
    listen(page, desk.complaints)
    page.on("request", lambda request: desk.urls.append(request.url))
    yield desk
    page.close()


def quiet(desk: Desk) -> None:
    """Nothing was complained of, no address named a telephone, no page showed the code."""
    assert desk.complaints == []
    assert desk.urls
    assert not [url for url in desk.urls if re.search(r"98\d{8}|EU\d{9}IN", url)]
    assert desk.player.codes[RECIPIENT][-1] not in desk.page.content()


def test_an_agent_finds_understands_and_sees_what_is_new(desk: Desk) -> None:
    desk.sign_in("agent")
    desk.find("9876500001")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("+91••••••0001")
    desk.page.locator(".sprint a").last.press("Enter")
    expect(desk.page.locator("#panel")).to_contain_text("Facts that counted")
    expect(desk.page.locator("#panel")).to_contain_text("flows.recipient.states")
    desk.player.step(f"{RECIPIENT} > 0")
    expect(desk.page.locator(".came .bubble")).to_have_text("0")
    expect(desk.page.locator("#panel")).to_contain_text("Facts that counted")  # it stays
    desk.page.go_back()
    expect(desk.page.locator(".hits a").first).to_be_visible()
    quiet(desk)


def test_the_phone_is_replayed_by_space_and_arrows(desk: Desk) -> None:
    desk.sign_in("agent")
    desk.find("9876500001")
    desk.page.get_by_role("link", name="Replay as the phone showed it").press("Enter")
    screen, place = desk.page.locator("#replay-lcd"), desk.page.locator("#replay-place")
    expect(place).to_have_text("1 / 3")
    expect(screen).to_contain_text(ARTICLE)
    desk.page.keyboard.press("ArrowRight")
    desk.page.keyboard.press("ArrowRight")
    expect(screen).to_contain_text("••••••")
    expect(screen.locator(".segment")).to_have_count(2)
    expect(desk.page.locator(".diagram .lit-state")).to_have_id("state-code")
    desk.page.get_by_label("A handset without Devanagari").check()
    expect(screen).to_contain_text("□□□")
    expect(screen).not_to_contain_text("डाकिया")
    desk.page.keyboard.press("ArrowLeft")
    expect(place).to_have_text("2 / 3")
    desk.page.get_by_label("A handset without Devanagari").blur()
    desk.page.keyboard.press("Space")
    expect(desk.page.locator("#replay-play")).to_have_text("Pause")
    expect(place).to_have_text("3 / 3")
    expect(desk.page.locator("#replay-play")).to_have_text("Play")
    quiet(desk)


def test_a_postmaster_acts_and_reads_what_became_of_it(desk: Desk) -> None:
    """PAGES 4, 11, 12 and 27: the answer first, what can be done, and its true result in view."""
    desk.sign_in("postmaster")
    desk.find("6785")
    page = desk.page
    assert page.evaluate("scrollY") == 0
    expect(page.locator(".answer")).to_contain_text("It has been out with Ram since 10:00.")
    expect(page.locator(".answer")).to_contain_text("It is good until 10:10.")
    cannot = page.locator(".cannot")
    expect(cannot).to_contain_text("Confirm the remark: the article is out with the postman")
    expect(page.locator("summary", has_text="Confirm the remark")).to_have_count(0)
    page.locator("summary", has_text="Cancel the code").press("Enter")
    action = page.locator("details[open].action")
    action.get_by_label("Reason").select_option("suspected_fraud")
    action.get_by_role("button").press("Enter")
    result = page.locator("#result")
    expect(result).to_be_focused()
    expect(result).to_be_in_viewport()
    expect(result).to_contain_text("The code is cancelled.")
    expect(result.get_by_role("listitem")).to_have_count(2)
    expect(result.locator("blockquote").first).to_contain_text("डाक 6785 का पुराना कोड बंद")
    expect(page.locator(".answer")).to_contain_text("the help desk cancelled it")
    expect(cannot).to_contain_text("Cancel the code: its last code is cancelled already")

    events = page.locator("#timeline .happened")
    expect(events.filter(has_text="the help desk acted")).to_contain_text("fraud is suspected")
    expect(events.first).to_be_visible()
    shown = page.locator("#timeline").inner_text()
    assert not re.search(r"suspected_fraud|stop_code|code_stopped|\+00:00|T\d\d:\d\d", shown)
    page.get_by_label("Technical details").check()
    assert "code_stopped" in page.locator("#timeline").inner_text()
    page.get_by_label("Texts only").check()
    expect(events.first).to_be_hidden()
    expect(page.locator("#timeline .went").first).to_be_visible()
    quiet(desk)


def test_a_ticket_is_taken_and_settled_while_another_looks_on(
    desk: Desk, app: Flask, clock: Clock
) -> None:
    desk.player.step(f"{RECIPIENT} > 9")
    desk.sign_in("agent")
    page = desk.page
    page.get_by_role("link", name="Tickets").first.press("Enter")
    page.locator(".ticket-link").press("Enter")
    page.get_by_role("button", name="Assign to me").press("Enter")
    expect(page.locator(".notes")).to_contain_text("took it")
    page.get_by_label("explained by telephone").check()
    page.get_by_role("button", name="Close ticket").press("Enter")
    expect(page.locator(".facts-of")).to_contain_text("explained by telephone")
    quiet(desk)


def test_the_queue_lives_and_one_closes_and_goes_on(desk: Desk) -> None:
    """PAGES 24: counts in navigation and tab, first words, several at once, close and next."""
    desk.player.step(f"{RECIPIENT} > mera ghar mandir ke piche hai")
    desk.player.step(f"{RECIPIENT} > 9")
    desk.sign_in("agent")
    page = desk.page
    page.get_by_role("link", name="Help desk 1 waiting").press("Enter")
    page.get_by_role("link", name="Tickets 1 waits for somebody").first.press("Enter")
    expect(page).to_have_title(re.compile(r"^\(1\) Tickets"))
    expect(page.locator("#queue")).to_contain_text("Sita Devi")
    expect(page.locator("#queue")).to_contain_text("Gorakhpur")
    desk.player.step(f"{RECIPIENT} > 3")  # comes by itself, while one chooses
    page.get_by_label("choose ticket #1").check()
    expect(page.locator("#queue tbody tr")).to_have_count(2)
    expect(page).to_have_title(re.compile(r"^\(2\) Tickets"))
    expect(page.get_by_label("choose ticket #1")).to_be_checked()
    page.get_by_label("choose ticket #2").check()
    page.get_by_role("button", name="Assign the chosen to me").press("Enter")
    expect(page.locator("#result")).to_be_focused()
    expect(page.locator("#result")).to_contain_text("Assigned to you: 2.")
    page.locator("#queue .ticket-link").first.press("Enter")
    page.get_by_label("explained by telephone").check()
    expect(page.locator(".text-of:visible")).to_have_count(1)
    page.get_by_role("button", name="Close and next").press("Enter")
    result = page.locator("#result")
    expect(result).to_contain_text("is closed.")
    expect(result.locator("blockquote")).to_have_count(1)
    expect(page.get_by_role("button", name="Put it back")).to_be_visible()  # the next of mine
    quiet(desk)


def test_a_supervisor_sees_the_day_in_a_narrow_window_too(desk: Desk) -> None:
    desk.sign_in("supervisor")
    for width in (1024, 400):
        desk.page.set_viewport_size({"width": width, "height": 768})
        desk.page.goto(f"{desk.address}/desk/figures")
        expect(desk.page.locator(".chart").first).to_be_visible()
        across = desk.page.evaluate("document.documentElement.scrollWidth")
        assert across <= width
    quiet(desk)


def test_another_answer_is_tried_in_a_sandbox(desk: Desk) -> None:
    desk.sign_in("agent")
    desk.find("9876500001")
    desk.page.locator(".sprint a").last.press("Enter")
    desk.page.get_by_role("link", name="What if this came next?").press("Enter")
    expect(desk.page.get_by_role("note")).to_contain_text("SIMULATION.")
    expect(desk.page.locator("[name=typed]")).to_be_focused()
    desk.page.wait_for_load_state()
    desk.page.keyboard.type("3")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator(".what-if-steps")).to_contain_text("reports fraud (3)")
    desk.page.get_by_role("button", name="wait 11 min").press("Enter")
    expect(desk.page.locator(".tried")).to_have_count(2)
    expect(desk.page.locator("[name=typed]")).to_be_focused()
    desk.page.keyboard.type("1")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator(".tried")).to_have_count(3)
    quiet(desk)


def test_the_window_and_the_access_log(desk: Desk) -> None:
    desk.player.step(f"{POSTMAN} > 1 11")
    desk.player.step(f"{RECIPIENT} > 44")
    desk.sign_in("clerk")
    page = desk.page
    page.get_by_role("link", name="Office window").first.press("Enter")
    page.get_by_label("Article").fill(ARTICLE)
    page.get_by_label("Identity document").select_option("voter")
    page.get_by_label("The last four of its number").fill("1234")
    page.get_by_label("Why without the code?").fill("the phone is broken")
    page.get_by_role("button", name="Ask for a second person").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Asked.")
    page.get_by_role("button", name="Sign out").press("Enter")
    desk.sign_in("postmaster")
    page.get_by_role("link", name=re.compile("Requests .* 1 waits for you")).press("Enter")
    page.get_by_role("link", name="Hand out on a document").press("Enter")
    page.get_by_role("button", name="I agree: do it").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Agreed, and done.")
    desk.player.step(f"{ARTICLE} is delivered")
    page.get_by_role("button", name="Sign out").press("Enter")
    desk.sign_in("administrator")
    page.get_by_role("link", name="Access log").first.press("Enter")
    expect(page.locator("tbody")).to_contain_text("document agreed")
    quiet(desk)


def test_who_may_not_is_told_so_and_who_leaves_is_out(desk: Desk) -> None:
    desk.sign_in("clerk")
    desk.page.goto(f"{desk.address}/desk/find")
    expect(desk.page.get_by_role("alert")).to_contain_text("Your role may not do this")
    desk.page.get_by_role("button", name="Sign out").press("Enter")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Sign in")
    desk.page.goto(f"{desk.address}/desk/window")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Sign in")
