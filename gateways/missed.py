"""Missed calls: a person rings one of our numbers, we do not take up, and the number is the answer.

It costs the caller nothing and needs no letters. What a number means is set in `MISSED_CALLS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateways.base import Inbound, Unreadable, attested
from gateways.storable import line
from messages.missed_calls import MissedCall

# The text that says the same: a missed call enters the same conversation as that text would.
TEXTS: Mapping[MissedCall, str] = MappingProxyType(
    {"yes": "1", "not_received": "2", "send_code": "code", "speak_code": "6"}
)
# What some networks give for a number that is withheld: words spelled on the keys of a telephone
# (ANONYMOUS, UNAVAILABLE, UNKNOWN, BLOCKED, RESTRICTED). They look like numbers and are nobody's.
_WITHHELD = frozenset(("+266696687", "+86282452253", "+8656696", "+2562533", "+7378742833"))


def missed(
    gateway: str,
    carrier_id: str | None,
    caller: str,
    called: str,
    numbers: Mapping[str, MissedCall],
) -> Inbound | Unreadable:
    """What a call from `caller` to our number `called` says, both as the carrier wrote them."""
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
    """`numbers`, and the one that our calls come from: who calls back wants to hear it again."""
    return {ours: "speak_code", **numbers} if ours else numbers
