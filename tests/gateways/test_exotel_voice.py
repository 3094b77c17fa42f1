"""Calls by Exotel: a flow of its applets that asks us by GET, by its documents."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

import pytest

from gateways.base import (
    CallStep,
    Inbound,
    Pressed,
    Reason,
    Receipt,
    ReceiptStatus,
    Rejected,
    Request,
    Retry,
    Sent,
    TakenUp,
    Unauthentic,
    UnknownOutcome,
    Unreadable,
)
from gateways.called import CallNames
from gateways.exotel.voice import ExotelVoiceGateway
from messages.speech import Listening, Recording, Sentence, Speech, SpokenPiece
from settings import Settings
from tests.rigs.carrier_stub import AcceptAndHang, Behaviour, CarrierStub, Drop, Say
from tests.rigs.domestic import OURS
from tests.rigs.gateway import PHONE, message, request, settings_with

SECRET = "exotel-hook-secret"
YES = "+911140001001"
NAMED = CallNames("exotel-token").of(7)
TAKEN = Say(
    200, '{"Call": {"Sid": "a1b2c3", "Status": "in-progress", "Direction": "outbound-api"}}'
)


def settings(**changes: object) -> Settings:
    own = {
        "EXOTEL_ACCOUNT_SID": "dakghar1",
        "EXOTEL_API_KEY": "exotel-key",
        "EXOTEL_API_TOKEN": "exotel-token",
        "EXOTEL_HOOK_SECRET": SECRET,
        "EXOTEL_VOICE_FROM": OURS,
        "EXOTEL_VOICE_FLOW": "24680",
    }
    return settings_with(missed_calls=f"{YES}=yes", **{**own, **changes})


def made(url: str = "http://127.0.0.1:9", wait: float = 9.05) -> ExotelVoiceGateway:
    return ExotelVoiceGateway(settings(EXOTEL_URL=url), timeout=(3.05, wait))


def asked(query: Mapping[str, str], secret: str = SECRET) -> Request:
    return request({}, f"/hooks/exotel/{SECRET}/voice?{urlencode(query)}", secret=secret)


@pytest.fixture
def stub() -> Iterator[CarrierStub]:
    with CarrierStub() as stub:
        yield stub


def test_a_call_is_connected_to_the_flow(stub: CarrierStub) -> None:
    stub.will(TAKEN)
    assert made(stub.url).send(message()) == Sent("a1b2c3")
    (call,) = stub.calls
    assert call.path == "/v1/Accounts/dakghar1/Calls/connect.json"
    assert call.headers["authorization"].startswith("Basic ")
    assert call.form == {
        "From": PHONE,
        "CallerId": OURS,
        "Url": "http://my.exotel.com/dakghar1/exoml/start_voice/24680",
        "CallType": "trans",
        "TimeLimit": "300",
        "TimeOut": "30",
        "StatusCallback": f"https://dakiya.test/hooks/exotel/{SECRET}/status",
        "CustomField": NAMED,
    }


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (Say(401, "{}"), Rejected),
        (Say(403, "{}"), Rejected),
        (Say(400, '{"RestException": {"Status": 400}}'), Rejected),
        (Say(429, "{}"), Retry),
        (Say(503, ""), Retry),
        (Say(504, ""), UnknownOutcome),
        (Say(200, "<xml/>"), UnknownOutcome),
        (Say(200, '{"Call": {}}'), UnknownOutcome),
        (Say(200, '{"Call": {"Sid": ""}}'), UnknownOutcome),
        (Drop(), UnknownOutcome),
        (AcceptAndHang(), UnknownOutcome),
    ],
)
def test_every_failure_is_a_value(stub: CarrierStub, behaviour: Behaviour, kind: type) -> None:
    stub.will(behaviour)
    assert isinstance(made(stub.url, 0.3).send(message()), kind)


def test_a_wrong_secret_is_nobodys() -> None:
    gateway = made()
    for secret in ("", "guess", SECRET + "x"):
        for each in (gateway.receive_call, gateway.receive_receipt):
            with pytest.raises(Unauthentic):
                each(asked({"CallSid": "1"}, secret))
    with pytest.raises(Unauthentic):
        gateway.receive_text(asked({"CallSid": "1"}))


DIALLED = {"CallSid": "a1b2c3", "CallFrom": OURS, "CallTo": PHONE, "Direction": "outbound-dial"}


def test_the_gather_applet_asks_what_to_say_and_passthru_brings_keys() -> None:
    gateway = made()
    assert gateway.receive_call(asked(DIALLED)) == TakenUp("exotel_voice", "a1b2c3", PHONE, None)
    named = gateway.receive_call(asked({**DIALLED, "CustomField": NAMED}))
    assert named == TakenUp("exotel_voice", "a1b2c3", PHONE, 7)
    keys = gateway.receive_call(asked({**DIALLED, "digits": '"44"'}))
    assert keys == Pressed("exotel_voice", "a1b2c3", PHONE, None, None, "44")
    none = gateway.receive_call(asked({**DIALLED, "digits": '""'}))
    assert none == Pressed("exotel_voice", "a1b2c3", PHONE, None, None, "")
    # The first leg is the person's where the flow was connected to it.
    turned = {**DIALLED, "CallFrom": PHONE.replace("+91", "0"), "CallTo": OURS}
    assert gateway.receive_call(asked(turned)) == TakenUp("exotel_voice", "a1b2c3", PHONE, None)
    forged = gateway.receive_call(asked({**DIALLED, "CustomField": "7-00"}))
    assert forged == TakenUp("exotel_voice", "a1b2c3", PHONE, None)


def test_what_names_no_telephone_is_kept_without_one() -> None:
    came = made().receive_call(asked({"CallSid": "a1b2c3", "Direction": "outbound-dial"}))
    assert isinstance(came, Unreadable)
    assert came.text == "CallSid Direction"


def test_a_missed_call() -> None:
    query = {
        "CallSid": "m1", "CallFrom": PHONE.replace("+91", "0"), "CallTo": YES.replace("+91", "0"),
        "Direction": "incoming", "CallType": "call-attempt",
    }  # fmt: skip
    gateway = made()
    came = gateway.receive_call(asked(query))
    assert came == Inbound("exotel_voice", "m1", PHONE, "1", channel="voice")
    back = gateway.receive_call(asked({**query, "CallTo": OURS}))
    assert isinstance(back, Inbound)
    assert back.text == "6"


@pytest.mark.parametrize(
    ("word", "status", "reason"),
    [
        ("completed", ReceiptStatus.DELIVERED, None),
        ("busy", ReceiptStatus.FAILED, Reason.UNREACHABLE),
        ("no-answer", ReceiptStatus.FAILED, Reason.UNREACHABLE),
        ("failed", ReceiptStatus.FAILED, Reason.CARRIER),
        ("in-progress", ReceiptStatus.SENT, None),
        ("lost", ReceiptStatus.UNCERTAIN, None),
    ],
)
def test_the_status_callback(word: str, status: ReceiptStatus, reason: Reason | None) -> None:
    given = {"CallSid": "a1b2c3", "Status": word, "DateUpdated": "2026-08-14 10:00:00"}
    path = f"/hooks/exotel/{SECRET}/status"
    as_form = made().receive_receipt(request(given, path, secret=SECRET))
    body = json.dumps({**given, "RecordingUrl": None}).encode()
    as_json = made().receive_receipt(Request(path, {}, body, {}, {}, SECRET))
    assert as_form == as_json == Receipt("exotel_voice", "a1b2c3", None, status, word, reason)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff{", b'{"CallSid": 7}', b"[" * 9000])
def test_a_status_that_cannot_be_read_is_kept(body: bytes) -> None:
    came = made().receive_receipt(Request("", {}, body, {}, {}, SECRET))
    assert isinstance(came, Unreadable)


def test_the_gather_applet_says_one_text_or_one_recording() -> None:
    gateway = made()
    said = Speech(
        "hi",
        (Sentence((SpokenPiece("नमस्ते।"),)), Sentence((SpokenPiece("1 दबाएं।"),))),
        Listening(2, 6),
    )
    assert json.loads(gateway.saying(CallStep(said, 7, 1))) == {
        "gather_prompt": {"text": "नमस्ते। 1 दबाएं।"},
        "max_input_digits": 2,
        "finish_on_key": "#",
        "input_timeout": 6,
        "repeat_menu": 0,
    }
    whole = Speech("hi", (Sentence((SpokenPiece("नमस्ते।", Recording("/speech/hi/a.wav", 1.0)),)),))
    prompt = json.loads(gateway.saying(CallStep(whole, 7, 0)))["gather_prompt"]
    assert prompt == {"audio_url": "https://dakiya.test/speech/hi/a.wav"}
