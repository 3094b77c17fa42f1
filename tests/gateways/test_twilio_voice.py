"""Calls through Twilio's SDK to a carrier on this machine; what Twilio tells of calls, signed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

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
from gateways.twilio.voice import TwilioVoiceGateway
from messages.render import CODE_MASK
from messages.speech import render, spoken
from settings import Settings
from tests.rigs.carrier_stub import (
    Accept,
    AcceptAndDrop,
    AcceptAndHang,
    Behaviour,
    CarrierStub,
    Drop,
    Refuse,
    Say,
)
from tests.rigs.gateway import (
    PHONE,
    assert_as_twilio_documents,
    message,
    request,
    settings_with,
    signature,
    signed,
    spoken_xml,
)

OURS = "+911140001000"
YES = "+911140001001"
HOOK = "/hooks/twilio/voice"
STATUS = "/hooks/twilio/voice/status?message=7"
WORDS = render("code", "hi", {"digits": "6785", "amount": 500})


def settings(**changes: object) -> Settings:
    numbers = f"{YES}=yes,+911140001002=not_received"
    return settings_with(TWILIO_VOICE_FROM=OURS, missed_calls=numbers, **changes)


@pytest.fixture
def carrier() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier
        assert_as_twilio_documents(carrier, "calls")


@pytest.fixture
def gateway(carrier: CarrierStub) -> TwilioVoiceGateway:
    return TwilioVoiceGateway(settings(TWILIO_API_URL=carrier.url))


@pytest.fixture
def impatient(carrier: CarrierStub) -> TwilioVoiceGateway:
    return TwilioVoiceGateway(settings(TWILIO_API_URL=carrier.url), timeout=(3.05, 0.3))


# ---- calls -------------------------------------------------------------------------------------


def test_a_call_is_asked_for_without_its_words(
    carrier: CarrierStub, gateway: TwilioVoiceGateway
) -> None:
    assert gateway.send(message(7, WORDS)) == Sent(carrier.rings[0]["sid"])
    assert carrier.calls[0].form == {
        "To": PHONE,
        "From": OURS,
        "Url": "https://dakiya.test/hooks/twilio/voice?message=7",
        "Method": "POST",
        "StatusCallback": "https://dakiya.test/hooks/twilio/voice/status?message=7",
        "StatusCallbackEvent": "completed",  # the last of the three
        "StatusCallbackMethod": "POST",
        "Timeout": "30",
        "MachineDetection": "Enable",
        "MachineDetectionTimeout": "10",
    }
    assert carrier.calls[0].body.count(b"StatusCallbackEvent=") == 3


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (21211, Rejected(Reason.BAD_NUMBER, "21211")),
        (21214, Rejected(Reason.BAD_NUMBER, "21214")),
        (21215, Rejected(Reason.CONFIGURATION, "21215")),
        (21210, Rejected(Reason.CONFIGURATION, "21210")),
        (21216, Rejected(Reason.BLOCKED, "21216")),
        (10004, Retry(Reason.CARRIER, "10004")),
        (99999, Rejected(Reason.UNKNOWN, "HTTP 400, code 99999")),
    ],
)
def test_every_refusal_is_an_outcome(
    carrier: CarrierStub, gateway: TwilioVoiceGateway, code: int, outcome: Outcome
) -> None:
    carrier.will(Refuse(code))
    assert gateway.send(message()) == outcome


def test_too_many_requests_wait_as_long_as_asked(
    carrier: CarrierStub, gateway: TwilioVoiceGateway
) -> None:
    carrier.will(Refuse(20429, http=429, retry_after="7"))
    assert gateway.send(message()) == Retry(Reason.CARRIER, "20429", 7.0)


@pytest.mark.parametrize("behaviour", [AcceptAndHang(), AcceptAndDrop()])
def test_without_an_answer_the_call_is_looked_for_before_it_is_made_again(
    carrier: CarrierStub, impatient: TwilioVoiceGateway, behaviour: Behaviour
) -> None:
    carrier.will(behaviour)
    assert isinstance(impatient.send(message()), UnknownOutcome)
    assert impatient.look_up(message()) == Sent(carrier.rings[0]["sid"])


def test_what_never_came_is_made_again(carrier: CarrierStub, impatient: TwilioVoiceGateway) -> None:
    carrier.will(Drop())
    assert isinstance(impatient.send(message()), UnknownOutcome)
    assert isinstance(impatient.look_up(message()), Retry)
    assert carrier.rings == []


def test_an_earlier_ring_that_failed_is_not_taken_for_this_one(
    carrier: CarrierStub, gateway: TwilioVoiceGateway
) -> None:
    carrier.will(Accept(status="no-answer"))
    assert gateway.send(message()) == Rejected(Reason.UNREACHABLE, "no-answer")
    assert isinstance(gateway.look_up(message()), Retry)


def test_which_of_several_calls_is_meant_is_not_guessed(
    carrier: CarrierStub, gateway: TwilioVoiceGateway
) -> None:
    """Two articles, one telephone: both calls stand in Twilio's list, and look alike."""
    gateway.send(message(7))
    mine = message(8)
    known, unknown = (carrier.rings[0]["sid"],), (None,)
    assert isinstance(gateway.look_up(replace(mine, other_calls=known)), Retry)
    assert isinstance(gateway.look_up(replace(mine, other_calls=unknown)), UnknownOutcome)
    gateway.send(mine)
    assert isinstance(gateway.look_up(mine), UnknownOutcome)
    assert gateway.look_up(replace(mine, other_calls=known)) == Sent(carrier.rings[1]["sid"])


