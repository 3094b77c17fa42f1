"""Exotel against its documented examples: form, answers, receipts, incoming texts."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateways.base import (
    Inbound,
    Outcome,
    Outgoing,
    Reason,
    Receipt,
    ReceiptStatus,
    Rejected,
    Retry,
    Sent,
    UnknownOutcome,
)
from gateways.profiles.gateway import HttpGateway
from tests.rigs.carrier_stub import CarrierStub, Say
from tests.rigs.gateway import PHONE, PUBLIC, TEXT, message
from tests.rigs.http import HINDI, HOOK, called, gateway_of

_ACCOUNT = {"account": "acct_123", "sender": "INPOST", "api_key": "the-key", "api_token": "token-1"}


@pytest.fixture
def carrier() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier


@pytest.fixture
def gateway(carrier: CarrierStub) -> HttpGateway:
    return gateway_of("exotel", carrier.url, _ACCOUNT)


def _hindi() -> Outgoing:
    return replace(message(8, HINDI), language="hi")


def _news(text: str = "Speed Post RR287043775IN is booked.", language: str = "en") -> Outgoing:
    return replace(message(9, text), template="booked", language=language)


_MESSAGE = {
    "Sid": "sms_sid_value", "AccountSid": "your_sid", "From": "EXOTEL", "To": "+919876543210",
    "Body": "Your OTP is 123456", "Status": "queued", "DateCreated": "2024-01-15 10:30:00",
    "DateUpdated": "2024-01-15 10:30:00", "DateSent": None, "Price": None,
    "Uri": "/v1/Accounts/your_sid/SMS/Messages/sms_sid_value",
}  # fmt: skip


def _exotel_error(status: int, code: object, words: str) -> Say:
    error = {"RestException": {"Status": status, "Message": words, "Code": code}}
    return Say(status, json.dumps(error))


def test_exotel_gets_the_form_of_its_document(carrier: CarrierStub, gateway: HttpGateway) -> None:
    carrier.will(Say(200, json.dumps({"SMSMessage": _MESSAGE})))
    assert gateway.send(message()) == Sent("sms_sid_value")
    (call,) = carrier.calls
    assert (call.method, call.path) == ("POST", "/v1/Accounts/acct_123/Sms/send.json")
    login = b64encode(b"the-key:token-1").decode()
    assert call.headers["authorization"] == f"Basic {login}"
    assert call.form == {
        "From": "INPOST",
        "To": PHONE,
        "Body": TEXT,
        "EncodingType": "plain",
        "Priority": "high",
        "SmsType": "transactional",
        "DltEntityId": "1101234567890123456",
        "DltTemplateId": "1107160000000012345",
        "CustomField": "7",
        "StatusCallback": f"{PUBLIC}/hooks/http/exotel/{HOOK}/delivery?message=7",
    }


def test_exotel_is_told_that_a_text_is_unicode(carrier: CarrierStub, gateway: HttpGateway) -> None:
    carrier.will(*[Say(200, json.dumps({"SMSMessage": _MESSAGE}))] * 2)
    gateway.send(_hindi())
    gateway.send(_news())
    hindi, news = (call.form for call in carrier.calls)
    assert (hindi["EncodingType"], hindi["Body"]) == ("unicode", HINDI)
    assert hindi["DltTemplateId"] == "1107160000000012346"
    assert news["Priority"] == "normal"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (
            _exotel_error(401, "UNAUTHORIZED", "Authentication failed. Invalid API Key or Token."),
            Rejected(
                Reason.CONFIGURATION,
                "unauthorized: Authentication failed. Invalid API Key or Token.",
            ),
        ),
        (
            _exotel_error(401, "INVALID_ACCOUNT_SID", "Account SID is invalid"),
            Rejected(Reason.CONFIGURATION, "invalid_account_sid: Account SID is invalid"),
        ),
        (
            _exotel_error(400, 40203, f"Invalid Recipient [{PHONE}]"),
            Rejected(Reason.BAD_NUMBER, "40203: Invalid Recipient [+…]"),
        ),
        (
            _exotel_error(403, 40001, "Insufficient balance"),
            Rejected(Reason.CONFIGURATION, "40001: Insufficient balance"),
        ),
        (
            _exotel_error(429, 40402, "Too Many Requests"),
            Retry(Reason.CARRIER, "40402: Too Many Requests"),
        ),
        (
            _exotel_error(503, 40405, "Throttle limit exceeded"),
            Retry(Reason.CARRIER, "40405: Throttle limit exceeded"),
        ),
        (Say(429, "slow", headers={"Retry-After": "9"}), Retry(Reason.CARRIER, "HTTP 429", 9.0)),
        (Say(500, "{}"), Retry(Reason.CARRIER, "HTTP 500")),
        (Say(502, "<html>"), UnknownOutcome("HTTP 502")),
        (
            Say(200, json.dumps({"SMSMessage": {**_MESSAGE, "Status": "failed-dnd"}})),
            Rejected(Reason.DO_NOT_DISTURB, "failed-dnd"),
        ),
    ],
)
def test_exotel_answers(
    carrier: CarrierStub, gateway: HttpGateway, answer: Say, outcome: Outcome
) -> None:
    carrier.will(answer)
    assert gateway.send(message()) == outcome


_DELIVERED = {
    "SmsSid": "sms_abc123", "AccountSid": "acct_123", "From": "EXOTL", "To": "+919876543210",
    "Status": "delivered", "DetailedStatus": "DELIVERED_TO_HANDSET", "DetailedStatusCode": "20000",
    "SentAt": "2025-01-15T10:30:00+05:30", "UpdatedAt": "2025-01-15T10:30:05+05:30",
}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "detailed", "far", "reason"),
    [
        ("delivered", "DELIVERED_TO_HANDSET", ReceiptStatus.DELIVERED, None),
        ("sent", "DELIVERED_TO_HANDSET", ReceiptStatus.DELIVERED, None),
        ("sent", "DELIVERED_TO_OPERATOR", ReceiptStatus.SENT, None),
        ("submitted", "PENDING_ON_OPERATOR", ReceiptStatus.SENT, None),
        ("failed", "FAILED_DND", ReceiptStatus.FAILED, Reason.DO_NOT_DISTURB),
        ("failed-dnd", "FAILED_REJECTED_DND", ReceiptStatus.FAILED, Reason.DO_NOT_DISTURB),
        ("failed", "FAILED_INBOX_FULL", ReceiptStatus.FAILED, Reason.INBOX_FULL),
        ("failed", "FAILED_DLT_TEMPLATE", ReceiptStatus.FAILED, Reason.TEMPLATE),
        ("failed", "DLT_TEMPLATE_DOES_NOT_MATCH", ReceiptStatus.FAILED, Reason.TEMPLATE),
        ("failed", "FAILED_SUBSCRIBER_UNAVAILABLE", ReceiptStatus.FAILED, Reason.UNREACHABLE),
        ("failed", "FAILED_EXPIRED", ReceiptStatus.FAILED, Reason.EXPIRED),
        ("failed", "FAILED_REJECTED_BLACKLIST", ReceiptStatus.FAILED, Reason.OPTED_OUT),
        ("failed", "SOMETHING_NEW", ReceiptStatus.FAILED, Reason.UNKNOWN),
        ("flying", "SOMETHING_NEW", ReceiptStatus.UNCERTAIN, None),
    ],
)
def test_exotel_receipts(
    gateway: HttpGateway, status: str, detailed: str, far: ReceiptStatus, reason: Reason | None
) -> None:
    form = {**_DELIVERED, "Status": status, "DetailedStatus": detailed}
    receipt = gateway.receive_receipt(called("message=7", form))
    assert isinstance(receipt, Receipt)
    assert (receipt.gateway, receipt.carrier_id, receipt.message_id) == ("exotel", "sms_abc123", 7)
    assert (receipt.status, receipt.reason, receipt.error) == (far, reason, detailed)


def test_an_exotel_receipt_names_the_message_by_its_custom_field_too(gateway: HttpGateway) -> None:
    receipt = gateway.receive_receipt(called(form={**_DELIVERED, "CustomField": "12"}))
    assert isinstance(receipt, Receipt)
    assert receipt.message_id == 12


def test_an_exotel_text_is_read_as_documented(gateway: HttpGateway) -> None:
    form = {
        "SmsSid": "inb_xyz789", "AccountSid": "acct_123", "From": "+919876543210",
        "To": "+911140XXXXXX", "Body": "YES", "DateCreated": "2025-01-15T10:35:00+05:30",
    }  # fmt: skip
    at = datetime(2025, 1, 15, 5, 5, tzinfo=UTC)
    assert gateway.receive_text(called(form=form)) == Inbound(
        "exotel", "inb_xyz789", "+919876543210", "YES", at
    )
