"""The normal form of a text: a notion for each word, signs for numbers, and what they named. Pure.

"mje cod nhi mila" and "मुझे कोड नहीं मिला" are both "me code not got". Sentences are divided by ";",
"?" stays, a telephone is "phone#", an Indian one with its digits in `phones`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from flows.reading import noise, quotes
from flows.reading.clauses import settled
from flows.reading.scripts import folded, latin
from flows.reading.signs import Sign, signs
from flows.reading.words import FoundWord, find, lexicon
from flows.wishes import DayNamed

TextKind = Literal["words", "quote", "notice", "autoresponder", "empty"]
BREAK: Final = ";"
_ELONGATED: Final = re.compile(r"([a-vx-z])\1{2,}")  # "codeee"; "www" is an address
_MARKS: Final = " .,;:!?-\"'“”>"
# Words of both languages say nothing about which is meant.
_BOTH: Final = frozenset(
    [
        "man",
        "broken",
        "wait",
        "left",
        "agree",
        "sorry",
        "lock",
        "threat",
        "relative",
        "home",
        "digit",
        "real",
        "video",
        "code",
        "sms",
        "phone",
        "parcel",
        "ok",
        "thanks",
        "day",
        "time",
        "number",
        "office",
        "postman",
        "link",
        "bank",
        "money",
        "call",
        "new",
        "passport",
        "recharge",
        "stop",
        "name",
        "please",
        "sir",
        "greet",
        "another",
        "and",
        "date#",
        "fraud",
        "wrong",
        "change",
        "in",
        "me",
    ]
)
_COURTESY: Final = frozenset(["please", "sir"])


@dataclass(frozen=True)
class Normal:
    """A text as it is understood. `which`: the article that it names, by number or last four."""

    text: str
    kind: TextKind
    phones: tuple[str, ...] = ()
    days: tuple[DayNamed, ...] = ()
    which: str | None = None
    hindi: bool = False


def normalise(raw: str) -> Normal:
    """Return the normal form of `raw`, of which the first thousand letters are read."""
    text = _ELONGATED.sub(r"\1", latin(folded(raw)))
    kept, kind = _own_words(text)
    found = signs(kept)
    words = [_word(sign) for sign in found]
    telling = [word.tongue for word in words if word.notion not in _BOTH]
    hindi = telling.count("hindi")
    english = telling.count("english") + telling.count("plain")
    spelled = [sign.text for sign in found]
    notions = settled(_exact(list(zip(spelled, (w.notion for w in words), strict=True))),
                      hindi=hindi >= english)  # fmt: skip
    notions = _together([each for each in notions if each and each not in _COURTESY])
    return Normal(
        " ".join(_without_empty_clauses(notions)),
        kind if notions or kind != "words" else "empty",
        tuple(sign.phone for sign in found if sign.phone),
        tuple(sign.day for sign in found if sign.day is not None),
        _one(tuple(sign.which for sign in found if sign.which)),
        hindi >= english,
    )


def _own_words(text: str) -> tuple[str, TextKind]:
    """Return what the person wrote himself, and what kind of text it is."""
    if not text.strip():
        return "", "empty"
    if noise.is_autoresponder(text):
        return text, "autoresponder"
    signed = noise.without_signature(text)
    kept = quotes.without_quotes(signed)
    if kept != signed and not kept.strip(_MARKS):
        return text, "quote"
    if noise.is_notice(kept):
        return kept, "notice"
    return kept, "words"


def _one(found: tuple[str, ...]) -> str | None:
    return found[0] if len(set(found)) == 1 else None


def _word(sign: Sign) -> FoundWord:
    return FoundWord(sign.notion, "unknown") if sign.notion is not None else find(sign.text)


def _exact(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Join words that have one notion together, as they are written."""
    phrases = lexicon().exact
    joined: list[tuple[str, str]] = []
    at = 0
    while at < len(pairs):
        for words, notion in phrases.get(pairs[at][0], ()):
            if tuple(spelled for spelled, _ in pairs[at : at + len(words)]) == words:
                joined.append((" ".join(words), notion))
                at += len(words)
                break
        else:
            joined.append(pairs[at])
            at += 1
    return joined


def _together(notions: list[str]) -> list[str]:
    """Join notions that have one notion together: "some not" is "noone"."""
    phrases = lexicon().together
    joined: list[str] = []
    at = 0
    while at < len(notions):
        for words, notion in phrases.get(notions[at], ()):
            if tuple(notions[at : at + len(words)]) == words:
                joined.append(notion)
                at += len(words)
                break
        else:
            joined.append(notions[at])
            at += 1
    return joined


@lru_cache(maxsize=1)
def _breaks() -> frozenset[str]:
    return frozenset((BREAK, "?"))


def _without_empty_clauses(notions: list[str]) -> list[str]:
    kept: list[str] = []
    for notion in notions:
        if notion == BREAK and (not kept or kept[-1] in _breaks()):
            continue
        kept.append(notion)
    while kept and kept[-1] == BREAK:
        kept.pop()
    return kept
