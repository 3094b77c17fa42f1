"""Africa's Talking voice: calls by its SDK, and one unsigned hook for all reports on calls.

The hook's address is set per number at the carrier. The carrier asks it what to do when a call
comes in and when one of ours is answered, and reports there the end of a call. Fields and actions
from http://docs.africastalking.com/voice (callhandler, say, reject).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree

from africastalking.Voice import VoiceService

from gateways.africastalking.account import AfricasTalkingAccount, Pooled
from gateways.africastalking.settings import AfricasTalkingSettings
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
    Sent,
    TakenUp,
    Unauthentic,
    UnknownOutcome,
    Unreadable,
    attested,
    prove_secret,
)
from gateways.called import CallNames, xml
from gateways.missed import missed, with_ours
from gateways.network import TIMEOUT
from gateways.storable import hop_named, identifier, line, whole, without_numbers
from messages.missed_calls import meanings
from messages.speech import SpokenPiece
from settings import Settings

NAME = "africastalking_voice"
_REFUSALS: Mapping[str, Reason] = MappingProxyType(
    {
        "InvalidPhoneNumber": Reason.BAD_NUMBER,
        "DestinationNotSupported": Reason.BAD_NUMBER,
        "InsufficientCredit": Reason.CONFIGURATION,
    }
)


class AfricasTalkingVoiceGateway(AfricasTalkingAccount):
    """One account and the number that it calls from. Shared by all threads."""

    name = NAME

    def __init__(self, settings: Settings, timeout: tuple[float, float] = TIMEOUT) -> None:
        """Set up the account. `timeout`: seconds to connect, and to wait for an answer."""
        own = AfricasTalkingSettings.read(settings)
        self.rate = own.voice_rate
        self._timeout = timeout
        self._voice = _VoiceService(settings, own.voice_api_url)
        self.address = self._voice.address
        self._from = self.caller = own.voice_from
        self._public = settings.public_url
        self._hook = (
            f"{settings.public_url}/hooks/africastalking/{own.hook_secret.get_secret_value()}/voice"
        )
        self._secret = own.hook_secret.get_secret_value()
        # Without proof, a caller who has the hook's secret could ask for the words of any call.
        self._names = CallNames(own.api_key.get_secret_value())
        self._speakers = {"hi": own.voice_hi, "en": own.voice_en}
        self._numbers = with_ours(meanings(settings.missed_calls), self._from)

    def send(self, message: Outgoing) -> Outcome:
        def submit() -> Any:
            named = self._names.of(message.message_id)
            return self._voice.call_as(named, self._from, message.phone, self._timeout)

        return self._outcome(submit, _outcome_of)

    def receive_text(self, request: Request) -> Inbound | Unreadable:
        """Refuse: texts come to the other gateway of the account."""
        raise Unauthentic

    def receive_receipt(self, request: Request) -> Receipt | Unreadable:
        """Refuse: reports on calls come to `receive_call`."""
        raise Unauthentic

    def receive_call(self, request: Request) -> CallReport:
        """Tell by `direction` and `isActive` what it is: 1 asks what to do, 0 reports the end.

        `callerNumber` is the person's telephone in both directions.
        """
        prove_secret(request, self._secret)
        form = request.form
        session, caller = identifier(form.get("sessionId")), form.get("callerNumber", "")
        direction = form.get("direction", "").lower()
        if direction != "outbound":
            # Reported again at its end, with the same session, so nothing happens twice.
            return missed(NAME, session, caller, form.get("destinationNumber", ""), self._numbers)
        phone = attested(caller)
        if session is None or phone is None:
            why = "sessionId or callerNumber is missing"
            return Unreadable(NAME, session, why, whole(request), phone, channel="voice")
        named = self._names.read(form.get("clientRequestId", ""))
        hop = hop_named(request)
        if form.get("isActive") == "1" and hop is not None:
            return Pressed(NAME, session, phone, named, hop, line(form.get("dtmfDigits", "")))
        if form.get("isActive") == "1":
            return TakenUp(NAME, session, phone, named)
        return _over(form, session, named)

    def saying(self, step: CallStep) -> str:
        """Return an action for each piece, which leaves a gap after each digit of a code.

        `<GetDigits>` takes one prompt: the last sentence, after which it listens. Its address is
        this hook with the answer's number; after a silence the call is over.
        """
        response, speech = ElementTree.Element("Response"), step.speech
        last = len(speech.sentences) - 1
        for index, sentence in enumerate(speech.sentences):
            within: ElementTree.Element = response
            if index == last and speech.listening is not None:
                keys = {
                    "timeout": str(speech.listening.seconds),
                    "numDigits": str(speech.listening.most),
                    "finishOnKey": "#",
                    "callbackUrl": f"{self._hook}?hop={step.hop}",
                }
                within = ElementTree.SubElement(response, "GetDigits", keys)
                sentence = replace(sentence, pieces=(SpokenPiece(sentence.words),))
            for piece in sentence.pieces:
                if piece.recording is not None:
                    url = self._public + piece.recording.path
                    ElementTree.SubElement(within, "Play", {"url": url})
                    continue
                attributes = {"playBeep": "false", "voice": self._speakers[speech.voice]}
                ElementTree.SubElement(within, "Say", attributes).text = piece.words
        return xml(response)

    def rejecting(self) -> str:
        response = ElementTree.Element("Response")
        ElementTree.SubElement(response, "Reject")
        return xml(response)

    def ending(self) -> str:
        return ""


class _VoiceService(Pooled, VoiceService):
    """The SDK's service for calls, with one field that its `call` omits."""

    def __init__(self, settings: Settings, base: str) -> None:
        self._of_thread = threading.local()
        super().__init__(settings, base)

    def call_as(self, named: str, caller: str, callee: str, timeout: tuple[float, float]) -> Any:
        """Call one telephone; `named` comes back to the hook as `clientRequestId`.

        Raises ValueError for what the SDK takes for no number.
        """
        self._of_thread.named = named
        return self.call(caller, [callee], timeout=timeout)

    def _make_request(
        self,
        url: str,
        method: str,
        headers: Mapping[str, str],
        data: Mapping[str, Any] | None,
        params: Mapping[str, Any] | None,
        callback: object = None,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> Any:
        form = {**(data or {}), "clientRequestId": self._of_thread.named}
        return super()._make_request(url, method, headers, form, params, callback, timeout)


def _over(form: Mapping[str, str], session: str, named: int | None) -> Receipt:
    """Return the receipt of a call that ended: delivered if it lasted, as ringing costs nothing."""
    seconds = form.get("durationInSeconds", "0")
    lasted = seconds.isascii() and seconds.isdigit() and int(seconds) > 0
    word = line(form.get("hangupCause", "") or form.get("status", "") or "over")
    if lasted:
        return Receipt(NAME, session, named, ReceiptStatus.DELIVERED, word)
    return Receipt(NAME, session, named, ReceiptStatus.FAILED, word, Reason.UNREACHABLE)


def _outcome_of(answer: Any) -> Outcome:
    entries = answer["entries"]
    if not entries:  # the whole request was refused
        said = line(without_numbers(str(answer.get("errorMessage", "")))) or "no entry"
        return Rejected(Reason.CONFIGURATION, said)
    (entry,) = entries
    status, carrier_id = str(entry["status"]), identifier(str(entry["sessionId"]))
    if status == "Queued" and carrier_id not in ("None", None):
        return Sent(carrier_id)
    if status in _REFUSALS:
        return Rejected(_REFUSALS[status], status)
    return UnknownOutcome(f"status {line(status)}")
