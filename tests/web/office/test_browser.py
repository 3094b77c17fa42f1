"""The delivery office in Chromium: scanning, a list in walking order by keyboard and by mouse,
two at one draft, and the end of the day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.browser import listen
from tests.rigs.desk import PASSWORD, add, number
from tests.rigs.office import POSTMAN, Office, office
from tests.rigs.transcript import Player

expect.set_options(timeout=20_000)


@dataclass
class Screen:
    """A clerk's browser, and what it complained of."""

    page: Page
    address: str
    at: Office
    complaints: list[str] = field(default_factory=list)

    def sign_in(self, staff_id: str) -> None:
        row = add(self.at.runtime, staff_id, "clerk")
        listen(self.page, self.complaints)
        self.page.goto(f"{self.address}/desk?lang=en")
        self.page.get_by_label("Staff id").fill(staff_id)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("img", name="QR code for your authenticator")).to_be_visible()
        expect(self.page.get_by_role("textbox")).to_be_focused()
        self.page.keyboard.type(number(self.at.runtime, row))
        self.page.keyboard.press("Enter")
        self.page.get_by_role("button", name="I have written them down").press("Enter")
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Namaste")

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def walk(self, beat: int) -> Locator:
        return self.page.locator(f"[data-beat='{beat}'] .piece b")

    def free(self) -> Locator:
        return self.page.locator("#pieces-free .piece b")

    def type_line(self, *words: str) -> None:
        for index, word in enumerate(words):
            if index:
                self.page.keyboard.press("Tab")
            self.page.keyboard.type(word)
        self.page.keyboard.press("Enter")


@pytest.fixture
def screen(
    page: Page, address: str, player: Player, app: Flask, runtime: Runtime
) -> Iterator[Screen]:
    screen = Screen(page, address, office(player, app, runtime))
    screen.sign_in("clerk-a")
    yield screen
    page.close()


def digits(*serials: int) -> list[str]:
    return [number_of(serial)[-6:-2] for serial in serials]


# Notes the pitch of every tone that the page starts.
_HEARD = """
window.heard = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (when) {
  window.heard.push(this.frequency.value);
  return start.call(this, when);
};
"""


def test_numbers_are_scanned_faster_than_they_are_answered(screen: Screen) -> None:
    numbers = screen.at.book(*range(1, 9))
    screen.page.add_init_script(_HEARD)
    screen.go("/office/arrivals")
    field = screen.page.get_by_label("Article number")
    expect(field).to_be_focused()
    for each in [*numbers, numbers[0], number_of(99)]:
        screen.page.keyboard.type(each)
        screen.page.keyboard.press("Enter")
    expect(screen.page.locator(".answer")).to_contain_text("Unknown: nobody booked it.")
    expect(screen.page.locator("#scanned tbody tr")).to_have_count(10)
    heard = screen.page.evaluate("heard")
    assert heard == [880] * 8 + [620, 620, 220]
    mute = screen.page.get_by_role("button", name="Sounds")
    mute.press("Enter")
    expect(mute).to_have_attribute("aria-pressed", "false")
    expect(field).to_be_focused()
    screen.type_line("EU12")
    expect(screen.page.locator("#scanned tbody tr").first).to_contain_text("not read")
    assert screen.page.evaluate("heard") == heard  # muted
    assert screen.at.one("SELECT count(*) FROM arrivals WHERE kind = 'here'") == (8,)
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    assert screen.complaints == []


def test_a_scan_that_does_not_reach_the_server_comes_back(screen: Screen) -> None:
    (one,) = screen.at.book(1)
    screen.go("/office/arrivals")
    expect(screen.page.get_by_label("Article number")).to_be_focused()
    screen.page.context.set_offline(True)
    screen.type_line(one)
    expect(screen.page.get_by_role("alert")).to_contain_text("was not sent")
    expect(screen.page.get_by_label("Article number")).to_have_value(one)
    screen.page.context.set_offline(False)
    screen.page.keyboard.press("Enter")
    expect(screen.page.locator(".answer")).to_contain_text("Here. For this office.")


def arrived(screen: Screen, *serials: int) -> None:
    for each in screen.at.book(*serials, more=" cod 500"):
        screen.at.clerk.post_in_page("/office/arrivals", number=each)


