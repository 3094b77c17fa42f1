"""One key for the many spellings of a Hindi or Bhojpuri word in Latin letters. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_STRETCHED: Final = re.compile(r"(\w)\1{2,}")
_TWICE: Final = re.compile(r"(\w)\1+")
_INNER_A: Final = re.compile(r"(?<=\w)a(?=\w)")

# In this order: long vowels, then letters that sound alike, then the breath after a consonant.
_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("ee|ii", "i"),
        ("oo|uu", "u"),
        ("aa+", "a"),
        ("([aiueo])y([ie])", r"\1\2"),
        ("ai", "e"),
        ("au|ou", "o"),
        ("w", "v"),
        ("ph", "f"),
        ("x", "ks"),
        ("z", "j"),
        ("q|ck", "k"),
        ("c(?!h)", "k"),
        ("ch+", "c"),
        ("([kgcjtdbsp])h+", r"\1"),
    )
)


def unstretched(word: str) -> str:
    """Return `word` without letters held down: "plzzzz" is "plz"."""
    return _STRETCHED.sub(r"\1", word)


@lru_cache(maxsize=20_000)
def key(word: str) -> str:
    """Return how `word` sounds: "nahi", "nahee" and "nhi" are one, "rakho" and "rkho" too."""
    sound = word
    for pattern, to in _SOUNDS:
        sound = pattern.sub(to, sound)
    return _INNER_A.sub("", _TWICE.sub(r"\1", sound))
