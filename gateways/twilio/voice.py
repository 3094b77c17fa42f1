"""Twilio Voice: calls by its SDK, missed calls and reports on calls by signed webhooks.

A call begins without words: Twilio asks for them when the person has answered, so a code is in no
request of ours, and one that died meanwhile is not said. Statuses and parameters from
https://www.twilio.com/docs/voice/api/call-resource, TwiML from https://www.twilio.com/docs/voice/twiml.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from twilio.twiml.voice_response import Gather, VoiceResponse

from gateways.base import (
    CallReport,
    CallStep,
    Inbound,
    Outcome,
    Outgoing,
    Pressed,
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
from gateways.network import TIMEOUT
from gateways.storable import hop_named, identifier, line, whole
from gateways.twilio.account import API, TwilioAccount, TwilioErrors, message_named
from gateways.twilio.settings import TwilioSettings
from messages.missed_calls import meanings
from messages.speech import Speech
from settings import Settings

NAME = "twilio_voice"
_LOOK_BACK = timedelta(seconds=60)  # Twilio's clock and ours may differ
_LATEST = 50  # calls that a look-up reads: more than we make to anybody
_RING_SECONDS = 30
_LISTEN_SECONDS = 10  # to detect a machine; after that the words are said
_PAUSE_SECONDS = 1  # after each digit of a code
_REPORTED = ["ringing", "answered", "completed"]

_STATUS: Mapping[str, ReceiptStatus] = MappingProxyType(
    {
        **dict.fromkeys(("queued", "initiated", "ringing", "in-progress"), ReceiptStatus.SENT),
        "completed": ReceiptStatus.DELIVERED,
        **dict.fromkeys(("busy", "no-answer", "failed", "canceled"), ReceiptStatus.FAILED),
    }
)
# Nobody answered; or the call could not be made, which says little about the number.
_ENDED: Mapping[str, Reason] = MappingProxyType(
    {"busy": Reason.UNREACHABLE, "no-answer": Reason.UNREACHABLE, "failed": Reason.CARRIER}
)
_ERRORS = TwilioErrors(
    MappingProxyType(
        {
            **dict.fromkeys(("13223", "13224", "21211", "21214", "21217"), Reason.BAD_NUMBER),
            **dict.fromkeys(("13225", "21216"), Reason.BLOCKED),
            **dict.fromkeys(
                ("20003", "21205", "21210", "21212", "21213", "21215", "13227"),
                Reason.CONFIGURATION,
            ),
            **dict.fromkeys(("20429", "10004"), Reason.CARRIER),
        }
    ),
    again=frozenset({"20429", "10004"}),  # too many requests, too many calls at once
)


class TwilioVoiceGateway:
    """One account and the number that it calls from. Shared by all threads."""

    name = NAME
    dlt = False

    def __init__(self, settings: Settings, timeout: tuple[float, float] = TIMEOUT) -> None:
        """Set up the account. `timeout`: seconds to connect, and to wait for an answer."""
        own = TwilioSettings.read(settings)
        self.rate = own.voice_rate
        self.address = own.api_url or API
        self._account = TwilioAccount(settings, timeout)
        self._from = self.caller = own.voice_from
        self._public = settings.public_url
        self._hooks = f"{settings.public_url}/hooks/twilio/voice"
        self._speakers = {"hi": ("hi-IN", own.voice_hi), "en": ("en-IN", own.voice_en)}
        self._numbers = with_ours(meanings(settings.missed_calls), self._from)

    def send(self, message: Outgoing) -> Outcome:
        def submit() -> Outcome:
            created = self._account.client.calls.create(
                to=message.phone,
                from_=self._from,
                url=f"{self._hooks}?message={message.message_id}",
                method="POST",
                status_callback=f"{self._hooks}/status?message={message.message_id}",
                status_callback_event=_REPORTED,
                status_callback_method="POST",
                timeout=_RING_SECONDS,
                machine_detection="Enable",
                machine_detection_timeout=_LISTEN_SECONDS,
            )
            return _accepted(created)

        return self._account.submit(submit, _ERRORS)

    def look_up(self, message: Outgoing) -> Outcome:
        """Look for one call of ours to this number since the first try that has not failed.

        Calls are found by number and time alone: those of other messages do not count, and among
        several the right one cannot be told.
        """
        since = (message.first_tried_at or datetime.now(UTC)) - _LOOK_BACK

        def ask() -> Outcome:
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
            if not found:
                return Retry(Reason.CARRIER, "Twilio does not have it")
            if len(found) > 1 or None in message.other_calls:
                return UnknownOutcome("several calls to this number: which is it?")
            return _accepted(found[0])

        return self._account.look_up(ask)

    def receive_text(self, request: Request) -> Inbound | Unreadable:
        """Refuse: texts come to the other gateway of the account."""
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

    def receive_call(self, request: Request) -> CallReport:
        """Tell by `Direction` whether a person calls us or has answered our call; by the `hop` of
        our own address which of its answers these keys are.

        A machine that answered hears no words: return a `Receipt`.
        """
        self._account.authenticate(request)
        form = request.form
        sid, direction = identifier(form.get("CallSid")), form.get("Direction", "")
        if direction.startswith("outbound"):
            phone = attested(form.get("To", ""))
            if sid is not None and (machine := _machine(request)):
                return _unheard(sid, request, machine)
            hop = hop_named(request)
            if sid is not None and phone is not None and hop is not None:
                keys = line(form.get("Digits", ""))
                return Pressed(NAME, sid, phone, message_named(request), hop, keys)
            if sid is not None and phone is not None:
                return TakenUp(NAME, sid, phone, message_named(request))
            return Unreadable(
                NAME, sid, "CallSid or To is missing", whole(request), phone, channel="voice"
            )
        return missed(NAME, sid, form.get("From", ""), form.get("To", ""), self._numbers)

    def saying(self, step: CallStep) -> str:
        """Return TwiML that says each sentence by itself, a slow one piece by piece.

        Where it listens all is said within `<Gather>`, which a key interrupts; a silence goes to
        the same address without digits.
        """
        speech, response = step.speech, VoiceResponse()
        if speech.listening is None:
            self._say(response, speech)
            response.hangup()
            return str(response)
        named = "" if step.message_id is None else f"message={step.message_id}&"
        address = f"{self._hooks}?{named}hop={step.hop}"
        gather = response.gather(
            action=address,
            method="POST",
            input="dtmf",
            num_digits=speech.listening.most,
            timeout=speech.listening.seconds,
            finish_on_key="#",
        )
        self._say(gather, speech)
        response.redirect(address, method="POST")
        return str(response)

    def _say(self, to: VoiceResponse | Gather, speech: Speech) -> None:
        language, voice = self._speakers[speech.voice]
        for sentence in speech.sentences:
            for piece in sentence.pieces:
                if piece.recording is not None:
                    to.play(self._public + piece.recording.path)
                elif sentence.pace == "plain":
                    to.say(piece.words, voice=voice, language=language)
                else:
                    to.say(voice=voice, language=language).prosody(piece.words, rate="slow")
                if sentence.pace == "slow":
                    to.pause(length=_PAUSE_SECONDS)

    def rejecting(self) -> str:
        """Reject as `busy`: `rejected` would be an announcement that may be charged for."""
        response = VoiceResponse()
        response.reject(reason="busy")
        return str(response)

    def ending(self) -> str:
        response = VoiceResponse()
        response.hangup()
        return str(response)


def _accepted(call: Any) -> Outcome:
    word = str(call.status)
    status = _STATUS.get(word, ReceiptStatus.SENT)
    if status is ReceiptStatus.FAILED:
        return Rejected(_ENDED.get(word, Reason.UNKNOWN), line(word))
    sid = identifier(str(call.sid or ""))
    # Even if the call has ended: its receipt tells whether anything was said.
    return Sent(sid) if sid else UnknownOutcome("an answer without an id")


def _machine(request: Request) -> str | None:
    """Return what answered the call, if it was no person.

    `AnsweredBy` is human, machine_start, fax or unknown
    (https://www.twilio.com/docs/voice/answering-machine-detection).
    """
    word = line(request.form.get("AnsweredBy", ""))
    return word if word.startswith(("machine", "fax")) else None


def _unheard(sid: str, request: Request, machine: str) -> Receipt:
    named = message_named(request)
    return Receipt(NAME, sid, named, ReceiptStatus.FAILED, machine, Reason.UNREACHABLE)
