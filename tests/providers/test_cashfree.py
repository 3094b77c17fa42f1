"""Cashfree against its documented requests and answers; sums are rupees with decimals."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from india.money import NoSum, loads, of_paise, of_rupees, rupees
from providers.base import (
    Attempt,
    Came,
    Closed,
    Ignored,
    NotRefunded,
    PaidOut,
    ProviderCall,
    ProviderDenied,
    ProviderRefused,
    Qr,
    Refunded,
    Refunding,
    ToRefund,
    UnauthenticNotice,
    Unreachable,
    UnreadableNotice,
)
from providers.cashfree import CashfreeProvider
from settings import Settings
from tests.rigs.payment_stub import (
    PNG,
    SETTINGS,
    Drop,
    Hang,
    ProviderStub,
    Say,
    cashfree_headers,
    succeeded,
)
from tests.rigs.upi import header

NOW = datetime(2026, 8, 14, 4, 30, tzinfo=UTC)
ATTEMPT = Attempt(7, "ABCDEFGH23456789", 7_552, NOW, NOW + timedelta(minutes=5))
ORDER = "ABCDEFGH23456789-7"
MADE = dataclasses.replace(ATTEMPT, ref=ORDER)


@pytest.fixture
def stub() -> Iterator[ProviderStub]:
    with ProviderStub() as stub:
        yield stub


@pytest.fixture
def provider(stub: ProviderStub) -> CashfreeProvider:
    settings = Settings(_env_file=None, cashfree_api_url=stub.url, **SETTINGS)
    return CashfreeProvider(settings, timeout=(1, 1))


def test_an_order_and_a_code_to_pay_it(provider: CashfreeProvider, stub: ProviderStub) -> None:
    assert provider.make(ATTEMPT) == Qr(ORDER, image=PNG)
    order, session = stub.calls
    assert '"order_amount": 75.52,' in order.body  # as it is written: no float on the way
    assert order.json["customer_details"] == {
        "customer_id": "ABCDEFGH23456789",
        "customer_phone": "9839000099",  # the office's, never the customer's
    }
    assert order.json["order_expiry_time"] == "2026-08-14T04:46:00+00:00"
    assert session.json["payment_session_id"] == f"session_{ORDER}"


def test_made_again_after_a_lost_answer_is_the_same_order(
    provider: CashfreeProvider, stub: ProviderStub
) -> None:
    stub.will(Drop())
    assert isinstance(provider.make(ATTEMPT), Unreachable)
    assert provider.make(ATTEMPT) == Qr(ORDER, image=PNG)
    assert len(stub.orders) == 1


def test_what_came_is_read(provider: CashfreeProvider, stub: ProviderStub) -> None:
    assert provider.look(MADE) == []  # an order that never was
    provider.make(ATTEMPT)
    payment = stub.ordered(ORDER)
    at = datetime.fromisoformat("2026-08-14T10:00:00+05:30")
    came = Came(
        "cashfree",
        payment["cf_payment_id"],
        7_552,
        at,
        tr="ABCDEFGH23456789",
        ref=ORDER,
        rrn=payment["bank_reference"],
    )
    assert provider.look(MADE) == [came]
    for status in ("PENDING", "FAILED", "USER_DROPPED", "NOT_ATTEMPTED", "VOID", "CANCELLED"):
        stub.payments[0]["payment_status"] = status
        assert provider.look(MADE) == []


@pytest.mark.parametrize("written", ["75.525", "-75.52", "0.00", "1e400", "NaN"])
def test_a_sum_that_is_none_is_not_guessed(
    provider: CashfreeProvider, stub: ProviderStub, written: str
) -> None:
    body = json.dumps([{
        "cf_payment_id": "1", "payment_status": "SUCCESS", "payment_currency": "INR",
        "payment_amount": "X", "payment_time": "2026-08-14T10:00:00+05:30",
    }]).replace('"X"', written)  # fmt: skip
    stub.will(Say(200, body))
    assert isinstance(provider.look(MADE), Unreachable)


def test_closed_is_closed_however_it_came_to_it(
    provider: CashfreeProvider, stub: ProviderStub
) -> None:
    provider.make(ATTEMPT)
    assert provider.close(MADE) == Closed()
    assert provider.close(MADE) == Closed()
    stub.orders[ORDER]["order_status"] = "PAID"
    assert provider.close(MADE) == Closed()
    stub.orders[ORDER]["order_status"] = "TERMINATION_REQUESTED"
    assert isinstance(provider.close(MADE), Unreachable)


@pytest.mark.parametrize(
    ("status", "kind"), [("pending", Refunding), ("processed", Refunded), ("failed", NotRefunded)]
)
def test_a_refund_is_ordered_once_by_its_id(
    provider: CashfreeProvider, stub: ProviderStub, status: str, kind: type
) -> None:
    provider.make(ATTEMPT)
    payment = stub.ordered(ORDER)
    stub.refund_status = status
    due = ToRefund(payment["cf_payment_id"], 7_552, uuid4(), ORDER)
    stub.will(Drop())
    assert isinstance(provider.refund(due), Unreachable)
    assert isinstance(provider.refund(due), kind)  # it was ordered already: looked up
    assert len(stub.refunds) == 1
    call = stub.asked("POST", r"/orders/.*/refunds")[0]
    assert '"refund_amount": 75.52,' in call.body
    assert call.headers["x-idempotency-key"] == str(due.key)
    asked = provider.refund(dataclasses.replace(due, refund_ref="1"))
    assert isinstance(asked, kind)
    assert stub.calls[-1].method == "GET"
    assert isinstance(provider.refund(dataclasses.replace(due, ref=None)), ProviderRefused)


def test_the_list_of_a_day_in_india(provider: CashfreeProvider, stub: ProviderStub) -> None:
    provider.make(ATTEMPT)
    payment = stub.ordered(ORDER)
    stub.ordered("ZZZZZZZZ22222222-3", "10.00")
    listed = provider.listed(date(2026, 8, 14))
    assert not isinstance(listed, ProviderRefused | Unreachable)
    assert [(each.came.payment_id, each.came.tr, each.came.paise) for each in listed] == [
        (payment["cf_payment_id"], "ABCDEFGH23456789", 7_552),
        (stub.payments[1]["cf_payment_id"], "ZZZZZZZZ22222222", 1_000),
    ]
    assert stub.calls[-1].json["filters"] == {
        "start_date": "2026-08-14T00:00:00+05:30",
        "end_date": "2026-08-14T23:59:59+05:30",
    }


def test_what_was_paid_out(provider: CashfreeProvider, stub: ProviderStub) -> None:
    stub.settlements = [
        {
            "event_details": {"event_type": "PAYMENT", "event_status": "SUCCESS"},
            "payment_details": {"cf_payment_id": "5114920543991"},
            "settlement_details": {"settlement_date": "2026-08-14T15:06:41+05:30"},
        }
    ]
    at = datetime.fromisoformat("2026-08-14T15:06:41+05:30")
    assert provider.settled(date(2026, 8, 14)) == [PaidOut("5114920543991", at)]


@pytest.mark.parametrize(
    "fault",
    [
        Hang(),
        Drop(),
        Say(500, "{}"),
        Say(429, "{}"),
        Say(200, "no"),
        Say(200, "[]"),
        Say(200, "{}"),
    ],
)
def test_what_says_nothing_is_asked_again(
    provider: CashfreeProvider, stub: ProviderStub, fault: Say | Drop | Hang
) -> None:
    stub.will(fault)
    assert isinstance(provider.make(ATTEMPT), Unreachable)
    assert isinstance(provider.make(ATTEMPT), Qr)


def test_what_is_refused_is_refused(stub: ProviderStub) -> None:
    settings = Settings(
        _env_file=None, cashfree_api_url=stub.url, **{**SETTINGS, "cashfree_client_secret": "wrong"}
    )
    refused = CashfreeProvider(settings).make(ATTEMPT)
    assert refused == ProviderDenied("Cashfree: authentication Failed")


# ---- money ---------------------------------------------------------------------------------------


@given(st.integers(1, 10**12))
def test_paise_to_rupees_and_back_through_json(paise: int) -> None:
    assert of_rupees(loads(rupees(paise))) == paise
    assert of_paise(loads(str(paise))) == paise


@pytest.mark.parametrize("raw", [None, "75.52", True, 75.52, 0, -1, 10**13, [], {}])
def test_no_sum_of_rupees(raw: object) -> None:
    with pytest.raises(NoSum):
        of_rupees(raw)


# ---- the hook ------------------------------------------------------------------------------------


def request(body: bytes, headers: dict[str, str]) -> ProviderCall:
    return ProviderCall(header(headers), body, NOW)


def test_the_signature_is_base64_hmac_sha256_over_time_and_raw_body(
    provider: CashfreeProvider,
) -> None:
    """By: printf 1746427759733BODY | openssl dgst -sha256 -hmac cashfree-client-secret -binary
    | base64"""
    headers = {
        "x-webhook-timestamp": "1746427759733",
        "x-webhook-signature": "dEFOsXI3PfpuWAiCrJDgNBZLrlvUIBJa0PwyhtNpZvI=",
    }
    notice = provider.receive(request(b'{"type":"TEST"}', headers))
    assert (notice.kind, notice.what) == ("TEST", Ignored())


@pytest.mark.parametrize("spoil", ["x-webhook-signature", "x-webhook-timestamp"])
def test_a_wrong_signature_or_another_time_is_nobody(
    provider: CashfreeProvider, spoil: str
) -> None:
    body = b'{"type":"TEST"}'
    good = header(cashfree_headers(body, "evt"))
    for value in ("", "1746427759734", "प"):
        with pytest.raises(UnauthenticNotice):
            provider.receive(ProviderCall({**good, spoil: value}, body, NOW))
    with pytest.raises(UnauthenticNotice):
        provider.receive(ProviderCall(good, body + b" ", NOW))
    with pytest.raises(UnauthenticNotice):
        provider.receive(ProviderCall({}, body, NOW))


def test_without_a_secret_everybody_is_nobody() -> None:
    settings = Settings(_env_file=None, **{**SETTINGS, "cashfree_client_secret": ""})
    with pytest.raises(UnauthenticNotice):
        CashfreeProvider(settings).receive(request(b"{}", cashfree_headers(b"{}", "evt", "")))


def test_decimals_keep_the_signature_and_the_sum(
    provider: CashfreeProvider, stub: ProviderStub
) -> None:
    """170.00 stays 170.00 in the signed bytes, and is 17000 paise."""
    payment = stub.ordered(ORDER, "170.00")
    body = succeeded(payment)
    assert b'"payment_amount": 170.00' in body
    notice = provider.receive(request(body, cashfree_headers(body, "evt_1")))
    assert notice.event_id == "evt_1"
    assert isinstance(notice.what, Came)
    assert (notice.what.paise, notice.what.ref) == (17_000, ORDER)


def test_what_cannot_be_read_is_kept_without_persons(
    provider: CashfreeProvider, stub: ProviderStub
) -> None:
    body = succeeded(stub.ordered(ORDER, "75.52")).replace(b"75.52", b"75.525")
    what = provider.receive(request(body, cashfree_headers(body, "evt_1"))).what
    assert isinstance(what, UnreadableNotice)
    assert ORDER in what.body
    for person in ("test@gmail.com", "9908734801", "rohit"):
        assert person not in what.body


@pytest.mark.parametrize(
    "kind", ["PAYMENT_FAILED_WEBHOOK", "PAYMENT_USER_DROPPED_WEBHOOK", "REFUND_STATUS_WEBHOOK"]
)
def test_other_events_bring_nothing(
    provider: CashfreeProvider, stub: ProviderStub, kind: str
) -> None:
    body = succeeded(stub.ordered(ORDER, "75.52"), kind)
    assert provider.receive(request(body, cashfree_headers(body, "evt"))).what == Ignored()


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff", b"[" * 100_000, b"{}"])
def test_whatever_is_signed_is_answered(provider: CashfreeProvider, body: bytes) -> None:
    what = provider.receive(request(body, cashfree_headers(body, "evt"))).what
    assert isinstance(what, UnreadableNotice)
