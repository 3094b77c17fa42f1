"""The close of a list in Chromium where everything goes wrong: taken in once, closed once.

Two tabs, two presses, answers that are lost, Back, a refresh, a clerk in another office.
"""

from __future__ import annotations

from flask import Flask
from playwright.sync_api import Browser, Page, expect

from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.browser import enter, losing_answers
from tests.rigs.desk import sign_in
from tests.rigs.office import POSTMAN, office
from tests.rigs.transcript import Player

expect.set_options(timeout=20_000)
WHY = "the sack of beat 1 was left in the bus"


def test_whatever_happens_a_list_is_taken_in_and_closed_once(
    page: Page, address: str, player: Player, app: Flask, runtime: Runtime, browser: Browser
) -> None:
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nautanwa', '273305', 'sub', 'Maharajganj')"
        )
    at = office(player, app, runtime)
    at.out(1, 2)
    player.step(f"{POSTMAN} > 1 11")
    enter(page, address, at.clerk)
    close = f"{address}/office/lists/{at.list_id()}/close?lang=en"
    page.goto(close)
    page.wait_for_load_state()
    label = page.get_by_label("What the postman brings back")
    page.route("**/take-in", lambda route: route.abort())  # the server is away
    label.fill(number_of(1))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("was not sent")
    expect(label).to_have_value(number_of(1))  # nothing typed is lost
    page.unroute_all()
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_contain_text("The remark is final: 11")
    page.reload()
    page.wait_for_load_state()
    label.fill(number_of(1))
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_contain_text(number_of(1))
    assert at.kinds(number_of(1)).count("remark_final") == 1

    # In another tab everything is back: what this one says of a missing article is not believed.
    page.get_by_label("Why are they not back?").fill(WHY)
    other = page.context.new_page()
    other.goto(close)
    other.wait_for_load_state()
    other.get_by_label("What the postman brings back").fill(number_of(2))
    other.keyboard.press("Enter")
    expect(other.locator(".answer")).to_contain_text("Not visited")
    page.get_by_role("button", name="Close the list for good").click()
    expect(page.get_by_text("Look at what is missing once more")).to_be_visible()
    assert at.one("SELECT count(*) FROM list_closings") == (0,)

    page.goto(close)
    page.wait_for_load_state()
    with losing_answers(page, app, "/close"):  # it was closed, and nobody was told
        page.get_by_role("button", name="Close the list for good").dblclick()
    assert at.one("SELECT count(*), max(note) FROM list_closings") == (1, None)
    other.get_by_role("button", name="Close the list for good").click()
    expect(other.get_by_role("heading", level=1)).to_be_visible()
    page.goto(close)
    expect(page.get_by_role("button", name="Close the list for good")).to_have_count(0)
    assert at.one("SELECT count(*), max(note) FROM list_closings") == (1, None)
    assert [at.state(number_of(each)) for each in (1, 2)] == ["attempted", "attempted"]

    elsewhere = sign_in(app, runtime, "clerk", "elsewhere", "273305")
    with browser.new_context() as context:
        theirs = context.new_page()
        enter(theirs, address, elsewhere)
        answer = theirs.goto(close)
        assert answer is not None
        assert answer.status == 404
        expect(theirs.locator("main")).not_to_contain_text(number_of(1))
