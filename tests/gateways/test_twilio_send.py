"""Texts out through Twilio's SDK to a carrier on this machine."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from gateways.base import Outcome, Reason, ReceiptStatus, Rejected, Retry, Sent, UnknownOutcome
from gateways.twilio.sms import TwilioGateway
from tests.rigs.carrier_stub import (
    Accept,
    AcceptAndDrop,
    AcceptAndHang,
    CarrierStub,
    Drop,
    Refuse,
    Say,
)
from tests.rigs.gateway import (
    ACCOUNT,
    PHONE,
    TEXT,
    assert_as_twilio_documents,
    message,
    settings_with,
)

_TAKEN = ["accepted", "scheduled", "queued", "sending", "sent"]
_RETRIED = {
    20429: Reason.CARRIER,
    14107: Reason.CARRIER,
    21611: Reason.CARRIER,
    30001: Reason.CARRIER,
    30003: Reason.UNREACHABLE,
    30008: Reason.CARRIER,
}
_PERMANENT = {
    21211: Reason.BAD_NUMBER,
    21612: Reason.BAD_NUMBER,
    21614: Reason.BAD_NUMBER,
    21635: Reason.BAD_NUMBER,
    30006: Reason.BAD_NUMBER,
    21610: Reason.OPTED_OUT,
    30004: Reason.BLOCKED,
    30007: Reason.BLOCKED,
    30034: Reason.BLOCKED,
    30005: Reason.UNREACHABLE,
    21617: Reason.TEXT,
    20003: Reason.CONFIGURATION,
    21408: Reason.CONFIGURATION,
    21606: Reason.CONFIGURATION,
    21703: Reason.CONFIGURATION,
    21704: Reason.CONFIGURATION,
    21705: Reason.CONFIGURATION,
    30002: Reason.CONFIGURATION,
}


@pytest.fixture
def carrier() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier
        assert_as_twilio_documents(carrier)


@pytest.fixture
def gateway(carrier: CarrierStub) -> TwilioGateway:
    return TwilioGateway(settings_with(TWILIO_API_URL=carrier.url))


@pytest.fixture
def impatient(carrier: CarrierStub) -> TwilioGateway:
    return TwilioGateway(settings_with(TWILIO_API_URL=carrier.url), timeout=(3.05, 0.3))


# ---- what is submitted ---------------------------------------------------------------------------


def test_all_that_twilio_needs_is_submitted(carrier: CarrierStub, gateway: TwilioGateway) -> None:
    assert gateway.send(message(7)) == Sent(carrier.messages[0]["sid"])
    form = carrier.calls[0].form
    assert 595 <= int(form.pop("ValidityPeriod")) <= 600
    assert form == {
        "To": PHONE,
        "Body": TEXT,
        "From": "+15005550006",
        "SmartEncoded": "false",
        "StatusCallback": "https://dakiya.test/hooks/twilio/status?message=7",
    }


def test_a_messaging_service_takes_the_place_of_the_number(carrier: CarrierStub) -> None:
    service = "MG" + "1" * 32
    gateway = TwilioGateway(
        settings_with(TWILIO_API_URL=carrier.url, TWILIO_MESSAGING_SERVICE_SID=service)
    )
    assert isinstance(gateway.send(message()), Sent)
    form = carrier.calls[0].form
    assert form["MessagingServiceSid"] == service
    assert "From" not in form


@pytest.mark.parametrize(("lives", "seconds"), [(-5, "1"), (0.5, "1"), (100_000, "36000")])
def test_validity_stays_in_the_range_that_twilio_takes(
    carrier: CarrierStub, gateway: TwilioGateway, lives: float, seconds: str
) -> None:
    gateway.send(message(lives=lives))
    assert carrier.calls[0].form["ValidityPeriod"] == seconds


@pytest.mark.parametrize(
    "text", ["आपका कोड 482913 है। डाकिया को ही बताएँ।", "100% & + = ?\nPay €5 {}"]
)
def test_a_text_arrives_as_it_was_written(
    carrier: CarrierStub, gateway: TwilioGateway, text: str
) -> None:
    gateway.send(message(text=text))
    assert carrier.messages[0]["body"] == text


def test_another_edge_in_the_environment_does_not_lead_past_the_configured_address(
    carrier: CarrierStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_EDGE", "singapore")
    gateway = TwilioGateway(settings_with(TWILIO_API_URL=carrier.url))
    assert isinstance(gateway.send(message()), Sent)


# ---- what is answered ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "status"),
    [
        *((word, ReceiptStatus.SENT) for word in _TAKEN),
        ("delivered", ReceiptStatus.DELIVERED),
        ("read", ReceiptStatus.DELIVERED),
    ],
)
def test_every_good_status_means_sent(
    carrier: CarrierStub, gateway: TwilioGateway, word: str, status: ReceiptStatus
) -> None:
    carrier.will(Accept(status=word))
    assert gateway.send(message()) == Sent(carrier.messages[0]["sid"], status)


@pytest.mark.parametrize(
    ("word", "code", "outcome"),
    [
        ("failed", 30007, Rejected(Reason.BLOCKED, "30007")),
        ("undelivered", 30003, Retry(Reason.UNREACHABLE, "30003")),
        ("canceled", None, Rejected(Reason.UNKNOWN, "canceled")),
    ],
)
def test_a_status_of_failure_is_no_sending(
    carrier: CarrierStub, gateway: TwilioGateway, word: str, code: int | None, outcome: Outcome
) -> None:
    carrier.will(Accept(status=word, error_code=code))
    assert gateway.send(message()) == outcome


@pytest.mark.parametrize(("code", "reason"), _RETRIED.items())
def test_codes_that_pass_are_tried_again(
    carrier: CarrierStub, gateway: TwilioGateway, code: int, reason: Reason
) -> None:
    carrier.will(Refuse(code))
    assert gateway.send(message()) == Retry(reason, str(code))


@pytest.mark.parametrize(("code", "reason"), _PERMANENT.items())
def test_codes_that_stay_are_rejected_with_their_reason(
    carrier: CarrierStub, gateway: TwilioGateway, code: int, reason: Reason
) -> None:
    carrier.will(Refuse(code))
    assert gateway.send(message()) == Rejected(reason, str(code))


_HTML = ("<html>no JSON</html>", "text/html")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Refuse(20429, 429, "7"), Retry(Reason.CARRIER, "20429", 7.0)),
        (Say(429, *_HTML), Retry(Reason.CARRIER, "HTTP 429, code 429")),
        (Refuse(20429, 429, "Fri, 14 Aug 2026 04:30:00 GMT"), Retry(Reason.CARRIER, "20429")),
        (Refuse(20429, 429, "nan"), Retry(Reason.CARRIER, "20429")),
        (Refuse(20500, 500), Retry(Reason.CARRIER, "HTTP 500, code 20500")),
        (Say(503, *_HTML), Retry(Reason.CARRIER, "HTTP 503, code 503")),
        (Say(502, *_HTML), UnknownOutcome("HTTP 502, code 502")),
        (Say(504, *_HTML), UnknownOutcome("HTTP 504, code 504")),
        (Say(401, *_HTML), Rejected(Reason.CONFIGURATION, "HTTP 401, code 401")),
        (Refuse(99999, 400), Rejected(Reason.UNKNOWN, "HTTP 400, code 99999")),
        (
            Say(307, "", headers={"Location": "http://127.0.0.1:9/"}),
            Rejected(Reason.CONFIGURATION, "HTTP 307, code 307"),
        ),
        (
            Say(
                400,
                json.dumps({"type": "https://x", "title": "no", "status": 400, "code": "21610"}),
                "application/problem+json",
            ),
            Rejected(Reason.OPTED_OUT, "21610"),
        ),
    ],
    ids=str,
)
def test_every_kind_of_refusal_has_its_outcome(
    carrier: CarrierStub, gateway: TwilioGateway, answer: Refuse | Say, outcome: Outcome
) -> None:
    carrier.will(answer)
    assert gateway.send(message()) == outcome


def test_one_refusals_wait_is_not_the_next_ones(
    carrier: CarrierStub, gateway: TwilioGateway
) -> None:
    carrier.will(Refuse(20429, 429, "7"), Refuse(20429, 429))
    assert [gateway.send(message()), gateway.send(message())] == [
        Retry(Reason.CARRIER, "20429", 7.0),
        Retry(Reason.CARRIER, "20429"),
    ]


@pytest.mark.parametrize("body", ["<html>", "[]", "null", '"text"', "7", ""])
def test_an_unreadable_answer_leaves_the_outcome_unknown(body: str) -> None:
    with CarrierStub() as carrier:
        carrier.will(Say(201, body))
        gateway = TwilioGateway(settings_with(TWILIO_API_URL=carrier.url))
        assert isinstance(gateway.send(message()), UnknownOutcome)


# ---- the network ---------------------------------------------------------------------------------


def test_a_timeout_after_the_request_was_sent_is_unknown_and_then_found(
    carrier: CarrierStub, impatient: TwilioGateway
) -> None:
    carrier.will(AcceptAndHang())
    assert impatient.send(message()) == UnknownOutcome("ReadTimeout")
    assert impatient.look_up(message()) == Sent(carrier.messages[0]["sid"])
    assert len(carrier.messages) == 1


def test_a_connection_lost_after_the_request_is_unknown_and_then_looked_up(
    carrier: CarrierStub, gateway: TwilioGateway
) -> None:
    carrier.will(AcceptAndDrop())
    assert gateway.send(message()) == UnknownOutcome("ConnectionError")
    assert gateway.look_up(message()) == Sent(carrier.messages[0]["sid"])

    carrier.will(Drop())
    assert gateway.send(message(8, "another text")) == UnknownOutcome("ConnectionError")
    assert isinstance(gateway.look_up(message(8, "another text")), Retry)


def test_where_nobody_listens_nothing_was_sent() -> None:
    gateway = TwilioGateway(settings_with())
    assert gateway.send(message()) == Retry(Reason.CARRIER, "NewConnectionError")
    assert gateway.look_up(message()) == UnknownOutcome("ConnectionError")


@pytest.mark.parametrize("address", ["nonsense", "http://", "gopher://127.0.0.1"])
def test_an_address_that_is_none_is_our_configuration(address: str) -> None:
    outcome = TwilioGateway(settings_with(TWILIO_API_URL=address)).send(message())
    assert isinstance(outcome, Rejected)
    assert outcome.reason is Reason.CONFIGURATION


def test_connections_are_used_again(carrier: CarrierStub, gateway: TwilioGateway) -> None:
    for number in range(20):
        gateway.send(message(number))
    assert len(carrier.messages) == 20
    assert carrier.connections == 1


def test_every_thread_has_a_connection_and_keeps_it() -> None:
    threads = 24  # more than urllib3 and the SDK keep by themselves
    together = Barrier(threads)

    def send(gateway: TwilioGateway, number: int) -> list[Outcome]:
        outcomes = []
        for turn in range(3):
            together.wait(30)
            outcomes.append(gateway.send(message(number * 10 + turn)))
        return outcomes

    with CarrierStub() as carrier, ThreadPoolExecutor(threads) as pool:
        gateway = TwilioGateway(settings_with(TWILIO_API_URL=carrier.url, send_slots=threads))
        outcomes = [
            each for few in pool.map(partial(send, gateway), range(threads)) for each in few
        ]
    assert len({each.carrier_id for each in outcomes if isinstance(each, Sent)}) == threads * 3
    assert carrier.connections <= threads


# ---- looking up ----------------------------------------------------------------------------------


def test_a_look_up_wants_the_same_words_to_the_same_number_at_the_time(
    carrier: CarrierStub, gateway: TwilioGateway
) -> None:
    gateway.send(message(1, "the same words"))
    asked = message(2, "the same words")
    later = asked.first_tried_at + timedelta(minutes=10) if asked.first_tried_at else None
    assert gateway.look_up(asked) == Sent(carrier.messages[0]["sid"])
    assert isinstance(gateway.look_up(message(2, "other words")), Retry)
    assert isinstance(gateway.look_up(replace(asked, first_tried_at=later)), Retry)
    assert isinstance(gateway.look_up(replace(asked, phone="+919839012346")), Retry)


def test_a_look_up_tells_what_became_of_it(carrier: CarrierStub, gateway: TwilioGateway) -> None:
    carrier.will(Accept(status="delivered"))
    gateway.send(message(1, "arrived"))
    carrier.will(Accept(status="failed", error_code=30006))
    gateway.send(message(2, "never"))
    assert gateway.look_up(message(1, "arrived")) == Sent(
        carrier.messages[0]["sid"], ReceiptStatus.DELIVERED
    )
    assert gateway.look_up(message(2, "never")) == Rejected(Reason.BAD_NUMBER, "30006")


def test_a_look_up_that_cannot_see_everything_does_not_say_that_there_is_nothing(
    carrier: CarrierStub, gateway: TwilioGateway
) -> None:
    for number in range(99):
        carrier.take({"To": PHONE, "Body": f"text {number}", "From": "+1"}, ACCOUNT, Accept())
    assert isinstance(gateway.look_up(message()), Retry)
    carrier.take({"To": PHONE, "Body": "the hundredth", "From": "+1"}, ACCOUNT, Accept())
    assert isinstance(gateway.look_up(message()), UnknownOutcome)


@pytest.mark.parametrize("answer", [Say(500, *_HTML), Say(401, *_HTML), Refuse(20429, 429), Drop()])
def test_a_look_up_without_an_answer_is_unknown(
    carrier: CarrierStub, gateway: TwilioGateway, answer: Refuse | Say | Drop
) -> None:
    carrier.will(answer)
    assert isinstance(gateway.look_up(message()), UnknownOutcome)


# ---- silence -------------------------------------------------------------------------------------


def test_no_log_and_no_outcome_holds_a_text_or_a_number(
    carrier: CarrierStub, impatient: TwilioGateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = json.dumps({"code": 21211, "message": f"{PHONE}: {TEXT}", "status": 400})
    behaviours: list[Any] = [Accept(), Say(400, echo), AcceptAndHang(), Drop(), Refuse(20429, 429)]
    carrier.will(*behaviours)
    told = [repr(impatient.send(message())) for _ in behaviours]
    told += [repr(impatient.look_up(message())), repr(message()), caplog.text]
    assert len(carrier.calls) == len(behaviours) + 1
    for words in told:
        assert "482913" not in words
        assert TEXT not in words
    for words in (*told[: len(behaviours)], caplog.text):
        assert PHONE[1:] not in words
