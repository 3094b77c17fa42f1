"""Help, what a form lacks, days, tables, prints and narrow windows in Chromium."""

from __future__ import annotations

from datetime import date

from flask import Flask
from playwright.sync_api import Page, expect

from india.calendar import exact
from postal.people.accounts import Role
from runtime import Runtime
from tests.rigs.browser import enter, listen
from tests.rigs.desk import Colleague, add, sign_in
from tests.rigs.full_house import full_house
from tests.rigs.paper import sheets
from tests.rigs.transcript import Player

_OVER = "({ w }) => document.documentElement.scrollWidth - w"
_ROOM_FOR_RING = """(link) => {
  const [own, within] = [link, link.closest(".wide")].map((each) => each.getBoundingClientRect());
  return Math.min(own.left - within.left, within.bottom - own.bottom, within.right - own.right);
}"""
_PRESSED = """() => [...document.querySelectorAll("button, input, select, textarea, .button")]
  .concat(document.querySelector("header.band"))
  .filter((each) => each.checkVisibility() && !each.matches(".sort"))
  .map((each) => each.outerHTML.slice(0, 90))"""


def visit(page: Page, address: str, colleague: Colleague) -> None:
    page.goto("about:blank")  # what the last one's page polls has another's token
    page.context.clear_cookies()
    enter(page, address, colleague)


def test_a_form_says_what_it_lacks_and_help_lies_over_the_page(
    player: Player, app: Flask, runtime: Runtime, page: Page, address: str
) -> None:
    complaints: list[str] = []
    listen(page, complaints)
    visit(page, address, sign_in(app, runtime, "administrator"))
    page.set_viewport_size({"width": 1024, "height": 768})

    # Help: by key and by button; Esc closes it, and the focus is where it was.
    page.goto(f"{address}/desk/data-protection?lang=hi")
    page.get_by_role("button", name="मदद").press("Enter")
    layer = page.get_by_role("dialog", name="इस पन्ने पर मदद")
    expect(layer).to_contain_text("72 घंटे")
    expect(layer).to_contain_text("वापस नहीं होता")
    page.keyboard.press("Escape")
    expect(layer).not_to_be_visible()
    expect(page.get_by_role("button", name="मदद")).to_be_focused()
    page.locator("[name=breach]").focus()
    page.keyboard.type("क्या?")  # a question mark that somebody types is one
    expect(page.locator("[name=breach]")).to_have_value("क्या?")
    expect(layer).not_to_be_visible()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    expect(layer).to_be_visible()
    page.keyboard.press("Escape")

    # What is missing is said beside each field, until it is mended; the first has the focus.
    page.goto(f"{address}/administration/staff?lang=hi")
    form = page.locator("form", has=page.locator("[name=note]"))
    page.evaluate("document.querySelector('form [name=note]').closest('form').requestSubmit()")
    staff_id, note = form.locator("[name=staff_id]"), form.locator("[name=note]")
    expect(staff_id).to_be_focused()
    expect(form.locator(".wrong")).to_have_count(form.locator(":is(input, select):invalid").count())
    expect(staff_id).to_have_attribute("aria-invalid", "true")
    said = staff_id.get_attribute("aria-describedby")
    expect(page.locator(f"#{said}")).to_have_text("यह जगह भरें।")
    page.keyboard.type("a-17")
    expect(page.locator(f"#{said}")).to_have_count(0)
    assert staff_id.get_attribute("aria-describedby") is None
    note.focus()
    page.keyboard.type("नया")
    said = note.get_attribute("aria-describedby")
    expect(page.locator(f"#{said}")).to_have_text("कम से कम 5 अक्षर; अभी 3 हैं।")

    # Days: no field of the browser's own, digits of any script, and none that cannot be.
    page.goto(f"{address}/desk/reports?lang=hi")
    assert page.locator("input[type=date], input[type=time], input[type=number]").count() == 0
    since, until = page.locator("[name=since]"), page.locator("[name=until]")
    for typed, wrong in (
        ("३१-०२-२०२६", "दिन ऐसे लिखें: 14-08-2026।"),
        ("02-09-2026", "यह दिन दूसरे दिन के बाद का है।"),
    ):
        since.fill(typed)
        until.fill("०१-०९-२०२६")
        since.press("Enter")
        expect(page.locator(".report-form .wrong")).to_have_text(wrong)
        expect(since).to_be_focused()
        assert "since=" not in page.url
    since.fill("१४.०८.२०२६")
    since.press("Enter")
    page.wait_for_url("**/desk/reports?since=*")
    expect(page.locator("[name=since]")).to_have_value("14-08-2026")
    expect(page.locator("[name=until]")).to_have_value("01-09-2026")

    # Numbers and days of a table are sorted by what they mean, in the words of the page.
    days = [date(2026, 11, 29), date(2025, 12, 1), date(2026, 1, 3)]
    sums = ["−₹108", "₹1,00,000", "₹20"]
    rows = "".join(
        f"<tr><td>{exact(day, 'hi')}</td><td class=count>{each}</td></tr>"
        for day, each in zip(days, sums, strict=True)
    )
    page.evaluate(
        """(rows) => document.querySelector(".desk-room").insertAdjacentHTML("beforeend",
        `<table class="data-table" id="mine"><thead><tr><th scope=col>दिन</th>
        <th scope=col class=count>रकम</th></tr></thead>
        <tbody>${rows}<tr><th colspan=2>कुल</th></tr></tbody></table>`)""",
        rows,
    )
    mine = page.locator("#mine")
    for heading, column, ordered in (
        ("दिन", 0, [exact(each, "hi") for each in sorted(days)]),
        ("रकम", 1, ["−₹108", "₹20", "₹1,00,000"]),
    ):
        mine.get_by_role("button", name=heading).click()
        expect(mine.locator("[aria-sort]")).to_have_attribute("aria-sort", "ascending")
        assert mine.locator(f"tbody td:nth-child({column + 1})").all_inner_texts() == ordered
        expect(mine.locator("tbody tr").last).to_have_text("कुल")
    assert complaints == []


