"""Calls answered by keys, through each carrier's hooks: whatever it repeats, forges or loses."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateways.called import CallNames
from runtime import Runtime
from settings import Settings
from store import nonces
from tests.conftest import OfWorker
from tests.rigs.carrier_stub import CarrierStub, Say
from tests.rigs.clock import Clock
from tests.rigs.domestic import OURS, TOKEN, signed_as
from tests.rigs.gateway import SECRET, signature, spoken_xml
from tests.rigs.transcript import Player, spelled
from tests.rigs.voice import said

POSTMAN, RECIPIENT, SENDER = "+919839000001", "+919876500001", "+919811100001"
ARTICLE = "EU123456785IN"
GREETING = "Your code did not arrive by SMS."
TOO_LATE = "This code does not work any more."


@pytest.fixture
def stub() -> Iterator[CarrierStub]:
    with CarrierStub() as stub:
        yield stub


@pytest.fixture
def voice() -> str:
    return "plivo_voice"


@pytest.fixture
def settings(settings: Settings, stub: CarrierStub, voice: str) -> Settings:
    numbers = "+911140001001=yes,+911140001005=menu"
    routed = settings.model_copy(update={"voice_routes": voice, "missed_calls": numbers})
    own = {
        **{f"{name}_AUTH_ID": "MA0" for name in ("PLIVO", "VOBIZ")},
        **{f"{name}_AUTH_TOKEN": TOKEN for name in ("PLIVO", "VOBIZ")},
        **{f"{name}_VOICE_FROM": OURS for name in ("PLIVO", "VOBIZ", "TWILIO", "EXOTEL")},
        **{f"{name}_API_URL": stub.url for name in ("PLIVO", "VOBIZ", "TWILIO")},
        "AFRICASTALKING_VOICE_FROM": OURS,
        "AFRICASTALKING_VOICE_API_URL": stub.url,
        "EXOTEL_ACCOUNT_SID": "dakghar1",
        "EXOTEL_API_KEY": "exotel-key",
        "EXOTEL_API_TOKEN": "exotel-token",
        "EXOTEL_HOOK_SECRET": SECRET,
        "EXOTEL_VOICE_FLOW": "24680",
        "EXOTEL_URL": stub.url,
    }
    return routed.giving(**own)


@pytest.fixture
def out(player: Player) -> Player:
    """An article that is out for delivery to RECIPIENT, in English, whose inbox is full."""
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {RECIPIENT} en from {SENDER} cod 500")
    player.step(f"list 1001: {ARTICLE}")
    player.step(f"full {RECIPIENT}")
    return player


class PlivoCall:
    """What Plivo or Vobiz asks in a call that it was told to make."""

    def __init__(self, client: FlaskClient, stub: CarrierStub, carrier: str) -> None:
        self.client, self.carrier = client, carrier
        self.asked = json.loads(stub.calls[-1].body)
        self.uuid = "c-1"

    def at(self, url: str, **form: str) -> TestResponse:
        path, given, headers = self.signed(url, **form)
        return self.client.post(path, data=given, headers=headers)

    def signed(self, url: str, **form: str) -> tuple[str, dict[str, str], dict[str, str]]:
        """Path, form and headers of a request, as somebody might have caught it."""
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}"
        given = {
            "CallUUID": self.uuid, "ALegRequestUUID": "r-1", "Direction": "outbound",
            "To": RECIPIENT[1:], "From": OURS[1:], "CallStatus": "in-progress",
        } | form  # fmt: skip
        public = f"{parts.scheme}://{parts.netloc}"
        return path, given, signed_as(self.carrier, given, path, public=public)

    def take_up(self, **form: str) -> str:
        return self.heard(self.at(self.asked["answer_url"], **form))

    def press(self, keys: str, **form: str) -> str:
        return self.heard(self.at(self.next, Digits=keys, **form))

    def end(self, status: str) -> None:
        assert self.at(self.asked["hangup_url"], CallStatus=status).status_code == 204

    def heard(self, answer: TestResponse) -> str:
        assert answer.status_code == 200, answer.data
        root = spoken_xml(answer.text)
        actions = [each.attrib["action"] for each in root.iter() if "action" in each.attrib]
        self.next = actions[0] if actions else ""
        return said(root)


def rung(out: Player, stub: CarrierStub, carrier: str = "plivo") -> PlivoCall:
    """The call that is made because the code's text did not arrive."""
    stub.will(Say(201, '{"request_uuid": "r-1"}'))
    out.step(f"{POSTMAN} > 1")
    out.step("wait 2 s")
    return PlivoCall(out.client, stub, carrier)


