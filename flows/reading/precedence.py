"""Which of several wishes counts: what protects first, and not what another one contains. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Final

from flows.reading.rules import over
from flows.wishes import WishKind

ORDER: Final[tuple[WishKind, ...]] = (
    "fraud", "dead", "new_number", "moved_away", "take_back_nominee", "not_mine", "speak_code",
    "send_code", "hold", "nominate", "refuse", "another_day", "no_money", "not_home", "recall",
    "correct_number", "received", "not_received", "never_came", "true", "language_roman",
    "language_en", "language_hi", "start", "stop", "where", "human", "accept", "decline", "how",
    "told_code", "address_hint", "yes", "no", "thanks", "acknowledged", "greeting", "abuse",
    "chatter", "unclear",
)  # fmt: skip
_POLITE: Final = ("thanks", "acknowledged", "greeting", "yes", "no")

_OF_SENDER: Final = frozenset(
    [
        "recall",
        "correct_number",
        "where",
        "how",
        "human",
        "thanks",
        "greeting",
        "acknowledged",
        "stop",
        "start",
        "language_hi",
        "language_roman",
        "language_en",
        "yes",
        "no",
        "fraud",
        "fraud_asked",
        "abuse",
        "unclear",
        "chatter",
    ]
)
# What a sender asks in the words of a recipient.
_MEANT_BY_SENDER: Final = {
    "not_received": "where",
    "received": "acknowledged",
    "new_number": "correct_number",
    "not_mine": "correct_number",
}


def as_sender(found: Mapping[str, str]) -> dict[str, str]:
    """Return what a sender means by what was found, with the same reasons."""
    meant: dict[str, str] = {}
    for kind, why in found.items():
        meant.setdefault(_MEANT_BY_SENDER.get(kind, kind), why)
    return {kind: why for kind, why in meant.items() if kind in _OF_SENDER}


def ordered(found: Iterable[str], asked: Container[str] = ()) -> list[WishKind]:
    """Return the wishes that count, the most important first.

    One of `asked` is not certain: it says nothing about the others.
    """
    kinds = set(found)
    for kind in ORDER:
        if kind in kinds and kind not in asked:
            kinds -= over().get(kind, frozenset())
    if kinds - set(_POLITE):
        kinds -= set(_POLITE)
    return [kind for kind in ORDER if kind in kinds]
