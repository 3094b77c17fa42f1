"""Calls with the real voice gateways: signed and secret hooks, and what they answer."""

from __future__ import annotations

from urllib.parse import urlsplit
from xml.etree import ElementTree

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.rigs.gateway import SECRET, signature, spoken_xml

OURS, YES, NOT_RECEIVED, SPEAK = (
    "+911140001000", "+911140001001", "+911140001002", "+911140001004",
)  # fmt: skip
NUMBERS = f"{YES}=yes,{NOT_RECEIVED}=not_received,+911140001003=send_code,{SPEAK}=speak_code"
TWILIO = "/hooks/twilio/voice"
AFRICASTALKING = f"/hooks/africastalking/{SECRET}/voice"


def twilio(client: FlaskClient, path: str, **form: str) -> TestResponse:
    """One signed request of Twilio's."""
    return client.post(path, data=form, headers={"X-Twilio-Signature": signature(form, path)})


def twilio_missed(client: FlaskClient, caller: str, called: str, sid: str) -> ElementTree.Element:
    form = {"CallSid": sid, "From": caller, "To": called, "Direction": "inbound"}
    answer = twilio(client, TWILIO, **form)
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    return spoken_xml(answer.text)


def twilio_taken_up(client: FlaskClient, ring: dict[str, str], url: str) -> ElementTree.Element:
    """Asks what to say in a call that the stub was asked for, at the address that came with it."""
    parts = urlsplit(url)
    form = {"CallSid": ring["sid"], "To": ring["to"], "From": ring["from"]}
    answer = twilio(client, f"{parts.path}?{parts.query}", **form, Direction="outbound-api")
    assert answer.status_code == 200
    return spoken_xml(answer.text)


def twilio_says_code(client: FlaskClient, ring: dict[str, str], url: str) -> ElementTree.Element:
    """Takes the call up and presses 1, which a code is said after."""
    greeting = twilio_taken_up(client, ring, url)
    assert "1 दबाएं" in said(greeting)
    parts = urlsplit(greeting[0].attrib["action"])
    form = {"CallSid": ring["sid"], "To": ring["to"], "From": ring["from"], "Digits": "1"}
    answer = twilio(client, f"{parts.path}?{parts.query}", **form, Direction="outbound-api")
    return spoken_xml(answer.text)


def africastalking(client: FlaskClient, **changes: str) -> TestResponse:
    """One request of Africa's Talking's, for a call that came in unless `changes` say otherwise."""
    form = {"isActive": "1", "direction": "Inbound", "sessionId": "ATVId_1"} | changes
    return client.post(AFRICASTALKING, data=form)


def rejected(root: ElementTree.Element) -> bool:
    return [each.tag for each in root] == ["Reject"]


def said(root: ElementTree.Element) -> str:
    return " ".join(part.strip() for part in root.itertext() if part.strip())