def code_in(words: str) -> str:
    found = "".join(spelled(words.partition("Your code is:")[2], "en"))
    assert len(found) == 12, words
    assert found[:6] == found[6:]
    return found[:6]


def rows(runtime: Runtime, query: str) -> list[tuple[Any, ...]]:
    with runtime.database.transaction() as conn:
        return conn.execute(query.encode()).fetchall()


VOICES = "SELECT status, error FROM messages WHERE channel = 'voice' ORDER BY id"


@pytest.mark.parametrize(("voice", "carrier"), [("plivo_voice", "plivo"), ("vobiz_voice", "vobiz")])
def test_the_code_is_said_after_a_key_and_hands_over(
    out: Player, stub: CarrierStub, runtime: Runtime, carrier: str
) -> None:
    call = rung(out, stub, carrier)
    greeting = call.take_up()
    assert GREETING in greeting
    assert spelled(greeting, "en") == []
    assert call.take_up() == greeting  # asked twice
    heard = call.press("1")
    code = code_in(heard)
    assert code_in(call.press("1")) == code  # to hear it again
    call.end("completed")
    assert rows(runtime, VOICES) == [("delivered", None)]
    out.step(f"{POSTMAN} > 1 {code} 1")
    out.step(f"{ARTICLE} is delivered")
    assert len(stub.calls) == 1


def test_a_mailbox_hears_no_code_and_nobody_is_called_again(
    out: Player, stub: CarrierStub, runtime: Runtime
) -> None:
    call = rung(out, stub)
    assert GREETING in call.take_up()
    heard = [call.press(""), call.press("")]
    assert GREETING in heard[0]
    assert heard[1] == "Thank you. Goodbye."
    assert call.next == ""
    call.end("completed")
    assert rows(runtime, VOICES) == [("failed", "unknown: nobody pressed a key")]
    out.step("wait 2 min")
    assert len(stub.calls) == 1


def test_a_machine_that_the_carrier_knows_hears_nothing(
    out: Player, stub: CarrierStub, runtime: Runtime
) -> None:
    call = rung(out, stub)
    assert call.take_up(Machine="true") == ""
    assert rows(runtime, VOICES) == [("queued", "unreachable: machine")]
    stub.will(Say(201, '{"request_uuid": "r-2"}'))
    out.step("wait 61 s")
    again = {"ALegRequestUUID": "r-2", "CallUUID": "c-2", "Machine": "true"}
    assert call.take_up(**again) == ""
    out.step("wait 2 min")
    assert rows(runtime, VOICES) == [("failed", "unreachable: machine")]
    assert len(stub.calls) == 2


def test_a_carrier_that_calls_twice_says_it_once(out: Player, stub: CarrierStub) -> None:
    """Two calls of one order: both greet, one says the code."""
    one, two = rung(out, stub), PlivoCall(out.client, stub, "plivo")
    two.uuid = "c-2"
    other = {"ALegRequestUUID": "r-2"}
    assert GREETING in one.take_up()
    assert GREETING in two.take_up(**other)
    assert code_in(one.press("1"))
    assert "This code was said in a call already." in two.press("1", **other)
    assert code_in(one.press("1"))


@pytest.mark.parametrize("order", list(itertools.permutations(["1", "1 again", "late"])))
def test_keys_that_are_repeated_or_out_of_order_change_nothing(
    out: Player, stub: CarrierStub, runtime: Runtime, order: tuple[str, ...]
) -> None:
    call = rung(out, stub)
    call.take_up()
    first, later = call.next, call.next.replace("hop=1", "hop=7")
    for each in order:
        heard = call.heard(call.at(later if each == "late" else first, Digits="1"))
        assert GREETING in heard or code_in(heard)
    assert rows(runtime, "SELECT hops FROM ussd_sessions") == [(2,)]
    assert code_in(call.press("1"))


def test_keys_that_mean_nothing_are_asked_again(out: Player, stub: CarrierStub) -> None:
    call = rung(out, stub)
    call.take_up()
    for keys in ("5", "#", "*", "77777777777777777777", "<script>", "१", "\x00"):
        assert GREETING in call.press(keys) or call.next == ""
        if not call.next:
            break
    else:
        assert code_in(call.press("1"))


