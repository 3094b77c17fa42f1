"""The carriers' hooks, over HTTP into the database: answers, refusals, and nothing lost."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from gateways.build import build
from runtime import Runtime
from tests.rigs.gateway import PHONE, SECRET, settings_with, signature
from web.callers import Caller, stated
from web.hooks import carriers

_SMS, _STATUS = "/hooks/twilio/sms", "/hooks/twilio/status?message=42"
_AT = f"/hooks/africastalking/{SECRET}"
_SIMULATOR = "/hooks/simulator/sms"
_TEXT = {"MessageSid": "SM1", "From": PHONE, "Body": "hello", "FromCity": ""}
_RECEIPT = {"MessageSid": "SM1", "MessageStatus": "delivered"}
# Nothing that an index could press together, and the same in every process of the tests.
_ENDLESS = "".join(sha256(str(number).encode()).hexdigest() for number in range(600))
_FORM_TYPE = "application/x-www-form-urlencoded"

Call = Callable[[FlaskClient], TestResponse]


@pytest.fixture
def client(runtime: Runtime) -> FlaskClient:
    """As in production: an exception is a 500, and not the test's."""
    app = create_app(runtime)
    app.testing = False
    return app.test_client()


def _twilio(client: FlaskClient, path: str, form: dict[str, str]) -> TestResponse:
    return client.post(path, data=form, headers={"X-Twilio-Signature": signature(form, path)})


def _kept(runtime: Runtime) -> list[tuple[Any, ...]]:
    with runtime.database.transaction() as conn:
        return conn.execute(
            "SELECT status, phone, body FROM messages WHERE direction = 'in' ORDER BY id"
        ).fetchall()


def _receipts(runtime: Runtime) -> list[tuple[Any, ...]]:
    with runtime.database.transaction() as conn:
        return conn.execute("SELECT gateway, status, word FROM receipts ORDER BY id").fetchall()


def _errors(runtime: Runtime) -> list[str]:
    with runtime.database.transaction() as conn:
        return [row[0] for row in conn.execute("SELECT error FROM receipts ORDER BY id")]


# ---- the ways in ---------------------------------------------------------------------------------


def test_a_twilio_text_is_answered_with_an_empty_response(
    client: FlaskClient, runtime: Runtime
) -> None:
    answer = _twilio(client, _SMS, _TEXT)
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "text/xml", b"<Response/>")
    assert _kept(runtime) == [("received", PHONE, "hello")]


def test_a_twilio_receipt_is_answered_with_nothing(client: FlaskClient, runtime: Runtime) -> None:
    answer = _twilio(client, _STATUS, _RECEIPT)
    assert (answer.status_code, answer.data) == (204, b"")
    assert _receipts(runtime) == [("twilio", "delivered", "delivered")]


def test_an_africastalking_text_and_receipt_are_taken(
    client: FlaskClient, runtime: Runtime
) -> None:
    form = {"from": PHONE, "text": "hello", "id": "A1", "date": "2026-08-14 04:30:00"}
    assert client.post(f"{_AT}/sms", data=form).status_code == 200
    answer = client.post(f"{_AT}/delivery", data={"id": "A2", "status": "Success"})
    assert answer.status_code == 200
    assert _kept(runtime) == [("received", PHONE, "hello")]
    assert _receipts(runtime) == [("africastalking", "delivered", "Success")]


def test_a_simulated_text_is_taken(client: FlaskClient, runtime: Runtime) -> None:
    answer = client.post(_SIMULATOR, json={"from": "09839012345", "text": "hello", "id": "s1"})
    assert (answer.status_code, answer.get_json()) == (200, {})
    assert _kept(runtime) == [("received", PHONE, "hello")]


@pytest.mark.parametrize(
    "repeat",
    [
        lambda client: _twilio(client, _SMS, _TEXT),
        lambda client: client.post(f"{_AT}/sms", data={"from": PHONE, "text": "x", "id": "A1"}),
        lambda client: client.post(_SIMULATOR, json={"from": PHONE, "text": "x", "id": "s1"}),
        lambda client: client.post(f"{_AT}/sms", data={"from": PHONE, "text": "x", "id": "A\0"}),
    ],
)
def test_a_repeat_answers_as_the_first_and_changes_nothing(
    client: FlaskClient, runtime: Runtime, repeat: Call
) -> None:
    first, second = repeat(client), repeat(client)
    assert (first.status_code, first.data) == (second.status_code, second.data)
    assert first.status_code == 200
    assert len(_kept(runtime)) == 1


