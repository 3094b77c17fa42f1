"""What a person wishes, from a text in his own words, and why it is read so. Pure.

Rules decide first (`rules.toml`); where none fits, a small model of letters may (`model.py`). The
same text is read the same for ever by one `VERSION`, which is stored with what was read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, cast

from flows.reading import caution, noise
from flows.reading.answers import by_answer
from flows.reading.normal import Normal, TextKind, normalise
from flows.reading.opinions import NO_QUESTION, by_rules_and_model
from flows.reading.precedence import as_sender, ordered
from flows.reading.rules import Role, rules
from flows.reading.scripts import folded, latin
from flows.wishes import DayNamed, PersonWish, WishKind

VERSION: Final = 2
"""Of lexicon, rules and model together; tests/flows/reading/test_version.py says when it rises."""

_MOST_WISHES: Final = 2


@dataclass(frozen=True)
class TextReading:
    """What was read. `certain`: whether a wish that protects may act; if not, it is asked back."""

    normal: str
    wishes: tuple[PersonWish, ...]
    kind: TextKind
    why: tuple[str, ...]
    certain: bool = True
    version: int = VERSION


@lru_cache(maxsize=4_096)
def read(raw: str, role: Role) -> TextReading:
    """Return what a recipient or a sender wishes with `raw`: at most two wishes, never none."""
    normal = normalise(raw)
    if normal.kind in ("quote", "notice", "autoresponder"):
        return _beside_machine(raw, normal, role) or _of_machine(normal)
    found = by_answer(normal) or by_rules_and_model(normal, role)
    if role == "sender":
        found = as_sender(found)
    weighed = caution.weigh(found, normal, role)
    kinds, why = ordered(weighed.found, weighed.asked)[:_MOST_WISHES], weighed.found
    if not kinds:
        kinds, why = ["unclear"], {"unclear": "nothing fits"}
    return TextReading(
        normal.text,
        tuple(_wish(kind, normal) for kind in kinds),
        normal.kind,
        tuple(f"{kind}: {why[kind]}" for kind in kinds),
        kinds[0] not in weighed.asked,
    )


def _of_machine(normal: Normal) -> TextReading:
    kind = cast(WishKind, normal.kind)
    why = (f"a text of kind {kind}",)
    return TextReading(normal.text, (PersonWish(kind),), normal.kind, why)


def _beside_machine(raw: str, normal: Normal, role: Role) -> TextReading | None:
    """Return what a person wishes beside a machine's words; it is only asked. None: nothing."""
    own = noise.own_part(latin(folded(raw))) if normal.kind != "quote" else ""
    apart = normalise(own)
    if apart.kind != "words" or not set(rules().found(apart.text, role)) - NO_QUESTION:
        return None
    found = read(own, role)
    kinds = {wish.what for wish in found.wishes}
    personal = normal.kind == "autoresponder" or noise.is_personal(own)
    if kinds <= NO_QUESTION or not (personal or "fraud" in kinds):
        return None
    return replace(found, certain=False)


# ---- what a wish names ---------------------------------------------------------------------------

_WITH_DAY: Final = frozenset(["another_day", "not_home", "accept", "hold", "nominate", "true"])
_WITH_PHONE: Final = frozenset(["nominate", "new_number", "fraud", "correct_number"])


def _wish(kind: WishKind, normal: Normal) -> PersonWish:
    day = _day(normal.days) if kind in _WITH_DAY else None
    phone = normal.phones[0] if kind in _WITH_PHONE and len(normal.phones) == 1 else None
    return PersonWish(kind, normal.which, day, phone)


def _day(named: tuple[DayNamed, ...]) -> DayNamed | None:
    """Return the day that is named, today apart; None where two are."""
    later = {each for each in named if each.offset != 0}
    return later.pop() if len(later) == 1 else None
