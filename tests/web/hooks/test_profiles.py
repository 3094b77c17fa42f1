"""The hooks of configured carriers: over HTTP into the database; who is refused; what is logged."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from gateways.base import Gateway
from gateways.profiles.gateway import HttpGateway
from gateways.profiles.profile import ProfileAnswer
from runtime import Runtime
from tests.rigs.gateway import PHONE
from tests.rigs.http import HOOK, gateway_from, gateway_of, shipped

_NOWHERE = "http://127.0.0.1:9"
_CDAC = f"/hooks/http/cdac/{HOOK}/sms"
_KANNEL = f"/hooks/http/kannel/{HOOK}"
_EXOTEL = f"/hooks/http/exotel/{HOOK}"
_PULL = {"mobileNumber": "9839012345", "timeStamp": "2026-08-14 10:00:00", "message": "hello"}
_TEXT = {"SmsSid": "inb_1", "From": PHONE, "Body": "hello"}


def _answering_in_xml() -> HttpGateway:
    profile = shipped("exotel")
    assert profile.inbound is not None
    answer = ProfileAnswer(status=202, content_type="text/xml", body="<ok/>")
    inbound = profile.inbound.model_copy(update={"answer": answer})
    return gateway_from(profile.model_copy(update={"inbound": inbound}), "xml", {"url": _NOWHERE})


@pytest.fixture
def runtime(runtime: Runtime) -> Runtime:
    gateways: Mapping[str, Gateway] = {
        **runtime.gateways,
        **{
            name: gateway_of(name, _NOWHERE, {})
            for name in ("cdac", "exotel", "gupshup", "kannel", "msg91")
        },
        "xml": _answering_in_xml(),
    }
    return replace(runtime, gateways=gateways)


@pytest.fixture
def client(runtime: Runtime) -> FlaskClient:
    """As in production: an exception is a 500, and not the test's."""
    app = create_app(runtime)
    app.testing = False
    return app.test_client()


def _kept(runtime: Runtime) -> list[tuple[Any, ...]]:
    with runtime.database.transaction() as conn:
        return conn.execute(
            "SELECT status, phone, body, gateway FROM messages WHERE direction = 'in' ORDER BY id"
        ).fetchall()


def _receipts(runtime: Runtime) -> list[tuple[Any, ...]]:
    with runtime.database.transaction() as conn:
        return conn.execute(
            "SELECT gateway, carrier_id, status, word FROM receipts ORDER BY id"
        ).fetchall()


# ---- the ways in ---------------------------------------------------------------------------------


def test_a_text_by_post_and_one_by_get_are_taken(client: FlaskClient, runtime: Runtime) -> None:
    posted = client.post(_CDAC, data=_PULL)
    got = client.get(f"{_CDAC}?{urlencode({**_PULL, 'message': 'नमस्ते'})}")
    for answer in (posted, got):
        assert (answer.status_code, answer.data) == (200, b"")
        assert answer.headers["Cache-Control"] == "no-store"
    assert _kept(runtime) == [
        ("received", PHONE, "hello", "cdac"),
        ("received", PHONE, "नमस्ते", "cdac"),
    ]


def test_a_text_from_kannel_is_read_from_headers_and_body(
    client: FlaskClient, runtime: Runtime
) -> None:
    answer = client.post(
        f"{_KANNEL}/sms?id=79917bc5-9475",
        data="हाँ".encode("utf-16-be"),
        headers={"X-Kannel-From": PHONE, "X-Kannel-Time": "2026-08-14 04:30:00"},
        content_type='text/plain; charset="UTF-16BE"',
    )
    assert (answer.status_code, answer.data) == (200, b"")  # anything else would go out as a text
    assert _kept(runtime) == [("received", PHONE, "हाँ", "kannel")]


def test_a_receipt_by_get_is_taken(client: FlaskClient, runtime: Runtime) -> None:
    answer = client.get(f"{_KANNEL}/delivery?id=7-0011aabb&message=7&status=1")
    assert (answer.status_code, answer.data) == (200, b"")
    assert _receipts(runtime) == [("kannel", "7-0011aabb", "delivered", "1")]


def test_each_event_of_a_call_is_taken(client: FlaskClient, runtime: Runtime) -> None:
    events = [{"externalId": f"e{n}", "eventType": "DELIVERED"} for n in range(20)]
    answer = client.post(
        f"/hooks/http/gupshup/{HOOK}/delivery", data={"response": json.dumps(events)}
    )
    assert answer.status_code == 200
    assert [row[1] for row in _receipts(runtime)] == [f"e{n}" for n in range(20)]


def test_an_event_that_is_none_is_kept_beside_the_others(
    client: FlaskClient, runtime: Runtime
) -> None:
    events = [{"externalId": "e1", "eventType": "DELIVERED"}, 7, {"eventType": "FAILED"}, None]
    path = f"/hooks/http/gupshup/{HOOK}/delivery"
    assert client.post(path, data={"response": json.dumps(events)}).status_code == 200
    assert [row[2] for row in _receipts(runtime)] == ["delivered", *["unreadable"] * 3]


def test_a_hook_is_answered_as_configured(client: FlaskClient) -> None:
    assert client.post(f"{_EXOTEL}/sms", data=_TEXT).data == b"OK"
    answer = client.post(f"/hooks/http/xml/{HOOK}/sms", data=_TEXT)
    assert (answer.status_code, answer.mimetype, answer.data) == (202, "text/xml", b"<ok/>")


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.post(_CDAC, data=_PULL),
        lambda client: client.get(f"{_CDAC}?{urlencode(_PULL)}"),
        lambda client: client.post(f"{_EXOTEL}/sms", data=_TEXT),
    ],
)
def test_a_repeat_answers_as_the_first_and_changes_nothing(
    client: FlaskClient, runtime: Runtime, call: Callable[[FlaskClient], TestResponse]
) -> None:
    first, second = call(client), call(client)
    assert (first.status_code, first.data) == (second.status_code, second.data)
    assert first.status_code == 200
    assert len(_kept(runtime)) == 1


