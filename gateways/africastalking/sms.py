"""Africa's Talking: texts out by its SDK, texts, receipts and USSD in by unsigned webhooks.

Facts: docs/developing/carriers.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from africastalking.SMS import SMSService

from gateways.africastalking.account import AfricasTalkingAccount, Pooled
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
    prove_secret,
)
from gateways.network import TIMEOUT
from gateways.storable import clean, identifier, line, whole, without_numbers
from settings import Settings

NAME = "africastalking"
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
        409: Reason.DO_NOT_DISTURB,
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
        "DoNotDisturbRejection": Reason.DO_NOT_DISTURB,
    }
)


class AfricasTalkingGateway(AfricasTalkingAccount):
    """One account. All threads share the service and its connections."""

    name = NAME
    validity = False  # retryDurationInHours is of subscriptions alone

    def __init__(self, settings: Settings, timeout: tuple[float, float] = TIMEOUT) -> None:
        """Set up the account. `timeout`: seconds to connect, and to wait for an answer."""
        own = AfricasTalkingSettings.read(settings)
        self.rate = own.rate
        self._timeout = timeout
        self._sms = _SmsService(settings, own.api_url)
        self.address = self._sms.address
        self.sender = own.sender
        self._sender = own.sender or None
        self._secret = own.hook_secret.get_secret_value()

    def send(self, message: Outgoing) -> Outcome:
        def submit() -> Any:
            to = [message.phone]
            return self._sms.send(message.text, to, self._sender, timeout=self._timeout)

        return self._outcome(submit, _outcome_of)

    def receive_text(self, request: Request) -> Inbound | Unreadable:
        prove_secret(request, self._secret)
        form = request.form
        text, carrier_id = form.get("text"), identifier(form.get("id"))
        phone = attested(form.get("from", ""))
        if carrier_id is None or phone is None or text is None:
            return Unreadable(
                NAME, carrier_id, "id, from or text is missing", text or whole(request), phone
            )
        return Inbound(NAME, carrier_id, phone, text, _time(form.get("date", "")))

    def receive_ussd(self, request: Request) -> Dialled | HungUp | Unreadable:
        """Return an answer, or the end of a session, which comes with a `status`.

        Its `input` and `lastAppResponse` may hold a PIN and are not read.
        """
        prove_secret(request, self._secret)
        form = request.form
        session, phone = identifier(form.get("sessionId")), attested(form.get("phoneNumber", ""))
        service, text = line(form.get("serviceCode", "")), form.get("text")
        if session is None or phone is None:
            # What was typed is not kept: any part of it may be a PIN.
            return Unreadable(NAME, None, "sessionId or phoneNumber is missing", "", phone)
        if "status" in form:
            return HungUp(NAME, session, phone, service, form["status"] == "Success")
        return Dialled(NAME, session, phone, service, clean(text or ""))

    def showing(self, text: str, end: bool) -> str:
        """Return `CON` and a screen that takes an answer, or `END` and the last one."""
        return f"{'END' if end else 'CON'} {text}"

    def receive_receipt(self, request: Request) -> Receipt | Unreadable:
        prove_secret(request, self._secret)
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
    """The SDK's service for texts; its module-level one is shared state."""

    version = "/version1"


def _outcome_of(answer: Any) -> Outcome:
    recipients = answer["SMSMessageData"]["Recipients"]
    if recipients == []:
        return _without_recipient(str(answer["SMSMessageData"].get("Message", "")))
    (recipient,) = recipients
    code, carrier_id = int(recipient["statusCode"]), identifier(str(recipient["messageId"]))
    if code in _ACCEPTED and carrier_id not in ("None", None):
        return Sent(carrier_id)
    if code in _TRY_AGAIN:
        return Retry(_REFUSALS[code], str(code))
    if code in _REFUSALS:
        return Rejected(_REFUSALS[code], str(code))
    return UnknownOutcome(f"status code {code}")


def _without_recipient(words: str) -> Outcome:
    """Return why the whole request was refused, as `words` say: the answer has no recipient."""
    configured = "InvalidSenderId" in words or "InsufficientBalance" in words
    reason = Reason.CONFIGURATION if configured else Reason.UNKNOWN
    return Rejected(reason, line(without_numbers(words)) or "no recipient")


def _time(text: str) -> datetime | None:
    """Return the time in either notation: 2017-05-03T06:04:45Z or 2017-05-03 06:04:45 (UTC)."""
    try:
        at = datetime.fromisoformat(text.strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