def test_a_call_that_is_over_is_found_and_counts_as_nothing_more(
    carrier: CarrierStub, gateway: TwilioVoiceGateway
) -> None:
    carrier.will(Accept(status="completed"))
    sent = gateway.send(message())
    assert sent == gateway.look_up(message()) == Sent(carrier.rings[0]["sid"])


def test_an_answer_that_is_no_call_is_unknown(
    carrier: CarrierStub, gateway: TwilioVoiceGateway
) -> None:
    carrier.will(Say(201, "{}"))
    assert isinstance(gateway.send(message()), UnknownOutcome)


def test_nothing_of_a_call_is_logged(
    carrier: CarrierStub, gateway: TwilioVoiceGateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    gateway.send(message())
    assert PHONE not in caplog.text


# ---- what it says ------------------------------------------------------------------------------


def test_the_code_is_said_twice_slowly_digit_by_digit_in_hindi(gateway: TwilioVoiceGateway) -> None:
    root = spoken_xml(gateway.saying(CallStep(spoken(WORDS, "hi-Latn", "482913"), None, 0)))
    assert {each.attrib["language"] for each in root.iter("Say")} == {"hi-IN"}
    assert {each.attrib["voice"] for each in root.iter("Say")} == {"Polly.Aditi"}
    slow = [each for each in root.iter("prosody") if each.attrib["rate"] == "slow"]
    digits = ["चार", "आठ", "दो", "नौ", "एक", "तीन"]
    said = [each.text for each in slow]
    assert said == ["आपका कोड है:", *digits, "फिर से सुनिए:", *digits]
    assert len(list(root.iter("Pause"))) == len(slow)
    plain = [each.text for each in root.iter("Say") if each.text]
    assert "कोड सिर्फ दरवाज़े पर डाकिए को दें, फोन या लिंक पर नहीं।" in plain
    assert root[-1].tag == "Hangup"
    assert CODE_MASK not in "".join(root.itertext())


def test_a_call_is_rejected_before_it_costs_anything(gateway: TwilioVoiceGateway) -> None:
    root = spoken_xml(gateway.rejecting())
    assert [(each.tag, each.attrib) for each in root] == [("Reject", {"reason": "busy"})]


# ---- what comes in -----------------------------------------------------------------------------


def inbound(**changes: str) -> dict[str, str]:
    form = {"CallSid": "CA1", "From": PHONE, "To": YES, "Direction": "inbound", "CallStatus": "x"}
    return form | changes


@pytest.mark.parametrize(("called", "text"), [(YES, "1"), ("+911140001002", "2"), (OURS, "6")])
def test_the_number_that_was_rung_says_what_is_meant(
    gateway: TwilioVoiceGateway, called: str, text: str
) -> None:
    came = gateway.receive_call(signed(inbound(To=called), HOOK))
    assert came == Inbound("twilio_voice", "CA1", PHONE, text, channel="voice")


@pytest.mark.parametrize(
    "caller",
    ["+266696687", "+7378742833", "Anonymous", "Restricted", "", "sip:a@b", "+86282452253"],
)
def test_a_withheld_caller_is_kept_as_unreadable(gateway: TwilioVoiceGateway, caller: str) -> None:
    came = gateway.receive_call(signed(inbound(From=caller), HOOK))
    assert isinstance(came, Unreadable)
    assert (came.phone, came.channel, came.carrier_id) == (None, "voice", "CA1")
    assert "withheld" in came.reason


def test_a_number_without_a_meaning_is_kept_as_unreadable(gateway: TwilioVoiceGateway) -> None:
    came = gateway.receive_call(signed(inbound(To="+911140009999"), HOOK))
    assert isinstance(came, Unreadable)
    assert came.phone == PHONE
    assert "+911140009999" in came.reason


def test_who_takes_up_is_told_apart_from_who_calls(gateway: TwilioVoiceGateway) -> None:
    form = inbound(From=OURS, To=PHONE, Direction="outbound-api")
    came = gateway.receive_call(signed(form, f"{HOOK}?message=7"))
    assert came == TakenUp("twilio_voice", "CA1", PHONE, 7)
    came = gateway.receive_call(signed(form | {"To": ""}, f"{HOOK}?message=7"))
    assert isinstance(came, Unreadable)


@pytest.mark.parametrize("machine", ["machine_start", "fax"])
def test_a_machine_gets_no_words(gateway: TwilioVoiceGateway, machine: str) -> None:
    form = inbound(From=OURS, To=PHONE, Direction="outbound-api", AnsweredBy=machine)
    unheard = Receipt("twilio_voice", "CA1", 7, ReceiptStatus.FAILED, machine, Reason.UNREACHABLE)
    assert gateway.receive_call(signed(form, f"{HOOK}?message=7")) == unheard
    over = {"CallSid": "CA1", "CallStatus": "completed", "AnsweredBy": machine}
    assert gateway.receive_receipt(signed(over, STATUS)) == unheard
    for person in ("human", "unknown"):
        came = gateway.receive_call(signed(form | {"AnsweredBy": person}, f"{HOOK}?message=7"))
        assert isinstance(came, TakenUp)


@pytest.mark.parametrize(
    ("word", "status", "reason"),
    [
        ("queued", ReceiptStatus.SENT, None),
        ("initiated", ReceiptStatus.SENT, None),
        ("ringing", ReceiptStatus.SENT, None),
        ("in-progress", ReceiptStatus.SENT, None),
        ("completed", ReceiptStatus.DELIVERED, None),
        ("busy", ReceiptStatus.FAILED, Reason.UNREACHABLE),
        ("no-answer", ReceiptStatus.FAILED, Reason.UNREACHABLE),
        ("failed", ReceiptStatus.FAILED, Reason.CARRIER),
        ("canceled", ReceiptStatus.FAILED, Reason.UNKNOWN),
        ("new-word", ReceiptStatus.UNCERTAIN, None),
    ],
)
def test_every_status_of_a_call_is_a_receipt(
    gateway: TwilioVoiceGateway, word: str, status: ReceiptStatus, reason: Reason | None
) -> None:
    receipt = gateway.receive_receipt(signed({"CallSid": "CA1", "CallStatus": word}, STATUS))
    assert receipt == Receipt("twilio_voice", "CA1", 7, status, word, reason)


def test_a_status_without_its_fields_is_unreadable(gateway: TwilioVoiceGateway) -> None:
    came = gateway.receive_receipt(signed({"CallSid": "CA1"}, STATUS))
    assert isinstance(came, Unreadable)


@pytest.mark.parametrize("path", [HOOK, f"{HOOK}?message=7", STATUS])
def test_what_is_not_signed_is_refused(gateway: TwilioVoiceGateway, path: str) -> None:
    form = inbound()
    take = gateway.receive_receipt if path == STATUS else gateway.receive_call
    wrong = [
        {},
        {"x-twilio-signature": ""},
        {"x-twilio-signature": signature(form, path, "another token")},
        {"x-twilio-signature": signature(form | {"From": "+919839000000"}, path)},
        {"x-twilio-signature": signature(form, path.replace("7", "8") + "x")},
    ]
    for headers in wrong:
        with pytest.raises(Unauthentic):
            take(request(form, path, headers))


def test_texts_do_not_come_here(gateway: TwilioVoiceGateway) -> None:
    with pytest.raises(Unauthentic):
        gateway.receive_text(signed(inbound(), HOOK))
