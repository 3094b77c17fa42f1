"""The counter's work by API: the price, the directory, several articles paid for and booked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask.testing import FlaskClient
from psycopg import sql
from werkzeug.test import TestResponse

from runtime import Runtime
from tests.rigs.api_calls import Api, api_of, article, booking, fields, number_of
from tests.rigs.counter import directory

QUOTE = "/tariff?office_pin=273303&pin=226001&service=speed_post&weight_g=120"


@pytest.fixture
def api(runtime: Runtime, client: FlaskClient) -> Api:
    api = api_of(runtime, client)
    directory(runtime)
    return api


def count(runtime: Runtime, table: str) -> int:
    with runtime.database.transaction() as conn:
        row = conn.execute(
            sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_a_quote_is_itemised(api: Api) -> None:
    told = api.get(QUOTE + "&otp_required=true").get_json()
    assert {line["kind"]: line["paise"] for line in told["lines"]} == {
        "base": 6_300,
        "otp": 500,
        "cgst": 600,
        "sgst": 600,
    }
    assert (told["paise"], told["km"], told["local"]) == (8_000, 259, False)
    assert [line["kind"] for line in told["lines"] if line["unverified"]] == [
        "base",
        "cgst",
        "sgst",
    ]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (QUOTE.replace("speed_post", "parcel"), "service"),
        (QUOTE.replace("120", "501"), "weight_g"),
        (QUOTE.replace("226001", "226999"), "pin"),
        (QUOTE.replace("226001", "273399"), "pin"),  # nobody knows where it is
        (QUOTE + "&otp_required=yes", "otp_required"),
        (QUOTE.replace("weight_g=120", "weight_g=1.5"), "weight_g"),
        (QUOTE.replace("273303", "27330"), "office_pin"),
    ],
)
def test_no_quote_without_a_price(api: Api, query: str, field: str) -> None:
    answer = api.get(query)
    assert answer.status_code == 422
    assert list(fields(answer)) == [field]


def test_a_pin_is_named(api: Api) -> None:
    assert api.get("/pins/226001").get_json() == {
        "pin": "226001",
        "office": "Lucknow GPO",
        "district": "Lucknow",
        "state": "Uttar Pradesh",
    }
    assert api.get("/pins/226999").status_code == 404


def test_articles_are_priced_paid_for_and_booked_at_once(api: Api, runtime: Runtime) -> None:
    answer = api.post("/bookings", booking(1, 2))
    assert answer.status_code == 201, answer.get_json()
    told = answer.get_json()
    assert (told["state"], told["method"], told["paise"]) == ("booked", "cash", 16_000)
    assert [each["paise"] for each in told["articles"]] == [8_000, 8_000]
    assert api.get(f"/bookings/{told['reference']}").get_json() == told
    kept = api.get(f"/articles/{number_of(1)}").get_json()
    assert (kept["state"], kept["weight_g"], kept["registration"]) == ("booked", 120, False)
    assert kept["number_check"] == "unknown"
    with runtime.database.transaction() as conn:
        entries = conn.execute(
            "SELECT kind, method, paise, counter_day_id, staff_id FROM ledger"
        ).fetchall()
    assert entries == [("booking", "cash", 16_000, None, None)]


def test_the_same_key_books_once(api: Api, runtime: Runtime) -> None:
    key = {"Idempotency-Key": "booking-1"}
    barrier = Barrier(2)

    def call(_: int) -> TestResponse:
        barrier.wait()
        return api.post("/bookings", booking(1), key)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(call, range(2))
    assert first.get_json() == second.get_json()
    assert (count(runtime, "articles"), count(runtime, "ledger")) == (1, 1)


def test_another_sum_than_the_price_books_nothing(api: Api, runtime: Runtime) -> None:
    for paise in (80, 7_999, 8_001):  # rupees for paise; too little; too much
        answer = api.post("/bookings", booking(1, paise=paise))
        assert answer.status_code == 422
        assert fields(answer) == {"payment.paise": "the price is 8000 paise: see GET /tariff"}
    assert (count(runtime, "articles"), count(runtime, "booking_groups")) == (0, 0)


def test_one_number_in_use_books_nothing(api: Api, runtime: Runtime) -> None:
    api.post("/articles", article(2))
    answer = api.post("/bookings", booking(1, 2))
    assert answer.status_code == 409
    assert list(fields(answer)) == ["articles.1.number"]
    assert list(fields(api.post("/bookings", booking(3, 3)))) == ["articles.1.number"]
    assert (count(runtime, "articles"), count(runtime, "ledger")) == (1, 0)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"recipient": {"phone": None}}, "recipient.phone"),
        ({"recipient": {"without_phone": "office"}}, "recipient.phone"),
        ({"recipient": {"phone": None, "without_phone": "office"}}, "otp_required"),
        ({"recipient": {"phone": "05512334455"}}, "recipient.phone"),
        ({"recipient": {"pin": "226999"}}, "recipient.pin"),
        ({"service": "money_order"}, "service"),
        ({"weight_g": 501}, "weight_g"),
        ({"cod_amount": 50_001}, "cod_amount"),
        ({"number": "EU123456784IN"}, "number"),
    ],
)
def test_every_bad_field_is_named(
    api: Api, runtime: Runtime, changes: dict[str, Any], field: str
) -> None:
    body = booking(1)
    posted = body["articles"][0]
    recipient = posted["recipient"] | changes.pop("recipient", {})
    body["articles"] = [posted | changes | {"recipient": recipient}]
    answer = api.post("/bookings", body)
    assert answer.status_code == 422, answer.get_json()
    assert list(fields(answer)) == [f"articles.0.{field}"]
    assert count(runtime, "articles") == 0


def test_an_unknown_office_books_nothing(api: Api) -> None:
    answer = api.post("/bookings", booking(1, office_pin="226001"))
    assert list(fields(answer)) == ["office_pin"]


def test_an_article_may_say_weight_and_registration(api: Api) -> None:
    told = api.post("/articles", article(1, weight_g=340, registration=True)).get_json()
    assert (told["weight_g"], told["registration"]) == (340, True)
    again = api.post("/articles", article(1, weight_g=341, registration=True))
    assert again.status_code == 409


def test_the_sender_says_where_it_goes_back_to_and_a_repeat_need_not(api: Api) -> None:
    where = {"address": "Subhash Chowk", "pin": "273001"}
    body = article()
    told = {**body, "sender": {**body["sender"], **where}}
    assert api.post("/articles", told).status_code == 201
    sender = api.get(f"/articles/{number_of(12345678)}").get_json()["sender"]
    assert (sender["address"], sender["pin"]) == ("Subhash Chowk", "273001")
    assert api.post("/articles", body).status_code == 200
    elsewhere = {**told, "sender": {**told["sender"], "pin": "226001"}}
    assert api.post("/articles", elsewhere).status_code == 409
    posted = booking(2)
    posted["sender"] |= where
    made = api.post("/bookings", posted)
    assert made.get_json()["receipt_number"] == "273303/26/000001"
    receipt = api.get(f"/bookings/{made.get_json()['reference']}/receipt").get_json()
    assert (receipt["sender_pin"], receipt["number"]) == ("273001", "273303/26/000001")
