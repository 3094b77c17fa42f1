"""The configured carrier itself: requests, signatures, lost answers, what a profile cannot say."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import tomllib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateways.base import (
    Inbound,
    Outcome,
    Reason,
    Rejected,
    Retry,
    Sent,
    Unauthentic,
    UnknownOutcome,
    Unreadable,
)
from gateways.profiles.gateway import HttpGateway
from gateways.profiles.profile import Profile
from gateways.profiles.reading import as_came
from gateways.profiles.signing import all_entities, entities
from gateways.profiles.templates import PlaceTemplate, Unfilled
from tests.rigs.carrier_stub import AcceptAndDrop, AcceptAndHang, CarrierStub, Drop, Say
from tests.rigs.gateway import PHONE, TEXT, message
from tests.rigs.http import HINDI, HOOK, called, called_with_json, gateway_from, gateway_of

_BASE = """
title = "A carrier of the tests"
rate = 10.0
[settings]
url = { variable = "T_URL" }
empty = { variable = "T_EMPTY", default = "" }
[secrets]
token = { variable = "T_TOKEN" }
hook = { variable = "T_HOOK" }
[answer]
word = "json:state"
accepted = ["ok"]
id = "json:ids[0].id"
error = "json:why"
[answer.refused]
text = ["bad text"]
[answer.again]
carrier = ["busy"]
[inbound]
id = "json:id"
from = "json:from"
text = "json:text"
at = "json:at"
at_format = "epoch_ms"
[receipt]
id = "json:id"
status = "json:status"
statuses = { delivered = ["ok"] }
"""
_POST = """
[request]
url = "{url}/send"
[request.json]
to = "{phone}"
text = "{text}"
"""
_FORM = '[request]\nurl = "{url}/send"\nform = { to = "{phone}", message = "{text}" }'
_OK = Say(200, '{"state": "OK", "ids": [{"id": 17}]}')


@pytest.fixture
def carrier() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier


def _made(written: str, url: str, **options: Any) -> HttpGateway:
    profile = Profile.model_validate(tomllib.loads(_BASE + written))
    return gateway_from(profile, "made", {"url": url, "token": "token-of-the-tests"}, **options)


@pytest.fixture
def gateway(carrier: CarrierStub) -> HttpGateway:
    return _made(_POST, carrier.url)


# ---- requests ------------------------------------------------------------------------------------


def test_a_signature_over_the_body_and_the_time_is_sent_with_them(carrier: CarrierStub) -> None:
    gateway = _made(
        """
        [steps.signature]
        do = "hmac-sha256"
        of = "{timestamp}.{body}"
        key = "{token}"
        written = "base64"
        [request]
        url = "{url}/send"
        [request.headers]
        X-Time = "{timestamp}"
        X-Signature = "{signature}"
        X-Header = "हिन्दी"
        [request.bearer]
        token = "{token}"
        [request.json]
        to = ["{phone_digits}"]
        text = "{text}"
        nothing = "{empty?}"
        flash = false
        parts = 2
        deep = { list = ["{empty?}", "{message_id}"] }
        """,
        carrier.url,
    )
    carrier.will(_OK)
    assert gateway.send(message(7, HINDI)) == Sent("17")
    (call,) = carrier.calls
    signed = f"{call.headers['x-time']}.".encode() + call.body
    ours = b64encode(hmac.digest(b"token-of-the-tests", signed, "sha256")).decode()
    assert call.headers["x-signature"] == ours
    assert call.headers["authorization"] == "Bearer token-of-the-tests"
    assert call.headers["x-header"].encode("latin-1").decode() == "हिन्दी"
    assert json.loads(call.body) == {
        "to": ["919839012345"],
        "text": HINDI,
        "flash": False,
        "parts": 2,
        "deep": {"list": ["7"]},
    }


def test_a_get_carries_all_in_its_query(carrier: CarrierStub) -> None:
    gateway = _made(
        """
        [request]
        method = "GET"
        url = "{url}/send?v=2"
        [request.query]
        to = "{phone}"
        text = "{text}"
        none = "{empty?}"
        """,
        carrier.url,
    )
    carrier.will(_OK)
    gateway.send(message(7, "a&b=c ₹ह"))
    (call,) = carrier.calls
    assert (call.method, call.body) == ("GET", b"")
    assert call.query == {"v": "2", "to": PHONE, "text": "a&b=c ₹ह"}


@pytest.mark.parametrize(
    ("step", "made"),
    [
        ('do = "sha512"', hashlib.sha512(TEXT.encode()).hexdigest()),
        ('do = "sha256"', hashlib.sha256(TEXT.encode()).hexdigest()),
        ('do = "md5"', hashlib.md5(TEXT.encode()).hexdigest()),  # noqa: S324
        (
            'do = "sha1"\nwritten = "base64"',
            b64encode(hashlib.sha1(TEXT.encode()).digest()).decode(),  # noqa: S324
        ),
        (
            'do = "hmac-sha512"\nkey = "{token}"',
            hmac.new(b"token-of-the-tests", TEXT.encode(), "sha512").hexdigest(),
        ),
        ('do = "entities"', TEXT),
    ],
)
def test_steps(carrier: CarrierStub, step: str, made: str) -> None:
    gateway = _made(
        f'[steps.made]\n{step}\nof = "{{text}}"\n[request]\nurl = "{{url}}/"\nbody = "{{made}}"',
        carrier.url,
    )
    carrier.will(_OK)
    gateway.send(message())
    assert carrier.calls[0].body.decode() == made


def test_entities_count_utf_16_units() -> None:
    assert entities("Rs ₹5 😀") == "Rs &#8377;5 &#55357;&#56832;"
    assert all_entities("₹5") == "&#8377;&#53;"
    assert all_entities("Rs 5") == "Rs 5"


def test_what_a_profile_needs_and_a_message_lacks_is_our_configuration(
    carrier: CarrierStub,
) -> None:
    gateway = gateway_of("msg91", carrier.url, {"sender": "INPOST", "authkey": "a"})
    refused = gateway.send(replace(message(), template="nudge", language="hi"))
    assert refused == Rejected(Reason.CONFIGURATION, "no dlt_template, nudge in hi")
    assert carrier.calls == []


def test_a_number_of_no_country_is_sent_all_the_same(carrier: CarrierStub) -> None:
    written = '[request]\nurl = "{url}/"\nform = { to = "{phone_national}" }'
    carrier.will(_OK)
    odd = replace(message(), phone="+99912345678")  # a carrier attested it, nobody else knows it
    assert _made(written, carrier.url).send(odd) == Sent("17")
    assert carrier.calls[0].form == {"to": "99912345678"}


def test_a_template_is_filled_or_says_what_it_lacks() -> None:
    values = {"a": "1", "b": ""}
    assert PlaceTemplate.parse("x{a}y{a}").fill(values.__getitem__) == "x1y1"
    assert PlaceTemplate.parse("x{a}{b?}").fill(values.__getitem__) is None
    with pytest.raises(Unfilled, match="no b"):
        PlaceTemplate.parse("{a}{b}").fill(values.__getitem__)
    for odd in ("{", "}", "{A}", "{a!}", "{{a}}", "{a b}"):
        with pytest.raises(ValueError, match="brace"):
            PlaceTemplate.parse(odd)


# ---- answers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (_OK, Sent("17")),
        (Say(200, '{"state": "ok", "ids": []}'), UnknownOutcome("an answer without an id")),
        (
            Say(200, '{"state": "ok", "ids": [{"id": " "}]}'),
            UnknownOutcome("an answer without an id"),
        ),
        (Say(200, '{"state": "new"}'), UnknownOutcome("unreadable answer")),
        (Say(200, "[" * 50_000), UnknownOutcome("unreadable answer")),
        (Say(200, ""), UnknownOutcome("unreadable answer")),
        (Say(200, "\xff\xfe", "text/plain; charset=klingon"), UnknownOutcome("unreadable answer")),
        (Say(400, '{"state": "ok", "ids": [{"id": 1}]}'), Rejected(Reason.UNKNOWN, "HTTP 400")),
        (
            Say(200, json.dumps({"state": "Bad Text", "why": f"{TEXT} {PHONE}"})),
            Rejected(
                Reason.TEXT, "bad text: Speed Post RR…IN: code …. Pay Rs 0. +…"
            ),
        ),
        (
            Say(503, '{"state": "busy"}', headers={"Retry-After": "4"}),
            Retry(Reason.CARRIER, "busy", 4.0),
        ),
        (Say(429, "", headers={"Retry-After": "7"}), Retry(Reason.CARRIER, "HTTP 429", 7.0)),
        (Say(500, "no"), Retry(Reason.CARRIER, "HTTP 500")),
        (Say(504, "no"), UnknownOutcome("HTTP 504")),
        (Say(401, "no"), Rejected(Reason.CONFIGURATION, "HTTP 401")),
    ],
    ids=str,
)  # fmt: skip
def test_every_kind_of_answer_has_its_outcome(
    carrier: CarrierStub, gateway: HttpGateway, answer: Say, outcome: Outcome
) -> None:
    carrier.will(answer)
    assert gateway.send(message()) == outcome


def test_what_was_sent_without_an_answer_is_unknown(carrier: CarrierStub) -> None:
    gateway = _made(_FORM, carrier.url, timeout=(3.05, 0.3))
    carrier.will(AcceptAndHang(), AcceptAndDrop(), Drop())
    assert gateway.send(message()) == UnknownOutcome("ReadTimeout")
    assert gateway.send(message()) == UnknownOutcome("ConnectionError")
    assert gateway.send(message()) == UnknownOutcome("ConnectionError")
    assert len(carrier.messages) == 2  # the carrier has two of the three
    assert gateway.look_up(message()) == UnknownOutcome("made cannot be asked")


def test_a_redirect_does_not_get_our_key(carrier: CarrierStub, gateway: HttpGateway) -> None:
    with CarrierStub() as elsewhere:
        carrier.will(Say(307, "", headers={"Location": elsewhere.url}))
        assert gateway.send(message()) == Rejected(Reason.CONFIGURATION, "HTTP 307")
        assert elsewhere.calls == []


def test_where_nobody_listens_nothing_was_sent() -> None:
    gateway = _made(_POST, "http://127.0.0.1:9")
    assert gateway.send(message()) == Retry(Reason.CARRIER, "NewConnectionError")


def test_an_address_that_is_none_is_our_configuration() -> None:
    for url in ("nowhere", "http://", "gopher://127.0.0.1"):
        refused = _made(_POST, url).send(message())
        assert isinstance(refused, Rejected)
        assert refused.reason is Reason.CONFIGURATION


def test_connections_are_used_again(carrier: CarrierStub, gateway: HttpGateway) -> None:
    carrier.will(*[_OK] * 20)
    for number in range(20):
        gateway.send(message(number))
    assert len(carrier.calls) == 20
    assert carrier.connections == 1


def test_no_log_holds_a_text_a_number_or_a_key(
    carrier: CarrierStub, gateway: HttpGateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    carrier.will(_OK, Drop())
    told = [repr(gateway.send(message())) for _ in range(2)]
    told.append(repr(gateway.prepare(message(), "7-0")))
    for words in (*told, caplog.text):
        for secret in ("482913", PHONE[1:], "token-of-the-tests", HOOK):
            assert secret not in words


# ---- receiving -----------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["", HOOK[:-1], HOOK + "x", HOOK.upper(), "ह", "\ud800"])
def test_a_wrong_secret_is_refused(gateway: HttpGateway, secret: str) -> None:
    hook = gateway.profile.inbound
    assert hook is not None
    for receive in (
        gateway.receive_text,
        gateway.receive_receipt,
        lambda request: gateway.unpack(hook, request),
    ):
        with pytest.raises(Unauthentic):
            receive(called(secret=secret))


def test_a_text_in_json_is_read(gateway: HttpGateway) -> None:
    said = {"id": 5, "from": "98390 12345", "text": " 7  482913", "at": 1526347800000}
    at = datetime(2018, 5, 15, 1, 30, tzinfo=UTC)
    assert gateway.receive_text(called_with_json(said)) == Inbound(
        "made", "5", PHONE, " 7  482913", at
    )


@pytest.mark.parametrize(
    "odd",
    [
        {},
        [],
        {"id": 5, "from": PHONE},
        {"id": 5, "from": "VM-BANK", "text": "7"},
        {"from": PHONE, "text": "7"},
        {"id": {"a": 1}, "from": PHONE, "text": "7"},
        {"id": 5, "from": [PHONE], "text": "7"},
    ],
)
def test_what_is_no_text_is_kept(gateway: HttpGateway, odd: object) -> None:
    assert isinstance(gateway.receive_text(called_with_json(odd)), Unreadable)


@pytest.mark.parametrize("at", ["", "soon", "9" * 400, "nan", "-1e400", {}, None])
def test_a_time_that_is_none_is_no_time(gateway: HttpGateway, at: object) -> None:
    came = gateway.receive_text(called_with_json({"id": 5, "from": PHONE, "text": "7", "at": at}))
    assert isinstance(came, Inbound)
    assert came.carrier_at is None


def test_what_came_in_a_query_is_shown_decoded_with_its_codes_masked() -> None:
    assert as_came(called("text=%E0%A4%95%E0%A5%8B%E0%A4%A1+482913")) == "text=कोड ••••••"
