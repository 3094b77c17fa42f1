"""The signs that people type and paste: digits of any script, dashes, blanks, unseen characters.

Every door reads through here (docs/developing/architecture.md rule 17), so that what is pasted from
a page or a chat means what it shows. Pure.
"""

from __future__ import annotations

import unicodedata
from typing import Final

UNSEEN: Final = "\u200b"
"""What `plain` puts for every character that shows nothing."""

# Format characters (Unicode category Cf) show nothing, and so do these letters, marks and symbols:
# fillers of Hangul, variation selectors, Khmer's inherent vowels, the blank of Braille.
_BLANK_LETTERS: Final = frozenset(
    (
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),
        *(*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)),
    )
)
_DASHES: Final = frozenset("\u2212\u02d7\u2043")  # beside the category Pd
_LINE_ENDS: Final = frozenset("\n\r\u2028\u2029\x0b\x0c\x85")


class _Plain(dict[int, str]):
    """The plain sign of each character, found when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _plain(chr(code))
        return found


def _plain(sign: str) -> str:
    if is_unseen(sign):
        return UNSEEN
    if sign.isdigit():
        return str(unicodedata.digit(sign))
    if sign in _LINE_ENDS:
        return sign
    if sign.isspace():
        return " "
    if sign in _DASHES or unicodedata.category(sign) == "Pd":
        return "-"
    compatible = unicodedata.normalize("NFKC", sign)
    return compatible if len(compatible) == 1 and compatible.isascii() else sign


_TABLE: Final = _Plain()


def is_unseen(sign: str) -> bool:
    """Tell whether a reader sees nothing of the character `sign`, a blank apart."""
    return unicodedata.category(sign) == "Cf" or ord(sign) in _BLANK_LETTERS


def plain(text: str) -> str:
    """Return `text` with ASCII digits, dashes, brackets and blanks, and `UNSEEN` for the unseen.

    One character for each of `text`, so that positions stay.
    """
    return text.translate(_TABLE)


def bare(text: str) -> str:
    """Return `plain` without the unseen and without blanks around: a number as it was meant."""
    return plain(text).replace(UNSEEN, "").strip()


def ascii_digits(text: str) -> str:
    """Return `text` with the digits of any script (Devanagari, raised, circled) as 0-9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(each)) if each.isdigit() else each for each in text)
