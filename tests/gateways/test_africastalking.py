"""Africa's Talking: texts out by its SDK to a carrier on this machine, texts and receipts in."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from gateways.africastalking.sms import AfricasTalkingGateway
from gateways.base import (
    Inbound,
    Outcome,
    Reason,
    Receipt,
    ReceiptStatus,
    Rejected,
    Retry,
    Sent,
    Unauthentic,
    UnknownOutcome,
    Unreadable,
)
from tests.rigs.carrier_stub import (
    Accept,
    AcceptAndDrop,
    AcceptAndHang,
    CarrierStub,
    Drop,
    Refuse,
    Say,
)
from tests.rigs.gateway import PHONE, SECRET, TEXT, message, request, settings_with

_FORM = {
    "from": PHONE,
    "to": "57575",
    "text": "7 482913",
    "date": "2026-08-14 04:30:00",
    "id": "ATXid_1",
    "linkId": "",
}


@pytest.fixture
def carrier() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier


@pytest.fixture
def gateway(carrier: CarrierStub) -> AfricasTalkingGateway:
    return AfricasTalkingGateway(settings_with(AFRICASTALKING_API_URL=carrier.url))


# ---- sending -------------------------------------------------------------------------------------


def test_all_that_the_carrier_needs_is_submitted(
    carrier: CarrierStub, gateway: AfricasTalkingGateway
) -> None:
    assert gateway.send(message()) == Sent(f"ATXid_{carrier.messages[0]['sid']}")
    (call,) = carrier.calls
    assert (call.method, call.path) == ("POST", "/version1/messaging")
    assert call.headers["apikey"] == "africastalking-key-of-the-tests"
    assert call.form == {
        "username": "dakiya",
        "to": PHONE,
        "message": TEXT,
        "bulkSMSMode": "1",
        "from": "DAKIYA",
    }


def test_without_a_sender_none_is_named(carrier: CarrierStub) -> None:
    gateway = AfricasTalkingGateway(
        settings_with(AFRICASTALKING_API_URL=carrier.url, AFRICASTALKING_SENDER="")
    )
    assert isinstance(gateway.send(message()), Sent)
    assert "from" not in carrier.calls[0].form


@pytest.mark.parametrize("code", [100, 101, 102])
def test_every_code_of_acceptance_is_sent(
    carrier: CarrierStub, gateway: AfricasTalkingGateway, code: int
) -> None:
    carrier.will(Accept(status=str(code)))
    assert gateway.send(message()) == Sent(f"ATXid_{carrier.messages[0]['sid']}")


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (401, Rejected(Reason.BLOCKED, "401")),
        (402, Rejected(Reason.CONFIGURATION, "402")),
        (403, Rejected(Reason.BAD_NUMBER, "403")),
        (404, Rejected(Reason.BAD_NUMBER, "404")),
        (405, Rejected(Reason.CONFIGURATION, "405")),
        (406, Rejected(Reason.OPTED_OUT, "406")),
        (407, Rejected(Reason.UNREACHABLE, "407")),
        (409, Rejected(Reason.DO_NOT_DISTURB, "409")),
        (500, Retry(Reason.CARRIER, "500")),
        (501, Retry(Reason.CARRIER, "501")),
        (502, Rejected(Reason.CARRIER, "502")),
        (999, UnknownOutcome("status code 999")),
        (101, UnknownOutcome("status code 101")),  # "sent", with an id of "None"
    ],
)
def test_http_201_is_not_acceptance_the_recipients_code_is(
    carrier: CarrierStub, gateway: AfricasTalkingGateway, code: int, outcome: Outcome
) -> None:
    carrier.will(Refuse(code))
    assert gateway.send(message()) == outcome


def _answered(recipients: Any, words: Any = "Sent to 1/1 Total Cost: INR 0.25") -> str:
    return json.dumps({"SMSMessageData": {"Message": words, "Recipients": recipients}})


_GOOD = {"statusCode": 101, "messageId": "ATXid_9", "number": PHONE, "cost": "0"}


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "text/html"])
def test_the_answers_content_type_does_not_matter(
    carrier: CarrierStub, gateway: AfricasTalkingGateway, content_type: str
) -> None:
    carrier.will(Say(201, _answered([_GOOD]), content_type))
    assert gateway.send(message()) == Sent("ATXid_9")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (
            Say(201, _answered([], "InvalidSenderId")),
            Rejected(Reason.CONFIGURATION, "InvalidSenderId"),
        ),
        (
            Say(201, _answered([], "InsufficientBalance")),
            Rejected(Reason.CONFIGURATION, "InsufficientBalance"),
        ),
        (
            Say(201, _answered([], f"no route to {PHONE}")),
            Rejected(Reason.UNKNOWN, "no route to +…"),
        ),
        (Say(201, _answered([], "")), Rejected(Reason.UNKNOWN, "no recipient")),
        (Say(201, _answered([_GOOD, _GOOD])), UnknownOutcome("unreadable answer")),
        (Say(201, _answered([{**_GOOD, "statusCode": "?"}])), UnknownOutcome("unreadable answer")),
        (Say(201, _answered([{**_GOOD, "statusCode": 403}])), Rejected(Reason.BAD_NUMBER, "403")),
        (Say(201, _answered([{**_GOOD, "messageId": " "}])), UnknownOutcome("status code 101")),
        (Say(201, _answered(["?"])), UnknownOutcome("unreadable answer")),
        (Say(201, _answered("?")), UnknownOutcome("unreadable answer")),
        (Say(201, '{"SMSMessageData": []}'), UnknownOutcome("unreadable answer")),
        (Say(201, "[]"), UnknownOutcome("unreadable answer")),
        (Say(201, '"text"'), UnknownOutcome("unreadable answer")),
        (Say(201, "<html>"), UnknownOutcome("unreadable answer")),
        (Say(429, "", headers={"Retry-After": "7"}), Retry(Reason.CARRIER, "HTTP 429", 7.0)),
        (Say(500, "no"), Retry(Reason.CARRIER, "HTTP 500")),
        (Say(503, "no"), Retry(Reason.CARRIER, "HTTP 503")),
        (Say(502, "no"), UnknownOutcome("HTTP 502")),
        (Say(401, "no"), Rejected(Reason.CONFIGURATION, "HTTP 401")),
        (Say(400, "no"), Rejected(Reason.UNKNOWN, "HTTP 400")),
    ],
    ids=str,
)
def test_every_kind_of_answer_has_its_outcome(
    carrier: CarrierStub, gateway: AfricasTalkingGateway, answer: Say, outcome: Outcome
) -> None:
    carrier.will(answer)
    assert gateway.send(message()) == outcome


def test_a_redirect_does_not_get_our_key(
    carrier: CarrierStub, gateway: AfricasTalkingGateway
) -> None:
    with CarrierStub() as elsewhere:
        carrier.will(Say(307, "", headers={"Location": elsewhere.url + "/version1/messaging"}))
        assert gateway.send(message()) == Rejected(Reason.CONFIGURATION, "HTTP 307")
        assert elsewhere.calls == []


def test_what_was_sent_without_an_answer_is_unknown(
    carrier: CarrierStub,
) -> None:
    settings = settings_with(AFRICASTALKING_API_URL=carrier.url)
    gateway = AfricasTalkingGateway(settings, timeout=(3.05, 0.3))
    carrier.will(AcceptAndHang(), AcceptAndDrop(), Drop())
    assert gateway.send(message()) == UnknownOutcome("ReadTimeout")
    assert gateway.send(message()) == UnknownOutcome("ConnectionError")
    assert gateway.send(message()) == UnknownOutcome("ConnectionError")
    assert isinstance(gateway.look_up(message()), UnknownOutcome)


def test_where_nobody_listens_nothing_was_sent() -> None:
    gateway = AfricasTalkingGateway(settings_with())
    assert gateway.send(message()) == Retry(Reason.CARRIER, "NewConnectionError")


def test_connections_are_used_again(carrier: CarrierStub, gateway: AfricasTalkingGateway) -> None:
    for number in range(20):
        gateway.send(message(number))
    assert len(carrier.messages) == 20
    assert carrier.connections == 1


def test_no_log_and_no_outcome_holds_a_text_or_a_number(
    carrier: CarrierStub, gateway: AfricasTalkingGateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    carrier.will(Accept(), Say(201, _answered([], f"{PHONE} {TEXT}")), Say(400, TEXT), Drop())
    told = [repr(gateway.send(message())) for _ in range(4)]
    for words in (*told, caplog.text):
        assert "482913" not in words
        assert PHONE[1:] not in words


def test_the_sandbox_has_its_own_address() -> None:
    gateway = AfricasTalkingGateway(
        settings_with(AFRICASTALKING_USERNAME="sandbox", AFRICASTALKING_API_URL="")
    )
    assert gateway._sms._make_url("/messaging") == (
        "https://api.sandbox.africastalking.com/version1/messaging"
    )


# ---- receiving -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def receiver() -> AfricasTalkingGateway:
    return AfricasTalkingGateway(settings_with())


@pytest.mark.parametrize("secret", ["", SECRET[:-1], SECRET + "x", SECRET.upper(), "ह", "\ud800"])
def test_a_wrong_secret_is_refused(receiver: AfricasTalkingGateway, secret: str) -> None:
    for receive in (receiver.receive_text, receiver.receive_receipt):
        with pytest.raises(Unauthentic):
            receive(request(_FORM, secret=secret))


def test_without_a_secret_of_ours_nothing_is_believed() -> None:
    gateway = AfricasTalkingGateway(settings_with(AFRICASTALKING_HOOK_SECRET=""))
    for secret in ("", "anything"):
        with pytest.raises(Unauthentic):
            gateway.receive_text(request(_FORM, secret=secret))


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("2017-05-03T06:04:45Z", datetime(2017, 5, 3, 6, 4, 45, tzinfo=UTC)),
        ("2017-05-03 06:04:45", datetime(2017, 5, 3, 6, 4, 45, tzinfo=UTC)),
        ("2017-05-03T11:34:45+05:30", datetime(2017, 5, 3, 6, 4, 45, tzinfo=UTC)),
        ("0001-01-01 00:00:00+05:30", None),
        ("9999-12-31T23:59:59-05:30", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_both_notations_of_a_date_are_utc(
    receiver: AfricasTalkingGateway, date: str, at: datetime | None
) -> None:
    came = receiver.receive_text(request(_FORM | {"date": date}, secret=SECRET))
    assert came == Inbound("africastalking", "ATXid_1", PHONE, "7 482913", at)
    assert isinstance(came, Inbound)
    assert came.carrier_at is None or came.carrier_at.tzinfo is UTC


@pytest.mark.parametrize(
    "raw", ["+919839012345", "919839012345", "09839012345", "9839012345", " +91 98390 12345 "]
)
def test_a_number_in_any_notation_is_one_number(receiver: AfricasTalkingGateway, raw: str) -> None:
    came = receiver.receive_text(request(_FORM | {"from": raw}, secret=SECRET))
    assert isinstance(came, Inbound)
    assert came.phone == PHONE


@pytest.mark.parametrize(
    ("changes", "kept"),
    [({"from": "AIRTEL"}, "7 482913"), ({"id": ""}, "7 482913"), ({"from": ""}, "7 482913")],
)
def test_what_is_no_text_is_kept_with_its_words(
    receiver: AfricasTalkingGateway, changes: dict[str, str], kept: str
) -> None:
    came = receiver.receive_text(request(_FORM | changes, secret=SECRET))
    assert isinstance(came, Unreadable)
    assert came.text == kept


@pytest.mark.parametrize(
    ("word", "status", "reason"),
    [
        ("Sent", ReceiptStatus.SENT, None),
        ("Submitted", ReceiptStatus.SENT, None),
        ("Buffered", ReceiptStatus.SENT, None),
        ("Success", ReceiptStatus.DELIVERED, None),
        ("Rejected", ReceiptStatus.FAILED, Reason.UNKNOWN),
        ("Failed", ReceiptStatus.FAILED, Reason.UNKNOWN),
        ("AbsentSubscriber", ReceiptStatus.FAILED, Reason.UNREACHABLE),
        ("Expired", ReceiptStatus.FAILED, Reason.EXPIRED),
        ("Teleported", ReceiptStatus.UNCERTAIN, None),
    ],
)
def test_every_status_of_a_receipt_is_mapped(
    receiver: AfricasTalkingGateway, word: str, status: ReceiptStatus, reason: Reason | None
) -> None:
    came = receiver.receive_receipt(request({"id": "A1", "status": word}, secret=SECRET))
    assert came == Receipt("africastalking", "A1", None, status, word, reason)


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ("InsufficientCredit", Reason.CONFIGURATION),
        ("InvalidLinkId", Reason.CONFIGURATION),
        ("UserIsInactive", Reason.UNREACHABLE),
        ("UserInBlackList", Reason.OPTED_OUT),
        ("UserAccountSuspended", Reason.BAD_NUMBER),
        ("NotNetworkSubscriber", Reason.BAD_NUMBER),
        ("UserNotSubscribedToProduct", Reason.CONFIGURATION),
        ("UserDoesNotExist", Reason.BAD_NUMBER),
        ("DeliveryFailure", Reason.CARRIER),
        ("DoNotDisturbRejection", Reason.DO_NOT_DISTURB),
        ("SomethingNew", Reason.UNKNOWN),
    ],
)
def test_every_failure_has_its_reason_and_keeps_its_word(
    receiver: AfricasTalkingGateway, why: str, reason: Reason
) -> None:
    form = {"id": "A1", "status": "Failed", "failureReason": why}
    came = receiver.receive_receipt(request(form, secret=SECRET))
    assert isinstance(came, Receipt)
    assert (came.status, came.reason, came.error) == (ReceiptStatus.FAILED, reason, why)


@pytest.mark.parametrize("form", [{"id": "A1"}, {"status": "Success"}, {}], ids=str)
def test_a_receipt_without_id_or_status_is_kept(
    receiver: AfricasTalkingGateway, form: dict[str, str]
) -> None:
    assert isinstance(receiver.receive_receipt(request(form, secret=SECRET)), Unreadable)
