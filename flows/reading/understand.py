"""What a person wishes, from a text in his own words, and why it is read so. Pure.

Rules decide first (`rules.toml`); where none fits, a small model of letters may (`model.py`). The
same text is read the same for ever by one `VERSION`, which is stored with what was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, cast

from flows.reading import model
from flows.reading.normal import Normal, TextKind, normalise
from flows.reading.precedence import as_sender, ordered
from flows.reading.rules import over, rules
from flows.reading.words import find
from flows.wishes import DayNamed, PersonWish, WishKind

VERSION: Final = 1
"""Of lexicon, rules and model together; tests/flows/reading/test_version.py says when it rises."""

Role = Literal["recipient", "sender"]
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
        kind = cast(WishKind, normal.kind)
        return TextReading(
            normal.text, (PersonWish(kind),), normal.kind, (f"a text of kind {kind}",)
        )
    found = _by_answer(normal) or _by_rules_and_model(normal, role)
    if role == "sender":
        found = as_sender(found)
    asked = _only_asked(found)
    kinds = ordered(found)[:_MOST_WISHES]
    if kinds == ["send_code"] and not asked and _SUSPECT & set(normal.text.split()):
        found["fraud"] = "a code is wished, and somebody is said to ask for one"
        kinds, asked = ["fraud", "send_code"], {"fraud"}
    if kinds and set(kinds) <= _SILENT and not _is_plain(normal):
        found["human"] = "more is said than that"
        kinds = [kinds[0], "human"]
    if not kinds:
        kinds, found = ["unclear"], {"unclear": "nothing fits"}
    return TextReading(
        normal.text,
        tuple(_wish(kind, normal) for kind in kinds),
        normal.kind,
        tuple(f"{kind}: {found[kind]}" for kind in kinds),
        kinds[0] not in asked,
    )


def _only_asked(found: dict[str, str]) -> set[str]:
    """Name by its wish what may only be asked, and return which wishes these are."""
    asked: set[str] = set()
    for kind in ("fraud", "send_code"):
        why = found.pop(f"{kind}_asked", None)
        better = any(f"{kind}_asked" in over().get(other, ()) for other in found)
        if why is not None and kind not in found and not better:
            found[kind] = why
            asked.add(kind)
    return asked


# Beside a wish for the code: where both could be meant, fraud wins
# (docs/developing/trust.md rule 1).
_SUSPECT: Final = frozenset(("someone", "called", "ask", "fraud", "link", "bank"))
# What is not answered if nothing else is said. A longer text, or one with a denial, may say more.
_SILENT: Final = frozenset(("received", "thanks"))
_MORE: Final = frozenset(("not", "no", "noone", "dont", "cannot", "why", "?", "but"))
_PLAIN: Final = 6  # notions


def _is_plain(normal: Normal) -> bool:
    notions = normal.text.split()
    return len(notions) <= _PLAIN and not _MORE & set(notions)


# ---- answers in words ----------------------------------------------------------------------------

_YES: Final = frozenset(["yes", "ji", "is"])
_NO: Final = frozenset(["no", "not", "ji", "is"])
_AROUND_DIGIT: Final = frozenset(
    [
        "yes",
        "no",
        "not",
        "ok",
        "ji",
        "send",
        "give",
        "is",
        "number",
        "thanks",
        "karo",
        "sent",
        "right",
        "dabaya",
        "press",
        "pressed",
        "option",
        "gave",
        ";",
        "greet",
        "only",
        "i",
        "thumbs",
    ]
)
_DIGITS: Final[dict[str, WishKind]] = {
    "1": "yes",
    "2": "no",
    "4": "another_day",
    "44": "hold",
    "5": "nominate",
    "6": "speak_code",
}
_SPELLED: Final = 2  # groups of a code that is typed with gaps
_CODE_LENGTHS: Final = range(6, 9)
_CONTRARY: Final = {"1": ("no", "not"), "2": ("yes",)}


def _by_answer(normal: Normal) -> dict[str, str]:
    """Return yes or no where the text is nothing else, or a digit of the menu with polite words."""
    notions = normal.text.replace(";", " ").split()
    if not notions:
        return {}
    if set(notions) <= _YES and "yes" in notions:
        return {"yes": "nothing but yes"}
    if set(notions) <= {"ji"}:
        return {"yes": "nothing but ji"}
    if set(notions) <= _NO and not set(notions) <= {"ji", "is"}:
        return {"no": "nothing but no"}
    digits = [each for each in notions if each.isdigit()]
    if len(digits) == len(notions) >= _SPELLED and len("".join(digits)) in _CODE_LENGTHS:
        return {"told_code": "digits one by one"}
    rest = {each for each in notions if not each.isdigit()}
    first = next((each for each in notions if each not in _AHEAD), "")
    if first == "3" and len(digits) == 1 and all(map(_says_fraud, rest - _AHEAD)):
        return {"fraud": "3 with a name or what happened"}
    if len(digits) != 1 or digits[0] not in (*_DIGITS, "3") or not rest <= _AROUND_DIGIT:
        return {}
    digit = digits[0]
    if digit == "1" and rest & _SENDING and rest <= _SENDING | {"ji", "yes"}:
        return {"send_code": "1 with words of sending"}
    if digit == "3":
        return {"fraud": "3 with other words"}
    if rest & set(_CONTRARY.get(digit, ())) and digit == "1":
        return {"unclear": "1 and no"}
    return {_DIGITS[digit]: f"{digit} with other words"}


_SENDING: Final = frozenset(("send", "give", "karo", "then", "again", "code", "resend", "new"))
_OF_FRAUD: Final = frozenset(
    (
        "fraud",
        "ask",
        "code",
        "someone",
        "some",
        "phone",
        "call",
        "called",
        "and",
        "came",
        "was",
        "send",
        "give",
        "is",
    )
)


_AHEAD: Final = frozenset(("greet", ";"))  # of a digit: "namaste 3" begins with it
_COUNTED: Final = frozenset(("baar", "bar", "dafa", "times"))  # "3 baar" is no digit of the menu


def _says_fraud(notion: str) -> bool:
    """Tell whether a word after `3` is a name, or tells of somebody who asked."""
    if notion in _COUNTED:
        return False
    return notion in _OF_FRAUD or (notion.isalpha() and find(notion).tongue == "unknown")


# Leads of the model, measured on texts that neither it nor the rules had seen
# (docs/developing/reading.md).
_SECOND: Final = 100  # beside a rule: both are asked
_ACTS: Final = {"fraud": 200, "send_code": 100}  # what protects acts, though no rule says so


# A denial, a question or a condition turns what letters suggest: then it is only asked.
_DOUBT: Final = frozenset(
    (
        "not",
        "no",
        "noone",
        "dont",
        "cannot",
        "kya",
        "?",
        "if",
        "would",
        "or",
        "real",
        "why",
        "3",
        "postman",
    )
)
_A_FEW: Final = 3  # notions: "ok sir" needs no second opinion
_NO_QUESTION: Final = frozenset(
    ("unclear", "thanks", "greeting", "acknowledged", "received", "notice", "chatter", "abuse")
)


_OPPOSITE: Final = {
    "true": "never_came",
    "never_came": "true",
    "accept": "decline",
    "decline": "accept",
    "received": "not_received",
    "not_received": "received",
    "yes": "no",
    "no": "yes",
    "start": "stop",
    "stop": "start",
    "nominate": "take_back_nominee",
    "take_back_nominee": "nominate",
}


def _by_rules_and_model(normal: Normal, role: Role) -> dict[str, str]:
    """Return what the rules find, and what the model finds where they do not."""
    found = rules().found(normal.text, role)
    notions = normal.text.split()
    clear = bool(found) and set(found) <= _NO_QUESTION and len(notions) <= _A_FEW
    if role != "recipient" or clear or not any(map(str.isalpha, notions)):
        return found
    guessed = model.guess(normal.text)
    if guessed is None or guessed.kind in found or (found and guessed.lead < _SECOND):
        return found
    if _OPPOSITE.get(guessed.kind) in found:  # a rule knows what a denial denies
        return found
    if guessed.kind in _NO_QUESTION and (found or guessed.lead < _SECOND):
        return found
    why = f"model, by {guessed.lead}: {', '.join(guessed.pieces)}"
    doubtful = bool(_DOUBT & set(notions))
    acts = guessed.lead >= _ACTS.get(guessed.kind, 0) and not doubtful
    if guessed.kind == "fraud" and not acts:
        return {"fraud_asked": why} | found
    if guessed.kind == "send_code" and not acts:
        return {"send_code_asked": why} | found
    return {guessed.kind: why} | found


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
