"""One spelling for the many that people have of a word: Hindi in Latin or Devanagari letters,
English, doubled letters. Pure.

Keys are compared, never shown. Two words that share a key must not differ in meaning;
`tests/flows/test_postman_words.py` looks at the tables.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_LETTERS: Final = [
    "क",
    "k",
    "ख",
    "kh",
    "ग",
    "g",
    "घ",
    "gh",
    "ङ",
    "n",
    "च",
    "ch",
    "छ",
    "ch",
    "ज",
    "j",
    "झ",
    "jh",
    "ञ",
    "n",
    "ट",
    "t",
    "ठ",
    "th",
    "ड",
    "d",
    "ढ",
    "dh",
    "ण",
    "n",
    "त",
    "t",
    "थ",
    "th",
    "द",
    "d",
    "ध",
    "dh",
    "न",
    "n",
    "प",
    "p",
    "फ",
    "ph",
    "ब",
    "b",
    "भ",
    "bh",
    "म",
    "m",
    "य",
    "y",
    "र",
    "r",
    "ल",
    "l",
    "व",
    "v",
    "श",
    "sh",
    "ष",
    "sh",
    "स",
    "s",
    "ह",
    "h",
]
_CONSONANTS: Final = dict(zip(_LETTERS[::2], _LETTERS[1::2], strict=True))
_VOWEL_LETTERS: Final = "अ a आ a इ i ई i उ u ऊ u ऋ ri ए e ऐ ai ओ o औ au ऑ o ऍ e".split()  # noqa: SIM905
_VOWELS: Final = dict(zip(_VOWEL_LETTERS[::2], _VOWEL_LETTERS[1::2], strict=True))
_VOWEL_SIGNS: Final = "ा a ि i ी i ु u ू u ृ ri े e ै ai ो o ौ au ॉ o ॅ e".split()  # noqa: SIM905
_SIGNS: Final = dict(zip(_VOWEL_SIGNS[::2], _VOWEL_SIGNS[1::2], strict=True))
_VIRAMA, _NUKTA = "्", "़"
_NASAL = frozenset("ंँ")
_ASPIRATE = re.compile(r"(?<=[bgjk])h")
_HARD_C = re.compile(r"c(?!h)")
_AGAIN = re.compile(r"(.)\1+")
_LATER = (("ph", "f"), ("w", "v"), ("z", "j"), ("q", "k"), ("ee", "i"), ("oo", "u"), ("sh", "s"))


def romanise(word: str) -> str:
    """Return a word of Devanagari in Latin letters; other letters stay as they are."""
    found: list[str] = []
    letters = unicodedata.normalize("NFD", word).replace(_NUKTA, "")
    for place, letter in enumerate(letters):
        if letter in _CONSONANTS:
            after = letters[place + 1 : place + 2]
            bare = not after or after in _SIGNS or after == _VIRAMA
            found.append(_CONSONANTS[letter] + ("" if bare else "a"))
        elif letter in _NASAL:
            found.append("n")
        else:
            found.append(_SIGNS.get(letter) or _VOWELS.get(letter) or letter)
    return "".join(found).replace(_VIRAMA, "")


@lru_cache(maxsize=4096)
def key(word: str) -> str:
    """Return the key of a folded word: the same for its common spellings."""
    text = romanise(word)
    for old, new in _LATER:
        text = text.replace(old, new)
    text = _ASPIRATE.sub("", _HARD_C.sub("k", text)).replace("chh", "ch").replace("y", "i")
    return _AGAIN.sub(r"\1", text)
