"""Exotel's calls: a number is called and connected to a flow of applets, which ask us by GET.

The flow is built once at Exotel (docs/gateways.md): Gather, whose address of ours returns what is
said; Passthru, which brings the keys and goes back to Gather on 200 and to the end on 302. Nothing
is signed: a secret in the path, and in `CustomField` our own name for the call. Sources:
https://developer.exotel.com/docs/voice-v1/api-reference/connect-to-flow,
https://support.exotel.com/support/solutions/articles/3000084635 (Gather), …/48283 (Passthru),
https://developer.exotel.com/docs/references/webhooks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

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
    Request,
    Sent,
    TakenUp,
    UnknownOutcome,
    Unreadable,
    attested,
    prove_secret,
)
from gateways.called import CallNames, CallsAlone
from gateways.exotel.settings import ExotelCallSettings
from gateways.missed import missed, with_ours
from gateways.network import TIMEOUT, pooled, posted
from gateways.storable import identifier, line, whole
from india.phone import national
from messages.missed_calls import meanings
from settings import Settings

NAME: Final = "exotel_voice"
_RING_SECONDS: Final = 30
_LONGEST_SECONDS: Final = 300
_STATUS: Mapping[str, ReceiptStatus] = MappingProxyType(
    {
        **dict.fromkeys(("queued", "ringing", "in-progress"), ReceiptStatus.SENT),
        "completed": ReceiptStatus.DELIVERED,
        **dict.fromkeys(("busy", "failed", "no-answer", "canceled"), ReceiptStatus.FAILED),
    }
)
_ENDED: Mapping[str, Reason] = MappingProxyType(
    {
        **dict.fromkeys(("busy", "no-answer"), Reason.UNREACHABLE),
        "failed": Reason.CARRIER,
    }
)


class ExotelVoiceGateway(CallsAlone):
    """One account, its ExoPhone and its flow. Shared by all threads."""

    name = NAME

    def __init__(self, settings: Settings, timeout: tuple[float, float] = TIMEOUT) -> None:
        """Set up the account. `timeout`: seconds to connect, and to wait for an answer."""
        own = ExotelCallSettings.read(settings)
        self.rate = own.voice_rate
        self.caller = own.voice_from
        self.address = own.url
        self._own = own
        self._session = pooled(own.url, settings.send_slots)
        self._timeout = timeout
        self._secret = own.hook_secret.get_secret_value()
        self._public = settings.public_url
        self._hooks = f"{settings.public_url}/hooks/exotel/{self._secret}"
        self._names = CallNames(own.api_token.get_secret_value())
        self._numbers = with_ours(meanings(settings.missed_calls), own.voice_from)

    def send(self, message: Outgoing) -> Outcome:
        own = self._own
        flow = f"http://my.exotel.com/{own.account_sid}/exoml/start_voice/{own.voice_flow}"
        asked = {
            "From": message.phone,
            "CallerId": own.voice_from,
            "Url": flow,
            "CallType": "trans",
            "TimeLimit": str(_LONGEST_SECONDS),
            "TimeOut": str(_RING_SECONDS),
            "StatusCallback": f"{self._hooks}/status",
            "CustomField": self._names.of(message.message_id),
        }
        address = f"{own.url}/v1/Accounts/{own.account_sid}/Calls/connect.json"
        secret = (own.api_key.get_secret_value(), own.api_token.get_secret_value())
        answer = posted(self._session, address, self._timeout, data=asked, auth=secret)
        return _accepted(answer) if isinstance(answer, requests.Response) else answer

    def receive_receipt(self, request: Request) -> Receipt | Unreadable:
        """Read the report on a call that has ended (`StatusCallback`), a form or JSON."""
        prove_secret(request, self._secret)
        given = _fields(request)
        call, word = identifier(given.get("CallSid")), line(given.get("Status", ""))
        if call is None or not word:
            why = "CallSid or Status is missing"
            return Unreadable(NAME, call, why, whole(request), channel="voice")
        status = _STATUS.get(word, ReceiptStatus.UNCERTAIN)
        failure = status is ReceiptStatus.FAILED
        named = self._names.read(given.get("CustomField", ""))
        reason = _ENDED.get(word, Reason.UNKNOWN) if failure else None
        return Receipt(NAME, call, named, status, word, reason)

    def receive_call(self, request: Request) -> CallReport:
        """Read what an applet asks by GET: who calls us, what is said, or which keys came.

        `digits` comes from Passthru alone, within double quotes.
        """
        prove_secret(request, self._secret)
        given = request.query
        call = identifier(given.get("CallSid"))
        caller = national(given.get("CallFrom", "") or given.get("From", ""))
        called = national(given.get("CallTo", "") or given.get("To", ""))
        if given.get("Direction", "").lower().startswith("in"):
            return missed(NAME, call, caller, called, self._numbers)
        # The person is the one who was dialled; whose field that is differs between applets.
        ours = attested(self._own.voice_from)
        phone = next(
            (each for each in map(attested, (called, caller)) if each not in (None, ours)), None
        )
        if call is None or phone is None:
            why = "CallSid, CallFrom or CallTo is missing"
            return Unreadable(NAME, call, why, _shown(given), phone, channel="voice")
        named = self._names.read(given.get("CustomField", ""))
        if "digits" in given:
            keys = line(given["digits"].strip().strip('"'))
            return Pressed(NAME, call, phone, named, None, keys)
        return TakenUp(NAME, call, phone, named)

    def saying(self, step: CallStep) -> str:
        """Return what the Gather applet says and waits for: one text, or one recording.

        It takes no mixture of both, so all is read aloud unless a single recording says it all.
        """
        speech = step.speech
        pieces = [piece for sentence in speech.sentences for piece in sentence.pieces]
        prompt: dict[str, str] = {"text": " ".join(speech.lines)}
        if len(pieces) == 1 and pieces[0].recording is not None:
            prompt = {"audio_url": self._public + pieces[0].recording.path}
        listening = speech.listening
        return json.dumps(
            {
                "gather_prompt": prompt,
                "max_input_digits": listening.most if listening else 1,
                "finish_on_key": "#",
                "input_timeout": listening.seconds if listening else 1,
                "repeat_menu": 0,
            },
            ensure_ascii=False,
        )

    def rejecting(self) -> str:
        return ""

    def ending(self) -> str:
        return ""


def _fields(request: Request) -> Mapping[str, str]:
    if request.form:
        return request.form
    try:
        said = json.loads(request.body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(said, dict):
        return {}
    return {name: value for name, value in said.items() if isinstance(value, str)}


def _shown(given: Mapping[str, str]) -> str:
    """Return the names of the fields that came: their values may be telephones."""
    return line(" ".join(sorted(given)))


def _accepted(answer: requests.Response) -> Outcome:
    try:
        said: Any = answer.json()
        call = identifier(said["Call"]["Sid"])
    except (ValueError, KeyError, TypeError):
        return UnknownOutcome("unreadable answer")
    return Sent(call) if call else UnknownOutcome("an answer without an id")