# ---- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/hooks/http/cdac/wrong/sms", 404),
        ("GET", f"/hooks/http/cdac/{HOOK}x/sms", 404),
        ("PUT", "/hooks/http/cdac/wrong/sms", 405),
        ("GET", f"/hooks/http/exotel/{HOOK}x/sms", 404),  # not 405: a stranger learns nothing
        ("GET", f"{_EXOTEL}/sms", 405),
        ("HEAD", f"{_CDAC}?{urlencode(_PULL)}", 405),
        ("HEAD", f"{_KANNEL}/delivery?id=7&status=1", 405),
        ("POST", f"{_KANNEL}/delivery?id=7&status=1", 405),
        ("POST", f"/hooks/http/msg91/{HOOK}/sms", 404),  # its profile has no texts
        ("POST", f"/hooks/http/cdac/{HOOK}/delivery", 404),  # and this one no receipts
        ("POST", f"/hooks/http/twilio/{HOOK}/sms", 404),
        ("POST", f"/hooks/http/simulator/{HOOK}/sms", 404),
        ("POST", f"/hooks/http/pigeon/{HOOK}/sms", 404),
        ("POST", "/hooks/http/cdac/%ED%A0%80/sms", 404),
        ("POST", "/hooks/http/cdac//sms", 404),
    ],
)
def test_who_is_not_the_carrier_is_refused_and_nothing_is_kept(
    client: FlaskClient, runtime: Runtime, method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method, data={**_PULL, **_TEXT} if method == "POST" else None)
    assert answer.status_code == status
    assert _kept(runtime) == []
    assert _receipts(runtime) == []


def test_without_a_secret_of_its_own_a_carrier_is_not_believed(runtime: Runtime) -> None:
    bare = gateway_of("cdac", _NOWHERE, {"hook": ""})
    client = create_app(replace(runtime, gateways={"cdac": bare})).test_client()
    for secret in ("x", "", HOOK):
        assert client.post(f"/hooks/http/cdac/{secret}/sms", data=_PULL).status_code == 404


_LARGE = "x" * (64 * 1024 + 1)


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.post(_CDAC, data={**_PULL, "message": _LARGE}),
        lambda client: client.post(f"{_KANNEL}/sms?id=1", data=_LARGE.encode()),
        lambda client: client.get(f"{_CDAC}?message={_LARGE}"),
        lambda client: client.get(f"{_KANNEL}/delivery?id={_LARGE}&status=1"),
    ],
)
def test_a_body_or_a_query_over_64_kib_is_413(
    client: FlaskClient, runtime: Runtime, call: Callable[[FlaskClient], TestResponse]
) -> None:
    assert call(client).status_code == 413
    assert _kept(runtime) == []
    assert _receipts(runtime) == []


# ---- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("message=help", "help"),
        (f"mobileNumber=VM-BANK&message=help&timeStamp={quote('2026-08-14 10:00:00')}", "help"),
        ("nothing=at+all+help", "nothing=at all help"),
        ("%ff%00=help", "help"),
        ("message=my+code+482+913+help", "my code •••••• help"),
    ],
)
def test_what_nobody_can_read_is_kept_with_its_words(
    client: FlaskClient, runtime: Runtime, query: str, words: str
) -> None:
    assert client.get(f"{_CDAC}?{query}").status_code == 200
    ((status, _, body, _),) = _kept(runtime)
    assert status == "unreadable"
    assert words in body
    assert "482" not in body


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/json"),
        (b"[" * 60_000, "application/json"),
        (b"9" * 60_000, "application/json"),
        (b"\xff\xfe", "application/json; charset=klingon"),
        (b'{"requestId": "\\u0000", "status": {}}', "application/json"),
        (b"\x00", "text/plain"),
    ],
)
def test_an_odd_receipt_is_kept(
    client: FlaskClient, runtime: Runtime, body: bytes, content_type: str
) -> None:
    answer = client.post(f"/hooks/http/msg91/{HOOK}/delivery", data=body, content_type=content_type)
    assert answer.status_code == 200
    assert [row[2] for row in _receipts(runtime)] == ["unreadable"]


@pytest.mark.parametrize("odd", ["%00", "x" * 20_000, "%ED%A0%80", "-1", "9" * 60])
def test_odd_ids_and_words_are_kept(client: FlaskClient, runtime: Runtime, odd: str) -> None:
    path = f"{_KANNEL}/delivery?id={odd}&message={odd}&status={odd}"
    assert client.get(path).status_code == 200
    assert [row[2] for row in _receipts(runtime)] == ["uncertain"]


def test_no_log_holds_a_secret_a_number_or_a_text(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    said = {**_PULL, "message": "my code is 482913"}
    client.get(f"{_CDAC}?{urlencode(said)}")
    client.post(_CDAC, data=said)
    client.get(f"{_CDAC}?{urlencode({**said, 'mobileNumber': 'AD-BANK'})}")
    client.get(f"/hooks/http/cdac/nearly-the-secret/sms?{urlencode(said)}")
    client.get(f"{_KANNEL}/delivery?id=1&status=nobody+9839012345")
    client.get(f"{_KANNEL}/delivery?phone=9839012345")
    written = caplog.text + "".join(capsys.readouterr())
    assert "receipt_unreadable" in written
    assert "receipt_uncertain" in written
    for word in (HOOK, "nearly-the-secret", PHONE[3:], "482913"):
        assert word not in written
