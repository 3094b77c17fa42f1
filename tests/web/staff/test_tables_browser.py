"""Tables in Chromium: sorted by headings, filtered by what is typed, cards on a narrow window."""

from __future__ import annotations

import re

from flask import Flask
from playwright.sync_api import Page, ViewportSize, expect

from runtime import Runtime
from tests.rigs.browser import enter, listen
from tests.rigs.desk import sign_in
from tests.rigs.transcript import Player

WIDE: ViewportSize = {"width": 1024, "height": 768}
NARROW: ViewportSize = {"width": 360, "height": 740}


def test_a_table_sorts_filters_and_becomes_cards(
    player: Player, app: Flask, runtime: Runtime, page: Page, address: str
) -> None:
    for role in ("agent", "clerk", "postmaster", "supervisor"):
        for nth in (2, 10):
            sign_in(app, runtime, role, f"{role}-{nth}")
    administrator = sign_in(app, runtime, "administrator", "a-1")
    complaints: list[str] = []
    listen(page, complaints)
    enter(page, address, administrator)
    page.set_viewport_size(WIDE)
    page.goto(f"{address}/desk/accounts?lang=en")
    table = page.locator(".data-table").first
    heading = table.get_by_role("columnheader").first
    heading.get_by_role("button").press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    names = re.findall(r"([a-z]+)-([0-9]+)\s", table.inner_text())
    ordered = list(dict.fromkeys((role, int(number)) for role, number in names))
    assert len(ordered) == 9
    assert ordered == sorted(ordered)  # 2 before 10
    heading.get_by_role("button").press("Enter")
    expect(heading).to_have_attribute("aria-sort", "descending")
    page.get_by_label("Only rows with").first.fill("CLERK")
    expect(table.locator("tbody tr:visible")).to_have_count(2)
    expect(page.get_by_role("status").filter(has_text="2 / 9")).to_be_visible()

    page.set_viewport_size(NARROW)
    across = page.evaluate("document.documentElement.scrollWidth")
    assert across == NARROW["width"]
    card = table.locator("tbody tr:visible").first
    assert card.bounding_box() is not None
    expect(table.get_by_role("row").filter(has_text="clerk-10")).to_be_visible()  # still a table
    expect(card.locator("td").first).to_have_attribute("data-label", "Who")
    page.goto(f"{address}/desk/accounts?lang=hi")
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    assert complaints == []
