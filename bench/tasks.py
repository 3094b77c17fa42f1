"""`./script/bench tasks`: a day's tasks in Chromium, their keys and clicks counted, as a table.

The table is docs/developing/tasks.md, written anew by each run. What *before* says was counted on
commit 50e647c, before the pages were made over; a dash: nobody counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect

from bench import counter_steps
from bench.hand import Hand
from bench.house import PASSWORD, House, house
from bench.house_morning import arrived

PAGE: Final = Path(__file__).parent.parent / "docs" / "developing" / "tasks.md"
_WAITING: Final = "9839000014"  # whose article lies at the office this morning


@dataclass(frozen=True)
class Task:
    """What somebody wants to get done; `before`: what it took on the old pages."""

    who: str
    what: str
    before: str
    do: Callable[[House], Hand]


def _recovery(served: House) -> Hand:
    page = served.browser.new_page(locale="en-IN")
    page.goto(f"{served.address}/desk/sign-in?lang=en")
    page.locator("[name=staff_id]").fill("clerk")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("[name=second_factor]").fill(served.number("clerk"))
    page.keyboard.press("Enter")
    kept = page.locator("form[action$=kept] button")
    kept.wait_for()
    page.wait_for_load_state()
    hand = Hand(page)
    hand.reach(kept)
    hand.leave("Enter")
    page.wait_for_url(f"{served.address}/desk")
    served.states["clerk"] = page.context.storage_state()
    return hand


def _article(served: House) -> Hand:
    page = _at_counter(served)
    hand = Hand(page)
    hand.press("Enter")
    hand.line(*counter_steps.FIRST, counter_steps.SENDER[0], "", "")
    with page.expect_navigation():
        hand.line("")
    page.locator("[name=given]").wait_for()
    hand.type("100")
    hand.leave("Enter")
    expect(page.locator(".give-back")).to_be_visible()
    return hand


def _next_customer(served: House) -> Hand:
    hand = _article(served)
    after = Hand(hand.page)
    after.leave("F9")
    expect(after.page.locator("#number")).to_be_focused()
    return after


def _change_a_name(served: House) -> Hand:
    page = _at_counter(served)
    counter_steps.to_bill(served, page)
    page.wait_for_load_state()
    hand = Hand(page)
    hand.leave("F3")
    name = page.locator("#name")
    name.wait_for()
    page.wait_for_load_state()
    hand.reach(name)
    hand.press("End", "Backspace")
    hand.type("a")
    hand.leave("F9")
    expect(page.locator("tbody")).to_contain_text("Deva")
    return hand


def _stop_upi(served: House) -> Hand:
    page = _at_counter(served)
    counter_steps.to_bill(served, page)
    page.wait_for_load_state()
    with page.expect_navigation():
        page.keyboard.press("F10")
    if page.locator("form[action$='/upi'] button").count():
        page.locator("form[action$='/upi'] button").first.press("Enter")
    page.locator(".upi-qr").wait_for()
    page.wait_for_load_state()
    hand = Hand(page)
    hand.press("Escape")
    hand.leave("Enter")
    expect(page.locator(".upi-qr")).to_have_count(0)
    return hand


def _at(served: House, who: str, path: str) -> tuple[Page, Hand]:
    """Return the page of somebody at `path`, and the hand that counts from there on."""
    page = served.page(who)
    page.goto(f"{served.address}{path}")
    page.wait_for_load_state()
    return page, Hand(page)


def _at_counter(served: House) -> Page:
    page = served.page("clerk")
    counter_steps.open_counter(served, page)
    expect(page.locator("#number")).to_be_focused()
    page.wait_for_load_state()
    return page


def _scan(served: House) -> Hand:
    page, hand = _at(served, "postmaster", "/office/arrivals")
    with served.runtime.database.transaction() as conn:
        rows = conn.execute(
            "SELECT number FROM articles WHERE recipient_pin = '273303' AND state = 'booked'"
            " ORDER BY id"
        ).fetchall()
    hand.line(*(number for (number,) in rows))
    expect(page.locator("#scanned tbody tr")).to_have_count(len(rows))
    return hand


def _lists(served: House) -> Hand:
    page, hand = _at(served, "postmaster", "/office/draft")
    hand.click(page.locator("#follow-all"))
    expect(page.locator("#pieces-free .piece")).to_have_count(0)
    hand.follow(page.locator("a[href$='/office/draft/send-all']"))
    hand.follow(page.locator("main form.buttons button"))
    expect(page.get_by_role("button", name="Print all slips")).to_be_focused()
    hand.press("Enter")
    return hand


def _close_the_day(served: House) -> Hand:
    page, hand = _at(served, "postmaster", "/office/lists")
    hand.follow(page.locator("a[href*='/office/close']"))
    return hand


def _why_no_code(served: House) -> Hand:
    page, hand = _at(served, "agent", "/desk")
    hand.press("/")
    hand.type(_WAITING)
    hand.leave("Enter")
    hand.follow(page.locator(".hits a[href*='/desk/articles/']").first)
    expect(page.locator(".answer")).to_be_in_viewport()
    return hand


def _by_name(served: House) -> Hand:
    page, hand = _at(served, "agent", "/desk")
    hand.press("/")
    hand.type("फूलमती")
    hand.leave("Enter")
    expect(page.locator(".hits")).to_contain_text("Phoolmati")
    return hand


def _ticket(served: House) -> Hand:
    for phone in ("+919839000013", "+919839000014"):
        served.say(phone, "9")
    page, hand = _at(served, "supervisor", "/desk/tickets")
    hand.follow(page.locator(".ticket-link").first)
    hand.click(page.get_by_label("explained by telephone"))
    hand.follow(page.get_by_role("button", name="Close and next"))
    expect(page.locator("#result")).to_contain_text("is closed.")
    return hand


def _add_staff(served: House) -> Hand:
    page, hand = _at(served, "administrator", "/administration/staff")
    adding = page.locator("details.adding")
    hand.click(adding.locator("summary"))
    for name, text in (("staff_id", "9001"), ("name", "Asha Devi"), ("note", "new clerk")):
        hand.click(adding.locator(f"[name={name}]"))
        hand.type(text)
    office = adding.locator("[name=office] option", has_text="273303").first
    adding.locator("[name=office]").select_option(office.get_attribute("value"))
    hand.clicks += 2
    hand.follow(adding.locator("button"))
    expect(page.locator(".secret")).to_be_visible()
    return hand


def _guided(served: House) -> Hand:
    page = served.page(None)
    hand = Hand(page)
    hand.follow(page.get_by_role("link", name="A delivery in 90 seconds"))
    for step in range(1, 7):
        hand.click(page.locator("#story-next"))
        expect(page.locator("#story-bar")).to_have_js_property("value", step)
    return hand


TASKS: Final = (
    Task("everybody", "Recovery codes: say that one has them", "17 Tabs, Enter", _recovery),
    Task("clerk", "Book one article, take cash, by keys alone", "–", _article),
    Task("clerk", "From the receipt to the next customer",
         "3 keys (Tab Tab Enter)", _next_customer),
    Task("clerk", "A name is misspelt on the bill",
         "all typed again: 12 fields", _change_a_name),
    Task("clerk", "Stop a payment by UPI", "26 Tabs, Enter", _stop_upi),
    Task("postmaster", "Scan what arrived, a scanner's Enter after each", "the same", _scan),
    Task("postmaster", "Place all of it on its beats, send all out, print the slips",
         "each article: 4 letters, Tab, beat, Enter; each list a click; slips one by one", _lists),
    Task("postmaster", "Close the day, as far as what would be left is named",
         "1 click, and it was closed", _close_the_day),
    Task("agent", "“Why did I get no code?”, from the first page to the answer",
         "the same, then 25 lines to read", _why_no_code),
    Task("agent", "Find फूलमती, whose name is kept as Phoolmati", "not found", _by_name),
    Task("supervisor", "Close a ticket and have the next one", "–, back to the list each time",
         _ticket),
    Task("administrator", "Add a clerk (a second person agrees)", "shell only", _add_staff),
    Task("minister", "A whole delivery with a fraudster in it", "no guide; keys on both phones",
         _guided),
)  # fmt: skip


def count() -> Iterator[tuple[Task, Hand]]:
    """Do every task, and yield what it took."""
    with house(arrived) as served:
        for task in TASKS:
            hand = task.do(served)
            yield task, hand
            hand.page.context.close()


def page_of(rows: list[tuple[Task, str]]) -> str:
    """Return the page of the documentation."""
    lines = [
        "# A day's tasks, counted",
        "",
        "What people want to get done, in keys and clicks. `./script/bench tasks` does each task",
        "in Chromium on a demo with a week behind it, counts, and writes this page. *Letters* are",
        "what has to be said anyway: a name, a number, a reason. *Before*: counted by hand on",
        "commit 50e647c; a dash: nobody counted.",
        "",
        "| who | task | before | now |",
        "| --- | --- | --- | --- |",
        *(f"| {task.who} | {task.what} | {task.before} | {now} |" for task, now in rows),
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Print each task as it is done, and write the page."""
    rows = []
    for task, hand in count():
        rows.append((task, str(hand)))
        print(f"{task.who}: {task.what}: {hand} (before: {task.before})", flush=True)
    PAGE.write_text(page_of(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