def test_pages_fit_windows_and_paper(
    player: Player, app: Flask, runtime: Runtime, page: Page, address: str
) -> None:
    house = full_house(player, app, runtime)
    complaints: list[str] = []
    listen(page, complaints)
    for nth in range(45):
        add(runtime, f"hand-{nth:02}", "agent")
    visit(page, address, house.clerk)
    page.set_viewport_size({"width": 768, "height": 768})
    page.goto(f"{address}/office/lists/1/slip?lang=hi")
    assert page.evaluate(_OVER, {"w": 768}) == 0
    expect(page.locator(".wide")).to_have_attribute("data-more", "right")  # its shadow
    page.goto(f"{address}/counter/groups/1?lang=hi")
    assert page.get_by_role("link", name="एक और डाक").evaluate(_ROOM_FOR_RING) >= 5
    colleagues: dict[Role, tuple[str, ...]] = {
        "postmaster": (
            "/office/lists", "/office/registers/returns", "/office/registers/deposit",
            "/counter/books", "/office/cash", "/desk/articles/1",
        ),
        "administrator": ("/administration/staff", "/desk/access-log", "/administration/templates"),
        "supervisor": (
            "/desk/reports", "/desk/carriers", "/desk/figures", "/desk/tickets",
            "/desk/conversations/1",
        ),
    }  # fmt: skip
    for role, paths in colleagues.items():
        visit(page, address, sign_in(app, runtime, role, f"{role[:9]}-prints"))
        for path in paths:
            for language in ("en", "hi"):
                answer = page.goto(f"{address}{path}?lang={language}")
                assert answer is not None
                assert answer.status == 200, path
                for width in (1024, 360):
                    page.set_viewport_size({"width": width, "height": 768})
                    assert page.evaluate(_OVER, {"w": width}) <= 0, (path, width)
            page.set_viewport_size({"width": 703, "height": 1000})  # A4 between its margins
            page.emulate_media(media="print")
            assert page.evaluate(_PRESSED) == [], path
            assert page.evaluate(_OVER, {"w": 703}) <= 0, path
            printed = sheets(page.pdf(prefer_css_page_size=True))
            page.emulate_media(media="screen")
            assert "273303" in printed[0].text, path
            for place, sheet in enumerate(printed, 1):
                assert (round(sheet.width), round(sheet.height)) == (210, 297), path
                assert sheet.ink()[0] > 7, path
                assert sheet.ink()[2] < 203, path
                text = sheet.text.replace(" ", "").replace("\r\n", "")  # Devanagari comes apart
                assert f"{place}/{len(printed)}" in text, path
                assert path != "/administration/staff" or "भूमिका" in text, place
            if path == "/administration/staff":
                assert len(printed) > 1
    assert complaints == []
