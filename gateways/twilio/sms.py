"""Twilio: texts out by its SDK, texts and receipts in by signed webhooks.

Facts: docs/developing/carriers.md; statuses and error codes:
https://www.twilio.com/docs/messaging.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from gateways.base import (
    WHOLE,
    HookSetting,
    Inbound,
    Outcome,
    Outgoing,
    Reason,
    Receipt,
    ReceiptStatus,
    Request,
    Retry,
    Sent,
    UnknownOutcome,
    Unreadable,
    attested,
)
from gateways.network import TIMEOUT
from gateways.storable import identifier, line, whole
from gateways.twilio import listing
from gateways.twilio.account import API, TwilioAccount, TwilioErrors, message_named
from gateways.twilio.settings import TwilioSettings
from settings import Settings

NAME = "twilio"
_LOOK_BACK = timedelta(seconds=60)  # Twilio's clock and ours may differ
_LATEST = 100  # messages that a look-up compares: carriers block a number at about 100 an hour
_VALIDITY = (1, 36_000)  # the range of ValidityPeriod, seconds

# The values of OptOutType: Twilio itself answers such texts, whatever their words.
_OPTING: Mapping[str, Literal["stop", "start"]] = MappingProxyType(
    {"STOP": "stop", "START": "start"}
)
_STATUS: Mapping[str, ReceiptStatus] = MappingProxyType(
    {
        **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), ReceiptStatus.SENT),
        **dict.fromkeys(("delivered", "read"), ReceiptStatus.DELIVERED),
        **dict.fromkeys(("undelivered", "failed", "canceled"), ReceiptStatus.FAILED),
    }
)
_ERRORS = TwilioErrors(
    MappingProxyType(
        {
            **dict.fromkeys(("21211", "21612", "21614", "21635", "30006"), Reason.BAD_NUMBER),
            "21610": Reason.OPTED_OUT,
            **dict.fromkeys(("30004", "30007", "30034"), Reason.BLOCKED),
            **dict.fromkeys(("30003", "30005"), Reason.UNREACHABLE),
            **dict.fromkeys(("21617", "21602"), Reason.TEXT),
            **dict.fromkeys(
                ("20003", "21408", "21606", "21703", "21704", "21705", "30002"),
                Reason.CONFIGURATION,
            ),
            **dict.fromkeys(("20429", "14107", "21611", "30001", "30008"), Reason.CARRIER),
            "30036": Reason.EXPIRED,
        }
    ),
    again=frozenset({"20429", "14107", "21611", "30001", "30003", "30008"}),
)


class TwilioGateway:
    """One account. All threads share the client and its connections."""

    name = NAME
    dlt = False
    validity = True

    def __init__(self, settings: Settings, timeout: tuple[float, float] = TIMEOUT) -> None:
        """Set up the account. `timeout`: seconds to connect, and to wait for an answer."""
        own = TwilioSettings.read(settings)
        self.rate = own.rate
        self.list_seconds = own.list_seconds
        self.address = own.api_url or API
        self._own = own
        self._account = TwilioAccount(settings, timeout)
        self._client = self._account.client
        self._hook = f"{settings.public_url}/hooks/twilio/sms"
        self._callback = f"{settings.public_url}/hooks/twilio/status?message="
        # A messaging service chooses the sender by itself.
        self.sender = "" if own.messaging_service_sid else own.from_
        if own.messaging_service_sid:
            self._origin = {"messaging_service_sid": own.messaging_service_sid}
        else:
            self._origin = {"from_": own.from_}

    def send(self, message: Outgoing) -> Outcome:
        def submit() -> Outcome:
            created = self._client.messages.create(
                to=message.phone,
                body=message.text,
                status_callback=f"{self._callback}{message.message_id}",
                validity_period=min(max(message.valid_seconds, _VALIDITY[0]), _VALIDITY[1]),
                smart_encoded=False,  # it rewrites characters; the catalogue's are exact
                **self._origin,
            )
            return _accepted(created)

        return self._account.submit(submit, _ERRORS)

    def look_up(self, message: Outgoing) -> Outcome:
        """Compare Twilio's messages to this number with our text, by creation time and words."""
        since = (message.first_tried_at or datetime.now(UTC)) - _LOOK_BACK

        def ask() -> Outcome:
            # Not by `date_sent_after`: a message that Twilio has not sent yet has no such date.
            latest = self._client.messages.list(to=message.phone, limit=_LATEST)
            recent = [
                sent for sent in latest if sent.date_created is None or sent.date_created >= since
            ]
            for sent in recent:
                if sent.body == message.text:
                    return _accepted(sent)
            if len(recent) == _LATEST:
                return UnknownOutcome("more messages to this number than were compared")
            return Retry(Reason.CARRIER, "Twilio does not have it")

        return self._account.look_up(ask)

    def received(self, since: datetime, until: datetime) -> Sequence[Inbound | Unreadable]:
        return listing.received(self._client, self._own, NAME, since, until)

    def hook_settings(self) -> Sequence[HookSetting]:
        return listing.hook_settings(self._client, self._own, self._hook)

    def receive_text(self, request: Request) -> Inbound | Unreadable:
        self._account.authenticate(request)
        form = request.form
        text, sid = form.get("Body"), identifier(form.get("MessageSid"))
        phone = attested(form.get("From", ""))
        if sid is None or phone is None or text is None:
            return Unreadable(
                NAME, sid, "MessageSid, From or Body is missing", text or whole(request), phone
            )
        opting = _OPTING.get(form.get("OptOutType", ""))
        # Twilio joins the parts of a text, and says of how many it is made.
        part = WHOLE if form.get("NumSegments") else None
        return Inbound(NAME, sid, phone, text, opting=opting, part=part)

    def receive_receipt(self, request: Request) -> Receipt | Unreadable:
        self._account.authenticate(request)
        sid = identifier(request.form.get("MessageSid"))
        word = line(request.form.get("MessageStatus", ""))
        if sid is None or not word:
            return Unreadable(NAME, sid, "MessageSid or MessageStatus is missing", whole(request))
        code = line(request.form.get("ErrorCode", "")) or None
        ours = message_named(request)
        status = _STATUS.get(word, ReceiptStatus.UNCERTAIN)
        return Receipt(
            gateway=NAME,
            carrier_id=sid,
            message_id=ours,
            status=status,
            word=word,
            reason=_ERRORS.reason(code) if status is ReceiptStatus.FAILED else None,
            error=code,
            told_at=_done_at(request.form.get("RawDlrDoneDate", "")),
        )


def _done_at(text: str) -> datetime | None:
    """Return the time of `RawDlrDoneDate`, YYMMDDhhmm; its zone is the operator's, untold."""
    try:
        return datetime.strptime(text.strip(), "%y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None


def _accepted(message: Any) -> Outcome:
    status = _STATUS.get(str(message.status), ReceiptStatus.SENT)
    if status is ReceiptStatus.FAILED:
        return _ERRORS.refusal(line(str(message.error_code or message.status)), None)
    sid = identifier(str(message.sid or ""))
    return Sent(sid, status) if sid else UnknownOutcome("an answer without an id")