def test_a_key_that_means_nothing_after_the_code_is_asked_again(
    out: Player, stub: CarrierStub
) -> None:
    call = rung(out, stub)
    call.take_up()
    code = code_in(call.press("1"))
    for keys in ("5", "7", "*", "8"):
        assert code_in(call.press(keys)) == code
    answered = call.press("9").partition("http")[0]
    assert call.press("5").partition("http")[0] == answered
    assert "Thank you. Goodbye." not in answered
    assert "To get the code by SMS, press 1." in call.press("0")


def test_a_mailbox_hears_no_code_that_was_asked_for(
    out: Player, stub: CarrierStub, runtime: Runtime
) -> None:
    """The number that asked may be forged, and its telephone off: a key comes first here too."""
    stub.will(Say(201, '{"request_uuid": "r-1"}'))
    out.step(f"{RECIPIENT} > 6")
    call = PlivoCall(out.client, stub, "plivo")
    heard = [call.take_up(), call.press(""), call.press("")]
    assert "You asked for your code." in heard[0]
    assert [spelled(each, "en") for each in heard] == [[], [], []]
    call.end("completed")
    assert rows(runtime, VOICES)[-1] == ("failed", "unknown: nobody pressed a key")
    out.step("wait 2 min")
    assert len(stub.calls) == 1


def test_a_call_ends_however_long_somebody_presses(out: Player, stub: CarrierStub) -> None:
    call = rung(out, stub)
    call.take_up()
    pressed = 0
    while call.next:
        call.press("5")
        pressed += 1
    assert pressed == 40


def test_fraud_by_key_stops_the_code(out: Player, stub: CarrierStub) -> None:
    call = rung(out, stub)
    call.take_up()
    assert "Old code of six, seven, eight, five is cancelled." in call.press("3")
    out.step(f"{ARTICLE} has event fraud_reported")


def test_what_dies_meanwhile_is_not_said(out: Player, stub: CarrierStub) -> None:
    call = rung(out, stub)
    call.take_up()
    out.step("wait 11 min")
    assert TOO_LATE in call.press("1")
    assert call.next == ""


def test_a_code_that_was_used_is_not_said_again(out: Player, stub: CarrierStub) -> None:
    call = rung(out, stub)
    call.take_up()
    code = code_in(call.press("1"))
    out.step(f"{POSTMAN} > 1 {code} 1")
    heard = call.press("1")
    assert TOO_LATE in heard
    assert "Your code is" not in heard


@pytest.mark.parametrize(("voice", "carrier"), [("plivo_voice", "plivo"), ("vobiz_voice", "vobiz")])
def test_what_is_forged_hears_nothing(
    out: Player, stub: CarrierStub, runtime: Runtime, carrier: str
) -> None:
    call = rung(out, stub, carrier)
    url = call.asked["answer_url"]
    parts = urlsplit(url)
    form = {"CallUUID": "c-1", "Direction": "outbound", "To": RECIPIENT[1:], "From": OURS[1:]}
    for headers in ({}, signed_as(carrier, form, parts.path, token="x" * 20)):
        for path in (f"{parts.path}?{parts.query}", f"{parts.path}/status?{parts.query}"):
            assert out.client.post(path, data=form, headers=headers).status_code == 403
    # Signed, but for a message or a telephone that is not the call's.
    for wrong in (url.replace("call=", "call=1"), f"{url.partition('?')[0]}?hop=1"):
        answer = call.at(wrong, Digits="1")
        assert spelled(answer.text, "en") == []
    elsewhere = call.at(url, To="919876500009")
    assert "नहीं चलेगा" in elsewhere.text
    named = CallNames(TOKEN).of(999_999)
    unknown = call.at(f"{url.partition('?')[0]}?call={named}&hop=1", ALegRequestUUID="r-9")
    assert "नहीं चलेगा" in unknown.text
    assert rows(runtime, "SELECT count(*) FROM ussd_sessions") == [(0,)]


