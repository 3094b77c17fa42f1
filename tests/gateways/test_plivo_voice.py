"""Calls by Plivo and Vobiz: what is asked of them, what they ask us, and their signatures.

The vectors were made with plivo-python's own `validate_v3_signature` (plivo/utils/signature_v3.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

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
from gateways.plivo.dialect import PLIVO, VOBIZ, Dialect, is_signed
from gateways.plivo.settings import CallAccount, PlivoSettings
from gateways.plivo.voice import PlivoVoiceGateway
from gateways.vobiz.settings import VobizSettings
from messages.speech import Listening, Recording, Sentence, Speech, SpokenPiece, render, spoken
from settings import Settings
from tests.rigs.carrier_stub import AcceptAndHang, Behaviour, CarrierStub, Drop, Say
from tests.rigs.domestic import NONCE, OURS, TOKEN, signed_as
from tests.rigs.gateway import PHONE, message, request, settings_with, spoken_xml

YES = "+911140001001"
FIRED = Say(201, '{"message": "call fired", "request_uuid": "9834029e", "api_id": "97ceeb52"}')
NAMED = CallNames(TOKEN).of(7)
BOTH = pytest.mark.parametrize("carrier", ["plivo", "vobiz"])


def settings(carrier: str, **changes: object) -> Settings:
    prefix = carrier.upper()
    own = {
        f"{prefix}_AUTH_ID": "MA0000000000",
        f"{prefix}_AUTH_TOKEN": TOKEN,
        f"{prefix}_VOICE_FROM": OURS,
    }
    return settings_with(missed_calls=f"{YES}=yes", **own, **changes)


def made(carrier: str, url: str = "http://127.0.0.1:9", wait: float = 9.05) -> PlivoVoiceGateway:
    given = settings(carrier, **{f"{carrier.upper()}_API_URL": url})
    own: CallAccount
    if carrier == "plivo":
        own, dialect = PlivoSettings.read(given), PLIVO
    else:
        own, dialect = VobizSettings.read(given), VOBIZ
    return PlivoVoiceGateway(given, own, dialect, timeout=(3.05, wait))


def hook(carrier: str, form: Mapping[str, str], query: str = "", end: str = "") -> Request:
    path = f"/hooks/{carrier}/voice{end}{query}"
    headers = {name.lower(): value for name, value in signed_as(carrier, form, path).items()}
    return request(form, path, headers)


@pytest.fixture
def stub() -> Iterator[CarrierStub]:
    with CarrierStub() as stub:
        yield stub


# ---- signatures --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "form", "signature"),
    [
        (
            "/hooks/plivo/voice?hop=2&call=7-ab",
            {"CallUUID": "97ceeb52", "To": "919876500001", "Digits": "1", "Empty": ""},
            "zLh5QeS6trc6h/5AFtjbYIG0WrRQwJ+JPRM3M2kUxFo=",
        ),
        (
            "/hooks/plivo/voice",
            {"CallUUID": "97ceeb52", "Direction": "inbound"},
            "9kxNN3TTTRQQ0V6ST/tUGcygYVpPgVUqJlnFv4bNFSU=",
        ),
        ("/hooks/plivo/voice?hop=2", {}, "/JlxvNbZqOyAGuxm6FLdckyNsPp9caZpZFNNrzvL1ZM="),
        ("/hooks/plivo/voice", {}, "KnOk6q2uthYZ9SmvN8d+R237YGH/avEWSwQssQgdL50="),
    ],
)
def test_signatures_are_plivos_own(path: str, form: dict[str, str], signature: str) -> None:
    headers = {PLIVO.signature: f"other,{signature}", PLIVO.nonce: NONCE}
    came = request(form, path, headers)
    assert is_signed(PLIVO, TOKEN, came)
    for wrong in (
        request({**form, "Digits": "2"}, path, headers),
        request(form, path + ("&" if "?" in path else "?") + "more=1", headers),
        request(form, path, {**headers, PLIVO.nonce: "1"}),
        request(form, path, {PLIVO.nonce: NONCE}),
        request(form, path, {PLIVO.signature: signature}),
        request(form, path, {**headers, PLIVO.signature: ""}),
        request(form, path, {**headers, PLIVO.signature: "é,☎"}),
    ):
        assert not is_signed(PLIVO, TOKEN, wrong)
    assert not is_signed(PLIVO, "", came)
    assert not is_signed(PLIVO, "another", came)


def test_vobiz_signs_its_address_alone() -> None:
    """So our own name for the call, in the address, is the proof of whose words are asked for."""
    form = {"CallUUID": "97ceeb52"}
    came = hook("vobiz", form, "?hop=2")
    assert is_signed(VOBIZ, TOKEN, came)
    assert is_signed(VOBIZ, TOKEN, request({"CallUUID": "x"}, "/hooks/vobiz/voice", came.headers))
    elsewhere = request(form, "/hooks/vobiz/voice/status", came.headers)
    assert not is_signed(VOBIZ, TOKEN, elsewhere)


@BOTH
def test_what_is_not_signed_is_refused(carrier: str) -> None:
    gateway = made(carrier)
    form = {"CallUUID": "1", "Direction": "inbound", "From": PHONE, "To": YES}
    for each in (gateway.receive_call, gateway.receive_receipt):
        with pytest.raises(Unauthentic):
            each(request(form, f"/hooks/{carrier}/voice"))
    with pytest.raises(Unauthentic):
        gateway.receive_text(hook(carrier, form))


# ---- calls -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("carrier", "path", "proof"),
    [
        ("plivo", "/v1/Account/MA0000000000/Call/", "authorization"),
        ("vobiz", "/api/v1/Account/MA0000000000/Call/", "x-auth-token"),
    ],
)
def test_a_call_is_asked_for_as_documented(
    stub: CarrierStub, carrier: str, path: str, proof: str
) -> None:
    stub.will(FIRED)
    assert made(carrier, stub.url).send(message()) == Sent("9834029e")
    (call,) = stub.calls
    assert (call.method, call.path) == ("POST", path)
    assert call.headers["content-type"] == "application/json"
    assert call.headers[proof].startswith("Basic " if carrier == "plivo" else TOKEN)
    hooks = f"https://dakiya.test/hooks/{carrier}/voice"
    assert json.loads(call.body) == {
        "from": "911140001000",
        "to": PHONE.removeprefix("+"),
        "answer_url": f"{hooks}?call={NAMED}",
        "answer_method": "POST",
        "hangup_url": f"{hooks}/status?call={NAMED}",
        "hangup_method": "POST",
        "ring_timeout": 30,
        "time_limit": 300,
        "machine_detection": "hangup",
    }


@BOTH
@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (Say(401, "{}"), Rejected),
        (Say(400, '{"error": "to is invalid"}'), Rejected),
        (Say(429, "{}", headers={"Retry-After": "3"}), Retry),
        (Say(500, ""), Retry),
        (Say(502, ""), UnknownOutcome),
        (Say(302, "", headers={"Location": "https://elsewhere.test"}), Rejected),
        (Say(201, "not json"), UnknownOutcome),
        (Say(201, "[]"), UnknownOutcome),
        (Say(201, "{}"), UnknownOutcome),
        (Say(201, '{"error": "no credit"}'), Rejected),
        (Drop(), UnknownOutcome),
        (AcceptAndHang(), UnknownOutcome),
    ],
)
def test_every_failure_is_a_value(
    stub: CarrierStub, carrier: str, behaviour: Behaviour, kind: type
) -> None:
    stub.will(behaviour)
    outcome = made(carrier, stub.url, 0.3).send(message())
    assert isinstance(outcome, kind)
    assert PHONE[1:] not in repr(outcome)


@BOTH
def test_a_carrier_that_is_away_gets_it_later(carrier: str) -> None:
    assert isinstance(made(carrier).send(message()), Retry)
    assert isinstance(made(carrier).look_up(message()), UnknownOutcome)


# ---- hooks -------------------------------------------------------------------------------------

ANSWERED = {
    "CallUUID": "c-1", "ALegRequestUUID": "9834029e", "Direction": "outbound",
    "From": OURS[1:], "To": PHONE[1:], "CallStatus": "in-progress", "Event": "StartApp",
}  # fmt: skip


@BOTH
def test_who_answers_is_told_by_our_own_name(carrier: str) -> None:
    gateway = made(carrier)
    name = gateway.name
    came = gateway.receive_call(hook(carrier, ANSWERED, f"?call={NAMED}"))
    assert came == TakenUp(name, "9834029e", PHONE, 7)
    pressed = hook(carrier, {**ANSWERED, "Digits": "1"}, f"?call={NAMED}&hop=2")
    assert gateway.receive_call(pressed) == Pressed(name, "9834029e", PHONE, 7, 2, "1")
    silence = hook(carrier, ANSWERED, f"?call={NAMED}&hop=2")
    assert gateway.receive_call(silence) == Pressed(name, "9834029e", PHONE, 7, 2, "")
    for query in ("", "?call=7", "?call=8-" + NAMED.partition("-")[2], "?call=x&hop=1"):
        assert isinstance(gateway.receive_call(hook(carrier, ANSWERED, query)), Unreadable)
    bare = {**ANSWERED, "To": "anonymous"}
    assert isinstance(gateway.receive_call(hook(carrier, bare, f"?call={NAMED}")), Unreadable)


@BOTH
def test_a_machine_hears_nothing(carrier: str) -> None:
    gateway = made(carrier)
    heard = gateway.receive_call(hook(carrier, {**ANSWERED, "Machine": "true"}, f"?call={NAMED}"))
    assert heard == Receipt(
        gateway.name, "9834029e", 7, ReceiptStatus.FAILED, "machine", Reason.UNREACHABLE
    )
    assert [each.tag for each in spoken_xml(gateway.ending())] == ["Hangup"]


def test_what_rings_is_said_nothing() -> None:
    """Vobiz reports the ringing and the end to the address of the words too."""
    gateway = made("vobiz")
    for event, word, status in (
        ("Ring", "ringing", ReceiptStatus.SENT),
        ("Hangup", "completed", ReceiptStatus.DELIVERED),
    ):
        form = {**ANSWERED, "Event": event, "CallStatus": word}
        came = gateway.receive_call(hook("vobiz", form, f"?call={NAMED}"))
        assert came == Receipt("vobiz_voice", "9834029e", 7, status, word)


@BOTH
@pytest.mark.parametrize(
    ("word", "status", "reason"),
    [
        ("completed", ReceiptStatus.DELIVERED, None),
        ("busy", ReceiptStatus.FAILED, Reason.UNREACHABLE),
        ("no-answer", ReceiptStatus.FAILED, Reason.UNREACHABLE),
        ("timeout", ReceiptStatus.FAILED, Reason.UNREACHABLE),
        ("failed", ReceiptStatus.FAILED, Reason.CARRIER),
        ("ringing", ReceiptStatus.SENT, None),
        ("singing", ReceiptStatus.UNCERTAIN, None),
    ],
)
def test_the_end_of_a_call(
    carrier: str, word: str, status: ReceiptStatus, reason: Reason | None
) -> None:
    form = {**ANSWERED, "CallStatus": word, "HangupCauseName": "Normal Hangup"}
    came = made(carrier).receive_receipt(hook(carrier, form, f"?call={NAMED}", "/status"))
    assert isinstance(came, Receipt)
    assert (came.carrier_id, came.message_id) == ("9834029e", 7)
    assert (came.status, came.word, came.reason) == (status, word, reason)
    assert came.error == ("Normal Hangup" if status is ReceiptStatus.FAILED else None)
    bare = made(carrier).receive_receipt(hook(carrier, {"CallUUID": "1"}, end="/status"))
    assert isinstance(bare, Unreadable)


@BOTH
def test_a_missed_call(carrier: str) -> None:
    gateway = made(carrier)
    form = {"CallUUID": "c-2", "Direction": "inbound", "From": PHONE[1:], "To": YES[1:]}
    came = gateway.receive_call(hook(carrier, form))
    assert came == Inbound(gateway.name, "c-2", PHONE, "1", channel="voice")
    back = gateway.receive_call(hook(carrier, {**form, "To": OURS[1:]}))
    assert isinstance(back, Inbound)
    assert back.text == "6"
    withheld = gateway.receive_call(hook(carrier, {**form, "From": "anonymous"}))
    assert isinstance(withheld, Unreadable)
    (hangup,) = spoken_xml(gateway.rejecting())
    assert (hangup.tag, hangup.attrib) == ("Hangup", {"reason": "busy"})


# ---- what is said ------------------------------------------------------------------------------


@pytest.mark.parametrize(("carrier", "element"), [("plivo", "GetDigits"), ("vobiz", "Gather")])
def test_words_are_said_while_keys_are_waited_for(carrier: str, element: str) -> None:
    gateway = made(carrier)
    played = Recording("/speech/hi/abc.wav", 1.0)
    said = Speech(
        "bho",
        (Sentence((SpokenPiece("नमस्ते।", played),)), Sentence((SpokenPiece("1 दबाएं।"),))),
        Listening(9),
    )
    root = spoken_xml(gateway.saying(CallStep(said, 7, 3)))
    listens, again = root
    assert (listens.tag, again.tag) == (element, "Redirect")
    address = f"https://dakiya.test/hooks/{carrier}/voice?call={NAMED}&hop=3"
    assert listens.attrib["action"] == again.text == address
    assert listens.attrib["numDigits"] == "9"
    assert listens.attrib["log"] == "false"
    play, speak = listens
    assert (play.tag, play.text) == ("Play", "https://dakiya.test/speech/hi/abc.wav")
    assert (speak.text, speak.attrib["language"]) == ("1 दबाएं।", "hi-IN")


@BOTH
def test_a_code_is_said_digit_by_digit_and_the_call_ends(carrier: str) -> None:
    words = render("code", "en", {"digits": "6785", "amount": 500})
    step = CallStep(spoken(words, "en", "482913"), 7, 0)
    root = spoken_xml(made(carrier).saying(step))
    tags = [each.tag for each in root]
    assert tags.count("Wait") == 14
    assert tags[-1] == "Hangup"
    assert "482913" not in repr(step)


def test_both_declare_the_same_but_their_names() -> None:
    def differs(one: Dialect, two: Dialect) -> set[str]:
        return {name for name in vars(one) if getattr(one, name) != getattr(two, name)}

    assert differs(PLIVO, VOBIZ) == set(vars(PLIVO))
