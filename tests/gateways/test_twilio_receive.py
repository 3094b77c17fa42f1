"""Texts and receipts in from Twilio: who may be believed, and what the words mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import ImmutableMultiDict

from gateways.base import (
    Inbound,
    Reason,
    Receipt,
    ReceiptStatus,
    Request,
    Unauthentic,
    Unreadable,
)
from gateways.twilio.sms import TwilioGateway
from tests.rigs.gateway import PHONE, PUBLIC, TOKEN, request, settings_with, signature, signed

_FORM = {
    "MessageSid": "SM" + "1" * 32,
    "From": PHONE,
    "To": "+15005550006",
    "Body": "7 482913",
    "FromCity": "",
}
_STATUS = "/hooks/twilio/status?message=42"


@pytest.fixture(scope="module")
def gateway() -> TwilioGateway:
    return TwilioGateway(settings_with())


# ---- who may be believed -------------------------------------------------------------------------


def test_the_sdks_own_signature_vector_is_genuine() -> None:
    gateway = TwilioGateway(settings_with(TWILIO_AUTH_TOKEN="12345"))
    came = Request(
        url="https://mycompany.com/myapp.php?foo=1&bar=2",
        headers={"x-twilio-signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
        body=b"",
        form={
            "CallSid": "CA1234567890ABCDE",
            "Digits": "1234",
            "From": "+14158675309",
            "To": "+18005551212",
            "Caller": "+14158675309",
        },
        query={"foo": "1", "bar": "2"},
    )
    assert isinstance(gateway.receive_text(came), Unreadable)  # genuine, and no text
    with pytest.raises(Unauthentic):
        gateway.receive_text(replace(came, url=came.url.replace("foo=1", "foo=2")))


def test_a_signed_text_is_read(gateway: TwilioGateway) -> None:
    assert gateway.receive_text(signed(_FORM)) == Inbound(
        "twilio", _FORM["MessageSid"], PHONE, "7 482913"
    )


_FORGERIES: dict[str, Callable[[Request], Request]] = {
    "no signature": lambda came: replace(came, headers={}),
    "an empty signature": lambda came: _with(came, ""),
    "a wrong signature": lambda came: _with(came, "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    "a signature that is no ASCII": lambda came: _with(came, "ÿ\x00हिंदी"),
    "a very long signature": lambda came: _with(came, "A" * 50_000),
    "another's token": lambda came: _with(came, signature(_FORM, "/hooks/twilio/sms", "other")),
    "another text": lambda came: replace(came, form=_FORM | {"Body": "7 482914"}),
    "another sender": lambda came: replace(came, form=_FORM | {"From": "+919839012346"}),
    "a field more": lambda came: replace(came, form=_FORM | {"OptOutType": ""} | {"X": "1"}),
    "a blank field less": lambda came: replace(
        came, form={name: value for name, value in _FORM.items() if value}
    ),
    "another path": lambda came: replace(came, url=PUBLIC + "/hooks/twilio/status"),
    "a query more": lambda came: replace(came, url=came.url + "?message=1"),
    "another host": lambda came: replace(came, url="https://elsewhere.test/hooks/twilio/sms"),
    "http for https": lambda came: replace(came, url=came.url.replace("https", "http")),
    "not a form": lambda came: replace(came, form={}, body=b'{"Body": "7 482913"}'),
    "half a surrogate pair": lambda came: replace(came, form=_FORM | {"Body": "\ud800"}),
}


@pytest.mark.parametrize("forgery", _FORGERIES)
def test_a_forgery_is_refused(gateway: TwilioGateway, forgery: str) -> None:
    came = signed(_FORM)
    assert isinstance(gateway.receive_text(came), Inbound)
    for receive in (gateway.receive_text, gateway.receive_receipt):
        with pytest.raises(Unauthentic):
            receive(_FORGERIES[forgery](came))


def test_a_header_does_not_choose_the_algorithm(gateway: TwilioGateway) -> None:
    came = request(_FORM)
    sha256 = RequestValidator(TOKEN).compute_signature(came.url, _FORM, "HMAC_SHA256")
    settings = {"x-twilio-webhooks-signature-settings": "key=k,algorithm=HMAC_SHA256"}
    with pytest.raises(Unauthentic):
        gateway.receive_text(replace(came, headers={"x-twilio-signature": sha256} | settings))
    genuine = signed(_FORM)
    assert isinstance(
        gateway.receive_text(replace(genuine, headers={**genuine.headers, **settings})), Inbound
    )


def test_a_body_hash_in_the_address_signs_no_other_body(gateway: TwilioGateway) -> None:
    path = "/hooks/twilio/sms?bodySHA256=" + "0" * 64
    with pytest.raises(Unauthentic):
        gateway.receive_text(replace(signed({}, path), form=_FORM))


def test_without_a_token_nothing_is_believed() -> None:
    gateway = TwilioGateway(settings_with(TWILIO_AUTH_TOKEN=""))
    signature = RequestValidator("").compute_signature(PUBLIC + "/hooks/twilio/sms", _FORM)
    with pytest.raises(Unauthentic):
        gateway.receive_text(request(_FORM, headers={"x-twilio-signature": signature}))


def test_the_port_in_the_signed_address_does_not_matter(gateway: TwilioGateway) -> None:
    with_port = RequestValidator(TOKEN).compute_signature(
        "https://dakiya.test:443/hooks/twilio/sms", _FORM
    )
    came = request(_FORM, headers={"x-twilio-signature": with_port})
    assert isinstance(gateway.receive_text(came), Inbound)


def test_a_field_that_comes_twice_is_signed_twice(gateway: TwilioGateway) -> None:
    form = ImmutableMultiDict([*_FORM.items(), ("Body", "again")])
    url = PUBLIC + "/hooks/twilio/sms"
    header = {"x-twilio-signature": RequestValidator(TOKEN).compute_signature(url, form)}
    came = Request(url, header, b"", form, {})
    assert isinstance(gateway.receive_text(came), Inbound)
    with pytest.raises(Unauthentic):
        gateway.receive_text(replace(came, form=_FORM))


# ---- texts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    [
        _FORM | {"From": "VM-INDPST"},
        _FORM | {"From": "57575"},
        _FORM | {"From": ""},
        _FORM | {"From": "+91" + "9" * 400},
        {name: value for name, value in _FORM.items() if name != "From"},
        {name: value for name, value in _FORM.items() if name != "Body"},
        _FORM | {"MessageSid": " "},
        {name: value for name, value in _FORM.items() if name != "MessageSid"},
        {},
    ],
    ids=str,
)
def test_what_is_genuine_and_no_text_is_kept_with_its_words(
    gateway: TwilioGateway, form: dict[str, str]
) -> None:
    came = gateway.receive_text(signed(form))
    assert isinstance(came, Unreadable)
    assert came.gateway == "twilio"
    # Without a Body, what came is kept as it came.
    assert came.text == form.get("Body", came.text)
    assert ("MessageSid" in came.text) == ("MessageSid" in form and "Body" not in form)


@pytest.mark.parametrize("text", ["", "ह" * 2000, "\x00", "😀", "7\r\n8"])
def test_a_text_is_handed_on_as_it_came(gateway: TwilioGateway, text: str) -> None:
    came = gateway.receive_text(signed(_FORM | {"Body": text}))
    assert isinstance(came, Inbound)
    assert came.text == text


# ---- receipts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("accepted", ReceiptStatus.SENT),
        ("scheduled", ReceiptStatus.SENT),
        ("queued", ReceiptStatus.SENT),
        ("sending", ReceiptStatus.SENT),
        ("sent", ReceiptStatus.SENT),
        ("delivered", ReceiptStatus.DELIVERED),
        ("read", ReceiptStatus.DELIVERED),
        ("undelivered", ReceiptStatus.FAILED),
        ("failed", ReceiptStatus.FAILED),
        ("canceled", ReceiptStatus.FAILED),
        ("teleported", ReceiptStatus.UNCERTAIN),
    ],
)
def test_every_status_of_a_receipt_is_mapped(
    gateway: TwilioGateway, word: str, status: ReceiptStatus
) -> None:
    came = gateway.receive_receipt(signed({"MessageSid": "SM1", "MessageStatus": word}, _STATUS))
    assert isinstance(came, Receipt)
    assert (came.carrier_id, came.message_id, came.status, came.word) == ("SM1", 42, status, word)
    assert (came.reason is not None) == (status is ReceiptStatus.FAILED)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("30001", Reason.CARRIER),
        ("30002", Reason.CONFIGURATION),
        ("30003", Reason.UNREACHABLE),
        ("30004", Reason.BLOCKED),
        ("30005", Reason.UNREACHABLE),
        ("30006", Reason.BAD_NUMBER),
        ("30007", Reason.BLOCKED),
        ("30008", Reason.CARRIER),
        ("30034", Reason.BLOCKED),
        ("30036", Reason.EXPIRED),
        ("21610", Reason.OPTED_OUT),
        ("", Reason.UNKNOWN),
        ("99999", Reason.UNKNOWN),
        ("²", Reason.UNKNOWN),
        ("9" * 5000, Reason.UNKNOWN),
        ("\x00", Reason.UNKNOWN),
    ],
)
def test_every_error_of_a_receipt_has_its_reason(
    gateway: TwilioGateway, code: str, reason: Reason
) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": code}
    came = gateway.receive_receipt(signed(form, _STATUS))
    assert isinstance(came, Receipt)
    assert came.reason is reason
    assert came.error is None or (len(came.error) <= 80 and "\x00" not in came.error)


@pytest.mark.parametrize("named", ["", "x", "²", "-1", "9" * 30, "1.0"])
def test_a_receipt_that_names_no_message_of_ours_counts_by_the_carriers_id(
    gateway: TwilioGateway, named: str
) -> None:
    path = f"/hooks/twilio/status?message={named}"
    came = gateway.receive_receipt(signed({"MessageSid": "SM1", "MessageStatus": "sent"}, path))
    assert isinstance(came, Receipt)
    assert (came.carrier_id, came.message_id) == ("SM1", None)


@pytest.mark.parametrize("form", [{"MessageSid": "SM1"}, {"MessageStatus": "sent"}, {}], ids=str)
def test_a_receipt_without_id_or_status_is_kept(
    gateway: TwilioGateway, form: dict[str, str]
) -> None:
    came = gateway.receive_receipt(signed(form, _STATUS))
    assert isinstance(came, Unreadable)
    assert all(f"{name}={value}" in came.text for name, value in form.items())


def _with(came: Request, signature: str) -> Request:
    return replace(came, headers={"x-twilio-signature": signature})
