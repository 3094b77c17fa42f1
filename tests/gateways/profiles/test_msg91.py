"""MSG91 against its documented examples: JSON, answers, receipts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from gateways.base import (
    Outgoing,
    Reason,
    Receipt,
    ReceiptStatus,
    Rejected,
    Retry,
    Sent,
)
from gateways.profiles.gateway import HttpGateway
from tests.rigs.carrier_stub import CarrierStub, Say
from tests.rigs.gateway import TEXT, message
from tests.rigs.http import HINDI, called_with_json, gateway_of

_ACCOUNT = {"sender": "INPOST", "authkey": "authkey-1"}


@pytest.fixture
def carrier() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier


@pytest.fixture
def gateway(carrier: CarrierStub) -> HttpGateway:
    return gateway_of("msg91", carrier.url, _ACCOUNT)


def _hindi() -> Outgoing:
    return replace(message(8, HINDI), language="hi")


def test_msg91_gets_the_json_of_its_document(carrier: CarrierStub, gateway: HttpGateway) -> None:
    carrier.will(*[Say(200, '{"message": "5762846b4f8d285d378b4567", "type": "success"}')] * 2)
    assert gateway.send(message()) == Sent("5762846b4f8d285d378b4567")
    gateway.send(_hindi())
    english, hindi = carrier.calls
    assert (english.method, english.path) == ("POST", "/api/v2/sendsms")
    assert english.headers["authkey"] == "authkey-1"
    assert english.headers["content-type"] == "application/json"
    assert json.loads(english.body) == {
        "sender": "INPOST",
        "route": "4",
        "country": "91",
        "unicode": "0",
        "DLT_TE_ID": "1107160000000012345",
        "sms": [{"message": TEXT, "to": ["9839012345"]}],
    }
    sent = json.loads(hindi.body)
    assert (sent["unicode"], sent["sms"][0]["message"]) == ("1", HINDI)


@pytest.mark.parametrize(
    ("code", "words", "outcome"),
    [
        ("106", "Missing Authentication Key", Rejected(Reason.CONFIGURATION, "106: Missing…")),
        ("202", "Invalid mobile number", Rejected(Reason.BAD_NUMBER, "202: Invalid…")),
        ("301", "Insufficient balance", Rejected(Reason.CONFIGURATION, "301: Insufficient…")),
        ("310", "SMS is too long", Rejected(Reason.TEXT, "310: SMS…")),
        ("306", "Route unavailable", Retry(Reason.CARRIER, "306: Route…")),
        ("999", "Something new", Rejected(Reason.UNKNOWN, "error: Something…")),
    ],
)
def test_msg91_answers(
    carrier: CarrierStub, gateway: HttpGateway, code: str, words: str, outcome: Rejected | Retry
) -> None:
    carrier.will(Say(200, json.dumps({"type": "error", "message": words, "code": code})))
    expected = replace(outcome, error=outcome.error.replace(words.split()[0] + "…", words))
    assert gateway.send(message()) == expected


_V3 = {
    "date": "2024-05-22 09:58:16", "number": "9195XXXX6558", "senderId": "uXXXXm",
    "amount": "0.01", "requestId": "346XXXXXXXXXXXX130", "INMSID": "0", "CRQID": "0",
    "credit": "1", "userId": "27XXXX", "campaignName": "Sendhttp", "status": "1",
    "desc": "DELIVERED",
}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "desc", "far", "reason"),
    [
        ("1", "DELIVERED", ReceiptStatus.DELIVERED, None),
        (1, "Delivered", ReceiptStatus.DELIVERED, None),
        ("2", "FAILED", ReceiptStatus.FAILED, Reason.UNKNOWN),
        ("9", "NDNC", ReceiptStatus.FAILED, Reason.DO_NOT_DISTURB),
        ("25", "Something new", ReceiptStatus.FAILED, Reason.CARRIER),
        ("17", "Blocked number", ReceiptStatus.FAILED, Reason.BLOCKED),
        ("77", "Something new", ReceiptStatus.UNCERTAIN, None),
    ],
)
def test_msg91_receipts(
    gateway: HttpGateway, status: object, desc: str, far: ReceiptStatus, reason: Reason | None
) -> None:
    receipt = gateway.receive_receipt(called_with_json({**_V3, "status": status, "desc": desc}))
    assert isinstance(receipt, Receipt)
    assert (receipt.carrier_id, receipt.status, receipt.reason) == (
        "346XXXXXXXXXXXX130", far, reason
    )  # fmt: skip
