"""The letters of other scripts as Latin ones, so that a word is found however it is written.

Devanagari as Hindi is spoken: the last inherent "a" is silent. The other scripts of India lie in
Unicode as Devanagari does and are moved there. Of Urdu consonants and long vowels are read.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from india import signs

MOST_READ: Final = 1_000
"""Letters of a text that are read, counted after folding (U+FDFA alone folds into eighteen)."""

_DEVANAGARI: Final = 0x0900
_BLOCK: Final = 0x80
_LIKE_DEVANAGARI: Final = range(0x0980, 0x0D80)  # Bengali to Malayalam, block by block

_CONSONANTS: Final = {
    "क": "k", "ख": "kh", "ग": "g", "घ": "gh", "ङ": "n", "च": "ch", "छ": "chh", "ज": "j",
    "झ": "jh", "ञ": "n", "ट": "t", "ठ": "th", "ड": "d", "ढ": "dh", "ण": "n", "त": "t",
    "थ": "th", "द": "d", "ध": "dh", "न": "n", "ऩ": "n", "प": "p", "फ": "ph", "ब": "b",
    "भ": "bh", "म": "m", "य": "y", "र": "r", "ऱ": "r", "ल": "l", "ळ": "l", "ऴ": "l", "व": "v",
    "श": "sh", "ष": "sh", "स": "s", "ह": "h",
}  # fmt: skip
_VOWELS: Final = {
    "अ": "a", "आ": "aa", "इ": "i", "ई": "ee", "उ": "u", "ऊ": "oo", "ऋ": "ri", "ए": "e", "ऍ": "e",
    "ऎ": "e", "ऐ": "ai", "ऑ": "o", "ऒ": "o", "ओ": "o", "औ": "au",
}  # fmt: skip
_SIGNS: Final = {
    "ा": "aa", "ि": "i", "ी": "ee", "ु": "u", "ू": "oo", "ृ": "ri", "ॅ": "e", "ॆ": "e", "े": "e",
    "ै": "ai", "ॉ": "o", "ॊ": "o", "ो": "o", "ौ": "au",
}  # fmt: skip
_NASALS: Final = "ंँ"
_SILENT: Final = "़ःऽ॒॑"
_VIRAMA: Final = "्"

_URDU: Final = {
    "ا": "a", "آ": "aa", "أ": "a", "ب": "b", "پ": "p", "ت": "t", "ٹ": "t", "ث": "s", "ج": "j",
    "چ": "ch", "ح": "h", "خ": "kh", "د": "d", "ڈ": "d", "ذ": "z", "ر": "r", "ڑ": "r", "ز": "z",
    "ژ": "z", "س": "s", "ش": "sh", "ص": "s", "ض": "z", "ط": "t", "ظ": "z", "ع": "a", "غ": "gh",
    "ف": "f", "ق": "k", "ک": "k", "ك": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n", "ں": "n",
    "و": "o", "ہ": "h", "ه": "h", "ھ": "h", "ء": "", "ئ": "", "ی": "i", "ي": "i", "ے": "e",
}  # fmt: skip

_SENTENCE_ENDS: Final = str.maketrans({"।": ".", "॥": ".", "؟": "?", "۔": ".", "،": ","})
# What joins letters or marks them off is no part of a word; emoji keep their own character.
_DROPPED: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_APOSTROPHES: Final = re.compile("[’‘ʼ`´]")
_DEVANAGARI_WORD: Final = re.compile("[\u0900-\u0963\u0970-\u097f]+")
_URDU_WORD: Final = re.compile("[\u0620-\u065f\u066e-\u06d3\u06d5-\u06ef\u06fa-\u06ff]+")


def folded(raw: str) -> str:
    """Return the beginning of `raw`: composed, lower case, ASCII digits, nothing unseen.

    At most `MOST_READ` letters, whatever each of them folds into.
    """
    text = unicodedata.normalize("NFKC", raw[: 2 * MOST_READ])[: 2 * MOST_READ]
    text = _APOSTROPHES.sub("'", _DROPPED.sub("", text)).translate(_SENTENCE_ENDS)
    return signs.ascii_digits(text)[:MOST_READ].casefold()[:MOST_READ]


def latin(text: str) -> str:
    """Return folded `text` with the words of India's scripts and of Urdu in Latin letters."""
    if text.isascii():
        return text
    moved = "".join(map(_as_devanagari, text))
    # Nuktas and composed letters: NFKC divides "ड़" into two, which the table of signs leaves out.
    return _URDU_WORD.sub(_urdu, _DEVANAGARI_WORD.sub(_devanagari, moved))


def _as_devanagari(letter: str) -> str:
    code = ord(letter)
    return chr(_DEVANAGARI + code % _BLOCK) if code in _LIKE_DEVANAGARI else letter


def _devanagari(match: re.Match[str]) -> str:
    parts: list[str] = []
    waits = False  # whether an inherent "a" follows if another letter does
    for letter in match.group():
        if letter in _SILENT:
            continue
        if letter == _VIRAMA:
            waits = False
            continue
        if letter in _SIGNS:
            parts.append(_SIGNS[letter])
            waits = False
            continue
        if waits:
            parts.append("a")
            waits = False
        if letter in _CONSONANTS:
            parts.append(_CONSONANTS[letter])
            waits = True
        elif letter in _VOWELS:
            parts.append(_VOWELS[letter])
        elif letter in _NASALS:
            parts.append("n")
    return "".join(parts)


def _urdu(match: re.Match[str]) -> str:
    return "".join(_URDU.get(letter, "") for letter in match.group())
