"""What is marked of an article is seen where people work: list, slip, board, Today, navigation."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.browser import enter, listen
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.office import POSTMAN, Office, office, phone_of
from tests.rigs.paper import sheets
from tests.rigs.requests import ask
from tests.rigs.transcript import Player


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    return office(player, app, runtime)


def report(at: Office, *serials: int) -> None:
    """The postman comes, and somebody asks each of them for the code."""
    for item, serial in enumerate(serials, 1):
        at.player.step(f"{POSTMAN} > {item}")
        at.player.step(f"{phone_of(serial)} > 3")


def test_a_report_of_fraud_is_marked_everywhere(at: Office, app: Flask, runtime: Runtime) -> None:
    at.out(1, 2)
    master = sign_in(app, runtime, "postmaster", "master")
    assert "fraud reported" not in at.clerk.get("/office").text
    report(at, 1)
    today = at.clerk.get("/office").text
    assert "Look at these first: 1" in today
    assert number_of(1) in today
    assert number_of(2) not in today
    assert '<span class="waits">1<span class="unseen"> with fraud reported' in today
    assert at.clerk.get(f"/office/lists/{at.list_id()}").text.count("fraud reported</span>") == 1
    assert at.clerk.get(f"/office/lists/{at.list_id()}/slip").text.count("! Fraud reported") == 1
    pdf = at.clerk.get(f"/office/lists/{at.list_id()}/slip.pdf").data
    assert sum(each.text.count("Fraud reported") for each in sheets(pdf)) == 1
    desk = master.get("/desk").text
    assert '<span class="waits">1<span class="unseen"> open ticket about fraud' in desk
    postman = {"recipient": phone_of(1), "postman": POSTMAN}
    phones = at.player.client.post("/phones/news", data=postman).text
    assert phones.count("line-fraud") == 1
    at.clerk.post(f"/office/lists/{at.list_id()}/take-in", number=number_of(1))
    board = at.clerk.get("/office/draft").text
    assert board.count("fraud reported</span>") == 1
    at.player.step(f"{POSTMAN} > 2 11")  # what is over or not reported is not marked
    assert "Look at these first: 1" in at.clerk.get("/office").text


def test_who_says_that_he_did_not_get_it_is_marked_while_it_is_out(at: Office) -> None:
    at.out(1, 2)
    at.player.step(f"{phone_of(1)} > 1")
    at.player.step(f"{phone_of(1)} > 2")
    assert at.clerk.get(f"/office/lists/{at.list_id()}").text.count("says: not received") == 1
    slip = at.clerk.get(f"/office/lists/{at.list_id()}/slip").text
    assert slip.count("! Says: not received") == 1


def test_moves_requests_and_recalls_are_marked(at: Office, app: Flask, runtime: Runtime) -> None:
    number = at.out(1)[0]
    at.player.step(f"{POSTMAN} > 1 11")
    sender = "+919811100001"
    with at.runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET sender_proven_at = now()")
        (article,) = conn.execute("SELECT id FROM articles").fetchone() or (0,)
    at.player.step(f"{sender} > {number} 9876500003")
    assert "asked whether its code goes elsewhere" in at.clerk.get("/office").text
    agent = sign_in(app, runtime, "supervisor", "super")
    moved = {"phone": "+919876500009", "reason": "wrong_entry"}
    ask(agent, f"/desk/articles/{article}/correct-number", **moved)
    today = at.clerk.get("/office").text
    assert "waits for a second person" in today
    assert "/desk/requests/" in today
    at.player.step(f"{phone_of(1)} > 3")
    assert "asked whether" not in at.clerk.get("/office").text


def test_another_office_sees_no_mark_of_ours(at: Office, app: Flask, runtime: Runtime) -> None:
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nautanwa', '273305', 'sub', 'Maharajganj')"
        )
    other = sign_in(app, runtime, "postmaster", "elsewhere", "273305")
    at.out(1)
    report(at, 1)
    page = other.get("/office").text
    assert number_of(1) not in page
    assert "with fraud reported" not in page
    assert number_of(1) not in other.get("/desk/fraud").text


def fraud_of_three(at: Office) -> None:
    at.out(1, 2, 3, 4)
    report(at, 1, 2)


def test_the_page_of_fraud_warns_after_a_preview(
    at: Office, app: Flask, runtime: Runtime, page: Page, address: str
) -> None:
    fraud_of_three(at)
    master: Colleague = sign_in(app, runtime, "postmaster", "master")
    complaints: list[str] = []
    listen(page, complaints)
    enter(page, address, master)
    page.goto(f"{address}/desk/fraud?lang=en")
    place = page.locator("#pin-273303")
    expect(place.get_by_role("heading")).to_contain_text("273303")
    expect(place.get_by_role("link", name=number_of(1), exact=True)).to_be_visible()
    expect(place.locator("a[href*='/desk/tickets/']")).to_have_count(2)
    expect(place.locator(".hours td.hour-some")).to_have_count(1)
    place.get_by_text("Warn 4 people").first.click()
    expect(place.locator("blockquote")).to_have_count(3)
    place.get_by_role("button", name="Warn 4 people").press("Enter")
    expect(page.locator(".told.done")).to_contain_text("The warning goes out")
    expect(place.locator(".done")).to_contain_text("Warned")
    assert page.url.endswith("/desk/fraud#result")
    assert at.one("SELECT cause FROM herd_warnings") == ("help_desk",)
    assert complaints == []
