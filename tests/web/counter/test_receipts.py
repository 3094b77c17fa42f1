"""Receipts through the counter's pages: what is on them, for whom, and how often."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from conversation import counter
from messages.catalogue import Language
from postal.counter import booking, receipts
from postal.counter.groups import Charges, Group, Sender
from postal.counter.receipts import NotBooked
from runtime import Runtime
from store.database import Conn
from tests.rigs.api_calls import number_of
from tests.rigs.clock import Clock
from tests.rigs.counter import CHARGES, ITEM, SENDER, Clerk, clerk, directory, group, office
from tests.rigs.desk import TOKEN, sign_in
from tests.rigs.doers import reader, software
from tests.rigs.paper import sheets
from tests.rigs.upi import with_settings

REGISTERED = replace(
    ITEM,
    number="RR287043775IN",
    service="registered",
    otp_required=False,
    registration=True,
    cod_amount=1500,
    recipient_phone=None,
    without_phone="no_mobile",
    recipient_name="श्रीमती दुर्गावती देवी क्षत्रिय",
    charges=Charges(CHARGES.tariff, 2_400, 0, 500, 522),
)


@pytest.fixture
def at_counter(app: Flask, runtime: Runtime) -> Clerk:
    office(runtime)
    return clerk(app, runtime)


@pytest.fixture
def booked(runtime: Runtime, at_counter: Clerk) -> Group:
    """A Speed Post article with a code and a registered one with COD, paid in cash."""
    made = group(runtime, at_counter.poster, 12345678)
    with runtime.database.transaction() as conn:
        booking.add(conn, made.id, replace(REGISTERED, once=uuid4()), runtime.now())
    return runtime.database.run(lambda conn: counter.book(runtime, conn, made.id, "cash"))


def pdf(at: Clerk, id_: int, query: str = "") -> TestResponse:
    """Presses the button of the PDF, with the form's fields in `query`, and follows to it."""
    form = dict(parse_qsl(query.removeprefix("?")))
    pressed = at.colleague.post(f"/counter/groups/{id_}/receipt.pdf", **form)
    return at.colleague.get(pressed.headers["Location"]) if pressed.status_code == 303 else pressed


def printed(at: Clerk, id_: int, **form: str) -> TestResponse:
    """Presses the button on the page, with what the page's form says unless `form` does."""
    page = at.colleague.get(f"/counter/groups/{id_}/receipt").text
    fields = dict(re.findall(r'name="(once|paper|customer)" value="([^"]+)"', page))
    token = TOKEN.search(page)
    assert token is not None
    return at.colleague.client.post(
        f"/counter/groups/{id_}/receipt",
        data={"csrf_token": token[1], **fields, **form},
        follow_redirects=True,
    )


@pytest.mark.parametrize(("paper", "width"), [("80mm", 80), ("a4", 210)])
@pytest.mark.parametrize("lang", ["hi", "en"])
def test_a_receipt_has_what_was_posted_and_paid(
    at_counter: Clerk, booked: Group, paper: str, width: int, lang: str
) -> None:
    answer = pdf(at_counter, booked.id, f"?paper={paper}&customer={lang}")
    assert answer.mimetype == "application/pdf"
    (sheet,) = sheets(answer.data)
    assert round(sheet.width) == width
    assert sheet.barcodes() == ["EU123456785IN", "RR287043775IN"]
    first = ("EU 123456785 IN", "59.00", "5.00", "64.00", "5.76", "75.52")
    second = ("29.00", "2.61", "34.22", "273303/26/000001", "Dhanewa Dhanai", "CGST 9 %")
    numbers = ("109.74", "1,500", "1930", "cybercrime.gov.in", "1800-266-6868", "*247#", "##002#")
    office_ = ("Maharajganj H.O", "273303", "2026, 10:00", booked.tr, "Gyan Pustak Kendra")
    for each in (*first, *second, *numbers, *office_):
        assert each in sheet.text, each
    assert "+91" not in sheet.text
    english = ("Paid in cash", "Registration", "OTP delivery", "Beware of fraud", "Counter 1")
    assert all((each in sheet.text) == (lang == "en") for each in english)