def test_the_address_is_signed_as_it_was_sent(client: FlaskClient, runtime: Runtime) -> None:
    for path in (f"{_SMS}?a=%41&b=%20+&c", f"{_SMS}?a=%e0%a4%b9"):
        assert _twilio(client, path, _TEXT).status_code == 200, path
        moved = client.post(
            path + "&z=1", data=_TEXT, headers={"X-Twilio-Signature": signature(_TEXT, path)}
        )
        assert moved.status_code == 403, path


def test_the_signature_covers_public_url_whatever_host_was_called(client: FlaskClient) -> None:
    header = {"X-Twilio-Signature": signature(_TEXT, _SMS), "Host": "10.0.0.7:8000"}
    assert client.post(_SMS, data=_TEXT, headers=header).status_code == 200


# ---- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "status"),
    [
        (lambda client: client.post(_SMS, data=_TEXT), 403),
        (lambda client: client.post(_SMS, data=b"{}", content_type="application/json"), 403),
        (lambda client: client.post(_STATUS, data=_RECEIPT), 403),
        (
            lambda client: client.post(
                _SMS, data=_TEXT, headers={"X-Twilio-Signature": "ÿ".encode().decode("latin-1")}
            ),
            403,
        ),
        (lambda client: client.post("/hooks/africastalking/wrong/sms", data=_TEXT), 404),
        (lambda client: client.post("/hooks/africastalking/wrong/delivery", data=_TEXT), 404),
        (lambda client: client.post("/hooks/africastalking/%ED%A0%80/sms"), 404),
        (lambda client: client.post("/hooks/africastalking/%00/sms"), 404),
        (lambda client: client.post(f"{_AT}x/sms", data=_TEXT), 404),
        (lambda client: client.post("/hooks/pigeon/sms", data=_TEXT), 404),
        (lambda client: client.get(_SMS), 405),
        (lambda client: client.post(_SMS, environ_overrides={"QUERY_STRING": "a=\xff"}), 403),
    ],
)
def test_who_is_not_the_carrier_is_refused_and_nothing_is_kept(
    client: FlaskClient, runtime: Runtime, call: Call, status: int
) -> None:
    assert call(client).status_code == status
    assert _kept(runtime) == []
    assert _receipts(runtime) == []


_LARGE = b"x" * (64 * 1024 + 1)


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.post(_SMS, data=_LARGE),
        lambda client: client.post(_SMS, data={"Body": _LARGE.decode()}),
        lambda client: client.post(_STATUS, data=_LARGE),
        lambda client: client.post(f"{_AT}/sms", data={"text": _LARGE.decode()}),
        lambda client: client.post(f"{_AT}/delivery", data=_LARGE),
        lambda client: client.post(_SIMULATOR, json={"text": _LARGE.decode()}),
    ],
)
def test_a_body_over_64_kib_is_413(client: FlaskClient, runtime: Runtime, call: Call) -> None:
    assert call(client).status_code == 413
    assert _kept(runtime) == []


@pytest.mark.parametrize("path", [_SMS, _STATUS, f"{_AT}/sms", f"{_AT}/delivery", _SIMULATOR])
def test_a_body_whose_length_nobody_states_is_413_too(
    client: FlaskClient, runtime: Runtime, path: str
) -> None:
    answer = client.post(
        path,
        input_stream=BytesIO(_LARGE),
        headers={"Transfer-Encoding": "chunked"},
        content_type=_FORM_TYPE,
        environ_overrides={"wsgi.input_terminated": True},  # as both of our servers say
    )
    assert answer.status_code == 413
    assert _kept(runtime) == []
    assert _receipts(runtime) == []


