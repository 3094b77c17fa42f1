"""Africa's Talking voice: calls by its SDK to a carrier on this machine, and its one hook."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gateways.africastalking.voice import AfricasTalkingVoiceGateway
from gateways.base import (
    CallStep,
    Inbound,
    Outcome,
    Reason,
    Receipt,
    ReceiptStatus,
    Rejected,
    Retry,
    Sent,
    TakenUp,
    Unauthentic,
    UnknownOutcome,
    Unreadable,
)
from messages.speech import render, spoken
from tests.rigs.carrier_stub import AcceptAndDrop, CarrierStub, Say
from tests.rigs.gateway import PHONE, SECRET, message, request, settings_with, spoken_xml

OURS = "+254711082000"
YES = "+254711082001"
HOOK = f"/hooks/africastalking/{SECRET}/voice"


@pytest.fixture
def carrier() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier


@pytest.fixture
def gateway(carrier: CarrierStub) -> AfricasTalkingVoiceGateway:
    return AfricasTalkingVoiceGateway(
        settings_with(
            AFRICASTALKING_VOICE_API_URL=carrier.url,
            AFRICASTALKING_VOICE_FROM=OURS,
            missed_calls=f"{YES}=yes",
        )
    )


def form(**changes: str) -> dict[str, str]:
    """What the carrier posts when somebody calls us."""
    return {
        "isActive": "1",
        "sessionId": "ATVId_1",
        "direction": "Inbound",
        "callerNumber": PHONE,
        "destinationNumber": YES,
    } | changes


# ---- calls -------------------------------------------------------------------------------------


def test_a_call_is_asked_for_without_its_words(
    carrier: CarrierStub, gateway: AfricasTalkingVoiceGateway
) -> None:
    assert gateway.send(message(7, "••••••")) == Sent(f"ATVId_{carrier.rings[0]['sid']}")
    (call,) = carrier.calls
    assert (call.method, call.path) == ("POST", "/call")
    assert call.headers["apikey"] == "africastalking-key-of-the-tests"
    sent = call.form
    assert sent.pop("clientRequestId").startswith("7-")
    assert sent == {"username": "dakiya", "from": OURS, "to": PHONE}


def test_calls_at_once_keep_their_names_apart(
    carrier: CarrierStub, gateway: AfricasTalkingVoiceGateway
) -> None:
    phones = [f"+9198390{number:05d}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda n: gateway.send(replace(message(n), phone=phones[n])), range(len(phones))
            )
        )
    named = {call.form["to"]: call.form["clientRequestId"].split("-")[0] for call in carrier.calls}
    assert named == {phone: str(number) for number, phone in enumerate(phones)}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (
            '{"entries": [{"status": "InvalidPhoneNumber", "sessionId": "None"}]}',
            Rejected(Reason.BAD_NUMBER, "InvalidPhoneNumber"),
        ),
        (
            '{"entries": [{"status": "InsufficientCredit", "sessionId": "None"}]}',
            Rejected(Reason.CONFIGURATION, "InsufficientCredit"),
        ),
        (
            '{"entries": [], "errorMessage": "Invalid callerId: +254711082000"}',
            Rejected(Reason.CONFIGURATION, "Invalid callerId: +…"),
        ),
        (
            '{"entries": [{"status": "Queued", "sessionId": "None"}]}',
            UnknownOutcome("status Queued"),
        ),
        ('{"entries": [{"status": "Odd", "sessionId": "x"}]}', UnknownOutcome("status Odd")),
        ("not json", UnknownOutcome("unreadable answer")),
    ],
)
def test_every_answer_is_an_outcome(
    carrier: CarrierStub, gateway: AfricasTalkingVoiceGateway, answer: str, outcome: Outcome
) -> None:
    carrier.will(Say(201, answer))
    assert gateway.send(message()) == outcome


def test_without_an_answer_nobody_can_tell(
    carrier: CarrierStub, gateway: AfricasTalkingVoiceGateway
) -> None:
    carrier.will(AcceptAndDrop(), Say(503, ""))
    assert isinstance(gateway.send(message()), UnknownOutcome)
    assert isinstance(gateway.look_up(message()), UnknownOutcome)
    assert gateway.send(message()) == Retry(Reason.CARRIER, "HTTP 503")


def test_a_number_that_is_none_is_not_called(gateway: AfricasTalkingVoiceGateway) -> None:
    assert gateway.send(replace(message(), phone="12")) == Rejected(Reason.BAD_NUMBER, "ValueError")


def test_nothing_of_a_call_is_logged(
    gateway: AfricasTalkingVoiceGateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    gateway.send(message())
    assert PHONE not in caplog.text


# ---- what it says ------------------------------------------------------------------------------


def test_the_code_is_said_twice_a_digit_at_a_time(gateway: AfricasTalkingVoiceGateway) -> None:
    words = render("window_code", "en", {"digits": "6785", "amount": 0})
    root = spoken_xml(gateway.saying(CallStep(spoken(words, "en", "482913"), None, 0)))
    assert root.tag == "Response"
    assert {each.tag for each in root} == {"Say"}
    assert {each.attrib["voice"] for each in root} == {"en-IN-Standard-A"}
    said = [each.text for each in root]
    digits = ["four", "eight", "two", "nine", "one", "three"]
    at = said.index("Your code is:")
    assert said[at : at + 14] == ["Your code is:", *digits, "Once more:", *digits]


def test_a_call_is_rejected_and_nothing_else(gateway: AfricasTalkingVoiceGateway) -> None:
    root = spoken_xml(gateway.rejecting())
    assert [each.tag for each in root] == ["Reject"]


# ---- what comes in -----------------------------------------------------------------------------


def test_a_missed_call_is_told_again_when_it_is_over(gateway: AfricasTalkingVoiceGateway) -> None:
    inbound = Inbound("africastalking_voice", "ATVId_1", PHONE, "1", channel="voice")
    assert gateway.receive_call(request(form(), HOOK, secret=SECRET)) == inbound
    over = form(isActive="0", durationInSeconds="0", amount="0")
    assert gateway.receive_call(request(over, HOOK, secret=SECRET)) == inbound


@pytest.mark.parametrize("caller", ["anonymous", "", "+266696687", "Unknown"])
def test_a_withheld_caller_is_kept_as_unreadable(
    gateway: AfricasTalkingVoiceGateway, caller: str
) -> None:
    came = gateway.receive_call(request(form(callerNumber=caller), HOOK, secret=SECRET))
    assert isinstance(came, Unreadable)
    assert (came.phone, came.channel) == (None, "voice")


def test_our_call_is_known_by_the_name_that_we_gave_it_and_by_no_other(
    carrier: CarrierStub, gateway: AfricasTalkingVoiceGateway
) -> None:
    gateway.send(message(7))
    ours = carrier.calls[0].form["clientRequestId"]
    taken = form(direction="Outbound", clientRequestId=ours)
    assert gateway.receive_call(request(taken, HOOK, secret=SECRET)) == TakenUp(
        "africastalking_voice", "ATVId_1", PHONE, 7
    )
    for name in ("7", "", ours.replace("7-", "8-", 1), ours[:-1], f"٧{ours[1:]}", "7-"):
        came = gateway.receive_call(request(taken | {"clientRequestId": name}, HOOK, secret=SECRET))
        assert came == TakenUp("africastalking_voice", "ATVId_1", PHONE, None), name


@pytest.mark.parametrize(
    ("told", "status", "word"),
    [
        (
            {"durationInSeconds": "21", "hangupCause": "NORMAL_CLEARING"},
            "delivered",
            "NORMAL_CLEARING",
        ),
        ({"durationInSeconds": "0", "hangupCause": "USER_BUSY"}, "failed", "USER_BUSY"),
        ({"durationInSeconds": "0", "status": "Aborted"}, "failed", "Aborted"),
        ({}, "failed", "over"),
        ({"durationInSeconds": "long"}, "failed", "over"),
    ],
)
def test_a_call_that_is_over_is_a_receipt(
    gateway: AfricasTalkingVoiceGateway, told: dict[str, str], status: str, word: str
) -> None:
    over = form(direction="Outbound", isActive="0", **told)
    reason = Reason.UNREACHABLE if status == "failed" else None
    assert gateway.receive_call(request(over, HOOK, secret=SECRET)) == Receipt(
        "africastalking_voice", "ATVId_1", None, ReceiptStatus(status), word, reason
    )


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", SECRET[:-1], "\ud800"])
def test_a_wrong_secret_is_refused(gateway: AfricasTalkingVoiceGateway, secret: str) -> None:
    with pytest.raises(Unauthentic):
        gateway.receive_call(request(form(), HOOK, secret=secret))


def test_texts_and_receipts_do_not_come_here(gateway: AfricasTalkingVoiceGateway) -> None:
    for take in (gateway.receive_text, gateway.receive_receipt):
        with pytest.raises(Unauthentic):
            take(request(form(), HOOK, secret=SECRET))