def test_a_list_by_the_keyboard_alone(screen: Screen) -> None:
    arrived(screen, 1, 2, 3, 4)
    one, two, three, four = digits(1, 2, 3, 4)
    screen.go("/office/draft")
    expect(screen.page.get_by_label("Last 4 digits")).to_be_focused()
    screen.type_line(one, "1")
    expect(screen.walk(1)).to_have_text([one])
    expect(screen.page.get_by_label("Last 4 digits")).to_be_focused()
    screen.type_line(two)  # the beat stays
    expect(screen.walk(1)).to_have_text([one, two])
    screen.type_line(three, "1", "1")
    expect(screen.walk(1)).to_have_text([three, one, two])
    screen.type_line("0000", "1")
    expect(screen.page.get_by_role("alert")).to_contain_text("Nothing that lies here")
    card = screen.page.locator("[data-beat='1'] .piece").first
    card.focus()
    screen.page.keyboard.press("Alt+ArrowDown")
    expect(screen.walk(1)).to_have_text([one, three, two])
    expect(screen.page.locator(".piece:focus b")).to_have_text(three)
    screen.page.keyboard.press("Alt+ArrowDown")
    expect(screen.walk(1)).to_have_text([one, two, three])
    screen.page.keyboard.press("2")
    expect(screen.walk(2)).to_have_text([three])
    screen.page.locator("#pieces-free .piece").first.focus()
    screen.page.keyboard.press("1")
    expect(screen.walk(1)).to_have_text([one, two, four])
    screen.page.locator("[data-beat='1'] .piece").last.focus()
    screen.page.keyboard.press("Delete")
    expect(screen.free()).to_have_text([four])
    screen.page.get_by_role("button", name="Send out 2").press("Enter")
    expect(screen.page.locator(".told.done")).to_contain_text("Sent out.")
    assert screen.at.state(number_of(1)) == "out_for_delivery"
    assert screen.at.state(number_of(3)) == "booked"
    assert screen.complaints == []


def test_several_are_placed_undone_and_sent_out_with_their_slips(screen: Screen) -> None:
    arrived(screen, 1, 2, 3)
    one, two, three = digits(1, 2, 3)
    screen.go("/office/draft")
    expect(screen.page.get_by_label("Last 4 digits")).to_be_focused()
    cards = screen.page.locator("#pieces-free .piece")
    for place in (0, 2):
        cards.nth(place).focus()
        screen.page.keyboard.press(" ")
    expect(screen.page.locator("#picked")).to_contain_text("2 picked")
    screen.page.keyboard.press("2")
    expect(screen.walk(2)).to_have_text([one, three])
    expect(screen.free()).to_have_text([two])
    screen.page.get_by_role("button", name="Undo the last step (2 moved").press("Enter")
    expect(screen.free()).to_have_text([one, two, three])
    expect(screen.page.locator("#undo")).to_have_count(0)
    screen.page.get_by_label("Last 4 digits").focus()
    screen.type_line(f"{two} {three}", "1")
    expect(screen.walk(1)).to_have_text([two, three])
    screen.page.get_by_role("link", name="Send out all (1)").press("Enter")
    lead = screen.page.locator(".lead")
    expect(lead).to_have_text("Lists: 1 · articles: 2 · people who are texted: 2.")
    screen.page.get_by_role("button", name="Send out now: lists 1, people texted 2").press("Enter")
    expect(screen.page.locator(".told.done")).to_contain_text("Print the slip now.")
    expect(screen.page.get_by_role("button", name="Print all slips")).to_be_focused()
    expect(screen.page.locator("article.slip")).to_have_count(1)
    assert screen.at.state(number_of(2)) == "out_for_delivery"
    assert screen.complaints == []


def drag(page: Page, what: Locator, to: Locator, edge: float = 0.8) -> None:
    """As a hand does: press, move, move again, let go."""
    what.hover()
    page.mouse.down()
    box = to.bounding_box()
    assert box is not None
    for part in (0.5, edge):
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * part, steps=4)
    page.mouse.up()