def test_a_small_body_whose_length_nobody_states_is_taken(
    client: FlaskClient, runtime: Runtime
) -> None:
    answer = client.post(
        f"{_AT}/sms",
        input_stream=BytesIO(b"id=A1&from=%2B919839012345&text=hello"),
        headers={"Transfer-Encoding": "chunked"},
        content_type=_FORM_TYPE,
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 200
    assert _kept(runtime) == [("received", PHONE, "hello")]


def test_64_kib_are_taken(client: FlaskClient, runtime: Runtime) -> None:
    form = b"id=A1&from=%2B919839012345&text="
    body = form + b"x" * (64 * 1024 - len(form))
    answer = client.post(f"{_AT}/sms", data=body, content_type=_FORM_TYPE)
    assert answer.status_code == 200
    assert [status for status, _, _ in _kept(runtime)] == ["received"]


def test_without_their_settings_the_hooks_believe_nobody(runtime: Runtime) -> None:
    bare = settings_with(TWILIO_AUTH_TOKEN="", AFRICASTALKING_HOOK_SECRET="")
    client = create_app(replace(runtime, gateways=build(bare))).test_client()
    assert _twilio(client, _SMS, _TEXT).status_code == 403
    for secret in ("", "x", SECRET):
        assert client.post(f"/hooks/africastalking/{secret}/sms", data=_TEXT).status_code == 404


def test_in_production_there_is_no_simulator(runtime: Runtime) -> None:
    gateways = {name: each for name, each in runtime.gateways.items() if name != "simulator"}
    client = create_app(replace(runtime, gateways=gateways)).test_client()
    assert client.post(_SIMULATOR, json={"from": PHONE, "text": "7"}).status_code == 404


# ---- bad input -----------------------------------------------------------------------------------


def _africastalking(**changes: str) -> Call:
    form = {"id": "A1", "from": PHONE, "text": "hello"} | changes
    return lambda client: client.post(f"{_AT}/sms", data=form)


def _raw(body: bytes, content_type: str) -> Call:
    return lambda client: client.post(f"{_AT}/sms", data=body, content_type=content_type)


def _simulated(body: bytes) -> Call:
    return lambda client: client.post(_SIMULATOR, data=body, content_type="application/json")


_READ: dict[str, Call] = {
    "2,000 characters": _africastalking(text="ह" * 2000),
    "NUL in the text": _africastalking(text="7\0 8"),
    "NUL in the id": _africastalking(id="A\0"),
    "an id of 40,000 characters": _africastalking(id=_ENDLESS),
    "emoji": _africastalking(text="👨‍👩‍👧‍👦🏳️‍🌈"),
    "no text in it": _africastalking(text=""),
    "a date before all dates": _africastalking(date="0001-01-01 00:00:00+05:30"),
    "fields twice": _raw(b"id=A1&id=A2&from=%2B919839012345&text=a&text=b", _FORM_TYPE),
    "no UTF-8": _raw(b"id=1&from=%2B919839012345&text=%ff%ed%a0%80", _FORM_TYPE),
    "a strange charset": _raw(
        b"id=1&from=%2B919839012345&text=a", _FORM_TYPE + "; charset=klingon"
    ),
    "Twilio, NUL": lambda client: _twilio(
        client, _SMS, _TEXT | {"MessageSid": "S\0", "Body": "\0"}
    ),
    "half a surrogate pair": _simulated(
        json.dumps({"id": "\ud800", "from": PHONE, "text": "\ud800 \0 \udc00"}).encode()
    ),
}
_UNREADABLE: dict[str, tuple[Call, str]] = {
    "nothing": (lambda client: client.post(f"{_AT}/sms"), ""),
    "JSON for a form": (_raw(b'{"text": "help"}', "application/json"), '{"text": "help"}'),
    "plain text": (_raw("मदद".encode(), "text/plain"), "मदद"),
    "a form that is not UTF-8": (_raw(b"id=1&text=help\xff", _FORM_TYPE), "help"),
    "binary": (_raw(b"\x00\xff", "application/octet-stream"), "\ufffd\ufffd"),
    "half a multipart": (_raw(b"--x\r\nhelp", "multipart/form-data; boundary=x"), "help"),
    "multipart without a boundary": (_raw(b"--x\r\nhelp", "multipart/form-data"), "help"),
    "a form of 5,000 fields": (
        _raw(b"&".join(b"a%d=1" % number for number in range(5000)), _FORM_TYPE),
        "a20=1",
    ),
    "a sender with a name": (_africastalking(**{"from": "AD-LOTTERY"}), "hello"),
    "an id that is blank": (_africastalking(id="  "), "hello"),
    "no JSON": (_simulated(b"7 482913?"), "?"),
    "no UTF-8": (_simulated(b"\xff\xfe{"), "\ufffd"),
    "JSON without end": (_simulated(b"[" * 60_000), "["),
    "a number of 60,000 digits": (_simulated(b"9" * 60_000), ""),
    "a text that is none": (_simulated(b'{"from": "+919839012345", "text": {"a": "\\ud800"}}'), ""),
    "Twilio, signed and no form": (
        lambda client: client.post(
            _SMS,
            data=b'{"Body": "help"}',
            content_type="application/json",
            headers={"X-Twilio-Signature": signature({}, _SMS)},
        ),
        "help",
    ),
    "Twilio, from a short code": (
        lambda client: _twilio(client, _SMS, _TEXT | {"From": "57575"}),
        "hello",
    ),
}


@pytest.mark.parametrize("what", _READ)
def test_an_odd_text_is_taken(client: FlaskClient, runtime: Runtime, what: str) -> None:
    assert _READ[what](client).status_code == 200
    assert [(status, phone) for status, phone, _ in _kept(runtime)] == [("received", PHONE)]


@pytest.mark.parametrize("what", _UNREADABLE)
def test_what_nobody_can_read_is_kept_with_its_words_for_the_help_desk(
    client: FlaskClient, runtime: Runtime, what: str
) -> None:
    call, words = _UNREADABLE[what]
    assert call(client).status_code == 200
    ((status, _, body),) = _kept(runtime)
    assert status == "unreadable"
    assert words in body


@pytest.mark.parametrize(
    "body",
    [
        b"id=A1&from=%2B919839012345&text=hello \xff",
        b"text=\xe0\xa4&id=A1&from=%2B919839012345",
        b"network=\xfe&id=A1&from=%2B919839012345&text=hi%FF",
    ],
)
def test_a_byte_that_is_no_utf8_does_not_lose_the_sender(
    client: FlaskClient, runtime: Runtime, body: bytes
) -> None:
    assert _raw(body, _FORM_TYPE)(client).status_code == 200
    ((status, phone, said),) = _kept(runtime)
    assert (status, phone) == ("received", PHONE)
    assert "\ufffd" in said or "hello" in said or "hi" in said


_PARTED = (
    b'--x\r\nContent-Disposition: form-data; name="id"\r\n\r\nA1\r\n'
    b'--x\r\nContent-Disposition: form-data; name="from"\r\n\r\n+919839012345\r\n'
    b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nhel\xfflo\r\n--x--\r\n'
)


@pytest.mark.parametrize(
    "call",
    {
        "JSON": _simulated(b'{"from": "+919839012345", "text": "hel\xfflo", "more": "\xfe"}'),
        "a multipart form": _raw(_PARTED, "multipart/form-data; boundary=x"),
        "Twilio": lambda client: client.post(
            _SMS,
            data=b"MessageSid=SM1&From=%2B919839012345&Body=hel\xfflo",
            content_type=_FORM_TYPE,
            headers={
                "X-Twilio-Signature": signature(
                    {"MessageSid": "SM1", "From": PHONE, "Body": "hel\ufffdlo"}, _SMS
                )
            },
        ),
    }.values(),
)
def test_such_a_byte_loses_neither_sender_nor_text_in_any_form(
    client: FlaskClient, runtime: Runtime, call: Call
) -> None:
    assert call(client).status_code == 200
    assert _kept(runtime) == [("received", PHONE, "hel\ufffdlo")]


@pytest.mark.parametrize("date", ["9999-12-31 23:59:59", "0001-01-01 00:00:00", "1970-01-01"])
def test_a_time_that_cannot_be_is_no_time_and_the_text_is_kept(
    client: FlaskClient, runtime: Runtime, date: str
) -> None:
    assert _africastalking(date=date)(client).status_code == 200
    sent = {"from": PHONE, "text": "hello", "id": "s1", "at": date.replace(" ", "T") + "-05:00"}
    assert client.post(_SIMULATOR, json=sent).status_code == 200
    assert [kept[0] for kept in _kept(runtime)] == ["received", "received"]
    with runtime.database.transaction() as conn:
        times = conn.execute("SELECT carrier_at FROM messages WHERE direction = 'in'")
        assert times.fetchall() == [(None,), (None,)]


@pytest.mark.parametrize("written", ["+9109839012345", "+910-98390-12345", "(+91) 98390 12345"])
def test_the_trunk_prefix_makes_no_other_sender(
    client: FlaskClient, runtime: Runtime, written: str
) -> None:
    assert _africastalking(**{"from": written})(client).status_code == 200
    assert [kept[1] for kept in _kept(runtime)] == [PHONE]


@pytest.mark.parametrize(
    "form",
    [
        {"id": "A\0", "status": "Success"},
        {"id": _ENDLESS, "status": "Success"},
        {"id": "A1", "status": "Succ\0ess"},
        {"id": "A1", "status": "x" * 60_000},
        {"id": "A1", "status": "Failed", "failureReason": "\0" * 500},
        {"id": "", "status": "Success"},
        {"id": "A1", "status": ""},
        {},
    ],
    ids=lambda form: repr(form)[:40],
)
def test_an_odd_receipt_is_kept(
    client: FlaskClient, runtime: Runtime, form: dict[str, str]
) -> None:
    assert client.post(f"{_AT}/delivery", data=form).status_code == 200
    assert len(_receipts(runtime)) == 1


def test_a_receipt_that_is_no_form_is_kept(client: FlaskClient, runtime: Runtime) -> None:
    assert client.post(f"{_AT}/delivery", data=b"\0\xff").status_code == 200
    assert _receipts(runtime) == [("africastalking", "unreadable", "id or status is missing")]


@pytest.mark.parametrize("spelt", ["482913", "482%20913", "482-913", "4+8+2+9+1+3", "%34%38%32913"])
@pytest.mark.parametrize("hook", ["sms", "delivery"])
def test_a_code_in_what_nobody_can_read_is_masked(
    client: FlaskClient, runtime: Runtime, hook: str, spelt: str
) -> None:
    body = f"text=%E0%A4%95%E0%A5%8B%E0%A4%A1+{spelt}+hai"
    assert client.post(f"{_AT}/{hook}", data=body, content_type=_FORM_TYPE).status_code == 200
    kept = [body for _, _, body in _kept(runtime)] + _errors(runtime)
    assert [each.removeprefix("text=") for each in kept] == ["कोड •••••• hai"]


@pytest.mark.parametrize("code", ["²", "9" * 5000, "\0", "-1", "30003 "])
def test_an_odd_error_code_is_kept(client: FlaskClient, runtime: Runtime, code: str) -> None:
    form = _RECEIPT | {"MessageStatus": "failed", "ErrorCode": code}
    assert _twilio(client, _STATUS, form).status_code == 204
    assert _receipts(runtime) == [("twilio", "failed", "failed")]


def test_an_odd_message_number_in_the_address_is_ignored(
    client: FlaskClient, runtime: Runtime
) -> None:
    for named in ("%00", "%C2%B2", "-1", "9" * 40, "1&message=2", ""):
        path = f"/hooks/twilio/status?message={named}"
        assert _twilio(client, path, _RECEIPT).status_code == 204, named
    assert len(_receipts(runtime)) == 6


# ---- promises about the hooks --------------------------------------------------------------------


def test_the_hooks_say_who_may_call_them() -> None:
    assert stated(carriers.hooks.name) is Caller.CARRIER


def test_no_log_holds_a_secret_a_number_or_a_text(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    form = {"id": "A1", "from": PHONE, "text": "my code is 482913"}
    client.post(f"{_AT}/sms", data=form)
    client.post(f"{_AT}/sms", data=form | {"from": "AD-BANK", "id": "A2"})
    client.post(f"{_AT}/delivery", data={"text": "482913"})
    client.post("/hooks/africastalking/nearly-the-secret/sms", data=form)
    _twilio(client, _SMS, _TEXT | {"Body": "my code is 482913"})
    written = caplog.text + "".join(capsys.readouterr())
    assert "receipt_unreadable" in written
    for word in (SECRET, "nearly-the-secret", PHONE[1:], "482913"):
        assert word not in written