@pytest.mark.parametrize("voice", ["twilio_voice"])
def test_keys_by_twilio(out: Player, stub: CarrierStub, runtime: Runtime) -> None:
    out.step(f"{POSTMAN} > 1")
    out.step("wait 2 s")
    (ring,), (asked,) = stub.rings, stub.calls

    def ask(url: str, **form: str) -> Any:
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}"
        given = {"CallSid": ring["sid"], "To": RECIPIENT, "From": OURS, **form}
        given["Direction"] = "outbound-api"
        headers = {"X-Twilio-Signature": signature(given, path)}
        return spoken_xml(out.client.post(path, data=given, headers=headers).text)

    greeting = ask(asked.form["Url"])
    gather, redirect = greeting
    assert (gather.tag, redirect.tag) == ("Gather", "Redirect")
    assert gather.attrib["action"] == redirect.text
    assert GREETING in said(greeting)
    assert spelled(said(greeting), "en") == []
    silence = ask(redirect.text)
    assert GREETING in said(silence)
    heard = ask(silence[0].attrib["action"], Digits="1")
    assert code_in(said(heard))


@pytest.mark.parametrize("voice", ["africastalking_voice"])
def test_keys_by_africas_talking(out: Player, stub: CarrierStub) -> None:
    out.step(f"{POSTMAN} > 1")
    out.step("wait 2 s")
    session = f"ATVId_{stub.rings[0]['sid']}"

    def ask(url: str, **form: str) -> Any:
        parts = urlsplit(url)
        given = {
            "isActive": "1", "direction": "Outbound", "sessionId": session,
            "callerNumber": RECIPIENT, "destinationNumber": OURS, **form,
        }  # fmt: skip
        answer = out.client.post(f"{parts.path}?{parts.query}", data=given)
        return spoken_xml(answer.text)

    greeting = ask(f"/hooks/africastalking/{SECRET}/voice")
    (listens,) = greeting.iter("GetDigits")
    assert GREETING in said(greeting)
    assert len(listens) == 1  # one prompt, as it documents
    assert code_in(said(ask(listens.attrib["callbackUrl"], dtmfDigits="1")))


@pytest.mark.parametrize("voice", ["exotel_voice"])
def test_keys_by_exotels_flow(out: Player, stub: CarrierStub, runtime: Runtime) -> None:
    """Gather asks what to say, Passthru brings keys: 200 goes back to Gather, 302 ends."""
    stub.will(Say(200, '{"Call": {"Sid": "e-1"}}'))
    out.step(f"{POSTMAN} > 1")
    out.step("wait 2 s")
    query = {"CallSid": "e-1", "CallFrom": OURS, "CallTo": RECIPIENT, "Direction": "outbound-dial"}
    hooks = f"/hooks/exotel/{SECRET}"

    def says() -> str:
        answer = out.client.get(f"{hooks}/voice", query_string=query)
        assert answer.headers["Cache-Control"] == "no-store"
        return str(json.loads(answer.text)["gather_prompt"]["text"])

    def presses(keys: str) -> int:
        digits = {**query, "digits": f'"{keys}"'}
        return out.client.get(f"{hooks}/keys", query_string=digits).status_code

    assert out.client.get("/hooks/exotel/guess/voice", query_string=query).status_code == 404
    assert GREETING in says()
    assert GREETING in says()
    assert [presses("1"), presses("1")] == [200, 200]  # told twice: once
    code = code_in(says())
    assert presses("1") == 200
    assert code_in(says()) == code
    assert presses("0") == 200
    assert "For a person, press 9." in says()
    assert presses("") == 200
    assert "For a person, press 9." in says()
    assert presses("") == 200
    assert says() == "Thank you. Goodbye."
    assert presses("") == 302
    assert rows(runtime, "SELECT hops FROM ussd_sessions") == [(6,)]
    status = out.client.post(f"{hooks}/status", data={"CallSid": "e-1", "Status": "completed"})
    assert status.status_code == 200
    assert rows(runtime, VOICES) == [("delivered", None)]


def test_a_call_back_offers_the_menu_and_costs_the_caller_nothing(
    out: Player, stub: CarrierStub, runtime: Runtime
) -> None:
    path = "/hooks/plivo/voice"
    form = {
        "CallUUID": "m-1", "Direction": "inbound", "From": RECIPIENT[1:], "To": "911140001005",
    }  # fmt: skip
    stub.will(Say(201, '{"request_uuid": "r-1"}'))
    public = out.runtime.settings.public_url
    answer = out.client.post(path, data=form, headers=signed_as("plivo", form, path, public=public))
    (hangup,) = spoken_xml(answer.text)
    assert hangup.attrib == {"reason": "busy"}
    out.drain()
    call = PlivoCall(out.client, stub, "plivo")
    assert "To hear the code now, press 6." in call.take_up()
    assert "The code of the post ending in six, seven, eight, five" not in call.press("7")
    assert rows(runtime, "SELECT proof FROM sprints ORDER BY id DESC LIMIT 1") == [("call",)]


