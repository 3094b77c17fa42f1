"""The simulated carrier of calls: /phones rings, and reports on the call by the hook."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from uuid import uuid4

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
    Request,
    Sent,
    TakenUp,
    Unauthentic,
    Unreadable,
    attested,
)
from gateways.missed import missed
from gateways.simulator.settings import SimulatorSettings
from gateways.simulator.sms import fields
from gateways.storable import identifier, line, whole
from messages.missed_calls import MissedCall, meanings
from settings import Settings

NAME = "simulator_voice"
# Where MISSED_CALLS is not set, simulated telephones can call these.
NUMBERS: Mapping[str, MissedCall] = MappingProxyType(
    {
        "+911140001001": "yes",
        "+911140001002": "not_received",
        "+911140001003": "send_code",
        "+911140001005": "menu",
        "+911140001004": "speak_code",
    }
)
_STATUS: Mapping[str, ReceiptStatus] = MappingProxyType(
    {
        "in-progress": ReceiptStatus.SENT,
        "completed": ReceiptStatus.DELIVERED,
        **dict.fromkeys(("busy", "no-answer"), ReceiptStatus.FAILED),
    }
)


class SimulatorVoiceGateway:
    """A carrier that rings every telephone at once."""

    name = NAME
    dlt = False

    def __init__(self, settings: Settings) -> None:
        self.rate = SimulatorSettings.read(settings).rate
        self.address = ""
        self.caller = ""
        self._numbers = numbers(settings)

    def send(self, message: Outgoing) -> Outcome:
        # A new id for each call of the same message.
        return Sent(f"simcall-{message.message_id}-{uuid4().hex[:8]}")

    def look_up(self, message: Outgoing) -> Outcome:
        return self.send(message)

    def receive_text(self, request: Request) -> Inbound | Unreadable:
        """Refuse: texts come to the other simulated carrier."""
        raise Unauthentic

    def receive_receipt(self, request: Request) -> Receipt | Unreadable:
        """Refuse: reports on calls come to `receive_call`."""
        raise Unauthentic

    def receive_call(self, request: Request) -> CallReport:
        """Read JSON. `{"from", "to", "id"}`: a missed call, `id` is optional. `{"call", "phone"}`:
        our call was answered. `{"call", "phone", "keys", "hop"}`: keys were pressed in it.
        `{"call", "status"}`: its progress."""
        body = fields(request.body)
        given = {name: value for name, value in body.items() if isinstance(value, str)}
        call = identifier(given.get("call"))
        if call is None:
            carrier_id = identifier(given.get("id")) or uuid4().hex
            return missed(
                NAME, carrier_id, given.get("from", ""), given.get("to", ""), self._numbers
            )
        if "status" in given:
            word = line(given["status"])
            status = _STATUS.get(word, ReceiptStatus.UNCERTAIN)
            reason = Reason.UNREACHABLE if status is ReceiptStatus.FAILED else None
            return Receipt(NAME, call, None, status, word, reason)
        phone = attested(given.get("phone", ""))
        if phone is None:
            why = "phone or status is missing"
            return Unreadable(NAME, call, why, whole(request), channel="voice")
        keys, hop = given.get("keys"), body.get("hop")
        if keys is not None:
            return Pressed(NAME, call, phone, None, hop if isinstance(hop, int) else None, keys)
        return TakenUp(NAME, call, phone, None)

    def saying(self, step: CallStep) -> str:
        speech = step.speech
        said: dict[str, object] = {"tongue": speech.tongue, "lines": speech.lines}
        if any(each.recorded for each in speech.sentences):
            said["recorded"] = [each.recorded for each in speech.sentences]
        if speech.listening is not None:
            said |= {"keys": speech.listening.most, "hop": step.hop}
        return json.dumps(said, ensure_ascii=False)

    def rejecting(self) -> str:
        return '{"rejected": true}'

    def ending(self) -> str:
        return ""


def numbers(settings: Settings) -> Mapping[str, MissedCall]:
    """Return the numbers that simulated telephones can call, and the meaning of each."""
    return meanings(settings.missed_calls) or NUMBERS