def test_a_list_by_the_mouse(screen: Screen) -> None:
    arrived(screen, 1, 2, 3)
    one, two, three = digits(1, 2, 3)
    screen.go("/office/draft")
    for each in (one, two, three):
        card = screen.page.locator(".piece", has_text=each).first
        drag(screen.page, card, screen.page.locator(".walk").first)
        expect(screen.page.locator("[data-beat='1']")).to_contain_text(each)
    expect(screen.walk(1)).to_have_text([one, two, three])
    cards = screen.page.locator("[data-beat='1'] .piece")
    drag(screen.page, cards.nth(2), cards.nth(0), 0.2)
    expect(screen.walk(1)).to_have_text([three, one, two])
    drag(screen.page, cards.nth(1), screen.page.locator(".walk").nth(1))
    expect(screen.walk(2)).to_have_text([one])
    drag(screen.page, cards.nth(0), screen.page.locator("[data-free]"))
    expect(screen.free()).to_have_text([three])
    expect(screen.walk(1)).to_have_text([two])
    screen.page.reload()  # nothing was lost
    expect(screen.walk(1)).to_have_text([two])
    expect(screen.walk(2)).to_have_text([one])
    assert screen.complaints == []


def test_two_browsers_see_each_others_moves(screen: Screen, browser: Browser) -> None:
    arrived(screen, 1, 2)
    one, two = digits(1, 2)
    other = Screen(browser.new_context(locale="en-IN").new_page(), screen.address, screen.at)
    other.sign_in("clerk-b")
    screen.go("/office/draft")
    other.go("/office/draft")
    expect(screen.page.locator("#here")).to_contain_text("Also at this draft: Clerk clerk-b.")
    expect(other.page.get_by_label("Last 4 digits")).to_be_focused()
    other.type_line(two, "2")
    expect(screen.walk(2)).to_have_text([two])  # without doing anything
    expect(screen.page.locator("#here")).to_contain_text("Clerk clerk-b changed the draft at")
    screen.page.get_by_label("Last 4 digits").focus()
    screen.type_line(one, "2", "1")
    expect(other.walk(2)).to_have_text([one, two])
    assert screen.complaints == other.complaints == []
    other.page.close()


def test_the_end_of_a_day(screen: Screen) -> None:
    screen.at.out(1, 2, 3, more=" cod 500")
    screen.at.deliver(1, 1, "1")
    screen.at.player.step(f"{POSTMAN} > 2 11")
    screen.go("/office")
    screen.page.get_by_role("link", name="Close the list").press("Enter")
    expect(screen.page.get_by_text("With the postman still: 2")).to_be_visible()
    expect(screen.page.get_by_label("What the postman brings back")).to_be_focused()
    screen.type_line(number_of(2))
    expect(screen.page.locator(".answer")).to_contain_text("The remark is final: 11")
    screen.type_line(number_of(3))
    expect(screen.page.locator(".answer")).to_contain_text("Not visited: back for another day.")
    expect(screen.page.locator("#taken")).to_contain_text("Everything that was not delivered")
    screen.page.get_by_role("button", name="Close the list for good").press("Enter")
    expect(screen.page.locator(".told.done")).to_have_text("The list is closed.")
    screen.page.get_by_role("link", name="Close the day").press("Enter")
    expect(screen.page.get_by_text("Cash is not handed in: ₹500.")).to_be_visible()
    screen.page.locator("[name=explanation]").fill("the postman brings it tomorrow")
    screen.page.get_by_role("button", name="Close the day").press("Enter")
    expect(screen.page.locator(".told.done")).to_have_text("The day is closed.")
    screen.page.get_by_role("link", name="COD cash", exact=True).press("Enter")
    screen.page.get_by_label("Counted, rupees").fill("450")
    screen.page.keyboard.press("Enter")
    expect(screen.page.get_by_role("alert")).to_contain_text("the sum differs, say why")
    expect(screen.page.get_by_label("If it differs: why?")).to_be_focused()
    expect(screen.page.get_by_label("Counted, rupees")).to_have_value("450")
    screen.page.get_by_label("Counted, rupees").fill("500")
    screen.page.keyboard.press("Enter")
    expect(screen.page.locator(".told.done")).to_contain_text("₹500 received from Ram.")
    expect(screen.page.get_by_text("No COD cash is outstanding.")).to_be_visible()
    expect(screen.page.get_by_role("link", name="Print receipt COD-")).to_be_focused()
    (refused,) = screen.complaints  # the browser says that the wrong sum was refused
    assert "422" in refused
