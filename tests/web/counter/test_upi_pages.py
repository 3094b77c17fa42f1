"""The pages of UPI: the clerk's QR code and the postmaster's list, through the front door."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import segno
from flask import Flask

from app import create_app
from payments import upi
from postal.counter import counter_days, day_end, payments, provider_events, refunds
from postal.counter.payments import Payment
from postal.counter.refunds import DrawerShort
from providers.base import Came
from runtime import Runtime
from settings import Settings
from tests.rigs.clock import Clock
from tests.rigs.counter import CHARGES, Clerk, clerk, office
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.doers import staff
from tests.rigs.requests import ask, at, both, sign, told
from tests.rigs.upi import (
    begun,
    booking_of,
    cancel,
    credit_now,
    credits_of,
    entered,
    group_now,
    ledger,
    paid,
    payment_now,
    rounds,
    with_settings,
    working,
)
from web.counter.upi import picture

PRICE = CHARGES.paise


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"upi_id": "post.maharajganj@examplebank"})


@pytest.fixture
def at_counter(app: Flask, runtime: Runtime) -> Iterator[Clerk]:
    office(runtime)
    with working(runtime):
        yield clerk(app, runtime)


@pytest.fixture
def second(at_counter: Clerk, app: Flask, runtime: Runtime) -> Colleague:
    """The second person of a refund: district-wide."""
    return sign_in(app, runtime, "supervisor")


@pytest.fixture
def postmaster(at_counter: Clerk, app: Flask, runtime: Runtime) -> Colleague:
    return sign_in(app, runtime, "postmaster")


def path(payment: Payment, more: str = "") -> str:
    return f"/counter/groups/{payment.group_id}/upi{more}"


def newest(runtime: Runtime, group_id: int) -> Payment:
    found = runtime.database.run(lambda conn: payments.of_group(conn, group_id))
    assert found is not None
    return found


def test_the_button_leads_to_the_code(runtime: Runtime, at_counter: Clerk) -> None:
    made = booking_of(runtime, at_counter)
    here = f"/counter/groups/{made.id}/upi"
    assert "Show the QR code" in at_counter.colleague.get(here).text
    answer = at_counter.colleague.post(here)
    assert (answer.status_code, answer.headers["Location"]) == (302, here)
    page = at_counter.colleague.get(here).text
    assert "₹75.52" in page
    assert 'data-left="300"' in page
    link = newest(runtime, made.id).qr_text
    assert link is not None
    assert str(picture(link)) in page
    assert (
        segno.make_qr(link, error="m").svg_inline(
            border=4, dark="#000", light="#fff", omitsize=True
        )
        in page
    )
    at_counter.colleague.post(here)  # a double click, browser back and again
    assert at_counter.colleague.get(here).text.count("<svg") == page.count("<svg")


def test_the_page_asks_and_is_told_when_it_changes(
    runtime: Runtime, at_counter: Clerk, clock: Clock
) -> None:
    _, payment = begun(runtime, at_counter)
    colleague = at_counter.colleague
    clock.advance(seconds=10)
    now = colleague.post_in_page(path(payment, "/now"), phase="shown")
    assert 'data-left="290"' in now.text
    assert "HX-Redirect" not in now.headers
    paid(runtime, payment)
    told = colleague.post_in_page(path(payment, "/now"), phase="shown")
    assert told.headers["HX-Redirect"] == path(payment)
    page = colleague.get(path(payment)).text
    assert "Paid and booked" in page
    assert "hx-trigger" not in page  # it is over: nothing is asked any more


@pytest.mark.parametrize(
    ("does", "says", "states"),
    [
        ("pays", "Paid and booked", ["booked"]),
        ("little", "It is not the price of the booking", ["refund_due"]),
        ("twice", "The booking was paid for already", ["booked", "refund_due"]),
    ],
)
def test_the_simulated_customer(
    runtime: Runtime, at_counter: Clerk, does: str, says: str, states: list[str]
) -> None:
    _, payment = begun(runtime, at_counter)
    at_counter.colleague.post(path(payment, "/simulate"), does=does)
    assert [each.state for each in credits_of(runtime, payment.group_id)] == states
    assert says in at_counter.colleague.get(path(payment)).text


def test_the_simulated_customer_pays_late(
    runtime: Runtime, at_counter: Clerk, clock: Clock
) -> None:
    _, payment = begun(runtime, at_counter)
    at_counter.colleague.post(path(payment, "/simulate"), does="late")
    clock.advance(seconds=300)
    assert "Looking once more" in at_counter.colleague.get(path(payment)).text
    rounds(runtime)
    assert "Nobody paid in time" in at_counter.colleague.get(path(payment)).text
    clock.advance(seconds=40)
    rounds(runtime)
    assert group_now(runtime, payment.group_id).state == "booked"


def test_stopped_and_begun_again(runtime: Runtime, at_counter: Clerk) -> None:
    _, payment = begun(runtime, at_counter)
    at_counter.colleague.post(path(payment, "/stop"))
    page = at_counter.colleague.get(path(payment)).text
    assert "The QR code is cancelled. Should money come" in page
    assert "Show a new QR code" in page


def test_mixed_up_paise_are_named(runtime: Runtime, at_counter: Clerk) -> None:
    _, payment = begun(runtime, at_counter)
    paid(runtime, payment, 100 * PRICE)
    assert "rupees and paise were mixed up" in at_counter.colleague.get(path(payment)).text


@pytest.mark.parametrize(
    ("form", "status", "says"),
    [
        ({"reference": "12345", "amount": "75.52"}, 422, "has 12 digits"),
        ({"reference": "4123 4567 8901", "amount": "7552p"}, 422, "Type the sum that came"),
        ({"reference": "412345678901", "amount": "0"}, 422, "Type the sum that came"),
        ({"reference": "412345678901", "amount": ""}, 422, "Type the sum that came"),
    ],
)
def test_what_is_no_reference_and_no_sum_is_said_beside_it(
    runtime: Runtime, at_counter: Clerk, form: dict[str, str], status: int, says: str
) -> None:
    static = with_settings(runtime, upi_provider="static")
    payment = upi.begin(static, booking_of(runtime, at_counter).id)
    answer = at_counter.colleague.post(path(payment, "/reference"), **form)
    assert answer.status_code == status
    assert says in answer.text
    assert f'value="{form["reference"]}"' in answer.text  # what was typed stays
    assert credits_of(runtime, payment.group_id) == []


def test_a_reference_books_and_once_only(runtime: Runtime, at_counter: Clerk) -> None:
    static = with_settings(runtime, upi_provider="static")
    payment = upi.begin(static, booking_of(runtime, at_counter).id)
    form = {"reference": "4123 4567 8901", "amount": "75.52"}
    assert at_counter.colleague.post(path(payment, "/reference"), **form).status_code == 302
    assert "Paid and booked" in at_counter.colleague.get(path(payment)).text
    other = upi.begin(static, booking_of(runtime, at_counter).id)
    again = at_counter.colleague.post(path(other, "/reference"), **form)
    assert again.status_code == 409
    assert "was counted already" in again.text


def test_another_office_sees_nothing(runtime: Runtime, at_counter: Clerk, app: Flask) -> None:
    _, payment = begun(runtime, at_counter)
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nichlaul', '273304', 'sub', 'MAHARAJGANJ')"
        )
    stranger = sign_in(app, runtime, "clerk", "stranger")
    with runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE staff SET office_id = (SELECT id FROM offices WHERE pin = '273304')"
            " WHERE staff_id = 'stranger'"
        )
    assert stranger.get(path(payment)).status_code == 404
    for more in ("", "/stop", "/now", "/reference", "/simulate"):
        assert stranger.post(path(payment, more), does="pays").status_code == 404
    assert payment_now(runtime, payment.id).state == "shown"


def test_no_simulated_customer_in_production(
    runtime: Runtime, at_counter: Clerk, app: Flask
) -> None:
    _, payment = begun(runtime, at_counter)
    changed = runtime.settings.model_copy(update={"dakiya_env": "production"})
    there = create_app(dataclasses.replace(runtime, settings=changed))
    there.config["SESSION_COOKIE_SECURE"] = False
    colleague = sign_in(there, runtime, "postmaster", "production-1")
    answer = colleague.post(path(payment, "/simulate"), does="pays")
    assert answer.status_code == 404
    assert credits_of(runtime, payment.group_id) == []


def test_upi_that_is_off_says_so(runtime: Runtime, at_counter: Clerk) -> None:
    made = booking_of(runtime, at_counter)
    there = create_app(dataclasses.replace(runtime, providers={}))
    colleague = sign_in(there, runtime, "clerk", "clerk-9")
    colleague.post(f"/counter/groups/{made.id}/upi")
    page = colleague.get(f"/counter/groups/{made.id}/upi").text
    assert "UPI is not set up here" in page
    assert group_now(runtime, made.id).state == "open"


# ---- the postmaster's list -----------------------------------------------------------------------


def due_of(page: str) -> list[int]:
    return [int(id_) for id_ in re.findall(r'id="due-(\d+)"', page)]


def test_what_is_due_oldest_first_and_given_back_by_every_way(
    runtime: Runtime,
    at_counter: Clerk,
    postmaster: Colleague,
    second: Colleague,
    clock: Clock,
) -> None:
    dues = []
    for paise in (PRICE - 1, PRICE + 1, 5 * PRICE):
        clock.advance(seconds=60)
        _, payment = begun(runtime, at_counter)
        dues.append(paid(runtime, payment, paise).id)
    page = postmaster.get("/counter/payments").text
    assert due_of(page) == dues
    assert "₹75.51" in page
    assert "instead of ₹75.52" in page
    assert "Cash from my drawer" not in page  # the postmaster has no counter open
    refund = "/counter/payments/{}/refund"
    both(postmaster, second, refund.format(dues[0]), way="upi", reference="500000000001")
    assert credit_now(runtime, dues[0]).state == "refunded"
    both(postmaster, second, refund.format(dues[1]), way="provider")
    assert "The provider is giving it back" in postmaster.get("/counter/payments").text
    clash = postmaster.post(refund.format(dues[1]), way="upi", reference="500000000002")
    assert clash.status_code == 302
    assert "giving it back already" in postmaster.get("/counter/payments").text
    rounds(runtime)
    postmaster.post(f"/counter/payments/{dues[2]}/refund", way="cash")
    assert "open one first" in postmaster.get("/counter/payments").text
    assert due_of(postmaster.get("/counter/payments").text) == [dues[2]]
    ways = [credit_now(runtime, id_).refund_way for id_ in dues]
    assert ways == ["upi", "provider", None]
    assert [entry for entry in ledger(runtime) if entry[0] == "refund"] == [
        ("refund", "upi", -(PRICE - 1)),
        ("refund", "upi", -(PRICE + 1)),
    ]


def test_cash_leaves_the_drawer_of_whoever_gives_it_back(
    runtime: Runtime, at_counter: Clerk, postmaster: Colleague, second: Colleague
) -> None:
    with runtime.database.transaction() as conn:
        by = staff(postmaster.staff_row, at_counter.day.office_id, runtime.now())
        counter_days.open_day(conn, 9, 100_000, by)
    _, payment = begun(runtime, at_counter)
    cancel(runtime, payment.group_id)
    due = paid(runtime, payment)
    id_ = ask(postmaster, f"/counter/payments/{due.id}/refund", way="cash")
    for _ in range(2):  # a double click
        sign(second, id_)
    assert credit_now(runtime, due.id).state == "refunded"
    assert ledger(runtime) == [("unclassified", "upi", PRICE), ("refund", "cash", -PRICE)]
    postmaster.post(f"/counter/payments/{due.id}/refund", way="cash")
    page = " ".join(postmaster.get("/counter/payments").text.split())
    assert "not to be given back any more" in page
    assert "given back · in cash · postmaster-1 · " in page


def test_no_cash_leaves_a_counter_that_was_closed_meanwhile(
    runtime: Runtime, at_counter: Clerk, postmaster: Colleague, second: Colleague
) -> None:
    with runtime.database.transaction() as conn:
        by = staff(postmaster.staff_row, at_counter.day.office_id, runtime.now())
        day = counter_days.open_day(conn, 9, 100_000, by)
    _, payment = begun(runtime, at_counter)
    due = paid(runtime, payment, PRICE + 1)
    id_ = ask(postmaster, f"/counter/payments/{due.id}/refund", way="cash")
    postmaster.get(at(id_))
    with runtime.database.transaction() as conn:
        count = day_end.read_count({note: str(2 * (note == 500)) for note in day_end.NOTES})
        day_end.close(conn, day.id, count, "", by)
    assert "do not allow it any more" in sign(second, id_)
    assert credit_now(runtime, due.id).state == "refund_due"
    assert "Refused: Refund" in told(postmaster, "/counter/payments")
    assert "open one first" in postmaster.get(at(id_)).text


def test_no_more_cash_leaves_a_drawer_than_it_holds(
    runtime: Runtime, at_counter: Clerk, postmaster: Colleague
) -> None:
    """Two sums, each of which it holds, and both at the same moment: one goes."""
    dues = []
    for _ in range(2):
        _, payment = begun(runtime, at_counter)
        dues.append(paid(runtime, payment, 60_000).id)
    with runtime.database.transaction() as conn:
        by = staff(postmaster.staff_row, at_counter.day.office_id, runtime.now())
        day = counter_days.open_day(conn, 9, 100_000, by)
    barrier = Barrier(2)

    def give(id_: int) -> str:
        barrier.wait()
        try:
            return runtime.database.run(
                lambda conn: refunds.enter_cash(conn, id_, day.id, by)
            ).state
        except DrawerShort as short:
            return str(short.held)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(give, dues)) == ["40000", "refunded"]
    (left,) = [id_ for id_ in dues if credit_now(runtime, id_).state == "refund_due"]
    postmaster.post(f"/counter/payments/{left}/refund", way="cash")
    assert "should hold less cash than that" in postmaster.get("/counter/payments").text
    assert credit_now(runtime, left).refund_way is None


@pytest.mark.parametrize("reference", ["", "12345", "500000000001 x"])
def test_a_refund_by_hand_needs_its_reference(
    runtime: Runtime, at_counter: Clerk, postmaster: Colleague, reference: str
) -> None:
    _, payment = begun(runtime, at_counter)
    due = paid(runtime, payment, 1)
    postmaster.post(f"/counter/payments/{due.id}/refund", way="upi", reference=reference)
    assert "has 12 digits" in postmaster.get("/counter/payments").text
    assert credit_now(runtime, due.id).state == "refund_due"


def test_one_reference_gives_back_one_sum(
    runtime: Runtime, at_counter: Clerk, postmaster: Colleague, second: Colleague
) -> None:
    dues = []
    for _ in range(2):
        _, payment = begun(runtime, at_counter)
        dues.append(paid(runtime, payment, 1).id)
    first, other = (
        ask(postmaster, f"/counter/payments/{id_}/refund", way="upi", reference="500000000009")
        for id_ in dues
    )
    assert "Agreed, and done." in sign(second, first)
    assert "do not allow it any more" in sign(second, other)  # decided again
    assert [credit_now(runtime, id_).state for id_ in dues] == ["refunded", "refund_due"]
    assert "was counted already" in postmaster.get(at(other)).text


def test_nobodys_money_is_every_offices_to_give_back(
    runtime: Runtime, at_counter: Clerk, postmaster: Colleague, second: Colleague
) -> None:
    came = Came("simulator", "SIM-X", 4_200, runtime.now(), tr="ZZZZ2222ZZZZ2222")
    due = upi.take(runtime, came, "hook").credit
    assert "It belongs to no booking that we know" in postmaster.get("/counter/payments").text
    refund = f"/counter/payments/{due.id}/refund"
    both(postmaster, second, refund, way="upi", reference="500000000003")
    assert ledger(runtime) == [("unclassified", "upi", 4_200), ("refund", "upi", -4_200)]


def test_what_could_not_be_read_is_shown_until_somebody_saw_it(
    runtime: Runtime, at_counter: Clerk, postmaster: Colleague
) -> None:
    with runtime.database.transaction() as conn:
        provider_events.note(conn, "razorpay", "evt_1", "qr_code.credited", runtime.now())
        provider_events.keep(conn, "razorpay", "evt_1", "NoSum: 75.5 is no sum", '{"id": "pay_1"}')
    page = postmaster.get("/counter/payments").text
    assert "pay_1" in page
    postmaster.post("/counter/payments/unreadable", provider="razorpay", event="evt_1")
    assert "pay_1" not in postmaster.get("/counter/payments").text


def test_the_banks_statement_settles_the_departments_own_id(
    runtime: Runtime, at_counter: Clerk, postmaster: Colleague, clock: Clock
) -> None:
    static = with_settings(runtime, upi_provider="static")
    payment = upi.begin(static, booking_of(runtime, at_counter).id)
    credit = entered(static, payment.id, "412345678901", PRICE).credit
    assert "statement shows all of it" in postmaster.get("/counter/payments").text
    postmaster.post("/counter/payments/settled", day="2026-08-14")
    assert credit_now(runtime, credit.id).settled_at is not None
    assert "statement shows all of it" not in postmaster.get("/counter/payments").text
    assert postmaster.post("/counter/payments/settled", day="soon").status_code == 422


def test_empty_pages_say_so(at_counter: Clerk, postmaster: Colleague) -> None:
    page = postmaster.get("/counter/payments?day=2026-01-01").text
    assert "Nothing is to be given back." in page
    assert "Nothing came by UPI on this day." in page
