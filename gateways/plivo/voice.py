"""Plivo's calls, and those of carriers that speak as it does (Vobiz): JSON out, signed hooks in.

A call begins without words: the carrier asks for them when the person has answered. Sources:
https://docs.plivo.com/docs/voice/api/call/make-a-call, …/voice/xml/request, …/xml/getdigits,
https://docs.vobiz.ai/call/make-call, …/xml/gather, …/concepts/validating-callbacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from xml.etree import ElementTree

import requests

from gateways.base import (
    CallReport,
    CallStep,
    Outcome,
    Outgoing,
    Pressed,
    Reason,
    Receipt,
    ReceiptStatus,
    Rejected,
    Request,
    Sent,
    TakenUp,
    Unauthentic,
    UnknownOutcome,
    Unreadable,
    attested,
)
from gateways.called import CallNames, CallsAlone, xml
from gateways.missed import missed, with_ours
from gateways.network import TIMEOUT, pooled, posted
from gateways.plivo.dialect import Dialect, is_signed
from gateways.plivo.settings import CallAccount
from gateways.storable import hop_named, identifier, line, whole
from messages.missed_calls import meanings
from messages.speech import Speech
from settings import Settings

_RING_SECONDS: Final = 30
_LONGEST_SECONDS: Final = 300
_PAUSE_SECONDS: Final = 1
_STATUS: Mapping[str, ReceiptStatus] = MappingProxyType(
    {
        **dict.fromkeys(("queued", "ringing", "in-progress"), ReceiptStatus.SENT),
        "completed": ReceiptStatus.DELIVERED,
        **dict.fromkeys(("busy", "failed", "timeout", "no-answer", "cancel"), ReceiptStatus.FAILED),
    }
)
_ENDED: Mapping[str, Reason] = MappingProxyType(
    {
        **dict.fromkeys(("busy", "timeout", "no-answer"), Reason.UNREACHABLE),
        "failed": Reason.CARRIER,
    }
)


class PlivoVoiceGateway(CallsAlone):
    """One account and the number that it calls from. Shared by all threads."""

    def __init__(
        self,
        settings: Settings,
        own: CallAccount,
        dialect: Dialect,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        """Set up the account. `timeout`: seconds to connect, and to wait for an answer."""
        self.name = dialect.name
        self.rate = own.voice_rate
        self.address = own.api_url or dialect.api
        self._dialect = dialect
        self._account, self._token = own.auth_id, own.auth_token.get_secret_value()
        self._session = pooled(self.address, settings.send_slots)
        self._timeout = timeout
        self._from = self.caller = own.voice_from
        self._public = settings.public_url
        self._hooks = f"{settings.public_url}/hooks/{dialect.name.removesuffix('_voice')}/voice"
        self._names = CallNames(self._token)
        self._speakers = {"hi": ("hi-IN", own.voice_hi), "en": ("en-IN", own.voice_en)}
        self._numbers = with_ours(meanings(settings.missed_calls), self._from)

    def send(self, message: Outgoing) -> Outcome:
        named = f"call={self._names.of(message.message_id)}"
        asked: dict[str, object] = {
            "from": self._from.removeprefix("+"),
            "to": message.phone.removeprefix("+"),
            "answer_url": f"{self._hooks}?{named}",
            "answer_method": "POST",
            "hangup_url": f"{self._hooks}/status?{named}",
            "hangup_method": "POST",
            "ring_timeout": _RING_SECONDS,
            "time_limit": _LONGEST_SECONDS,
            "machine_detection": "hangup",
        }
        address = self.address + self._dialect.path.format(account=self._account)
        proof = dict(self._dialect.proving(self._account, self._token))
        answer = posted(self._session, address, self._timeout, json=asked, headers=proof)
        return _accepted(answer) if isinstance(answer, requests.Response) else answer

    def nonce_of(self, request: Request) -> str:
        self._authenticate(request)
        return request.headers[self._dialect.nonce]

    def receive_receipt(self, request: Request) -> Receipt | Unreadable:
        """Read the report on a call that has ended (`hangup_url`)."""
        self._authenticate(request)
        form = request.form
        call, word = _call_of(form), line(form.get("CallStatus", ""))
        if call is None or not word:
            why = "the call's id or CallStatus is missing"
            return Unreadable(self.name, call, why, whole(request), channel="voice")
        return self._report(request, call, self._names.read(request.query.get("call", "")))

    def _report(self, request: Request, call: str, named: int | None) -> Receipt:
        form = request.form
        word = line(form.get("CallStatus", ""))
        status = _STATUS.get(word, ReceiptStatus.UNCERTAIN)
        failure = status is ReceiptStatus.FAILED
        cause = line(form.get("HangupCauseName", "") or form.get("HangupCause", "")) or None
        return Receipt(
            self.name,
            call,
            named,
            status,
            word,
            _ENDED.get(word, Reason.UNKNOWN) if failure else None,
            cause if failure else None,
        )

    def receive_call(self, request: Request) -> CallReport:
        """Tell by `Direction` whether a person calls us or has answered our call.

        Our own address proves for which message a call was made, so that whoever can sign one
        request cannot hear another call: Vobiz signs neither query nor form.
        """
        self._authenticate(request)
        form = request.form
        call, direction = _call_of(form), form.get("Direction", "")
        if not direction.startswith("outbound"):
            caller, called = _number(form.get("From", "")), _number(form.get("To", ""))
            return missed(
                self.name, identifier(form.get("CallUUID")), caller, called, self._numbers
            )
        phone = attested(_number(form.get("To", "")))
        named = self._names.read(request.query.get("call", ""))
        if call is None or phone is None or named is None:
            why = "the call's id, To, or our name for it is missing"
            return Unreadable(self.name, call, why, whole(request), phone, channel="voice")
        event = form.get("Event", "")
        if event in ("Ring", "Hangup"):  # Vobiz reports both to the address of the words
            return self._report(request, call, named)
        if form.get("Machine", "").lower() == "true":
            return Receipt(
                self.name, call, named, ReceiptStatus.FAILED, "machine", Reason.UNREACHABLE
            )
        hop = hop_named(request)
        if hop is not None:
            return Pressed(self.name, call, phone, named, hop, line(form.get("Digits", "")))
        return TakenUp(self.name, call, phone, named)

    def saying(self, step: CallStep) -> str:
        """Return XML that says each sentence by itself, a slow one piece by piece.

        After a silence the next element is done: it goes to the same address without digits.
        """
        response, speech = ElementTree.Element("Response"), step.speech
        if speech.listening is None or step.message_id is None:
            self._say(response, speech)
            ElementTree.SubElement(response, "Hangup")
            return xml(response)
        address = f"{self._hooks}?call={self._names.of(step.message_id)}&hop={step.hop}"
        self._say(self._dialect.listen(response, speech.listening, address), speech)
        ElementTree.SubElement(response, "Redirect", {"method": "POST"}).text = address
        return xml(response)

    def rejecting(self) -> str:
        """End the call as the first element of the answer: it is never answered."""
        response = ElementTree.Element("Response")
        ElementTree.SubElement(response, "Hangup", {"reason": "busy"})
        return xml(response)

    def ending(self) -> str:
        response = ElementTree.Element("Response")
        ElementTree.SubElement(response, "Hangup")
        return xml(response)

    def _say(self, within: ElementTree.Element, speech: Speech) -> None:
        language, voice = self._speakers[speech.voice]
        for sentence in speech.sentences:
            for piece in sentence.pieces:
                if piece.recording is not None:
                    played = ElementTree.SubElement(within, "Play")
                    played.text = self._public + piece.recording.path
                else:
                    spoken = {"language": language, "voice": voice}
                    ElementTree.SubElement(within, "Speak", spoken).text = piece.words
                if sentence.pace == "slow":
                    ElementTree.SubElement(within, "Wait", {"length": str(_PAUSE_SECONDS)})

    def _authenticate(self, request: Request) -> None:
        if not is_signed(self._dialect, self._token, request):
            raise Unauthentic


def _accepted(answer: requests.Response) -> Outcome:
    """Return the outcome of a 2xx: its id is `request_uuid`, which our hooks name again."""
    try:
        said: Any = answer.json()
    except ValueError:
        return UnknownOutcome("unreadable answer")
    if not isinstance(said, dict):
        return UnknownOutcome("unreadable answer")
    named = said.get("request_uuid")
    call = identifier(named) if isinstance(named, str) else None
    if call is None and said.get("error"):
        return Rejected(Reason.UNKNOWN, "an error in a 2xx answer")
    return Sent(call) if call else UnknownOutcome("an answer without an id")


def _call_of(form: Mapping[str, str]) -> str | None:
    """Return the id that our request got, or that of the call where the hook does not name it."""
    for name in ("RequestUUID", "ALegRequestUUID", "CallUUID"):
        call = identifier(form.get(name))
        if call is not None:
            return call
    return None


def _number(raw: str) -> str:
    """Return a number with its country, which these carriers write without a plus."""
    bare = raw.strip()
    return f"+{bare}" if len(bare) > 10 and bare.isascii() and bare.isdigit() else bare
