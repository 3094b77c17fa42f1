"""What Twilio is asked: which texts came, and how it calls our hooks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateways.base import WHOLE, HookSetting, Inbound, NotTold, Unreadable
from gateways.twilio.sms import TwilioGateway
from tests.rigs.carrier_stub import Accept, CarrierStub, Drop, Refuse, Say
from tests.rigs.gateway import PHONE, PUBLIC, settings_with

OURS = "+15005550006"
SERVICE = "MG" + "0" * 32
HOOK = f"{PUBLIC}/hooks/twilio/sms"
WANTED = f"enter {HOOK}#rc=5&rp=5xx,ct,rt for incoming messages, by POST"
NOW = datetime(2026, 8, 14, 4, 30, tzinfo=UTC)


def gateway(carrier: CarrierStub, **changes: Any) -> TwilioGateway:
    return TwilioGateway(settings_with(TWILIO_API_URL=carrier.url, **changes))


def number(**changes: Any) -> dict[str, Any]:
    return {"sid": "PN1", "phone_number": OURS, "sms_url": HOOK, "sms_method": "POST"} | changes


def test_texts_to_our_number_are_told_with_the_time_that_twilio_took_them() -> None:
    with CarrierStub() as carrier:
        asked = gateway(carrier)
        old = carrier.receive(PHONE, "too old", OURS, NOW - timedelta(hours=1))
        told = carrier.receive(PHONE, "7 482913", OURS, NOW)
        nameless = carrier.receive("IN-POST", "buy", OURS, NOW)
        carrier.take({"From": OURS, "To": OURS, "Body": "ours"}, "AC", Accept())
        found = asked.received(NOW - timedelta(minutes=5), NOW)
    assert old["sid"] not in {each.carrier_id for each in found}
    assert list(found) == [
        Unreadable("twilio", nameless["sid"], "listed without sid, from or body", "buy", None),
        Inbound("twilio", told["sid"], PHONE, "7 482913", carrier_at=NOW, part=WHOLE),
    ]


def test_the_numbers_of_a_messaging_service_are_asked_for() -> None:
    numbers = {
        "phone_numbers": [{"sid": "PN1", "phone_number": OURS}],
        "meta": {"key": "phone_numbers", "next_page_url": None},
    }
    with CarrierStub() as carrier:
        told = carrier.receive(PHONE, "0", OURS, NOW)
        asked = gateway(carrier, TWILIO_MESSAGING_SERVICE_SID=SERVICE)
        carrier.will(Say(200, json.dumps(numbers)))
        found = asked.received(NOW - timedelta(minutes=5), NOW)
        assert [each.carrier_id for each in found] == [told["sid"]]
        assert carrier.calls[0].path == f"/v1/Services/{SERVICE}/PhoneNumbers"


@pytest.mark.parametrize(
    "behaviour", [Drop(), Refuse(20003, http=401), Say(503, "away"), Say(200, "[]")], ids=str
)
def test_what_is_not_told_is_no_empty_list(behaviour: Any) -> None:
    with CarrierStub() as carrier:
        carrier.will(behaviour, behaviour)
        asked = gateway(carrier)
        with pytest.raises(NotTold):
            asked.received(NOW, NOW)
        with pytest.raises(NotTold):
            asked.hook_settings()


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ([number(sms_url=f"{HOOK}#rc=2&rp=5xx,ct,rt")], None),
        ([number(sms_url=f"{HOOK}#rp=all")], None),
        ([number()], f"the number {OURS} does not repeat what we could not take: {WANTED}"),
        ([number(sms_url=f"{HOOK}#rc=0&rp=all")], "does not repeat what we could not take"),
        ([number(sms_url=f"{HOOK}#rc=5&rp=ct")], "does not repeat what we could not take"),
        ([number(sms_method="GET")], f"leads to dakiya.test by GET: {WANTED}"),
        ([number(sms_url="https://old.example/sms")], f"leads to old.example by POST: {WANTED}"),
        ([number(sms_url="")], f"leads to nowhere by POST: {WANTED}"),
        ([], f"the account has no number {OURS}: nothing can come in"),
    ],
)
def test_the_address_of_a_number_must_lead_here_and_repeat(
    numbers: list[dict[str, Any]], says: str | None
) -> None:
    with CarrierStub() as carrier:
        carrier.numbers = numbers
        (found,) = gateway(carrier).hook_settings()
    assert found.right == (says is None)
    assert says is None or says in found.says


def test_the_address_of_a_messaging_service_counts_unless_it_leaves_it_to_its_numbers() -> None:
    service = {
        "sid": SERVICE,
        "inbound_request_url": HOOK,
        "inbound_method": "POST",
        "use_inbound_webhook_on_number": False,
    }
    with CarrierStub() as carrier:
        asked = gateway(carrier, TWILIO_MESSAGING_SERVICE_SID=SERVICE)
        carrier.will(Say(200, json.dumps(service)))
        (found,) = asked.hook_settings()
    whose = f"the messaging service {SERVICE}"
    says = f"{whose} does not repeat what we could not take: {WANTED} (docs/gateways.md)"
    assert found == HookSetting(False, says)
