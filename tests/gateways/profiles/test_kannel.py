"""Kannel, as its user guide has it. What the real one says:
tests/gateways/profiles/test_kannel_end_to_end.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from gateways.base import (
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

_ACCOUNT = {"sender": "57575", "username": "dakiya", "password": "p@ss"}


@pytest.fixture
def carrier() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier


@pytest.fixture
def gateway(carrier: CarrierStub) -> HttpGateway:
    return gateway_of("kannel", carrier.url, _ACCOUNT)


def _hindi() -> Outgoing:
    return replace(message(8, HINDI), language="hi")


def test_kannel_gets_number_text_and_keys_in_headers_and_body(
    carrier: CarrierStub, gateway: HttpGateway
) -> None:
    carrier.will(*[Say(202, "0: Accepted for delivery", "text/html")] * 2)
    taken = gateway.send(message())
    gateway.send(_hindi())
    english, hindi = carrier.calls
    assert isinstance(taken, Sent)
    assert (english.method, english.path, english.query) == ("POST", "/cgi-bin/sendsms", {})
    assert english.body.decode() == TEXT
    kannel = {
        name.removeprefix("x-kannel-"): value
        for name, value in english.headers.items()
        if name.startswith("x-kannel-")
    }
    hook = f"{PUBLIC}/hooks/http/kannel/{HOOK}/delivery"
    assert kannel == {
        "username": "dakiya",
        "password": "p@ss",
        "from": "57575",
        "to": PHONE,
        "coding": "0",
        "validity": "10",
        "dlr-mask": "31",
        "dlr-url": f"{hook}?id={taken.carrier_id}&message=7&status=%d",
        "meta-data": "?smpp?PEID=1101234567890123456&TEMPLATEID=1107160000000012345",
    }
    assert hindi.headers["x-kannel-coding"] == "2"
    assert hindi.body.decode() == HINDI


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Say(503, "Temporal failure, try again later."), Retry),
        (Say(400, "Missing receiver(s) number(s), rejected"), Rejected),
        (Say(202, "Sent."), UnknownOutcome),
        (Say(202, "3: Queued for later delivery"), Sent),
    ],
)
def test_kannel_answers(
    carrier: CarrierStub, gateway: HttpGateway, answer: Say, outcome: type[Outcome]
) -> None:
    carrier.will(answer)
    assert isinstance(gateway.send(message()), outcome)


@pytest.mark.parametrize(
    ("status", "far", "reason"),
    [
        ("1", ReceiptStatus.DELIVERED, None),
        ("2", ReceiptStatus.FAILED, Reason.UNREACHABLE),
        ("4", ReceiptStatus.SENT, None),
        ("8", ReceiptStatus.SENT, None),
        ("16", ReceiptStatus.FAILED, Reason.CARRIER),
        ("34", ReceiptStatus.UNCERTAIN, None),
    ],
)
def test_kannel_receipts(
    gateway: HttpGateway, status: str, far: ReceiptStatus, reason: Reason | None
) -> None:
    receipt = gateway.receive_receipt(called(f"id=7-0011aabb&message=7&status={status}"))
    assert receipt == Receipt("kannel", "7-0011aabb", 7, far, status, reason, None)
