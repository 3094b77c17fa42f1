"""The Back button after a sign-out: the next person sees the sign-in, and nothing else."""

from __future__ import annotations

from flask import Flask
from playwright.sync_api import Page, Route, expect

from runtime import Runtime
from tests.rigs.browser import enter
from tests.rigs.counter import office
from tests.rigs.desk import PASSWORD, add, number, sign_in
from tests.rigs.transcript import Player

SOUGHT = "+919876500001"
expect.set_options(timeout=20_000)


def test_back_leads_to_the_sign_in(
    page: Page, address: str, player: Player, runtime: Runtime
) -> None:
    player.step(f"article EU123456785IN to {SOUGHT} en")
    row = add(runtime, "a1", "agent")
    page.goto(f"{address}/desk/find?lang=en")
    page.wait_for_load_state()
    page.get_by_label("Staff id").fill("a1")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("The number that it shows now").fill(number(runtime, row))
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="I have written them down").click()
    page.wait_for_url("**/desk/find")
    page.wait_for_load_state()
    page.get_by_role("searchbox").fill(SOUGHT)
    page.keyboard.press("Enter")
    expect(page.locator(".hits a").first).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Staff id")).to_be_visible()
    page.go_back()  # to what was found
    expect(page.get_by_label("Staff id")).to_be_visible()
    assert SOUGHT not in page.content()


def test_a_sign_out_takes_the_person_out_of_the_other_tab(
    page: Page, address: str, app: Flask, runtime: Runtime
) -> None:
    office(runtime)
    enter(page, address, sign_in(app, runtime, "agent"))
    page.goto(f"{address}/desk/find?lang=en")
    page.wait_for_load_state()
    other = page.context.new_page()
    other.goto(f"{address}/desk?lang=en")
    held: list[Route] = []
    other.route("**/sign-out", lambda route: held.append(route))
    with other.expect_request("**/sign-out"):
        other.get_by_role("button", name="Sign out").click(no_wait_after=True)
    page.evaluate("new Promise((done) => setTimeout(done))")  # what other tabs say comes first
    page.wait_for_load_state()
    expect(page.get_by_role("searchbox")).to_be_visible()  # the server has not answered yet
    held[0].continue_()
    expect(other.get_by_label("Staff id")).to_be_visible()
    expect(page.get_by_label("Staff id")).to_be_visible()
    other.close()