def test_the_pages_language_stays_the_clerks(at_counter: Clerk, booked: Group) -> None:
    pdf(at_counter, booked.id, "?customer=hi")
    assert (
        "Print duplicate 1" in at_counter.colleague.get(f"/counter/groups/{booked.id}/receipt").text
    )


@pytest.mark.parametrize(
    ("spoken", "title"), [("hi", "रसीद"), ("hi-Latn", "Receipt"), ("en", "Receipt")]
)
def test_the_receipt_is_in_the_customers_language_until_another_is_chosen(
    runtime: Runtime, at_counter: Clerk, spoken: Language, title: str
) -> None:
    with runtime.database.transaction() as conn:
        sender = Sender(SENDER.name, SENDER.phone, spoken)
        by = at_counter.doer(runtime.now())
        made = booking.begin(conn, uuid4(), sender, at_counter.day.id, by)
        booking.add(conn, made.id, replace(ITEM, once=uuid4()), runtime.now())
    runtime.database.run(lambda conn: counter.book(runtime, conn, made.id, "upi"))
    page = at_counter.colleague.get(f"/counter/groups/{made.id}/receipt").text
    assert f"<h2>{title}</h2>" in page
    other = at_counter.colleague.get(f"/counter/groups/{made.id}/receipt?customer=hi&paper=a4").text
    assert "<h2>रसीद</h2>" in other
    assert f"UPI संदर्भ (tr): {made.tr}" in other
    assert "receipt-a4" in other


def test_the_first_is_the_original_and_each_further_one_a_copy(
    at_counter: Clerk, booked: Group, clock: Clock
) -> None:
    assert "DUPLICATE" not in sheets(pdf(at_counter, booked.id, "?customer=en").data)[0].text
    assert (
        "DUPLICATE 1 · not the original"
        in sheets(pdf(at_counter, booked.id, "?customer=en").data)[0].text
    )
    shown = printed(at_counter, booked.id)
    assert "DUPLICATE 2 · not the original" in shown.text
    assert "data-printing" in shown.text
    page = at_counter.colleague.get(f"/counter/groups/{booked.id}/receipt").text
    assert "Printed 3 times, last by Clerk clerk-1" in page
    assert "Print duplicate 3" in page
    assert 'class="paper receipt receipt-80mm preview"' in page


def test_loaded_again_or_pressed_twice_it_is_the_same_printing(
    at_counter: Clerk, booked: Group
) -> None:
    once = uuid4()
    for _ in range(2):
        document = pdf(at_counter, booked.id, f"?customer=en&once={once}").data
        assert "DUPLICATE" not in sheets(document)[0].text
    other = pdf(at_counter, booked.id, f"?paper=a4&once={once}")
    assert other.status_code == 422  # another paper is another printing
    pressed = uuid4()
    for _ in range(2):
        assert "DUPLICATE 1" in printed(at_counter, booked.id, once=str(pressed)).text
    assert (
        "Print duplicate 2" in at_counter.colleague.get(f"/counter/groups/{booked.id}/receipt").text
    )


def test_who_only_asks_what_there_is_counts_nothing(at_counter: Clerk, booked: Group) -> None:
    address = f"/counter/groups/{booked.id}/receipt.pdf"
    at_counter.colleague.client.head(address)
    for followed in (address, f"{address}?paper=80mm&lang=hi", f"{address}?once={uuid4()}"):
        answer = at_counter.colleague.get(followed)
        assert answer.headers["Location"] == f"/counter/groups/{booked.id}/receipt"
    assert at_counter.colleague.get(f"{address}?printing={uuid4()}").status_code == 404
    at_counter.colleague.get(f"/counter/groups/{booked.id}/receipt")
    assert "DUPLICATE" not in sheets(pdf(at_counter, booked.id, "?customer=en").data)[0].text


