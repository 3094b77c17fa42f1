"""Answers of one word or one digit: yes, no, or a digit of the menu with polite words. Pure."""

from __future__ import annotations

from typing import Final

from flows.reading.normal import Normal
from flows.reading.words import find
from flows.wishes import WishKind

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
        "?",
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


def by_answer(normal: Normal) -> dict[str, str]:
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
        told = "3 with a name or what happened"
        # "3 manzil": an unknown word alone may be anything.
        return {"fraud" if rest & _OF_FRAUD else "fraud_asked": told}
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
