"""Gupshup against its documented examples: form, answers, batches of receipts, keyword texts."""

from __future__ import annotations

import json
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
    Unreadable,
)
from gateways.profiles.gateway import HttpGateway
from tests.rigs.carrier_stub import CarrierStub, Say
from tests.rigs.gateway import PHONE, TEXT, message
from tests.rigs.http import HINDI, called, gateway_of

_ACCOUNT = {"sender": "INPOST", "userid": "2000123456", "password": "p@ss"}


@pytest.fixture
def carrier() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier


@pytest.fixture
def gateway(carrier: CarrierStub) -> HttpGateway:
    return gateway_of("gupshup", carrier.url, _ACCOUNT)


def _hindi() -> Outgoing:
    return replace(message(8, HINDI), language="hi")


def test_gupshup_gets_the_form_of_its_document(carrier: CarrierStub, gateway: HttpGateway) -> None:
    said = "success | 919839012345 | 3562707498794989059-328736121207676738"
    carrier.will(Say(200, said, "text/plain"), Say(200, said, "text/plain"))
    assert gateway.send(message()) == Sent("3562707498794989059-328736121207676738")
    gateway.send(_hindi())
    english, hindi = carrier.calls
    assert (english.method, english.path, english.query) == ("POST", "/GatewayAPI/rest", {})
    assert english.form == {
        "method": "SendMessage",
        "v": "1.1",
        "auth_scheme": "plain",
        "format": "text",
        "userid": "2000123456",
        "password": "p@ss",
        "send_to": "919839012345",
        "msg": TEXT,
        "msg_type": "TEXT",
        "mask": "INPOST",
        "principalEntityId": "1101234567890123456",
        "dltTemplateId": "1107160000000012345",
    }
    assert (hindi.form["msg_type"], hindi.form["msg"]) == ("UNICODE_TEXT", HINDI)


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (
            "error | 102 | Authentication failed due to invalid userId or password.",
            Rejected(
                Reason.CONFIGURATION,
                "102: Authentication failed due to invalid userId or password.",
            ),
        ),
        (
            f"error | 105 | The phone number {PHONE} is invalid",
            Rejected(Reason.BAD_NUMBER, "105: The phone number +… is invalid"),
        ),
        ("error | 100 | Unknown", Retry(Reason.CARRIER, "100: Unknown")),
        ("error | 175 | Disabled", Rejected(Reason.UNKNOWN, "error: Disabled")),
        ("OK", UnknownOutcome("unreadable answer")),
    ],
)
def test_gupshup_answers(
    carrier: CarrierStub, gateway: HttpGateway, said: str, outcome: Outcome
) -> None:
    carrier.will(Say(200, said, "text/plain"))
    assert gateway.send(message()) == outcome


_EVENTS = [
    {
        "externalId": "3562707498794989059-328736121207676738", "eventType": "DELIVERED",
        "eventTs": 1526347800000, "destAddr": 919892488888, "srcAddr": "TESTIN",
        "cause": "SUCCESS", "errCode": "000", "channel": "SMS", "noOfFrags": 1,
    },
    {
        "externalId": "3798318073013708082-252169030017029882", "eventType": "FAILED",
        "eventTs": 1526347800000, "destAddr": 91989237777, "srcAddr": "ABCDEF",
        "cause": " UNKNOWN_SUBSCRIBER", "errCode": "003", "channel": "SMS", "noOfFrags": 1,
    },
]  # fmt: skip


_AT = datetime(2018, 5, 15, 1, 30, tzinfo=UTC)  # eventTs


def test_gupshup_brings_several_receipts_in_one_call(gateway: HttpGateway) -> None:
    call = called(form={"response": json.dumps(_EVENTS)})
    hook = gateway.profile.receipt
    assert hook is not None
    receipts = [gateway.receive_receipt(each) for each in gateway.unpack(hook, call)]
    assert receipts == [
        Receipt(
            "gupshup", "3562707498794989059-328736121207676738", None,
            ReceiptStatus.DELIVERED, "DELIVERED", None, "SUCCESS", _AT,
        ),
        Receipt(
            "gupshup", "3798318073013708082-252169030017029882", None,
            ReceiptStatus.FAILED, "FAILED", Reason.BAD_NUMBER, "UNKNOWN_SUBSCRIBER", _AT,
        ),
    ]  # fmt: skip


@pytest.mark.parametrize("response", ["", "[]", "{}", "[1]", "[[", "9" * 5000])
def test_what_gupshup_sends_in_the_place_of_a_list_is_kept(
    gateway: HttpGateway, response: str
) -> None:
    hook = gateway.profile.receipt
    assert hook is not None
    (only,) = gateway.unpack(hook, called(form={"response": response}))
    assert isinstance(gateway.receive_receipt(only), Unreadable)


def test_a_gupshup_text_is_read_as_documented(carrier: CarrierStub) -> None:
    query = (
        "phonecode=92xxxxxx0&keyword=Test&location=Mumbai&carrier=Vodafone&content=Test Nagpur"
        "&msisdn=9812348765&timestamp=13082098000"
    )
    gateway = gateway_of("gupshup", carrier.url, {**_ACCOUNT, "keyword": "Test"})
    came = gateway.receive_text(called(query))
    assert isinstance(came, Inbound)
    assert (came.phone, came.text, came.carrier_at) == ("+919812348765", "Nagpur", None)
    assert gateway.receive_text(called(query)) == came
