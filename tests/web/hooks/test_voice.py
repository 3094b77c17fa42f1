"""The code by voice and missed calls, the whole way: hooks, conversation, outbox, real SDKs."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql
from redis import Redis

from app import create_app
from messages.speech import speech
from runtime import Runtime
from settings import Settings
from tests.rigs.carrier_stub import CarrierStub
from tests.rigs.clock import Clock
from tests.rigs.desk import sign_in
from tests.rigs.gateway import signature, spoken_xml
from tests.rigs.outbox import NOWHERE
from tests.rigs.transcript import Player, spelled
from tests.rigs.voice import (
    AFRICASTALKING,
    NOT_RECEIVED,
    NUMBERS,
    OURS,
    SPEAK,
    TWILIO,
    YES,
    africastalking,
    rejected,
    said,
    twilio,
    twilio_missed,
    twilio_says_code,
    twilio_taken_up,
)

POSTMAN, RECIPIENT, SENDER = "+919839000001", "+919876500001", "+919811100001"
ARTICLE = "EU123456785IN"


@pytest.fixture
def carrier() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier


@pytest.fixture
def voice() -> str:
    return "twilio_voice"


@pytest.fixture
def settings(settings: Settings, carrier: CarrierStub, voice: str) -> Settings:
    routed = settings.model_copy(update={"voice_routes": voice, "missed_calls": NUMBERS})
    return routed.giving(
        TWILIO_VOICE_FROM=OURS,
        TWILIO_API_URL=carrier.url,
        AFRICASTALKING_VOICE_FROM=OURS,
        AFRICASTALKING_VOICE_API_URL=carrier.url,
    )


@pytest.fixture
def out(player: Player) -> Player:
    """An article that is out for delivery to RECIPIENT, in Hindi."""
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {RECIPIENT} hi from {SENDER} cod 500")
    player.step(f"list 1001: {ARTICLE}")
    return player


def rows(runtime: Runtime, query: str, *values: object) -> list[tuple[Any, ...]]:
    with runtime.database.transaction() as conn:
        return conn.execute(query, values).fetchall()


def voices(runtime: Runtime) -> list[tuple[Any, ...]]:
    return rows(
        runtime,
        "SELECT direction, status, template, error FROM messages WHERE channel = 'voice'"
        " ORDER BY id",
    )


def code_in(words: str) -> str:
    """The code that was said, heard twice alike."""
    found = "".join(spelled(words.partition("आपका कोड है:")[2], "hi"))
    assert len(found) == 12
    assert found[:6] == found[6:]
    return found[:6]


# ---- Twilio ------------------------------------------------------------------------------------


def test_a_code_by_twilio_is_the_one_of_the_text_and_hands_over(
    out: Player, carrier: CarrierStub, runtime: Runtime
) -> None:
    out.step(f"{RECIPIENT} > 6")
    (ring,), (call,) = carrier.rings, carrier.calls
    assert (ring["to"], ring["from"]) == (RECIPIENT, OURS)
    heard = said(twilio_says_code(out.client, ring, call.form["Url"]))
    assert "कोड सिर्फ दरवाज़े पर डाकिए को दें, फोन या लिंक पर नहीं।" in heard
    # Asked again, it says the same.
    assert said(twilio_taken_up(out.client, ring, call.form["Url"])) == heard
    out.step(f"{RECIPIENT} > 1")
    code = code_in(heard)
    assert code == out.codes[RECIPIENT][-1]
    parts = urlsplit(call.form["StatusCallback"])
    for word in ("completed", "ringing", "in-progress", "completed"):
        path = f"{parts.path}?{parts.query}"
        answer = twilio(out.client, path, CallSid=ring["sid"], CallStatus=word)
        assert answer.status_code == 204
    assert voices(runtime) == [("out", "delivered", "code", None)]
    out.step(f"{POSTMAN} > 1 {code} 1")
    out.step(f"{ARTICLE} is delivered")
    # What is over says nothing more.
    assert "नहीं चलेगा" in said(twilio_taken_up(out.client, ring, call.form["Url"]))


@pytest.mark.parametrize(
    ("answered", "error"),
    [
        ("nobody asked", "carrier: nothing was said"),
        ("machine_start", "unreachable: machine_start"),
    ],
)
def test_a_call_in_which_nothing_was_said_is_made_again(
    out: Player, carrier: CarrierStub, runtime: Runtime, answered: str, error: str
) -> None:
    out.step(f"{RECIPIENT} > 6")
    (ring,), (call,) = carrier.rings, carrier.calls
    if answered == "machine_start":
        parts = urlsplit(call.form["Url"])
        form = {"CallSid": ring["sid"], "To": RECIPIENT, "From": OURS, "AnsweredBy": answered}
        path = f"{parts.path}?{parts.query}"
        answer = twilio(out.client, path, **form, Direction="outbound-api")
        assert [each.tag for each in spoken_xml(answer.text)] == ["Hangup"]
    for _ in range(2):
        twilio(out.client, f"{TWILIO}/status", CallSid=ring["sid"], CallStatus="completed")
    assert voices(runtime) == [("out", "queued", "code", error)]
    out.step("wait 1 min")
    out.drain()
    again = carrier.rings[1]
    heard = said(twilio_says_code(out.client, again, carrier.calls[-1].form["Url"]))
    assert code_in(heard)
    # The words of the second ring are none of the first.
    twilio(out.client, f"{TWILIO}/status", CallSid=ring["sid"], CallStatus="completed")
    twilio(out.client, f"{TWILIO}/status", CallSid=again["sid"], CallStatus="completed")
    assert voices(runtime) == [("out", "delivered", "code", None)]


def test_a_call_to_another_telephone_hears_no_code(out: Player, carrier: CarrierStub) -> None:
    out.step(f"{RECIPIENT} > 6")
    (ring,), (call,) = carrier.rings, carrier.calls
    for other in ({"to": "+919876500009"}, {"to": "+919876500009", "sid": "CA" + "9" * 32}):
        heard = said(twilio_taken_up(out.client, ring | other, call.form["Url"]))
        assert "नहीं चलेगा" in heard
    # No message of ours, no known call.
    form = {"CallSid": "CA9", "To": RECIPIENT, "From": OURS, "Direction": "outbound-api"}
    assert "नहीं चलेगा" in twilio(out.client, TWILIO, **form).text


@pytest.mark.parametrize("ends", ["fraud", "time", "used", "replaced"])
def test_a_code_that_dies_while_it_rings_is_not_said(
    out: Player, carrier: CarrierStub, ends: str
) -> None:
    out.step(f"{RECIPIENT} > 6")
    (ring,), (call,) = carrier.rings, carrier.calls
    if ends == "fraud":
        out.step(f"{RECIPIENT} > 3")
    elif ends == "time":
        out.step("wait 11 min")
    else:
        out.step(f"{RECIPIENT} > 1")
        out.step(f"{POSTMAN} > 1 {out.codes[RECIPIENT][-1]} 1")
        if ends == "replaced":
            out.step(f"{POSTMAN} > 0")
            out.step(f"{POSTMAN} > 1")
    heard = said(twilio_taken_up(out.client, ring, call.form["Url"]))
    assert heard.startswith("यह कोड अब नहीं चलेगा।")
    assert spelled(heard, "hi") == []


def test_nobody_there_rings_once_more_and_then_no_more(
    out: Player, carrier: CarrierStub, runtime: Runtime
) -> None:
    out.step(f"{RECIPIENT} > 6")
    ((message,),) = rows(runtime, "SELECT max(id) FROM messages")
    path = f"{TWILIO}/status?message={message}"
    for ring, status in enumerate(("no-answer", "busy")):
        assert len(carrier.rings) == ring + 1
        form = {"CallSid": carrier.rings[ring]["sid"], "CallStatus": status}
        for _ in range(2):  # told twice
            assert twilio(out.client, path, **form).status_code == 204
        out.step("wait 59 s")
        assert len(carrier.rings) == ring + 1
        out.step("wait 2 s")
    assert len(carrier.rings) == 2
    assert voices(runtime)[0][1:] == ("failed", "code", "unreachable: busy")
    assert rows(runtime, "SELECT count(*) FROM events WHERE kind = 'message_failed'") == [(1,)]


@pytest.mark.parametrize(
    "order", list(itertools.permutations(("ringing", "in-progress", "completed")))
)
def test_receipts_in_any_order_end_the_same(
    out: Player, carrier: CarrierStub, runtime: Runtime, order: tuple[str, ...]
) -> None:
    out.step(f"{RECIPIENT} > 6")
    (ring,), (call,) = carrier.rings, carrier.calls
    said(twilio_says_code(out.client, ring, call.form["Url"]))
    for word in (*order, *order):
        form = {"CallSid": ring["sid"], "CallStatus": word}
        twilio(out.client, f"{TWILIO}/status", **form)
    assert voices(runtime) == [("out", "delivered", "code", None)]


def test_missed_calls_bring_the_question_and_cost_nothing(out: Player, runtime: Runtime) -> None:
    out.step(f"{POSTMAN} > 1 11")
    for _ in range(3):  # the carrier tells it again
        assert rejected(twilio_missed(out.client, RECIPIENT, NOT_RECEIVED, "CA1"))
    out.drain()
    assert rows(runtime, "SELECT witness FROM articles") == [("unconfirmed",)]  # no witness
    asked = "SELECT count(*) FROM messages WHERE template = 'attempted_absent'"
    assert rows(runtime, asked) == [(2,)]
    assert voices(runtime) == [("in", "received", None, None)]
    assert rejected(twilio_missed(out.client, RECIPIENT, SPEAK, "CA2"))
    assert rejected(twilio_missed(out.client, RECIPIENT, OURS, "CA3"))  # calls back: the same


def test_who_rings_on_has_said_it_once(
    out: Player, carrier: CarrierStub, runtime: Runtime, clock: Clock
) -> None:
    for sid, seconds in (("CA1", 0), ("CA2", 10), ("CA3", 19), ("CA4", 2)):
        clock.advance(seconds=seconds)
        assert rejected(twilio_missed(out.client, RECIPIENT, SPEAK, sid))
    out.drain()
    assert len(carrier.rings) == 1
    out.step("wait 2 min")  # the end of the first call is never told
    assert len(carrier.rings) == 2  # the last one came half a minute after the first
    assert [row[3] for row in voices(runtime) if row[0] == "in"] == [
        None, "rang again", "rang again", None,
    ]  # fmt: skip


def test_calls_at_the_same_moment_are_one(app: Flask, out: Player, runtime: Runtime) -> None:
    together = Barrier(8)

    def call(number: int) -> None:
        client = app.test_client()
        together.wait(30)
        assert rejected(twilio_missed(client, RECIPIENT, SPEAK, f"CA{number}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(call, range(8)))
    heard = [row for row in voices(runtime) if row[0] == "in"]
    assert len(heard) == 8
    assert [row[3] for row in heard].count(None) == 1
    assert rows(runtime, "SELECT sends FROM codes") == [(1,)]


def test_what_is_not_signed_changes_nothing(client: FlaskClient, runtime: Runtime) -> None:
    form = {"CallSid": "CA1", "From": RECIPIENT, "To": YES, "Direction": "inbound"}
    for path in (TWILIO, f"{TWILIO}/status?message=1"):
        wrong = signature(form | {"CallSid": "CA2"}, path)
        for headers in ({}, {"X-Twilio-Signature": wrong}):
            assert client.post(path, data=form, headers=headers).status_code == 403
    assert voices(runtime) == []
    assert rows(runtime, "SELECT count(*) FROM receipts") == [(0,)]


def test_a_withheld_caller_is_shown_as_unreadable(
    app: Flask, client: FlaskClient, player: Player, runtime: Runtime
) -> None:
    for number, caller in enumerate(("+266696687", "anonymous")):
        assert rejected(twilio_missed(client, caller, YES, f"CA{number}"))
    assert voices(runtime) == [
        ("in", "unreadable", None, "the caller's number is withheld")
    ] * 2  # fmt: skip
    agent = sign_in(app, runtime, "agent")
    (ticket,) = rows(runtime, "SELECT id FROM tickets WHERE kind = 'unparsed'")
    page = agent.get(f"/desk/tickets/{ticket[0]}").text
    assert page.count("Missed call") == 2
    assert "unreadable" in page
    assert "number is withheld" in page


# ---- Africa's Talking --------------------------------------------------------------------------


@pytest.mark.parametrize("voice", ["africastalking_voice"])
@pytest.mark.parametrize("known", ["by its session", "by our name for it", "not at all"])
def test_a_code_by_africas_talking(
    out: Player, carrier: CarrierStub, runtime: Runtime, known: str
) -> None:
    missed = {"callerNumber": RECIPIENT, "destinationNumber": SPEAK, "sessionId": "ATVId_in"}
    answer = africastalking(out.client, **missed)
    assert rejected(spoken_xml(answer.text))
    over = africastalking(out.client, **missed, isActive="0", durationInSeconds="0")
    assert over.status_code == 200
    out.drain()
    (ring,), (call,) = carrier.rings, carrier.calls
    ours = {"direction": "Outbound", "callerNumber": RECIPIENT, "destinationNumber": OURS}
    if known == "by its session":
        ours["sessionId"] = f"ATVId_{ring['sid']}"
    elif known == "by our name for it":
        # The person was faster than the answer to our request.
        ours |= {"sessionId": "ATVId_new", "clientRequestId": call.form["clientRequestId"]}
    else:
        number = call.form["clientRequestId"].split("-")[0]
        ours |= {"sessionId": "ATVId_new", "clientRequestId": f"{number}-{'0' * 64}"}
    words = spoken_xml(africastalking(out.client, **ours).text)
    heard = said(words)
    if known == "not at all":
        assert heard.startswith("यह कोड अब नहीं चलेगा।")
        return
    asked = urlsplit(next(words.iter("GetDigits")).attrib["callbackUrl"])
    pressed = ours | {"dtmfDigits": "1", "direction": "Outbound", "isActive": "1"}
    answer = out.client.post(f"{asked.path}?{asked.query}", data=pressed)
    out.step(f"{RECIPIENT} > 1")
    assert code_in(said(spoken_xml(answer.text))) == out.codes[RECIPIENT][-1]
    for _ in range(2):
        ended = africastalking(out.client, **ours, isActive="0", durationInSeconds="24")
        assert ended.status_code == 200
    assert voices(runtime)[-1] == ("out", "delivered", "code", None)
    assert rows(runtime, "SELECT count(*) FROM messages WHERE channel = 'voice'") == [(2,)]


def test_a_wrong_secret_is_nobody(client: FlaskClient, runtime: Runtime) -> None:
    form = {"isActive": "1", "sessionId": "1", "direction": "Inbound", "callerNumber": RECIPIENT}
    wrong = AFRICASTALKING.replace("secret", "guess")
    assert client.post(wrong, data=form | {"destinationNumber": YES}).status_code == 404
    assert voices(runtime) == []


# ---- limits, and where there is no voice -------------------------------------------------------


def test_without_valkey_nobody_is_called(
    out: Player, runtime: Runtime, carrier: CarrierStub
) -> None:
    """Codes fail closed; whoever asks is told so by text."""
    away = dataclasses.replace(runtime, redis=Redis.from_url(NOWHERE))
    client = create_app(away).test_client()
    assert rejected(twilio_missed(client, RECIPIENT, SPEAK, "CA1"))
    out.drain()
    assert carrier.rings == []
    assert rows(
        runtime, "SELECT channel, template FROM messages WHERE direction = 'out' ORDER BY id"
    )[-1] == ("text", "code_wait")


@pytest.mark.parametrize("voice", [""])
def test_without_a_voice_the_code_is_written(
    out: Player, runtime: Runtime, carrier: CarrierStub, settings: Settings
) -> None:
    silent = settings.model_copy(update={"sms_routes": "twilio"})
    assert silent.voices == ()
    client = create_app(dataclasses.replace(runtime, settings=silent)).test_client()
    form = {"MessageSid": "SM99", "From": RECIPIENT, "Body": "6"}
    signed = {"X-Twilio-Signature": signature(form, "/hooks/twilio/sms")}
    assert client.post("/hooks/twilio/sms", data=form, headers=signed).status_code == 200
    dialled = {"sessionId": "d1", "serviceCode": "*384#", "phoneNumber": RECIPIENT, "text": "6"}
    hook = "/hooks/africastalking/africastalking-hook-secret/ussd"
    assert client.post(hook, data=dialled).text.startswith("END कोड SMS से आएगा")
    assert rows(
        runtime, "SELECT channel, template FROM messages WHERE lane = 'code'"
    ) == [("text", "code")] * 2  # fmt: skip
    assert carrier.rings == []


# ---- nothing is written down -------------------------------------------------------------------


def test_a_spoken_code_stands_nowhere(
    app: Flask,
    out: Player,
    carrier: CarrierStub,
    runtime: Runtime,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Neither in digits nor in words: database, logs, what was sent to Twilio, desk, replay."""
    caplog.set_level(logging.DEBUG)
    out.step(f"{RECIPIENT} > 6")
    (ring,), (call,) = carrier.rings, carrier.calls
    code = code_in(said(twilio_says_code(out.client, ring, call.form["Url"])))
    twilio(out.client, f"{TWILIO}/status", CallSid=ring["sid"], CallStatus="completed")
    agent = sign_in(app, runtime, "agent")
    found = agent.post("/desk/find", query=RECIPIENT).text
    conversation = re.search(r"/desk/conversations/\d+", found)
    assert conversation
    pages = [agent.get(conversation[0]).text, agent.get(f"{conversation[0]}/replay").text]
    for page in pages:
        assert "आपका कोड है: ••••••" in page
    tables = []
    with runtime.database.transaction() as conn:
        for (name,) in conn.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND NOT relispartition AND relnamespace = 'public'::regnamespace"
        ).fetchall():
            query = sql.SQL("SELECT {0}::text FROM {0}").format(sql.Identifier(name))
            tables += [row[0] for row in conn.execute(query).fetchall()]
    wire = [each.body.decode() for each in carrier.calls]
    captured = capfd.readouterr()
    everywhere = "\n".join((*pages, *tables, *wire, caplog.text, captured.out, captured.err))
    spaced = r"[\s,]*".join(speech().digits["hi"][int(digit)] for digit in code)
    for pattern in (code, r"\D{0,2}".join(code), spaced):
        assert not re.search(rf"(?<![\d.]){pattern}(?!\d)", everywhere), pattern
