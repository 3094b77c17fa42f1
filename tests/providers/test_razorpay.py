"""Razorpay through its real SDK, against its documented requests and answers."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from providers.base import (
    Attempt,
    Came,
    Closed,
    Failure,
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
from providers.razorpay import RazorpayProvider
from settings import Settings
from tests.rigs.payment_stub import (
    HOOK_SECRET,
    KEY_SECRET,
    SETTINGS,
    Drop,
    Hang,
    ProviderStub,
    Say,
    credited,
    razorpay_headers,
)
from tests.rigs.upi import header

NOW = datetime(2026, 8, 14, 4, 30, tzinfo=UTC)
ATTEMPT = Attempt(7, "ABCDEFGH23456789", 7_552, NOW, NOW + timedelta(minutes=5))


@pytest.fixture
def stub() -> Iterator[ProviderStub]:
    with ProviderStub() as stub:
        yield stub


@pytest.fixture
def provider(stub: ProviderStub) -> RazorpayProvider:
    settings = Settings(_env_file=None, razorpay_api_url=stub.url, **SETTINGS)
    return RazorpayProvider(settings, timeout=(1, 1))


def made(provider: RazorpayProvider) -> Attempt:
    qr = provider.make(ATTEMPT)
    assert isinstance(qr, Qr)
    return dataclasses.replace(ATTEMPT, ref=qr.ref)


def test_a_code_for_one_payment_of_that_sum(provider: RazorpayProvider, stub: ProviderStub) -> None:
    qr = provider.make(ATTEMPT)
    assert isinstance(qr, Qr)
    assert qr.text is not None
    assert qr.text.startswith("upi://pay?pa=qmart.razorpay@hdfcbank&")
    assert "&am=75.52&" in qr.text
    (call,) = stub.calls
    assert call.json == {
        "type": "upi_qr",
        "usage": "single_use",
        "fixed_amount": True,
        "payment_amount": 7_552,
        "description": "Post ABCDEFGH23456789",
        "close_by": int((NOW + timedelta(minutes=16)).timestamp()),
        "notes": {"tr": "ABCDEFGH23456789", "payment": "7"},
    }


def test_without_image_content_it_says_whom_to_ask(
    provider: RazorpayProvider, stub: ProviderStub
) -> None:
    stub.image_content = False
    assert provider.make(ATTEMPT) == ProviderRefused(
        "no image_content: Razorpay's support switches it on for QR codes"
    )


def test_what_came_is_read(provider: RazorpayProvider, stub: ProviderStub) -> None:
    attempt = made(provider)
    assert provider.look(attempt) == []
    payment = stub.scanned(attempt.ref or "")
    assert provider.look(attempt) == [
        Came(
            "razorpay",
            payment["id"],
            7_552,
            NOW,
            tr="ABCDEFGH23456789",
            ref=attempt.ref,
            rrn=payment["acquirer_data"]["rrn"],
        )
    ]
    stub.payments[0]["captured"] = False
    assert provider.look(attempt) == []


@pytest.mark.parametrize(
    ("change", "value"),
    [("amount", 75.52), ("amount", "7552"), ("amount", 0), ("amount", True), ("currency", "USD"),
     ("id", None), ("created_at", "yesterday")],
)  # fmt: skip
def test_a_sum_that_is_none_is_not_guessed(
    provider: RazorpayProvider, stub: ProviderStub, change: str, value: object
) -> None:
    attempt = made(provider)
    stub.scanned(attempt.ref or "")
    stub.payments[0][change] = value
    assert isinstance(provider.look(attempt), Unreachable)


def test_closed_is_closed_however_it_came_to_it(
    provider: RazorpayProvider, stub: ProviderStub
) -> None:
    attempt = made(provider)
    assert provider.close(attempt) == Closed()
    assert provider.close(attempt) == Closed()
    paid = made(provider)
    stub.scanned(paid.ref or "")
    assert provider.close(paid) == Closed()
    unknown = dataclasses.replace(ATTEMPT, ref="qr_unknown")
    assert isinstance(provider.close(unknown), ProviderRefused)


def test_a_refund_is_ordered_once_by_its_key(
    provider: RazorpayProvider, stub: ProviderStub
) -> None:
    payment = stub.scanned(made(provider).ref or "")
    due = ToRefund(payment["id"], 7_552, uuid4(), None)
    stub.will(Drop())
    assert isinstance(provider.refund(due), Unreachable)  # it was done, and nobody told us
    done = provider.refund(due)
    assert isinstance(done, Refunded)
    assert provider.refund(due) == done
    assert len(stub.refunds) == 1
    calls = stub.asked("POST", r"/v1/payments/pay_\d+/refund")
    assert {call.headers["x-refund-idempotency"] for call in calls} == {str(due.key)}
    assert {call.body for call in calls} == {calls[0].body}  # the same key wants the same body
    assert isinstance(provider.refund(dataclasses.replace(due, key=uuid4())), ProviderRefused)


@pytest.mark.parametrize(
    ("status", "kind"), [("pending", Refunding), ("processed", Refunded), ("failed", NotRefunded)]
)
def test_how_a_refund_stands(
    provider: RazorpayProvider, stub: ProviderStub, status: str, kind: type
) -> None:
    payment = stub.scanned(made(provider).ref or "")
    stub.refund_status = "pending"
    due = ToRefund(payment["id"], 7_552, uuid4(), None)
    ordered = provider.refund(due)
    assert isinstance(ordered, Refunding)
    stub.refunds[str(due.key)]["status"] = status
    asked = provider.refund(dataclasses.replace(due, refund_ref=ordered.ref))
    assert isinstance(asked, kind)
    assert len(stub.asked("POST", r"/v1/payments/pay_\d+/refund")) == 1


def test_the_list_of_a_day_in_india(provider: RazorpayProvider, stub: ProviderStub) -> None:
    attempt = made(provider)
    payment = stub.scanned(attempt.ref or "")
    foreign = stub.scanned("qr_of_somebody_else", 100)
    stub.payments.append({"code": "none", **stub.scanned("none", 100), "method": "card"})
    for n in range(150):  # more than a page, of another day
        stub.payments.append({**stub.payments[0], "id": f"old{n}", "created_at": 1_000_000_000})
    stub.payments[0]["amount_refunded"] = 7_552
    listed = provider.listed(date(2026, 8, 14))
    assert not isinstance(listed, ProviderRefused | Unreachable)
    assert [(each.came.payment_id, each.came.tr, each.refunded) for each in listed] == [
        (payment["id"], "ABCDEFGH23456789", 7_552),
        (foreign["id"], None, 0),
    ]
    (call,) = stub.asked("GET", "/v1/payments")
    assert int(call.query["from"]) == int(datetime(2026, 8, 13, 18, 30, tzinfo=UTC).timestamp())


def test_a_list_of_more_than_a_page(provider: RazorpayProvider, stub: ProviderStub) -> None:
    attempt = made(provider)
    for _ in range(101):
        stub.scanned(attempt.ref or "")
    listed = provider.listed(date(2026, 8, 14))
    assert not isinstance(listed, ProviderRefused | Unreachable)
    assert len({each.came.payment_id for each in listed}) == 101


def test_what_was_paid_out(provider: RazorpayProvider, stub: ProviderStub) -> None:
    line = {"entity_id": "pay_1", "type": "payment", "settled": True, "settled_at": 1_786_681_800}
    stub.settlements = [
        line,
        {**line, "entity_id": "pay_2", "settled": False},
        {**line, "entity_id": "rfnd_1", "type": "refund"},
    ]
    at = datetime.fromtimestamp(1_786_681_800, UTC)
    assert provider.settled(date(2026, 8, 14)) == [PaidOut("pay_1", at)]
    (call,) = stub.calls
    assert (call.query["year"], call.query["month"], call.query["day"]) == ("2026", "8", "14")


@pytest.mark.parametrize(
    "fault",
    [
        Hang(),
        Drop(),
        Say(500, "{}"),
        Say(502, "<html>bad gateway</html>"),
        Say(429, '{"error": {"code": "BAD_REQUEST_ERROR", "description": "Too many requests"}}'),
        Say(200, "not json"),
        Say(200, "[]"),
        Say(200, "{}"),
        Say(302, ""),
    ],
)
def test_what_says_nothing_is_asked_again(
    provider: RazorpayProvider,
    stub: ProviderStub,
    fault: Say | Drop | Hang,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    stub.will(fault)
    assert isinstance(provider.make(ATTEMPT), Unreachable)
    assert isinstance(provider.make(ATTEMPT), Qr)
    said = "".join(capfd.readouterr()) + caplog.text
    assert "Request error" not in said  # the SDK prints where it is let
    assert KEY_SECRET not in said


def test_what_is_refused_is_refused(provider: RazorpayProvider, stub: ProviderStub) -> None:
    settings = Settings(
        _env_file=None, razorpay_api_url=stub.url, **{**SETTINGS, "razorpay_key_secret": "wrong"}
    )
    refused = RazorpayProvider(settings).make(ATTEMPT)
    assert refused == ProviderDenied("Razorpay: Authentication failed")
    assert provider.look(dataclasses.replace(ATTEMPT, ref="no/such")) == ProviderRefused(
        "Razorpay: The requested URL was not found on the server."
    )


def test_nobody_listens() -> None:
    settings = Settings(_env_file=None, razorpay_api_url="http://127.0.0.1:9", **SETTINGS)
    assert isinstance(RazorpayProvider(settings).make(ATTEMPT), Unreachable)


# ---- the hook ------------------------------------------------------------------------------------


def request(body: bytes, headers: dict[str, str]) -> ProviderCall:
    return ProviderCall(header(headers), body, NOW)


def test_the_signature_is_hex_hmac_sha256_over_the_raw_body(provider: RazorpayProvider) -> None:
    """Computed by: printf BODY | openssl dgst -sha256 -hmac razorpay-hook -hex"""
    body = b'{"event":"qr_code.created"}'
    signature = "bd4be9ad747f2d41e46e39678857d0b496a4e5b42d60b5eb846d97d06ad35871"
    notice = provider.receive(request(body, {"X-Razorpay-Signature": signature}))
    assert (notice.kind, notice.what) == ("qr_code.created", Ignored())
    assert notice.event_id.startswith("sha256:")  # they named none


@pytest.mark.parametrize("signature", [None, "", "0" * 64, "प", "A" * 10_000])
def test_a_wrong_signature_is_nobody(provider: RazorpayProvider, signature: str | None) -> None:
    headers = {} if signature is None else {"X-Razorpay-Signature": signature}
    with pytest.raises(UnauthenticNotice):
        provider.receive(request(b'{"event":"qr_code.credited"}', headers))


def test_a_signature_over_other_bytes_is_nobody(
    provider: RazorpayProvider, stub: ProviderStub
) -> None:
    body = credited(stub.scanned("qr_1", 100), {"id": "qr_1", "notes": []})
    headers = razorpay_headers(body, "evt_1")
    compact = json.dumps(json.loads(body)).encode()  # the same JSON, other bytes
    with pytest.raises(UnauthenticNotice):
        provider.receive(request(compact, headers))
    with pytest.raises(UnauthenticNotice):
        provider.receive(request(body, razorpay_headers(body, "evt_1", HOOK_SECRET + "x")))


def test_without_a_secret_everybody_is_nobody(stub: ProviderStub) -> None:
    settings = Settings(_env_file=None, **{**SETTINGS, "razorpay_webhook_secret": ""})
    with pytest.raises(UnauthenticNotice):
        RazorpayProvider(settings).receive(request(b"{}", razorpay_headers(b"{}", "evt", "")))


def test_a_credited_code_is_read(provider: RazorpayProvider, stub: ProviderStub) -> None:
    attempt = made(provider)
    payment = stub.scanned(attempt.ref or "")
    body = credited(payment, stub.codes[attempt.ref or ""])
    notice = provider.receive(request(body, razorpay_headers(body, "evt_9")))
    assert (notice.event_id, notice.kind) == ("evt_9", "qr_code.credited")
    looked = provider.look(attempt)
    assert not isinstance(looked, Failure)
    assert notice.what == looked[0]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda payment, code: payment.update(amount=75.52),
        lambda payment, code: payment.update(amount="75.52"),
        lambda payment, code: payment.update(currency="EUR"),
        lambda payment, code: payment.update(captured=False),
        lambda payment, code: payment.pop("id"),
        lambda payment, code: code.pop("id"),
        lambda payment, code: payment.update(created_at=None),
    ],
)
def test_what_cannot_be_read_is_kept_without_persons(
    provider: RazorpayProvider,
    stub: ProviderStub,
    spoil: Callable[[dict[str, Any], dict[str, Any]], object],
) -> None:
    payment, code = stub.scanned("qr_1", 7_552), {"id": "qr_1", "notes": []}
    spoil(payment, code)
    body = credited(payment, code)
    what = provider.receive(request(body, razorpay_headers(body, "evt_1"))).what
    assert isinstance(what, UnreadableNotice)
    assert "acquirer_data" in what.body
    for person in ("gauri", "919000090000"):
        assert person not in what.body


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b"{}"])
def test_whatever_is_signed_is_answered(provider: RazorpayProvider, body: bytes) -> None:
    what = provider.receive(request(body, razorpay_headers(body, "evt_1"))).what
    assert isinstance(what, UnreadableNotice)


def test_other_events_bring_nothing(provider: RazorpayProvider) -> None:
    for kind in ("qr_code.closed", "payment.captured", "refund.processed"):
        body = json.dumps({"event": kind}).encode()
        assert provider.receive(request(body, razorpay_headers(body, kind))).what == Ignored()
