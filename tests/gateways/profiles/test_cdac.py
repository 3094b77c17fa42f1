"""C-DAC Mobile Seva against its documented examples: form, signature, answers, pulled texts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateways.base import (
    Inbound,
    Outcome,
    Outgoing,
    Reason,
    Rejected,
    Retry,
    Sent,
    UnknownOutcome,
)
from gateways.profiles.gateway import HttpGateway
from tests.rigs.carrier_stub import CarrierStub, Say
from tests.rigs.gateway import TEXT, message
from tests.rigs.http import HINDI, called, gateway_of

_ACCOUNT = {"sender": "INPOST", "username": "postdept", "password": "p@ss", "secure_key": "key-1"}


@pytest.fixture
def carrier() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier


@pytest.fixture
def gateway(carrier: CarrierStub) -> HttpGateway:
    return gateway_of("cdac", carrier.url, _ACCOUNT)


def _hindi() -> Outgoing:
    return replace(message(8, HINDI), language="hi")


def _news(text: str = "Speed Post RR287043775IN is booked.", language: str = "en") -> Outgoing:
    return replace(message(9, text), template="booked", language=language)


_TAKEN = Say(200, "402,MsgID = 150620161466003974245msdgsms", "text/html")


def test_cdac_gets_the_form_of_its_document(carrier: CarrierStub, gateway: HttpGateway) -> None:
    carrier.will(_TAKEN)
    assert gateway.send(message()) == Sent("150620161466003974245msdgsms")
    (call,) = carrier.calls
    assert (call.method, call.path, call.query) == ("POST", "/esms/sendsmsrequestDLT", {})
    assert call.form == {
        "username": "postdept",
        "password": hashlib.sha1(b"p@ss").hexdigest(),  # noqa: S324
        "senderid": "INPOST",
        "content": TEXT,
        "smsservicetype": "otpmsg",
        "mobileno": "9839012345",
        "key": hashlib.sha512(f"postdeptINPOST{TEXT}key-1".encode()).hexdigest(),
        "templateid": "1107160000000012345",
    }


def test_cdac_signs_hindi_as_it_sends_it(carrier: CarrierStub, gateway: HttpGateway) -> None:
    carrier.will(_TAKEN, _TAKEN)
    gateway.send(_hindi())
    gateway.send(_news("डाक 😀", "hi"))
    code, news = (call.form for call in carrier.calls)
    assert code["content"].startswith("&#2325;&#2379;&#2337; 482913&#2404; ")
    assert (
        code["key"] == hashlib.sha512(f"postdeptINPOST{code['content']}key-1".encode()).hexdigest()
    )
    assert (code["smsservicetype"], code["mobileno"]) == ("unicodeotpmsg", "9839012345")
    assert "bulkmobno" not in code
    assert news["content"] == "&#2337;&#2366;&#2325; &#55357;&#56832;"  # each UTF-16 unit
    assert (news["smsservicetype"], news["bulkmobno"]) == ("unicodemsg", "9839012345")
    assert "mobileno" not in news


def test_cdac_news_is_no_otp(carrier: CarrierStub, gateway: HttpGateway) -> None:
    carrier.will(_TAKEN)
    gateway.send(_news())
    assert carrier.calls[0].form["smsservicetype"] == "singlemsg"


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("401,Credentials Error", Rejected(Reason.CONFIGURATION, "401: Credentials Error")),
        ("416,Hash doesnt match", Rejected(Reason.CONFIGURATION, "416: Hash doesnt match")),
        ("406,Invalid mobile number", Rejected(Reason.BAD_NUMBER, "406: Invalid mobile number")),
        ("404,Internal Database Error", Retry(Reason.CARRIER, "404: Internal Database Error")),
        ("499,Nobody knows", Rejected(Reason.UNKNOWN, "499: Nobody knows")),
        ("402,accepted without an id", UnknownOutcome("an answer without an id")),
        ("<html>Welcome</html>", UnknownOutcome("unreadable answer")),
    ],
)
def test_cdac_answers(
    carrier: CarrierStub, gateway: HttpGateway, said: str, outcome: Outcome
) -> None:
    carrier.will(Say(200, said, "text/html"))
    assert gateway.send(message()) == outcome


_PULL = (
    "mobileNumber=9876543210&timeStamp=2012-02-23 13:30:20&operatorName=&areaCode="
    "&message=KEYWORD SUBKEYWORD 1234567890123"
)


def test_a_pulled_text_is_read_as_cdac_documents_it(carrier: CarrierStub) -> None:
    gateway = gateway_of("cdac", carrier.url, {**_ACCOUNT, "keyword": "keyword subkeyword"})
    fields = dict(pair.split("=", 1) for pair in _PULL.split("&"))
    by_get, by_post = called(_PULL), called(form=fields)
    got, posted = gateway.receive_text(by_get), gateway.receive_text(by_post)
    assert isinstance(got, Inbound)
    assert (got.phone, got.text) == ("+919876543210", "1234567890123")
    assert got.carrier_at == datetime(2012, 2, 23, 8, 0, 20, tzinfo=UTC)
    assert got.carrier_id.startswith("made-")
    assert gateway.receive_text(by_get) == got  # its repeat
    later = gateway.receive_text(called(_PULL.replace("13:30:20", "13:30:21")))
    assert isinstance(later, Inbound)
    assert later.carrier_id != got.carrier_id
    assert isinstance(posted, Inbound)
    assert (posted.phone, posted.text, posted.carrier_at) == (got.phone, got.text, got.carrier_at)