@pytest.mark.parametrize("paper", ["80mm", "a4"])
def test_it_has_what_an_indian_tax_receipt_has(
    app: Flask, runtime: Runtime, at_counter: Clerk, paper: str
) -> None:
    """Rule 46 of the CGST Rules, as far as a counter's customer is concerned; page and PDF."""
    directory(runtime)
    registered = with_settings(runtime, gstin="27AAPFU0939F1ZV,09AAACH7409R1ZZ")
    app.extensions["dakiya"] = registered
    with runtime.database.transaction() as conn:
        sender = replace(SENDER, address="Subhash Chowk, 98390 00077", pin="273001")
        by = at_counter.doer(runtime.now())
        made = booking.begin(conn, uuid4(), sender, at_counter.day.id, by)
        booking.add(conn, made.id, replace(ITEM, once=uuid4()), runtime.now())
    runtime.database.run(lambda conn: counter.book(runtime, conn, made.id, "cash", 10_000))
    query = f"?paper={paper}&customer=en"
    page = at_counter.colleague.get(f"/counter/groups/{made.id}/receipt{query}").text
    (sheet,) = sheets(pdf(at_counter, made.id, query).data)
    for text in (re.sub(r"<[^>]+>", " ", page), sheet.text):
        said = " ".join(text.split())
        for each in (
            "Tax invoice", "GSTIN 09AAACH7409R1ZZ", "SAC 996811",
            "place of supply: Uttar Pradesh (09) · reverse charge: no",
            "Maharajganj H.O, PIN 273303, Maharajganj, Uttar Pradesh",
            "Receipt no.: 273303/26/000001", "Subhash Chowk", "273001", "Dhanewa Dhanai",
            "Taxable value ₹ 64.00", "CGST 9 % ₹ 5.76", "SGST 9 % ₹ 5.76",
            "Given ₹ 100.00", "Change ₹ 24.48",
        ):  # fmt: skip
            assert each in said, each
        assert "27AAPFU0939F1ZV" not in said  # of another state
        assert "00077" not in said  # a telephone is masked wherever it stands
    again = sheets(pdf(at_counter, made.id, query).data)[0].text
    assert "DUPLICATE 1" in again


def test_receipts_are_numbered_without_a_gap_though_they_are_booked_at_once(
    runtime: Runtime, at_counter: Clerk, clock: Clock
) -> None:
    made = [group(runtime, at_counter.poster, 100 + each) for each in range(6)]
    barrier = Barrier(6)

    def book(each: Group) -> None:
        barrier.wait()

        def work(conn: Conn) -> None:
            counter.book(runtime, conn, each.id, "cash")
            if each is made[0]:
                raise OSError("the power went")

        with suppress(OSError):
            runtime.database.run(work)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(book, made))
    clock.at = datetime(2027, 3, 31, 18, 30, tzinfo=UTC)  # 1 April in India
    runtime.database.run(lambda conn: counter.book(runtime, conn, made[0].id, "cash"))
    with runtime.database.transaction() as conn:
        numbers = conn.execute("SELECT receipt_number FROM booking_groups ORDER BY 1").fetchall()
    years = [f"273303/26/00000{each}" for each in range(1, 6)] + ["273303/27/000001"]
    assert [row[0] for row in numbers] == years


def test_two_printings_at_the_same_moment_are_one_original_and_one_copy(
    runtime: Runtime, at_counter: Clerk, booked: Group
) -> None:
    barrier = Barrier(4)

    def press(_: int) -> int:
        barrier.wait()
        return runtime.database.run(
            lambda conn: receipts.note_printing(
                conn,
                booked.id,
                receipts.NewPrinting(uuid4(), "80mm", "hi"),
                at_counter.doer(runtime.now()),
            )
        ).ordinal

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(press, range(4))) == [1, 2, 3, 4]


