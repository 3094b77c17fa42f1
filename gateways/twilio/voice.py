"""Twilio Voice: calls by the real SDK, missed calls and the news of calls by signed webhooks.

A call is begun without words: Twilio asks for them when the person has taken up, so a code is in no
request of ours and one that died meanwhile is not said. Statuses and parameters from
https://www.twilio.com/docs/voice/api/call-resource, TwiML from https://www.twilio.com/docs/voice/twiml.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import requests
from twilio.base.exceptions import TwilioException
from twilio.twiml.voice_response import VoiceResponse

from gateways.base import (
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
    TakenUp,
    Unauthentic,
    UnknownOutcome,
    Unreadable,
    attested,
)
from gateways.missed import missed, with_ours
from gateways.network import TIMEOUT, failed, refused
from gateways.storable import identifier, line, whole
from gateways.twilio.account import API, TwilioAccount, message_named
from gateways.twilio.settings import TwilioSettings
from messages.missed_calls import meanings
from messages.speech import Speech
from settings import Settings

NAME = "twilio_voice"
_LOOK_BACK = timedelta(seconds=60)  # their clock and ours may differ
_LATEST = 50  # calls that a look-up reads: we call nobody as often
_RING_SECONDS = 30
_LISTEN_SECONDS = 10  # for a machine; then nobody can tell, and the words are said
_PAUSE_SECONDS = 1  # behind each digit of a code
_TOLD = ["ringing", "answered", "completed"]

_STATUS: Mapping[str, ReceiptStatus] = MappingProxyType(
    {
        **dict.fromkeys(("queued", "initiated", "ringing", "in-progress"), ReceiptStatus.SENT),
        "completed": ReceiptStatus.DELIVERED,
        **dict.fromkeys(("busy", "no-answer", "failed", "canceled"), ReceiptStatus.FAILED),
    }
)
# Nobody was there; or the call could not be made, which says little about the number.
_ENDED: Mapping[str, Reason] = MappingProxyType(
    {"busy": Reason.UNREACHABLE, "no-answer": Reason.UNREACHABLE, "failed": Reason.CARRIER}
)
_REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        **dict.fromkeys(("13223", "13224", "21211", "21214", "21217"), Reason.BAD_NUMBER),
        **dict.fromkeys(("13225", "21216"), Reason.BLOCKED),
        **dict.fromkeys(
            ("20003", "21205", "21210", "21212", "21213", "21215", "13227"), Reason.CONFIGURATION
        ),
        **dict.fromkeys(("20429", "10004"), Reason.CARRIER),
    }
)
_RETRY = frozenset({"20429", "10004"})  # too many requests, too many calls at once


class TwilioVoiceGateway:
    """One account and the number that it calls from. Shared by all threads."""

    name = NAME
    dlt = False

    def __init__(self, settings: Settings, timeout: tuple[float, float] = TIMEOUT) -> None:
        """`timeout`: seconds to connect, and to wait for an answer."""
        own = TwilioSettings.read(settings)
        self.rate = own.voice_rate
        self.address = own.api_url or API
        self._account = TwilioAccount(settings, timeout)
        self._from = own.voice_from
        self._hooks = f"{settings.public_url}/hooks/twilio/voice"
        self._speakers = {
            "hi": ("hi-IN", own.voice_hi),
            "en": ("en-IN", own.voice_en),
        }
        self._numbers = with_ours(meanings(settings.missed_calls), self._from)

    def send(self, message: Outgoing) -> Outcome:
        try:
            created = self._account.client.calls.create(
                to=message.phone,
                from_=self._from,
                url=f"{self._hooks}?message={message.message_id}",
                method="POST",
                status_callback=f"{self._hooks}/status?message={message.message_id}",
                status_callback_event=_TOLD,
                status_callback_method="POST",
                timeout=_RING_SECONDS,
                machine_detection="Enable",
                machine_detection_timeout=_LISTEN_SECONDS,
            )
        except (TwilioException, requests.RequestException) as error:
            return self._refusal(error)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # An answer that is no call: Twilio may well be ringing.
            return UnknownOutcome(f"unreadable answer: {type(error).__name__}")
        return _accepted(created)

    def look_up(self, message: Outgoing) -> Outcome:
        """Looks for a call of ours to this number since then that has not failed.

        Calls are found by number and time alone: one that is another message's is none of this
        one's, and which of several it is nobody can tell.
        """
        since = (message.first_tried_at or datetime.now(UTC)) - _LOOK_BACK
        try:
            latest = self._account.client.calls.list(
                to=message.phone, from_=self._from, limit=_LATEST
            )
            found = [
                call
                for call in latest
                if (call.date_created is None or call.date_created >= since)
                and _STATUS.get(str(call.status)) is not ReceiptStatus.FAILED
                and str(call.sid) not in message.other_calls
            ]
        except (TwilioException, requests.RequestException) as error:
            return UnknownOutcome(type(error).__name__)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return UnknownOutcome(f"unreadable answer: {type(error).__name__}")
        if not found:
            return Retry(Reason.CARRIER, "Twilio does not have it")
        if len(found) > 1 or None in message.other_calls:
            return UnknownOutcome("several calls to this number: which is it?")
        return _accepted(found[0])

    def receive_text(self, request: Request) -> Inbound | Unreadable:
        """Texts come to the other gateway of the account."""
        raise Unauthentic

    def receive_receipt(self, request: Request) -> Receipt | Unreadable:
        self._account.authenticate(request)
        sid = identifier(request.form.get("CallSid"))
        word = line(request.form.get("CallStatus", ""))
        if sid is None or not word:
            why = "CallSid or CallStatus is missing"
            return Unreadable(NAME, sid, why, whole(request), channel="voice")
        if word == "completed" and (machine := _machine(request)):
            return _unheard(sid, request, machine)
        status = _STATUS.get(word, ReceiptStatus.UNCERTAIN)
        failure = status is ReceiptStatus.FAILED
        return Receipt(
            gateway=NAME,
            carrier_id=sid,
            message_id=message_named(request),
            status=status,
            word=word,
            reason=_ENDED.get(word, Reason.UNKNOWN) if failure else None,
            error=line(request.form.get("SipResponseCode", "")) or None if failure else None,
        )

    def receive_call(self, request: Request) -> Inbound | TakenUp | Receipt | Unreadable:
        """`Direction` says whether somebody calls us, or has taken up a call of ours.

        A machine that took it up gets no words: a `Receipt`.
        """
        self._account.authenticate(request)
        form = request.form
        sid, direction = identifier(form.get("CallSid")), form.get("Direction", "")
        if direction.startswith("outbound"):
            phone = attested(form.get("To", ""))
            if sid is not None and (machine := _machine(request)):
                return _unheard(sid, request, machine)
            if sid is not None and phone is not None:
                return TakenUp(NAME, sid, phone, message_named(request))
            return Unreadable(
                NAME, sid, "CallSid or To is missing", whole(request), phone, channel="voice"
            )
        return missed(NAME, sid, form.get("From", ""), form.get("To", ""), self._numbers)

    def saying(self, speech: Speech) -> str:
        """TwiML: each sentence by itself, a slow one piece by piece."""
        language, voice = self._speakers[speech.tongue]
        response = VoiceResponse()
        for sentence in speech.sentences:
            for piece in sentence.pieces:
                if sentence.pace == "plain":
                    response.say(piece, voice=voice, language=language)
                else:
                    response.say(voice=voice, language=language).prosody(piece, rate="slow")
                    response.pause(length=_PAUSE_SECONDS)
        response.hangup()
        return str(response)

    def rejecting(self) -> str:
        """`busy` is heard at once; `rejected` would be an announcement that may be charged for."""
        response = VoiceResponse()
        response.reject(reason="busy")
        return str(response)

    def ending(self) -> str:
        response = VoiceResponse()
        response.hangup()
        return str(response)

    def _refusal(self, error: Exception) -> Outcome:
        if isinstance(error, requests.RequestException):
            return failed(error)
        status, after = getattr(error, "status", None), self._account.asked_to_wait()
        code = line(str(getattr(error, "code", "")))
        if code in _REASONS:
            reason = _REASONS[code]
            return Retry(reason, code, after) if code in _RETRY else Rejected(reason, code)
        if isinstance(status, int):
            return refused(status, f"HTTP {status}, code {code}", after)
        return UnknownOutcome(type(error).__name__)


def _accepted(call: Any) -> Outcome:
    word = str(call.status)
    status = _STATUS.get(word, ReceiptStatus.SENT)
    if status is ReceiptStatus.FAILED:
        return Rejected(_ENDED.get(word, Reason.UNKNOWN), line(word))
    sid = identifier(str(call.sid or ""))
    # Even if it is over: whether anything was said, its receipt tells.
    return Sent(sid) if sid else UnknownOutcome("an answer without an id")


def _machine(request: Request) -> str | None:
    """What took the call up, if it was no person.

    `AnsweredBy` is human, machine_start, fax or unknown
    (https://www.twilio.com/docs/voice/answering-machine-detection).
    """
    word = line(request.form.get("AnsweredBy", ""))
    return word if word.startswith(("machine", "fax")) else None


def _unheard(sid: str, request: Request, machine: str) -> Receipt:
    named = message_named(request)
    return Receipt(NAME, sid, named, ReceiptStatus.FAILED, machine, Reason.UNREACHABLE)
