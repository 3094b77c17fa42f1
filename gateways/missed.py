"""Missed calls: a person calls one of our numbers, we do not answer, and the number has a meaning.

It costs the caller nothing and needs no reading. `MISSED_CALLS` sets the meaning of each number.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateways.base import Inbound, Unreadable, attested
from gateways.storable import line
from messages.missed_calls import MissedCall

# The text of the same meaning: a missed call enters the conversation as that text would.
TEXTS: Mapping[MissedCall, str] = MappingProxyType(
    {"yes": "1", "not_received": "2", "send_code": "code", "speak_code": "6", "menu": "0"}
)
# Numbers that some networks send for a withheld caller id: words spelled on telephone keys
# (ANONYMOUS, UNAVAILABLE, UNKNOWN, BLOCKED, RESTRICTED).
_WITHHELD = frozenset(("+266696687", "+86282452253", "+8656696", "+2562533", "+7378742833"))


def missed(
    gateway: str,
    carrier_id: str | None,
    caller: str,
    called: str,
    numbers: Mapping[str, MissedCall],
) -> Inbound | Unreadable:
    """Return the meaning of a call from `caller` to `called`, both as the carrier wrote them."""
    phone = attested(caller)
    if phone in _WITHHELD:
        phone = None
    meaning = numbers.get(attested(called) or "")
    if carrier_id is None or phone is None or meaning is None:
        why = "the call has no id"
        if meaning is None:
            why = f"no meaning is set for the number that was called: {line(called)}"
        elif phone is None:
            why = "the caller's number is withheld"
        text = TEXTS[meaning] if meaning is not None else ""
        return Unreadable(gateway, carrier_id, why, text, phone, channel="voice")
    return Inbound(gateway, carrier_id, phone, TEXTS[meaning], channel="voice")


def with_ours(numbers: Mapping[str, MissedCall], ours: str) -> Mapping[str, MissedCall]:
    """Return `numbers` and the one that our calls come from: a call back asks to hear it again."""
    return {ours: "speak_code", **numbers} if ours else numbers
