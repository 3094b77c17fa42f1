"""Africa's Talking: texts out by the real SDK, texts and receipts in by unsigned webhooks.

Nothing that comes in is signed: a secret in the path stands for that. Facts:
docs/developing/carriers.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

import requests
from africastalking.SMS import SMSService

from gateways.africastalking.account import HttpRefused, Pooled, authenticate
from gateways.africastalking.settings import AfricasTalkingSettings
from gateways.base import (
    Dialled,
    HungUp,
    Inbound,
    Outcome,
    Outgoing,
    Reason,
    Receipt,
    ReceiptStatus,
    Rejected,
    Request,
    Retry,
    Sent,
    UnknownOutcome,
    Unreadable,
    attested,
)
from gateways.network import TIMEOUT, failed, refused
from gateways.storable import clean, identifier, line, whole
from settings import Settings

NAME = "africastalking"
_DIGITS = re.compile(r"\d{3,}")
_ACCEPTED = frozenset({100, 101, 102})
_TRY_AGAIN = frozenset({500, 501})
_REFUSALS: Mapping[int, Reason] = MappingProxyType(
    {
        401: Reason.BLOCKED,  # risk hold
        402: Reason.CONFIGURATION,  # invalid sender id
        403: Reason.BAD_NUMBER,
        404: Reason.BAD_NUMBER,  # unsupported number type
        405: Reason.CONFIGURATION,  # insufficient balance
        406: Reason.OPTED_OUT,  # user in blacklist
        407: Reason.UNREACHABLE,  # could not route
        409: Reason.BLOCKED,  # do-not-disturb
        500: Reason.CARRIER,
        501: Reason.CARRIER,
        502: Reason.CARRIER,  # rejected by gateway
    }
)
_STATUS: Mapping[str, ReceiptStatus] = MappingProxyType(
    {
        **dict.fromkeys(("Sent", "Submitted", "Buffered"), ReceiptStatus.SENT),
        "Success": ReceiptStatus.DELIVERED,
        **dict.fromkeys(
            ("Rejected", "Failed", "AbsentSubscriber", "Expired"), ReceiptStatus.FAILED
        ),
    }
)
_REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        "AbsentSubscriber": Reason.UNREACHABLE,
        "Expired": Reason.EXPIRED,
        "InsufficientCredit": Reason.CONFIGURATION,
        "InvalidLinkId": Reason.CONFIGURATION,
        "UserIsInactive": Reason.UNREACHABLE,
        "UserInBlackList": Reason.OPTED_OUT,
        "UserAccountSuspended": Reason.BAD_NUMBER,
        "NotNetworkSubscriber": Reason.BAD_NUMBER,
        "UserNotSubscribedToProduct": Reason.CONFIGURATION,
        "UserDoesNotExist": Reason.BAD_NUMBER,
        "DeliveryFailure": Reason.CARRIER,
        "DoNotDisturbRejection": Reason.BLOCKED,
    }
)


class AfricasTalkingGateway:
    """One account. The service, its connections included, is shared by all threads."""

    name = NAME
    dlt = False

    def __init__(self, settings: Settings, timeout: tuple[float, float] = TIMEOUT) -> None:
        """`timeout`: seconds to connect, and to wait for an answer."""
        own = AfricasTalkingSettings.read(settings)
        self.rate = own.rate
        self._timeout = timeout
        self._sms = _SmsService(settings, own.api_url)
        self.address = self._sms.address
        self._sender = own.sender or None
        self._secret = own.hook_secret.get_secret_value()

    def send(self, message: Outgoing) -> Outcome:
        try:
            answer = self._sms.send(
                message.text, [message.phone], self._sender, timeout=self._timeout
            )
        except requests.RequestException as error:
            return failed(error)
        except HttpRefused as refusal:
            return refused(refusal.status, f"HTTP {refusal.status}", refusal.after)
        except ValueError as error:
            return Rejected(Reason.BAD_NUMBER, type(error).__name__)
        try:
            recipients = answer["SMSMessageData"]["Recipients"]
            if recipients == []:
                return _without_recipient(str(answer["SMSMessageData"].get("Message", "")))
            (recipient,) = recipients
            code, carrier_id = int(recipient["statusCode"]), str(recipient["messageId"])
        except (KeyError, TypeError, ValueError, AttributeError):
            # Not what an answer looks like, but 2xx: the text may well be on its way.
            return UnknownOutcome("unreadable answer")
        named = identifier(carrier_id)
        if code in _ACCEPTED and named not in ("None", None):
            return Sent(named)
        if code in _TRY_AGAIN:
            return Retry(_REFUSALS[code], str(code))
        if code in _REFUSALS:
            return Rejected(_REFUSALS[code], str(code))
        return UnknownOutcome(f"status code {code}")

    def look_up(self, message: Outgoing) -> Outcome:
        """Africa's Talking has no call that tells what became of a text."""
        return UnknownOutcome("Africa's Talking cannot be asked")

    def receive_text(self, request: Request) -> Inbound | Unreadable:
        authenticate(request, self._secret)
        form = request.form
        text, carrier_id = form.get("text"), identifier(form.get("id"))
        phone = attested(form.get("from", ""))
        if carrier_id is None or phone is None or text is None:
            return Unreadable(
                NAME, carrier_id, "id, from or text is missing", text or whole(request), phone
            )
        return Inbound(NAME, carrier_id, phone, text, _time(form.get("date", "")))

    def receive_ussd(self, request: Request) -> Dialled | HungUp | Unreadable:
        """An answer, or the notification that a session is over, which comes with a `status`.

        The notification's `input` and `lastAppResponse` may hold a PIN: they are not read.
        """
        authenticate(request, self._secret)
        form = request.form
        session, phone = identifier(form.get("sessionId")), attested(form.get("phoneNumber", ""))
        service, text = line(form.get("serviceCode", "")), form.get("text")
        if session is None or phone is None:
            # What was typed is not kept: nobody can say which of it is a PIN.
            return Unreadable(NAME, None, "sessionId or phoneNumber is missing", "", phone)
        if "status" in form:
            return HungUp(NAME, session, phone, service, form["status"] == "Success")
        return Dialled(NAME, session, phone, service, clean(text or ""))

    def showing(self, text: str, end: bool) -> str:
        """`CON` and a screen that takes an answer, or `END` and the last one."""
        return f"{'END' if end else 'CON'} {text}"

    def receive_receipt(self, request: Request) -> Receipt | Unreadable:
        authenticate(request, self._secret)
        carrier_id = identifier(request.form.get("id"))
        word = line(request.form.get("status", ""))
        if carrier_id is None or not word:
            return Unreadable(NAME, carrier_id, "id or status is missing", whole(request))
        status = _STATUS.get(word, ReceiptStatus.UNCERTAIN)
        why = line(request.form.get("failureReason", "")) or None
        reason = None
        if status is ReceiptStatus.FAILED:
            reason = _REASONS.get(why or word, _REASONS.get(word, Reason.UNKNOWN))
        return Receipt(NAME, carrier_id, None, status, word, reason, why)


class _SmsService(Pooled, SMSService):
    """The SDK's service for texts. Our own: the SDK's module-level one is shared state."""

    version = "/version1"


def _without_recipient(words: str) -> Outcome:
    """No recipient in the answer: the whole request was refused, and `words` says why."""
    configured = "InvalidSenderId" in words or "InsufficientBalance" in words
    reason = Reason.CONFIGURATION if configured else Reason.UNKNOWN
    # Whatever they quote, a telephone number or a code does not go into our records.
    return Rejected(reason, line(_DIGITS.sub("…", words)) or "no recipient")


def _time(text: str) -> datetime | None:
    """Both notations that occur: 2017-05-03T06:04:45Z and 2017-05-03 06:04:45 (UTC)."""
    try:
        at = datetime.fromisoformat(text.strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
