"""Africa's Talking voice: calls by the real SDK, and one unsigned hook for all that calls tell us.

The hook's address is set per number at the carrier. It is asked what to do when a call comes in and
when one of ours is taken up, and told when a call is over. Fields and actions from
http://docs.africastalking.com/voice (callhandler, say, reject).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree

import requests
from africastalking.Voice import VoiceService

from gateways.africastalking.account import HttpRefused, Pooled, authenticate
from gateways.africastalking.settings import AfricasTalkingSettings
from gateways.base import (
    Inbound,
    Outcome,
    Outgoing,
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
from gateways.missed import missed, with_ours
from gateways.network import TIMEOUT, failed, refused
from gateways.storable import identifier, line, whole
from messages.missed_calls import meanings
from messages.speech import Speech
from settings import Settings

NAME = "africastalking_voice"
_PURPOSE = b"dakiya/call/1/"
_DIGITS = re.compile(r"\d{3,}")
_REFUSALS: Mapping[str, Reason] = MappingProxyType(
    {
        "InvalidPhoneNumber": Reason.BAD_NUMBER,
        "DestinationNotSupported": Reason.BAD_NUMBER,
        "InsufficientCredit": Reason.CONFIGURATION,
    }
)


class AfricasTalkingVoiceGateway:
    """One account and the number that it calls from. Shared by all threads."""

    name = NAME
    dlt = False

    def __init__(self, settings: Settings, timeout: tuple[float, float] = TIMEOUT) -> None:
        """`timeout`: seconds to connect, and to wait for an answer."""
        own = AfricasTalkingSettings.read(settings)
        self.rate = own.voice_rate
        self._timeout = timeout
        self._voice = _VoiceService(settings, own.voice_api_url)
        self.address = self._voice.address
        self._from = own.voice_from
        self._secret = own.hook_secret.get_secret_value()
        self._key = own.api_key.get_secret_value().encode()
        self._speakers = {
            "hi": own.voice_hi,
            "en": own.voice_en,
        }
        self._numbers = with_ours(meanings(settings.missed_calls), self._from)

    def send(self, message: Outgoing) -> Outcome:
        named = self._name_of(message.message_id)
        try:
            answer = self._voice.call_as(named, self._from, message.phone, self._timeout)
        except requests.RequestException as error:
            return failed(error)
        except HttpRefused as refusal:
            return refused(refusal.status, f"HTTP {refusal.status}", refusal.after)
        except ValueError as error:
            return Rejected(Reason.BAD_NUMBER, type(error).__name__)
        try:
            entries = answer["entries"]
            if not entries:
                return _without_entry(str(answer.get("errorMessage", "")))
            (entry,) = entries
            status, carrier_id = str(entry["status"]), identifier(str(entry["sessionId"]))
        except (KeyError, TypeError, ValueError, AttributeError):
            # Not what an answer looks like, but 2xx: the telephone may well be ringing.
            return UnknownOutcome("unreadable answer")
        if status == "Queued" and carrier_id not in ("None", None):
            return Sent(carrier_id)
        if status in _REFUSALS:
            return Rejected(_REFUSALS[status], status)
        return UnknownOutcome(f"status {line(status)}")

    def look_up(self, message: Outgoing) -> Outcome:
        """Africa's Talking has no call that tells what became of one."""
        return UnknownOutcome("Africa's Talking cannot be asked")

    def receive_text(self, request: Request) -> Inbound | Unreadable:
        """Texts come to the other gateway of the account."""
        raise Unauthentic

    def receive_receipt(self, request: Request) -> Receipt | Unreadable:
        """What became of a call comes to `receive_call`."""
        raise Unauthentic

    def receive_call(self, request: Request) -> Inbound | TakenUp | Receipt | Unreadable:
        """`direction` and `isActive` say what it is: 1 asks what to do, 0 tells that it is over.

        `callerNumber` is the person's telephone in both directions.
        """
        authenticate(request, self._secret)
        form = request.form
        session, caller = identifier(form.get("sessionId")), form.get("callerNumber", "")
        direction = form.get("direction", "").lower()
        if direction != "outbound":
            # Told again when it is over: the same session, so nothing happens twice.
            return missed(NAME, session, caller, form.get("destinationNumber", ""), self._numbers)
        phone = attested(caller)
        if session is None or phone is None:
            why = "sessionId or callerNumber is missing"
            return Unreadable(NAME, session, why, whole(request), phone, channel="voice")
        named = self._named(form.get("clientRequestId", ""))
        if form.get("isActive") == "1":
            return TakenUp(NAME, session, phone, named)
        return _over(form, session, named)

    def saying(self, speech: Speech) -> str:
        """Each piece is an action of its own, so there is a gap behind each digit of a code."""
        response = ElementTree.Element("Response")
        for sentence in speech.sentences:
            for piece in sentence.pieces:
                attributes = {"playBeep": "false", "voice": self._speakers[speech.tongue]}
                said = ElementTree.SubElement(response, "Say", attributes)
                said.text = piece
        return _xml(response)

    def rejecting(self) -> str:
        response = ElementTree.Element("Response")
        ElementTree.SubElement(response, "Reject")
        return _xml(response)

    def ending(self) -> str:
        return ""

    def _name_of(self, message_id: int) -> str:
        """What the carrier gives back with the call: our id, and proof that it is.

        Whoever learned the hook's secret could else ask what any call says.
        """
        number = str(message_id)
        proof = hmac.new(self._key, _PURPOSE + number.encode(), hashlib.sha256).hexdigest()
        return f"{number}-{proof}"

    def _named(self, given: str) -> int | None:
        number = given.partition("-")[0]
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        ours = self._name_of(int(number))
        same = hmac.compare_digest(given.encode("utf-8", "surrogatepass"), ours.encode())
        return int(number) if same else None


class _VoiceService(Pooled, VoiceService):
    """The SDK's service for calls, with the one field that its `call` leaves out."""

    def __init__(self, settings: Settings, base: str) -> None:
        self._of_thread = threading.local()
        super().__init__(settings, base)

    def call_as(self, named: str, caller: str, callee: str, timeout: tuple[float, float]) -> Any:
        """As `call`, to one telephone; `named` comes back to the hook as `clientRequestId`.

        Raises ValueError for a number that the SDK takes for none.
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
    """It was taken up if it lasted: nobody is charged for ringing."""
    seconds = form.get("durationInSeconds", "0")
    lasted = seconds.isascii() and seconds.isdigit() and int(seconds) > 0
    word = line(form.get("hangupCause", "") or form.get("status", "") or "over")
    if lasted:
        return Receipt(NAME, session, named, ReceiptStatus.DELIVERED, word)
    return Receipt(NAME, session, named, ReceiptStatus.FAILED, word, Reason.UNREACHABLE)


def _without_entry(words: str) -> Outcome:
    """No entry in the answer: the whole request was refused, and `words` says why."""
    # Whatever they quote, a telephone number does not go into our records.
    said = line(_DIGITS.sub("…", words)) or "no entry"
    return Rejected(Reason.CONFIGURATION, said)


def _xml(response: ElementTree.Element) -> str:
    written = ElementTree.tostring(response, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>{written}'