# ---- what is signed is good once -----------------------------------------------------------------


@pytest.mark.parametrize(("voice", "carrier"), [("plivo_voice", "plivo"), ("vobiz_voice", "vobiz")])
def test_a_request_that_was_caught_is_refused_the_second_time(
    out: Player, stub: CarrierStub, runtime: Runtime, carrier: str
) -> None:
    """Whoever sends it again hears no code, and presses no key in her name."""
    call = rung(out, stub, carrier)
    call.take_up()
    path, form, headers = call.signed(call.next, Digits="1")
    assert code_in(call.heard(out.client.post(path, data=form, headers=headers)))
    before = rows(runtime, "SELECT count(*) FROM sprints")
    again = out.client.post(path, data=form, headers=headers)
    assert again.status_code == 403
    assert spelled(again.text, "en") == []
    assert rows(runtime, "SELECT count(*) FROM sprints") == before


@pytest.mark.parametrize("voice", ["vobiz_voice"])
def test_what_vobiz_does_not_sign_is_not_put_under_a_signature_that_was_used(
    out: Player, stub: CarrierStub, runtime: Runtime
) -> None:
    """A missed call of somebody else, signed with what another call was."""
    call = rung(out, stub, "vobiz")
    path, form, headers = call.signed(call.asked["answer_url"])
    assert out.client.post(path, data=form, headers=headers).status_code == 200
    forged = {"CallUUID": "m-9", "Direction": "inbound", "From": RECIPIENT[1:], "To": OURS[1:]}
    before = rows(runtime, "SELECT count(*) FROM messages")
    bare = path.partition("?")[0]
    assert out.client.post(bare, data=forged, headers=headers).status_code == 403
    assert rows(runtime, "SELECT count(*) FROM messages") == before


@pytest.mark.parametrize("voice", ["plivo_voice"])
def test_a_forger_uses_up_no_nonce(out: Player, stub: CarrierStub, runtime: Runtime) -> None:
    call = rung(out, stub, "plivo")
    path, form, headers = call.signed(call.asked["answer_url"])
    forged = headers | {"X-Plivo-Signature-V3": "x"}
    assert out.client.post(path, data=form, headers=forged).status_code == 403
    assert rows(runtime, "SELECT count(*) FROM hook_nonces") == [(0,)]
    assert out.client.post(path, data=form, headers=headers).status_code == 200


@pytest.mark.parametrize("voice", ["plivo_voice"])
def test_what_failed_on_our_side_may_come_again_as_it_was(
    out: Player, stub: CarrierStub, runtime: Runtime, addresses: OfWorker
) -> None:
    call = rung(out, stub, "plivo")
    path, form, headers = call.signed(call.asked["hangup_url"], CallStatus="busy")
    with psycopg.connect(addresses.owner, autocommit=True) as owner:
        owner.execute("ALTER TABLE receipts RENAME TO away")
        with pytest.raises(psycopg.errors.UndefinedTable):
            out.client.post(path, data=form, headers=headers)
        owner.execute("ALTER TABLE away RENAME TO receipts")
    assert out.client.post(path, data=form, headers=headers).status_code == 204
    assert rows(runtime, "SELECT word FROM receipts") == [("busy",)]
    assert out.client.post(path, data=form, headers=headers).status_code == 403


@pytest.mark.parametrize("voice", ["plivo_voice"])
def test_nonces_are_kept_for_longer_than_a_token_is_used(
    out: Player, stub: CarrierStub, runtime: Runtime, clock: Clock
) -> None:
    rung(out, stub, "plivo").take_up()
    for days, left in ((366, 1), (35, 0)):
        clock.advance(seconds=days * 86_400)
        runtime.database.run(lambda conn: nonces.forget(conn, clock.now()))
        assert rows(runtime, "SELECT count(*) FROM hook_nonces") == [(left,)]