def test_what_was_printed_is_never_edited(
    runtime: Runtime, at_counter: Clerk, booked: Group
) -> None:
    pdf(at_counter, booked.id)
    with (
        pytest.raises(Exception, match="permission denied"),
        runtime.database.transaction() as conn,
    ):
        conn.execute("UPDATE receipt_prints SET ordinal = 7")


@pytest.mark.parametrize(
    ("state", "why"),
    [("open", "not paid yet"), ("paying", "still awaited"), ("cancelled", "was cancelled")],
)
def test_only_what_is_booked_has_a_receipt(
    runtime: Runtime, at_counter: Clerk, state: str, why: str
) -> None:
    made = group(runtime, at_counter.poster, 12345678)
    with runtime.database.transaction() as conn:
        if state == "paying":
            booking.await_payment(conn, made.id)
        if state == "cancelled":
            booking.cancel(conn, made.id, runtime.now())
    path = f"/counter/groups/{made.id}/receipt"
    for answer in (
        at_counter.colleague.get(path),
        at_counter.colleague.get(f"{path}.pdf?printing={uuid4()}"),
        at_counter.colleague.post(path + ".pdf"),
        at_counter.colleague.post(path),
    ):
        assert answer.status_code == 409
        assert why in answer.text
    with runtime.database.transaction() as conn, pytest.raises(NotBooked, match=state):
        receipts.read(conn, made.id, reader(runtime.now()), "")


def test_another_offices_clerk_finds_nothing(
    app: Flask, runtime: Runtime, at_counter: Clerk, booked: Group
) -> None:
    stranger = sign_in(app, runtime, "clerk", "elsewhere")
    with runtime.database.transaction() as conn:
        conn.execute(
            "WITH o AS (INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nautanwa S.O', '273164', 'sub', 'MAHARAJGANJ') RETURNING id)"
            " UPDATE staff SET office_id = o.id FROM o WHERE staff.id = %s",
            [stranger.staff_row],
        )
    path = f"/counter/groups/{booked.id}/receipt"
    assert stranger.get(path).status_code == 404
    assert stranger.get(f"{path}.pdf?printing={uuid4()}").status_code == 404
    assert stranger.post(path + ".pdf").status_code == 404
    assert stranger.post(path).status_code == 404
    assert "DUPLICATE" not in sheets(pdf(at_counter, booked.id, "?customer=en").data)[0].text


@pytest.mark.parametrize("query", ["?paper=a5", "?customer=fr", "?once=1", "?once=%27"])
def test_what_there_is_not_is_not_printed(at_counter: Clerk, booked: Group, query: str) -> None:
    assert pdf(at_counter, booked.id, query).status_code == 404


@pytest.mark.parametrize("query", ["?printing=x", f"?printing={UUID(int=7)}", "?customer=fr"])
def test_what_there_is_not_is_not_shown(at_counter: Clerk, booked: Group, query: str) -> None:
    path = f"/counter/groups/{booked.id}/receipt{query}"
    assert at_counter.colleague.get(path).status_code == 404


def test_software_has_a_receipt_too(runtime: Runtime, at_counter: Clerk) -> None:
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "INSERT INTO tokens (name, digest) VALUES ('x', '\\x00') RETURNING id"
        ).fetchone()
        assert row is not None
        by = software(row[0], at_counter.day.office_id, runtime.now())
        made = booking.begin(conn, uuid4(), SENDER, None, by)
        booking.add(conn, made.id, replace(ITEM, once=uuid4()), runtime.now())
    runtime.database.run(lambda conn: counter.book(runtime, conn, made.id, "cash"))
    (sheet,) = sheets(pdf(at_counter, made.id, "?customer=en").data)
    assert "Booked by software" in sheet.text
    assert sheet.barcodes() == [number_of(12345678)]
