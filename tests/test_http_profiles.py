"""The shipped profiles against the carriers' documented examples: request, answer, text, receipt.

Where the examples are from stands in each profile's `documents`. What the real Kannel says:
tests/test_gateway_kannel.py.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateways.base import (
    Inbound,
    Outcome,
    Outgoing,
    Reason,
    Receipt,
    ReceiptStatus,
    Rejected,
    Retry,
    Sent,
    Unknown,
    Unreadable,
)
from gateways.http import HttpGateway
from tests.carrier_stub import CarrierStub, Say
from tests.gateway_rig import PHONE, PUBLIC, TEXT, message
from tests.http_rig import HINDI, HOOK, called, called_with_json, gateway_of, shipped

_CDAC = {"sender": "INPOST", "username": "postdept", "password": "p@ss", "secure_key": "key-1"}
_EXOTEL = {"account": "acct_123", "sender": "INPOST", "api_key": "the-key", "api_token": "token-1"}
_MSG91 = {"sender": "INPOST", "authkey": "authkey-1"}
_GUPSHUP = {"sender": "INPOST", "userid": "2000123456", "password": "p@ss"}


@pytest.fixture
def carrier() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier


@pytest.fixture
def cdac(carrier: CarrierStub) -> HttpGateway:
    return gateway_of("cdac", carrier.url, _CDAC)


@pytest.fixture
def exotel(carrier: CarrierStub) -> HttpGateway:
    return gateway_of("exotel", carrier.url, _EXOTEL)


@pytest.fixture
def msg91(carrier: CarrierStub) -> HttpGateway:
    return gateway_of("msg91", carrier.url, _MSG91)


@pytest.fixture
def gupshup(carrier: CarrierStub) -> HttpGateway:
    return gateway_of("gupshup", carrier.url, _GUPSHUP)


def _hindi() -> Outgoing:
    return replace(message(8, HINDI), language="hi")


def _news(text: str = "Speed Post RR287043775IN is booked.", language: str = "en") -> Outgoing:
    return replace(message(9, text), template="booked", language=language)


@pytest.mark.parametrize("name", ["cdac", "exotel", "gupshup", "kannel", "msg91"])
def test_a_shipped_profile_says_what_it_was_built_from_and_what_nobody_could_verify(
    name: str,
) -> None:
    profile = shipped(name)
    assert any(each.startswith("https://") for each in profile.documents)
    assert profile.unverified
    assert "hook" in profile.secrets
    for each in profile.secrets.values():
        assert each.default is None  # no key in a file
    # No number, text or key in an address, and nothing that is sent is sent in clear.
    in_address = {place for each in profile.request.of_address for place in each.places}
    assert in_address <= set(profile.settings)
    address = profile.settings["url"].default or ""
    assert address.startswith("https://" if name != "kannel" else "http://127.0.0.1:")


# ---- Kannel ------------------------------------------------------------------------------------


def test_kannel_gets_number_text_and_keys_in_headers_and_body(carrier: CarrierStub) -> None:
    account = {"sender": "57575", "username": "dakiya", "password": "p@ss"}
    gateway = gateway_of("kannel", carrier.url, account)
    carrier.will(*[Say(202, "0: Accepted for delivery", "text/html")] * 2)
    taken = gateway.send(message())
    gateway.send(_hindi())
    english, hindi = carrier.calls
    assert isinstance(taken, Sent)
    assert (english.method, english.path, english.query) == ("POST", "/cgi-bin/sendsms", {})
    assert english.body.decode() == TEXT
    kannel = {
        name.removeprefix("x-kannel-"): value
        for name, value in english.headers.items()
        if name.startswith("x-kannel-")
    }
    hook = f"{PUBLIC}/hooks/http/kannel/{HOOK}/delivery"
    assert kannel == {
        "username": "dakiya",
        "password": "p@ss",
        "from": "57575",
        "to": PHONE,
        "coding": "0",
        "validity": "9",
        "dlr-mask": "31",
        "dlr-url": f"{hook}?id={taken.carrier_id}&message=7&status=%d",
        "meta-data": "?smpp?PEID=1101234567890123456&TEMPLATEID=1107160000000012345",
    }
    assert hindi.headers["x-kannel-coding"] == "2"
    assert hindi.body.decode() == HINDI


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Say(503, "Temporal failure, try again later."), Retry),
        (Say(400, "Missing receiver(s) number(s), rejected"), Rejected),
        (Say(202, "Sent."), Unknown),
        (Say(202, "3: Queued for later delivery"), Sent),
    ],
)
def test_kannel_answers(carrier: CarrierStub, answer: Say, outcome: type[Outcome]) -> None:
    carrier.will(answer)
    account = {"sender": "57575", "username": "dakiya", "password": "p@ss"}
    assert isinstance(gateway_of("kannel", carrier.url, account).send(message()), outcome)


@pytest.mark.parametrize(
    ("status", "far", "reason"),
    [
        ("1", ReceiptStatus.DELIVERED, None),
        ("2", ReceiptStatus.FAILED, Reason.UNREACHABLE),
        ("4", ReceiptStatus.SENT, None),
        ("8", ReceiptStatus.SENT, None),
        ("16", ReceiptStatus.FAILED, Reason.CARRIER),
        ("34", ReceiptStatus.UNCERTAIN, None),
    ],
)
def test_kannel_receipts(
    carrier: CarrierStub, status: str, far: ReceiptStatus, reason: Reason | None
) -> None:
    gateway = gateway_of("kannel", carrier.url, {})
    receipt = gateway.receive_receipt(called(f"id=7-0011aabb&message=7&status={status}"))
    assert receipt == Receipt("kannel", "7-0011aabb", 7, far, status, reason, None)


# ---- C-DAC Mobile Seva ---------------------------------------------------------------------------

_TAKEN = Say(200, "402,MsgID = 150620161466003974245msdgsms", "text/html")


def test_cdac_gets_the_form_of_its_document(carrier: CarrierStub, cdac: HttpGateway) -> None:
    carrier.will(_TAKEN)
    assert cdac.send(message()) == Sent("150620161466003974245msdgsms")
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


def test_cdac_signs_hindi_as_it_sends_it(carrier: CarrierStub, cdac: HttpGateway) -> None:
    carrier.will(_TAKEN, _TAKEN)
    cdac.send(_hindi())
    cdac.send(_news("डाक 😀", "hi"))
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


def test_cdac_news_is_no_otp(carrier: CarrierStub, cdac: HttpGateway) -> None:
    carrier.will(_TAKEN)
    cdac.send(_news())
    assert carrier.calls[0].form["smsservicetype"] == "singlemsg"


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("401,Credentials Error", Rejected(Reason.CONFIGURATION, "401: Credentials Error")),
        ("416,Hash doesnt match", Rejected(Reason.CONFIGURATION, "416: Hash doesnt match")),
        ("406,Invalid mobile number", Rejected(Reason.BAD_NUMBER, "406: Invalid mobile number")),
        ("404,Internal Database Error", Retry(Reason.CARRIER, "404: Internal Database Error")),
        ("499,Nobody knows", Rejected(Reason.UNKNOWN, "499: Nobody knows")),
        ("402,accepted without an id", Unknown("an answer without an id")),
        ("<html>Welcome</html>", Unknown("unreadable answer")),
    ],
)
def test_cdac_answers(carrier: CarrierStub, cdac: HttpGateway, said: str, outcome: Outcome) -> None:
    carrier.will(Say(200, said, "text/html"))
    assert cdac.send(message()) == outcome


_PULL = (
    "mobileNumber=9876543210&timeStamp=2012-02-23 13:30:20&operatorName=&areaCode="
    "&message=KEYWORD SUBKEYWORD 1234567890123"
)


def test_a_pulled_text_is_read_as_cdac_documents_it(carrier: CarrierStub) -> None:
    gateway = gateway_of("cdac", carrier.url, {**_CDAC, "keyword": "keyword subkeyword"})
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


# ---- Exotel --------------------------------------------------------------------------------------

_MESSAGE = {
    "Sid": "sms_sid_value", "AccountSid": "your_sid", "From": "EXOTEL", "To": "+919876543210",
    "Body": "Your OTP is 123456", "Status": "queued", "DateCreated": "2024-01-15 10:30:00",
    "DateUpdated": "2024-01-15 10:30:00", "DateSent": None, "Price": None,
    "Uri": "/v1/Accounts/your_sid/SMS/Messages/sms_sid_value",
}  # fmt: skip


def _exotel_error(status: int, code: object, words: str) -> Say:
    error = {"RestException": {"Status": status, "Message": words, "Code": code}}
    return Say(status, json.dumps(error))


def test_exotel_gets_the_form_of_its_document(carrier: CarrierStub, exotel: HttpGateway) -> None:
    carrier.will(Say(200, json.dumps({"SMSMessage": _MESSAGE})))
    assert exotel.send(message()) == Sent("sms_sid_value")
    (call,) = carrier.calls
    assert (call.method, call.path) == ("POST", "/v1/Accounts/acct_123/Sms/send.json")
    login = b64encode(b"the-key:token-1").decode()
    assert call.headers["authorization"] == f"Basic {login}"
    assert call.form == {
        "From": "INPOST",
        "To": PHONE,
        "Body": TEXT,
        "EncodingType": "plain",
        "Priority": "high",
        "SmsType": "transactional",
        "DltEntityId": "1101234567890123456",
        "DltTemplateId": "1107160000000012345",
        "CustomField": "7",
        "StatusCallback": f"{PUBLIC}/hooks/http/exotel/{HOOK}/delivery?message=7",
    }


def test_exotel_is_told_that_a_text_is_unicode(carrier: CarrierStub, exotel: HttpGateway) -> None:
    carrier.will(*[Say(200, json.dumps({"SMSMessage": _MESSAGE}))] * 2)
    exotel.send(_hindi())
    exotel.send(_news())
    hindi, news = (call.form for call in carrier.calls)
    assert (hindi["EncodingType"], hindi["Body"]) == ("unicode", HINDI)
    assert hindi["DltTemplateId"] == "1107160000000012346"
    assert news["Priority"] == "normal"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (
            _exotel_error(401, "UNAUTHORIZED", "Authentication failed. Invalid API Key or Token."),
            Rejected(
                Reason.CONFIGURATION,
                "unauthorized: Authentication failed. Invalid API Key or Token.",
            ),
        ),
        (
            _exotel_error(401, "INVALID_ACCOUNT_SID", "Account SID is invalid"),
            Rejected(Reason.CONFIGURATION, "invalid_account_sid: Account SID is invalid"),
        ),
        (
            _exotel_error(400, 40203, f"Invalid Recipient [{PHONE}]"),
            Rejected(Reason.BAD_NUMBER, "40203: Invalid Recipient [+…]"),
        ),
        (
            _exotel_error(403, 40001, "Insufficient balance"),
            Rejected(Reason.CONFIGURATION, "40001: Insufficient balance"),
        ),
        (
            _exotel_error(429, 40402, "Too Many Requests"),
            Retry(Reason.CARRIER, "40402: Too Many Requests"),
        ),
        (
            _exotel_error(503, 40405, "Throttle limit exceeded"),
            Retry(Reason.CARRIER, "40405: Throttle limit exceeded"),
        ),
        (Say(429, "slow", headers={"Retry-After": "9"}), Retry(Reason.CARRIER, "HTTP 429", 9.0)),
        (Say(500, "{}"), Retry(Reason.CARRIER, "HTTP 500")),
        (Say(502, "<html>"), Unknown("HTTP 502")),
        (
            Say(200, json.dumps({"SMSMessage": {**_MESSAGE, "Status": "failed-dnd"}})),
            Rejected(Reason.BLOCKED, "failed-dnd"),
        ),
    ],
)
def test_exotel_answers(
    carrier: CarrierStub, exotel: HttpGateway, answer: Say, outcome: Outcome
) -> None:
    carrier.will(answer)
    assert exotel.send(message()) == outcome


_DELIVERED = {
    "SmsSid": "sms_abc123", "AccountSid": "acct_123", "From": "EXOTL", "To": "+919876543210",
    "Status": "delivered", "DetailedStatus": "DELIVERED_TO_HANDSET", "DetailedStatusCode": "20000",
    "SentAt": "2025-01-15T10:30:00+05:30", "UpdatedAt": "2025-01-15T10:30:05+05:30",
}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "detailed", "far", "reason"),
    [
        ("delivered", "DELIVERED_TO_HANDSET", ReceiptStatus.DELIVERED, None),
        ("sent", "DELIVERED_TO_HANDSET", ReceiptStatus.DELIVERED, None),
        ("sent", "DELIVERED_TO_OPERATOR", ReceiptStatus.SENT, None),
        ("submitted", "PENDING_ON_OPERATOR", ReceiptStatus.SENT, None),
        ("failed", "FAILED_DND", ReceiptStatus.FAILED, Reason.BLOCKED),
        ("failed-dnd", "FAILED_REJECTED_DND", ReceiptStatus.FAILED, Reason.BLOCKED),
        ("failed", "DLT_TEMPLATE_DOES_NOT_MATCH", ReceiptStatus.FAILED, Reason.BLOCKED),
        ("failed", "FAILED_SUBSCRIBER_UNAVAILABLE", ReceiptStatus.FAILED, Reason.UNREACHABLE),
        ("failed", "FAILED_EXPIRED", ReceiptStatus.FAILED, Reason.EXPIRED),
        ("failed", "FAILED_REJECTED_BLACKLIST", ReceiptStatus.FAILED, Reason.OPTED_OUT),
        ("failed", "SOMETHING_NEW", ReceiptStatus.FAILED, Reason.UNKNOWN),
        ("flying", "SOMETHING_NEW", ReceiptStatus.UNCERTAIN, None),
    ],
)
def test_exotel_receipts(
    exotel: HttpGateway, status: str, detailed: str, far: ReceiptStatus, reason: Reason | None
) -> None:
    form = {**_DELIVERED, "Status": status, "DetailedStatus": detailed}
    receipt = exotel.receive_receipt(called("message=7", form))
    assert isinstance(receipt, Receipt)
    assert (receipt.gateway, receipt.carrier_id, receipt.message_id) == ("exotel", "sms_abc123", 7)
    assert (receipt.status, receipt.reason, receipt.error) == (far, reason, detailed)


def test_an_exotel_receipt_names_the_message_by_its_custom_field_too(exotel: HttpGateway) -> None:
    receipt = exotel.receive_receipt(called(form={**_DELIVERED, "CustomField": "12"}))
    assert isinstance(receipt, Receipt)
    assert receipt.message_id == 12


def test_an_exotel_text_is_read_as_documented(exotel: HttpGateway) -> None:
    form = {
        "SmsSid": "inb_xyz789", "AccountSid": "acct_123", "From": "+919876543210",
        "To": "+911140XXXXXX", "Body": "YES", "DateCreated": "2025-01-15T10:35:00+05:30",
    }  # fmt: skip
    at = datetime(2025, 1, 15, 5, 5, tzinfo=UTC)
    assert exotel.receive_text(called(form=form)) == Inbound(
        "exotel", "inb_xyz789", "+919876543210", "YES", at
    )


# ---- MSG91 ---------------------------------------------------------------------------------------


def test_msg91_gets_the_json_of_its_document(carrier: CarrierStub, msg91: HttpGateway) -> None:
    carrier.will(*[Say(200, '{"message": "5762846b4f8d285d378b4567", "type": "success"}')] * 2)
    assert msg91.send(message()) == Sent("5762846b4f8d285d378b4567")
    msg91.send(_hindi())
    english, hindi = carrier.calls
    assert (english.method, english.path) == ("POST", "/api/v2/sendsms")
    assert english.headers["authkey"] == "authkey-1"
    assert english.headers["content-type"] == "application/json"
    assert json.loads(english.body) == {
        "sender": "INPOST",
        "route": "4",
        "country": "91",
        "unicode": "0",
        "DLT_TE_ID": "1107160000000012345",
        "sms": [{"message": TEXT, "to": ["9839012345"]}],
    }
    sent = json.loads(hindi.body)
    assert (sent["unicode"], sent["sms"][0]["message"]) == ("1", HINDI)


@pytest.mark.parametrize(
    ("code", "words", "outcome"),
    [
        ("106", "Missing Authentication Key", Rejected(Reason.CONFIGURATION, "106: Missing…")),
        ("202", "Invalid mobile number", Rejected(Reason.BAD_NUMBER, "202: Invalid…")),
        ("301", "Insufficient balance", Rejected(Reason.CONFIGURATION, "301: Insufficient…")),
        ("310", "SMS is too long", Rejected(Reason.TEXT, "310: SMS…")),
        ("306", "Route unavailable", Retry(Reason.CARRIER, "306: Route…")),
        ("999", "Something new", Rejected(Reason.UNKNOWN, "error: Something…")),
    ],
)
def test_msg91_answers(
    carrier: CarrierStub, msg91: HttpGateway, code: str, words: str, outcome: Rejected | Retry
) -> None:
    carrier.will(Say(200, json.dumps({"type": "error", "message": words, "code": code})))
    expected = replace(outcome, error=outcome.error.replace(words.split()[0] + "…", words))
    assert msg91.send(message()) == expected


_V3 = {
    "date": "2024-05-22 09:58:16", "number": "9195XXXX6558", "senderId": "uXXXXm",
    "amount": "0.01", "requestId": "346XXXXXXXXXXXX130", "INMSID": "0", "CRQID": "0",
    "credit": "1", "userId": "27XXXX", "campaignName": "Sendhttp", "status": "1",
    "desc": "DELIVERED",
}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "desc", "far", "reason"),
    [
        ("1", "DELIVERED", ReceiptStatus.DELIVERED, None),
        (1, "Delivered", ReceiptStatus.DELIVERED, None),
        ("2", "FAILED", ReceiptStatus.FAILED, Reason.UNKNOWN),
        ("9", "NDNC", ReceiptStatus.FAILED, Reason.BLOCKED),
        ("25", "Something new", ReceiptStatus.FAILED, Reason.CARRIER),
        ("17", "Blocked number", ReceiptStatus.FAILED, Reason.BLOCKED),
        ("77", "Something new", ReceiptStatus.UNCERTAIN, None),
    ],
)
def test_msg91_receipts(
    msg91: HttpGateway, status: object, desc: str, far: ReceiptStatus, reason: Reason | None
) -> None:
    receipt = msg91.receive_receipt(called_with_json({**_V3, "status": status, "desc": desc}))
    assert isinstance(receipt, Receipt)
    assert (receipt.carrier_id, receipt.status, receipt.reason) == (
        "346XXXXXXXXXXXX130", far, reason
    )  # fmt: skip


# ---- Gupshup -------------------------------------------------------------------------------------


def test_gupshup_gets_the_form_of_its_document(carrier: CarrierStub, gupshup: HttpGateway) -> None:
    said = "success | 919839012345 | 3562707498794989059-328736121207676738"
    carrier.will(Say(200, said, "text/plain"), Say(200, said, "text/plain"))
    assert gupshup.send(message()) == Sent("3562707498794989059-328736121207676738")
    gupshup.send(_hindi())
    english, hindi = carrier.calls
    assert (english.method, english.path, english.query) == ("POST", "/GatewayAPI/rest", {})
    assert english.form == {
        "method": "SendMessage",
        "v": "1.1",
        "auth_scheme": "plain",
        "format": "text",
        "userid": "2000123456",
        "password": "p@ss",
        "send_to": "919839012345",
        "msg": TEXT,
        "msg_type": "TEXT",
        "mask": "INPOST",
        "principalEntityId": "1101234567890123456",
        "dltTemplateId": "1107160000000012345",
    }
    assert (hindi.form["msg_type"], hindi.form["msg"]) == ("UNICODE_TEXT", HINDI)


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (
            "error | 102 | Authentication failed due to invalid userId or password.",
            Rejected(
                Reason.CONFIGURATION,
                "102: Authentication failed due to invalid userId or password.",
            ),
        ),
        (
            f"error | 105 | The phone number {PHONE} is invalid",
            Rejected(Reason.BAD_NUMBER, "105: The phone number +… is invalid"),
        ),
        ("error | 100 | Unknown", Retry(Reason.CARRIER, "100: Unknown")),
        ("error | 175 | Disabled", Rejected(Reason.UNKNOWN, "error: Disabled")),
        ("OK", Unknown("unreadable answer")),
    ],
)
def test_gupshup_answers(
    carrier: CarrierStub, gupshup: HttpGateway, said: str, outcome: Outcome
) -> None:
    carrier.will(Say(200, said, "text/plain"))
    assert gupshup.send(message()) == outcome


_EVENTS = [
    {
        "externalId": "3562707498794989059-328736121207676738", "eventType": "DELIVERED",
        "eventTs": 1526347800000, "destAddr": 919892488888, "srcAddr": "TESTIN",
        "cause": "SUCCESS", "errCode": "000", "channel": "SMS", "noOfFrags": 1,
    },
    {
        "externalId": "3798318073013708082-252169030017029882", "eventType": "FAILED",
        "eventTs": 1526347800000, "destAddr": 91989237777, "srcAddr": "ABCDEF",
        "cause": " UNKNOWN_SUBSCRIBER", "errCode": "003", "channel": "SMS", "noOfFrags": 1,
    },
]  # fmt: skip


def test_gupshup_brings_several_receipts_in_one_call(gupshup: HttpGateway) -> None:
    call = called(form={"response": json.dumps(_EVENTS)})
    hook = gupshup.profile.receipt
    assert hook is not None
    receipts = [gupshup.receive_receipt(each) for each in gupshup.unpack(hook, call)]
    assert receipts == [
        Receipt(
            "gupshup", "3562707498794989059-328736121207676738", None,
            ReceiptStatus.DELIVERED, "DELIVERED", None, "SUCCESS",
        ),
        Receipt(
            "gupshup", "3798318073013708082-252169030017029882", None,
            ReceiptStatus.FAILED, "FAILED", Reason.BAD_NUMBER, "UNKNOWN_SUBSCRIBER",
        ),
    ]  # fmt: skip


@pytest.mark.parametrize("response", ["", "[]", "{}", "[1]", "[[", "9" * 5000])
def test_what_gupshup_sends_in_the_place_of_a_list_is_kept(
    gupshup: HttpGateway, response: str
) -> None:
    hook = gupshup.profile.receipt
    assert hook is not None
    (only,) = gupshup.unpack(hook, called(form={"response": response}))
    assert isinstance(gupshup.receive_receipt(only), Unreadable)


def test_a_gupshup_text_is_read_as_documented(carrier: CarrierStub) -> None:
    query = (
        "phonecode=92xxxxxx0&keyword=Test&location=Mumbai&carrier=Vodafone&content=Test Nagpur"
        "&msisdn=9812348765&timestamp=13082098000"
    )
    gateway = gateway_of("gupshup", carrier.url, {**_GUPSHUP, "keyword": "Test"})
    came = gateway.receive_text(called(query))
    assert isinstance(came, Inbound)
    assert (came.phone, came.text, came.carrier_at) == ("+919812348765", "Nagpur", None)
    assert gateway.receive_text(called(query)) == came


def test_no_outcome_and_no_log_holds_a_key_a_number_or_a_text(
    carrier: CarrierStub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    told: list[Any] = []
    for name, values in (
        ("cdac", _CDAC), ("exotel", _EXOTEL), ("msg91", _MSG91), ("gupshup", _GUPSHUP),
    ):  # fmt: skip
        gateway = gateway_of(name, carrier.url, values)
        carrier.will(Say(400, f"no: {PHONE} {TEXT}"), Say(200, f"499, {PHONE} {TEXT}"))
        told += [gateway.send(message()), gateway.send(message())]
        for secret in gateway.profile.secrets:
            value = {**values, "hook": HOOK}[secret]
            assert value not in caplog.text
    assert len(told) == 8
    for words in (*map(repr, told), caplog.text):
        assert "482913" not in words
        assert PHONE[1:] not in words
