"""What the tests of gateways share: settings, messages, signed requests, Twilio's own document."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree

from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from twilio.request_validator import RequestValidator

from gateways.base import Outgoing, Request
from settings import Settings
from tests.rigs.carrier_stub import Call, CarrierStub

ACCOUNT = "AC" + "0" * 32
TOKEN = "twilio-token-of-the-tests"
SECRET = "africastalking-hook-secret"
PUBLIC = "https://dakiya.test"
PHONE = "+919839012345"
TEXT = "Speed Post RR287043775IN: code 482913. Pay Rs 0."
_DATA = Path(__file__).parent.parent / "data"


def settings_with(**changes: Any) -> Settings:
    """Settings with everything both carriers need; the addresses refuse connections.

    A name in capitals is a variable of a carrier's, any other one a setting of the core.
    """
    carriers = {
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": "+15005550006",
        "TWILIO_API_URL": "http://127.0.0.1:9",
        "AFRICASTALKING_USERNAME": "dakiya",
        "AFRICASTALKING_API_KEY": "africastalking-key-of-the-tests",
        "AFRICASTALKING_SENDER": "DAKIYA",
        "AFRICASTALKING_HOOK_SECRET": SECRET,
        "AFRICASTALKING_API_URL": "http://127.0.0.1:9",
        "AFRICASTALKING_VOICE_API_URL": "http://127.0.0.1:9",
    }
    given = {name: value for name, value in changes.items() if name.isupper()}
    own = {name: value for name, value in changes.items() if not name.isupper()}
    core = {"dakiya_env": "test", "public_url": PUBLIC}
    return Settings(_env_file=None, **(core | own)).giving(**(carriers | given))


def message(number: int = 7, text: str = TEXT, *, lives: float = 600.0) -> Outgoing:
    """One on its way to PHONE, dead in `lives` seconds, first tried now."""
    now = datetime.now(UTC)
    return Outgoing(number, PHONE, text, "code", "en", int(lives), now)


def request(
    form: Mapping[str, str],
    path: str = "/hooks/twilio/sms",
    headers: Mapping[str, str] | None = None,
    secret: str = "",
) -> Request:
    """What a hook hands to a gateway."""
    return Request(
        url=PUBLIC + path,
        headers=headers or {},
        body=urlencode(form).encode(),
        form=form,
        query=dict(parse_qsl(urlsplit(path).query)),
        secret=secret,
    )


def signed(form: Mapping[str, str], path: str = "/hooks/twilio/sms") -> Request:
    """The same, signed as Twilio signs."""
    return request(form, path, {"x-twilio-signature": signature(form, path)})


def signature(form: Mapping[str, str], path: str, token: str = TOKEN) -> str:
    return str(RequestValidator(token).compute_signature(PUBLIC + path, form))


def spoken_xml(body: str) -> ElementTree.Element:
    """What a gateway answers to a carrier in a call."""
    return ElementTree.fromstring(body)  # noqa: S314  our own


def assert_as_twilio_documents(carrier: CarrierStub, of: str = "messages") -> None:
    """Every request that came, and every good answer given, is valid to Twilio's document."""
    document = _document(of)
    login = b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    for call in carrier.calls:
        assert call.headers["authorization"] == f"Basic {login}"
        document.validate_request(_as_document_sees(call))
    for call, status, content_type, body in carrier.answers:
        if status < 300:
            answer = MockResponse(body.encode(), status, content_type=content_type)
            document.validate_response(_as_document_sees(call), answer)


def _as_document_sees(call: Call) -> MockRequest:
    return MockRequest(
        "https://api.twilio.com",
        call.method,
        call.path,
        args=call.query,
        headers=call.headers,
        data=call.body,
        content_type=call.headers.get("content-type", ""),
    )


@cache
def _document(of: str) -> OpenAPI:
    return OpenAPI.from_dict(json.loads((_DATA / f"twilio_{of}_only.json").read_text()))
