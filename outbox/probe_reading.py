"""The answer of a probe telephone, read: which probe it answers, its letters, its sender. Pure.

A probe telephone sends back what it received: a forwarding application as `VM-INPOST: …`, or a
person who types the digits. What it does not say is no fault of the route.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

Letters = Literal["whole", "broken", "unsaid"]

_DIGITS: Final = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])", re.ASCII)
_MOST_DIGITS: Final = 3  # groups of four: the token, and a year and an hour beside it
_DEVANAGARI: Final = re.compile(r"[\u0900-\u097F]")
# In the place of letters: question marks, boxes, or UTF-8 read as Latin-1.
_RUBBISH: Final = re.compile(r"\?{2,}|(\?\s){3,}|[\uFFFD\u25A1\u25AF]|\u00E0\u00A4|&#[0-9]+;")
# As India writes headers, VM-INPOST or VM-INPOST-S, or what is named as the sender.
_HEADER: Final = re.compile(r"\b([A-Z]{2}-[A-Z0-9]{3,9}(?:-[A-Z])?)\b", re.IGNORECASE)
_NAMED: Final = re.compile(r"^\s*(?:from|sender|address)\s*[:=]?\s*(\+?[\w-]{3,20})", re.IGNORECASE)
_BEFORE: Final = re.compile(r"^\s*(\+?[\w-]{3,20})\s*:", re.ASCII)


@dataclass(frozen=True)
class ProbeAnswer:
    """What a probe telephone says it received. `sender_right`: None where it cannot be said."""

    letters: Letters
    sender: str | None
    sender_right: bool | None


def token_in(said: str, open_tokens: Collection[str]) -> str | None:
    """Return the digits of the one open probe that is in the answer.

    A text of many digits answers none: it would hit an open one by chance.
    """
    said_digits = set(_DIGITS.findall(said))
    answered = said_digits.intersection(open_tokens)
    return answered.pop() if len(answered) == 1 and len(said_digits) <= _MOST_DIGITS else None


def read(said: str, expected: str, sender: str) -> ProbeAnswer:
    """Return what `said` tells of the text `expected`, whose sender is `sender` ("": unknown)."""
    shown = _sender_in(said)
    right = None
    if shown is not None and sender:
        right = _bare(sender) in _bare(shown)
    return ProbeAnswer(_letters(said, expected), shown, right)


def _letters(said: str, expected: str) -> Letters:
    if _plain(expected) in _plain(said):
        return "whole"
    wanted, came = len(_DEVANAGARI.findall(expected)), len(_DEVANAGARI.findall(said))
    if _RUBBISH.search(said) or (wanted and came):
        return "broken"
    return "unsaid"


def _sender_in(said: str) -> str | None:
    for shape in (_NAMED, _HEADER, _BEFORE):
        if (found := shape.search(said)) is not None:
            return found[1]
    return None


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _bare(sender: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", sender.upper())
