"""UPI in Chromium: the code that counts down, the state that changes by itself, the customer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

import jobs
from payments import upi
from postal.counter import payments
from postal.counter.payments import Payment
from runtime import Runtime
from tests.rigs.browser import enter, listen
from tests.rigs.clock import Clock
from tests.rigs.counter import Clerk, clerk, office
from tests.rigs.desk import sign_in
from tests.rigs.requests import sign
from tests.rigs.upi import booking_of, credits_of, group_now, paid, rounds, with_settings, working

expect.set_options(timeout=20_000)


@dataclass
class Screen:
    """The clerk's screen, turned to the customer; what the browser complained of meanwhile."""

    page: Page
    address: str
    runtime: Runtime
    clerk: Clerk
    complaints: list[str] = field(default_factory=list)

    def show(self, articles: int = 1) -> int:
        """A new booking, its code shown by keyboard; the booking's row id."""
        made = booking_of(self.runtime, self.clerk, articles)
        self.page.goto(f"{self.address}/counter/groups/{made.id}/upi?lang=en")
        self.page.get_by_role("button", name="Show the QR code").press("Enter")
        expect(self.page.get_by_role("img", name="QR code to pay by UPI")).to_be_visible()
        return made.id

    def payment(self, group_id: int) -> Payment:
        found = self.runtime.database.run(lambda conn: payments.of_group(conn, group_id))
        assert found is not None
        return found

    def says(self, words: str) -> None:
        expect(self.page.locator(".upi-state")).to_have_text(words)


@pytest.fixture
def screen(page: Page, address: str, app: Flask, runtime: Runtime) -> Iterator[Screen]:
    office(runtime)
    at_counter = clerk(app, runtime)
    enter(page, address, at_counter.colleague)
    screen = Screen(page, address, runtime, at_counter)
    listen(page, screen.complaints)
    with working(runtime):
        yield screen
    page.close()
    assert screen.complaints == []


def test_the_code_counts_down_and_the_page_sees_the_payment(screen: Screen) -> None:
    group_id = screen.show()
    screen.says("Waiting for the payment")
    left = screen.page.get_by_role("timer")
    expect(left).to_have_text("4:57")  # second by second, though the server's clock stands still
    box = screen.page.locator(".upi-qr").bounding_box()
    assert box is not None
    assert box["width"] >= 380  # seen from the other side of a counter
    assert box["y"] + box["height"] <= 768  # and whole
    # Who left it for something else finds it again, from the counter and from the booking.
    screen.page.goto(screen.address + "/counter")
    screen.page.get_by_role("link", name="Waiting for UPI").press("Enter")
    screen.says("Waiting for the payment")
    screen.page.goto(screen.address + f"/counter/groups/{group_id}")
    screen.page.get_by_role("link", name="To the QR code").press("Enter")
    screen.says("Waiting for the payment")
    paid(screen.runtime, screen.payment(group_id))
    screen.says("Paid and booked")
    expect(left).to_have_count(0)
    assert group_now(screen.runtime, group_id).method == "upi"


def test_the_customer_pays_by_the_button(screen: Screen) -> None:
    group_id = screen.show(articles=3)
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("₹226.56")
    screen.page.get_by_role("button", name="Customer pays", exact=True).press("Enter")
    screen.says("Paid and booked")
    assert [each.state for each in credits_of(screen.runtime, group_id)] == ["booked"]


def test_the_time_is_over_and_a_new_code_is_shown(screen: Screen, clock: Clock) -> None:
    group_id = screen.show()
    clock.advance(seconds=300)
    screen.says("The time is over. Looking once more whether money came …")
    expect(screen.page.get_by_role("img", name="QR code to pay by UPI")).to_have_count(0)
    rounds(screen.runtime)
    screen.says("Nobody paid in time. The QR code is worth nothing any more.")
    screen.page.get_by_role("button", name="Show a new QR code").press("Enter")
    screen.says("Waiting for the payment")
    assert screen.payment(group_id).id > 1


def test_too_little_late_and_twice(screen: Screen, clock: Clock) -> None:
    page = screen.page
    little = screen.show()
    page.get_by_role("button", name="pays 1 rupee too little").press("Enter")
    screen.says("Money came, but nothing was booked with it")
    expect(page.locator(".upi-due")).to_contain_text("₹74.52 came. It is not the price")
    late = screen.show()
    page.get_by_role("button", name="pays late").press("Enter")
    clock.advance(seconds=300)
    screen.says("The time is over. Looking once more whether money came …")
    rounds(screen.runtime)
    screen.says("Nobody paid in time. The QR code is worth nothing any more.")
    clock.advance(seconds=60)
    rounds(screen.runtime)
    page.reload()
    screen.says("Paid and booked")
    twice = screen.show()
    page.get_by_role("button", name="pays twice").press("Enter")
    expect(page.locator(".upi-due")).to_contain_text("The booking was paid for already")
    states = [
        [each.state for each in credits_of(screen.runtime, id_)] for id_ in (little, late, twice)
    ]
    assert states == [["refund_due"], ["booked"], ["booked", "refund_due"]]


def test_a_typed_reference_survives_the_asking(screen: Screen) -> None:
    static = with_settings(screen.runtime, upi_provider="static", upi_id="post@examplebank")
    made = booking_of(screen.runtime, screen.clerk)
    upi.begin(static, made.id)
    page = screen.page
    page.goto(f"{screen.address}/counter/groups/{made.id}/upi?lang=en")
    expect(page.get_by_label("Bank reference")).to_be_focused()
    page.keyboard.type("412345")
    expect(page.get_by_role("timer")).to_have_text("4:56")  # some questions and answers later
    page.keyboard.type("678901")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Rupees that came")).to_be_focused()
    page.keyboard.press("Enter")
    screen.says("Paid and booked")


def test_the_postmaster_gives_back(screen: Screen, app: Flask, runtime: Runtime) -> None:
    screen.show()
    screen.page.get_by_role("button", name="pays 1 rupee too little").press("Enter")
    screen.says("Money came, but nothing was booked with it")
    enter(screen.page, screen.address, sign_in(app, runtime, "postmaster"))
    screen.page.goto(f"{screen.address}/counter/payments")
    screen.page.get_by_role("button", name="By the provider").press("Enter")
    expect(screen.page.locator("p.told")).to_contain_text("Asked.")
    second, id_ = sign_in(app, runtime, "supervisor"), int(screen.page.url.rsplit("/", 1)[1])
    assert sign(second, id_).startswith("Agreed, and done.")
    screen.page.goto(f"{screen.address}/counter/payments")
    jobs.process().upi.start()
    jobs.process().upi.wait()
    screen.page.reload()
    expect(screen.page.get_by_text("Nothing is to be given back.")).to_be_visible()


def test_narrow_and_in_hindi(screen: Screen) -> None:
    page = screen.page
    static = with_settings(screen.runtime, upi_provider="static", upi_id="post@examplebank")
    for here in (screen.runtime, static):
        made = booking_of(screen.runtime, screen.clerk)
        upi.begin(here, made.id)
        for width in (1024, 400):
            page.set_viewport_size({"width": width, "height": 768})
            page.goto(f"{screen.address}/counter/groups/{made.id}/upi?lang=hi")
            screen.says("भुगतान का इंतज़ार है")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
