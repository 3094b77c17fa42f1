"""Receipt and slip in Chromium: printed by one key, as wide as the paper, read by a scanner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from conversation import counter as bookings
from postal.counter import booking, counter_days
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.browser import listen
from tests.rigs.counter import ITEM, OPENING_PAISE, SENDER
from tests.rigs.desk import PASSWORD, add, number
from tests.rigs.doers import staff
from tests.rigs.paper import Sheet, sheets
from tests.rigs.transcript import Player

ARTICLE = "EU123456785IN"
expect.set_options(timeout=20_000)


@dataclass
class Counter:
    """A clerk at a counter, and what the browser complained of meanwhile."""

    page: Page
    address: str
    runtime: Runtime
    staff_row: int
    complaints: list[str] = field(default_factory=list)

    def book(self) -> int:
        """Books the article of the counter's rig, paid in cash; the group's row id."""
        with self.runtime.database.transaction() as conn:
            row = conn.execute(
                "SELECT office_id FROM staff WHERE id = %s", [self.staff_row]
            ).fetchone()
            assert row is not None
            by = staff(self.staff_row, row[0], self.runtime.now())
            day = counter_days.open_day(conn, 1, OPENING_PAISE, by)
            made = booking.begin(conn, uuid4(), SENDER, day.id, by)
            booking.add(conn, made.id, ITEM, self.runtime.now())
            bookings.book(self.runtime, conn, made.id, "cash")
        return made.id

    def paper(self) -> list[Sheet]:
        """What the printer would get now."""
        return sheets(self.page.pdf(prefer_css_page_size=True))

    def dialogues(self, times: int) -> None:
        """The printer's dialogue was, or is in a moment, opened so often in this tab."""
        self.page.wait_for_function(
            "times => Number(sessionStorage.getItem('dialogues')) === times", arg=times
        )


@pytest.fixture
def counter(page: Page, address: str, player: Player, runtime: Runtime) -> Iterator[Counter]:
    row = add(runtime, "clerk-1", "clerk")
    page.add_init_script(
        "window.print = () => sessionStorage.setItem('dialogues',"
        " Number(sessionStorage.getItem('dialogues')) + 1)"
    )
    page.goto(f"{address}/desk?lang=en")
    expect(page.locator("[name=staff_id]")).to_be_focused()
    page.keyboard.type("clerk-1")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox")).to_be_focused()
    page.keyboard.type(number(runtime, row))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="I have written them down").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Namaste")
    counter = Counter(page, address, runtime, row)
    listen(page, counter.complaints)
    yield counter
    assert counter.complaints == []
    page.close()


def test_a_receipt_is_printed_by_one_key_and_fits_the_roll(counter: Counter) -> None:
    page, id_ = counter.page, counter.book()
    page.goto(f"{counter.address}/counter/groups/{id_}/receipt?customer=hi")
    expect(page.get_by_role("button", name="Print the receipt")).to_be_focused()
    (preview,) = counter.paper()
    assert preview.barcodes() == []  # what is not counted is no receipt
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("This is the original")
    expect(page.get_by_role("link", name="Next customer F9")).to_be_focused()
    counter.dialogues(1)
    (roll,) = counter.paper()
    left, _, right, bottom = roll.ink()
    assert abs(roll.width - 80) < 0.5
    assert left > 3
    assert right < 77
    assert roll.height - 15 < bottom < roll.height - 4  # as long as it needs, and room to tear
    assert roll.barcodes() == [ARTICLE]
    assert "1930" in roll.text
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("This is the original")
    counter.dialogues(1)


def test_the_keys_for_printing_count_it_first(counter: Counter) -> None:
    page, id_ = counter.page, counter.book()
    page.goto(f"{counter.address}/counter/groups/{id_}/receipt?paper=a4&customer=en")
    expect(page.get_by_role("button", name="Print the receipt")).to_be_focused()
    page.keyboard.press("Control+p")
    expect(page.get_by_role("status")).to_contain_text("This is the original")
    (leaf,) = counter.paper()
    assert (round(leaf.width), round(leaf.height)) == (210, 297)
    assert leaf.barcodes() == [ARTICLE]
    page.get_by_role("link", name="Print a duplicate").press("Enter")
    page.get_by_role("button", name="Print duplicate 1").press("Enter")
    expect(page.locator(".copy")).to_have_text("DUPLICATE 1 · not the original")
    counter.dialogues(2)


def test_a_slip_has_its_header_on_every_page(counter: Counter, player: Player) -> None:
    player.step("postman 1001 +919839000001")
    articles = [number_of(serial) for serial in range(12345678, 12345703)]
    for each in articles:
        player.step(f"article {each} to +919876500001 hi")
    player.step(f"list 1001: {' '.join(articles)}")
    with counter.runtime.database.transaction() as conn:
        row = conn.execute("SELECT id FROM delivery_lists").fetchone()
    assert row is not None
    counter.page.goto(f"{counter.address}/office/lists/{row[0]}/slip")
    expect(counter.page.get_by_role("button", name="Print the slip")).to_be_focused()
    pages = counter.paper()
    assert len(pages) == 2
    for place, sheet in enumerate(pages, 1):
        assert (round(sheet.width), round(sheet.height)) == (210, 297)
        assert "Delivery slip" in sheet.text
        assert f"{place} / 2" in sheet.text
        assert sheet.ink()[0] > 7
        assert sheet.ink()[2] < 203
