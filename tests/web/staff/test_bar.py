"""The bar on top of every page: what a role is offered, what waits there, and its search."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from postal.people.accounts import ROLES, Role
from runtime import Runtime
from tests.rigs.browser import enter, listen
from tests.rigs.desk import sign_in
from tests.rigs.told import nothing_in
from tests.rigs.transcript import Player

NUMBER = "EU123456785IN"
_BAR = re.compile(r'<header class="band">.*</header>', re.DOTALL)
_LINK = re.compile(r'<a [^>]*?href="(/[^"?]*)"')


def bar(text: str) -> str:
    found = _BAR.search(text)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("role", ROLES)
def test_nobody_is_offered_a_room_that_the_role_may_not_enter(
    player: Player, app: Flask, runtime: Runtime, role: Role
) -> None:
    colleague = sign_in(app, runtime, role)
    links = _LINK.findall(bar(colleague.get("/desk").text))
    offered = {each for each in links if each != "/phones"}
    nothing_in(
        f"{each}: {status}"
        for each in sorted(offered)
        if (status := colleague.get(each).status_code) != 200
    )
    rooms = {each.split("/")[1] for each in offered if each != "/counter/tariff/sources"}
    assert ("counter" in rooms) == (role in ("clerk", "postmaster", "supervisor"))
    assert ("/desk/find" in offered) == (role in ("agent", "postmaster", "supervisor"))
    if role == "postmaster":  # also on the pages of nobody's room
        assert _LINK.findall(bar(colleague.get("/").text)) == _LINK.findall(
            bar(colleague.get("/desk/account").text)
        )


def test_the_sign_in_names_the_room_that_was_asked_for(player: Player, client: FlaskClient) -> None:
    for path, said in (
        ("/counter", "To the counter"),
        ("/office/lists", "To the delivery office"),
        ("/desk/tickets", "To the help desk"),
    ):
        page = client.get(f"{path}?lang=en", follow_redirects=True)
        assert said in client.get("/desk/sign-in?lang=en").text, path
        assert page.status_code == 200
    assert "To the" not in client.application.test_client().get("/desk/sign-in?lang=en").text


def test_the_bar_says_what_waits_and_its_search_finds(
    player: Player, app: Flask, runtime: Runtime, page: Page, address: str
) -> None:
    player.step("postman 1001 +919839000001")
    player.step(f"article {NUMBER} to +919876500001 en")
    player.step(f"list 1001: {NUMBER}")
    player.step("+919876500001 > 3")
    agent = sign_in(app, runtime, "agent")
    complaints: list[str] = []
    listen(page, complaints)
    enter(page, address, agent)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{address}/desk/requests?lang=en")
    expect(page.get_by_role("button", name="Menu 1 waiting")).to_be_visible()
    expect(page.get_by_role("link", name="Tickets")).not_to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("link", name="Tickets 1 waits for somebody")).to_be_visible()
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Tickets")).not_to_be_visible()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("searchbox", name="Search").fill(NUMBER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(NUMBER)

    clerk = sign_in(app, runtime, "clerk")
    page.context.clear_cookies()
    enter(page, address, clerk)
    page.set_viewport_size({"width": 1024, "height": 740})
    page.goto(f"{address}/office?lang=en")
    expect(page.get_by_role("button", name="Menu")).not_to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type(NUMBER[7:11])
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(f"{NUMBER} out for delivery")
    page.get_by_role("link", name=NUMBER).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ram (1001)")
    page.go_back()
    page.get_by_label("last four digits").fill("+919876500001")  # names are the help desk's
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("no article number")
    page.goto(f"{address}/desk/find")
    expect(page.get_by_role("alert")).to_be_visible()
    assert [each for each in complaints if "422" not in each and "403" not in each] == []


def test_a_caller_is_found_by_a_name_in_either_script_and_by_part_of_a_number(
    player: Player, app: Flask, runtime: Runtime, page: Page, address: str
) -> None:
    """PAGES 5 and 19, in Chromium: by the box in the bar, which stands on every page."""
    player.step("postman 1001 +919839000001")
    player.step(f"article {NUMBER} to +919876500001 en")
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET recipient_name = 'Phoolmati Devi'")
    complaints: list[str] = []
    listen(page, complaints)
    enter(page, address, sign_in(app, runtime, "agent"))
    page.goto(f"{address}/desk/tickets?lang=en")
    for said in ("phulmati", "फूलमती", "Phoolmati 273303", "EU12345", "87650000", "9876500001"):
        page.wait_for_load_state()
        page.keyboard.press("/")
        box = page.get_by_role("searchbox")
        expect(box).to_be_focused()
        box.fill(said)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator(".hits", has_text=NUMBER), said).to_be_visible()
        assert said not in page.url, said
    page.locator(".hits a", has_text=NUMBER).first.press("Enter")
    expect(page.locator(".answer")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("/")
    page.get_by_role("searchbox").fill("Bhagirathi")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_be_visible()
    expect(page.locator(".hits")).to_have_count(0)
    assert complaints == []
