"""Closing an office's day: what is left is named, a reason says something, two open it again."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.test import TestResponse

from runtime import Runtime
from tests.rigs.browser import enter, listen
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.office import Office, office
from tests.rigs.transcript import Player

DAY = "2026-08-14"
WHY = "the bus of the beat broke down"


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    return office(player, app, runtime)


def arrive(at: Office, *serials: int) -> list[str]:
    numbers = at.book(*serials)
    for number in numbers:
        at.clerk.post_in_page("/office/arrivals", number=number)
    return numbers


def left_over(at: Office) -> None:
    """One list went out and is closed; of three others one is on a beat, and none went out."""
    (out,) = at.out(9)
    numbers = arrive(at, 1, 2, 3)
    at.clerk.post_in_page("/office/draft/place", digits=numbers[0], beat="2", serial="")
    list_id = at.list_id()
    at.clerk.post_in_page(f"/office/lists/{list_id}/take-in", number=out)
    at.clerk.post(f"/office/lists/{list_id}/close")


def seen(at: Office) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', at.clerk.get("/office/close").text)
    assert found is not None
    return found[1]


def close(at: Office, why: str = WHY, mark: str = "") -> TestResponse:
    return at.clerk.post("/office/close", day=DAY, seen=mark or seen(at), explanation=why)


def closings(at: Office) -> int:
    return int(at.one("SELECT count(*) FROM office_closings")[0])


def test_what_is_left_is_named_in_numbers_and_needs_words(at: Office) -> None:
    left_over(at)
    assert at.clerk.get("/office/lists").text.count("/office/close?day=") == 1
    page = at.clerk.get("/office/close").text
    assert "3 articles did not go out." in page
    assert "beat 2 " in page
    assert "2 on no beat" in page
    for why in ("", "x", "xxxxxxxxxxxxxx", "a b"):
        refused = close(at, why)
        assert refused.status_code in (409, 422), why
        assert closings(at) == 0
    assert close(at).headers["Location"] == "/office"
    assert at.one("SELECT not_out, missing, explanation FROM office_closings") == (3, 0, WHY)
    today = at.clerk.get("/office").text
    assert "The day was closed by Clerk clerk-1." in today
    assert "3 articles did not go out." in today
    said = at.one("SELECT reason FROM access_log WHERE what = 'acted' ORDER BY id DESC LIMIT 1")
    assert said == (f"office day {DAY} closed, 3 not out, 0 with postmen",)


def test_a_day_that_changed_under_the_form_is_not_closed(at: Office) -> None:
    left_over(at)
    mark = seen(at)
    arrive(at, 4)
    answer = close(at, mark=mark)
    assert answer.status_code == 409
    assert "meanwhile somebody did something" in answer.text
    assert "4 articles did not go out." in answer.text
    assert f'value="{WHY}"' in answer.text  # what was typed
    assert closings(at) == 0


def reopen(colleague: Colleague, why: str = "beat 2 came back with the jeep") -> str:
    answer = colleague.post("/office/reopen", day=DAY, reason=why)
    return str(answer.headers.get("Location", ""))


def test_two_people_open_the_day_again_and_it_is_closed_once_more(
    at: Office, app: Flask, runtime: Runtime, clock: Clock
) -> None:
    left_over(at)
    close(at)
    number = at.one("SELECT number FROM articles WHERE state = 'booked' LIMIT 1")[0]
    body = {"postman": "1002", "date": DAY, "articles": [number]}
    send = {"json": body, "headers": at.player.headers()}
    assert at.player.client.post("/api/v1/delivery-lists", **send).status_code == 409
    assert reopen(at.clerk, "x") == "/office#result"
    asked = reopen(at.clerk)
    assert re.fullmatch(r"/desk/requests/\d+", asked)
    assert "beats without a closed list can go out" in at.clerk.get(asked).text
    at.clerk.post(f"{asked}/sign", place="second")
    assert at.one("SELECT count(*) FROM office_reopenings") == (0,)  # the same person
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nautanwa', '273164', 'sub', 'MAHARAJGANJ')"
        )
    stranger = sign_in(app, runtime, "postmaster", "elsewhere", office="273164")
    assert stranger.post(f"{asked}/sign", place="second").status_code == 404
    postmaster = sign_in(app, runtime, "postmaster", "pm")
    postmaster.post(f"{asked}/sign", place="second")
    assert at.one("SELECT nth FROM office_reopenings") == (1,)
    kinds = at.all("SELECT kind FROM events ORDER BY id DESC LIMIT 2")
    assert kinds == [("desk_acted",), ("day_reopened",)]
    assert "day was closed" not in at.clerk.get("/office").text
    assert at.player.client.post("/api/v1/delivery-lists", **send).status_code == 201
    at.clerk.post(f"/office/lists/{at.list_id('1002')}/close", note=WHY)
    close(at)
    assert at.all("SELECT nth, not_out, missing FROM office_closings ORDER BY nth") == [
        (1, 3, 0),
        (2, 2, 1),
    ]
    clock.advance(days=1)
    clerk = sign_in(app, runtime, "clerk", "clerk-next")
    assert reopen(clerk) == "/office#result"  # a day is opened again on that day only
    assert at.one("SELECT count(*) FROM office_reopenings") == (1,)


def test_at_night_nobody_is_woken_by_one_click(at: Office, app: Flask, runtime: Runtime) -> None:
    numbers = arrive(at, 1, 2)
    at.wait("11 h")  # 21 o'clock
    for number in numbers:
        at.clerk.post_in_page("/office/draft/place", digits=number, beat="1", serial="")
    row = at.one("SELECT id FROM staff WHERE staff_id = '1001'")[0]
    form = {"postman": str(row), "numbers": " ".join(numbers)}
    asked = at.clerk.post("/office/draft/send-out", **form)
    assert asked.status_code == 409
    assert "It is 21:00. 2 people would get a text at once" in asked.text
    assert form["numbers"] in asked.text
    part = at.clerk.post_in_page("/office/draft/send-out", **form)
    assert (part.status_code, part.headers["HX-Retarget"]) == (200, "body")
    assert at.one("SELECT count(*) FROM delivery_lists") == (0,)
    assert at.clerk.post("/office/draft/send-out", **form, at_night="yes").status_code == 302
    assert at.one("SELECT count(*) FROM delivery_items") == (2,)


def test_a_day_with_drafts_left_asks_in_numbers_and_says_that_it_is_closed(
    at: Office, app: Flask, runtime: Runtime, page: Page, address: str
) -> None:
    """PAGES 3, in Chromium: two clicks, and a sentence between them; a second person undoes it."""
    left_over(at)
    complaints: list[str] = []
    listen(page, complaints)
    enter(page, address, at.clerk)
    page.goto(f"{address}/office/lists?lang=en")
    page.get_by_role("link", name="Close the day").click()
    left = page.locator(".left-of-day")
    expect(left).to_contain_text("3 articles did not go out.")
    expect(left).to_contain_text("beat 2 ")
    expect(left).to_contain_text("2 on no beat")
    close_it = page.get_by_role("button", name="Close the day")
    close_it.click()  # without a word of why
    assert closings(at) == 0
    why = page.locator("[name=explanation]")
    expect(why).to_be_focused()
    page.keyboard.type("x")
    page.keyboard.press("Enter")
    assert closings(at) == 0
    expect(why).to_have_value("x")
    why.fill(WHY)
    arrive(at, 4)  # under one's hands
    close_it.click()
    expect(left).to_contain_text("4 articles did not go out.")
    expect(why).to_have_value(WHY)
    assert closings(at) == 0
    close_it.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Gorakhpur")
    said = page.locator(".day-closed")
    expect(said).to_contain_text("The day was closed by Clerk clerk-1.")
    expect(said).to_contain_text("4 articles did not go out.")
    page.goto(f"{address}/office?lang=hi")
    expect(said).to_contain_text("Clerk clerk-1")
    expect(said).to_contain_text("4")
    page.goto(f"{address}/office/draft?lang=en")
    expect(page.get_by_role("button", name=re.compile("^Send out"))).to_have_count(0)

    page.goto(f"{address}/office")
    page.locator(".day-closed summary").press("Enter")
    page.locator(".day-closed [name=reason]").fill("beat 2 came back with the jeep")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/desk/requests/\d+$"))
    asked = page.url
    enter(page, address, sign_in(app, runtime, "postmaster", "pm"))
    page.goto(asked)
    page.get_by_role("button", name="I agree: do it").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Agreed, and done.")
    page.goto(f"{address}/office?lang=en")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Gorakhpur")
    expect(said).to_have_count(0)
    assert [each for each in complaints if "409" not in each and "422" not in each] == []
