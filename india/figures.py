"""Whole numbers as people type them, read alike at every door. Pure.

Digits of any script. Commas only where the whole number is grouped as in the West (1,000,000) or as
in India (10,00,000): `500,00` may be five hundred or fifty thousand, so it is neither.
"""

from __future__ import annotations

import re
from typing import Final

from india import signs

GROUPED: Final = r"(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]?(?:,[0-9]{2})*,[0-9]{3})"
_WHOLE: Final = re.compile(GROUPED)
_MOST_DIGITS: Final = 15
_GRAMS: Final = re.compile(r"\s*(?:g|gms?|grams?|ग्राम|ग्रा)\.?$", re.IGNORECASE)


class NoNumber(ValueError):
    """What was typed is no whole number, or one that nothing here can have."""


class OutOfRange(NoNumber):
    """It is a whole number, but less or more than there can be here."""


def whole(typed: str, least: int, most: int) -> int:
    """Return the whole number in `typed`, from `least` to `most`.

    Raise `NoNumber`, and `OutOfRange` for one that is less or more.
    """
    bare = signs.bare(typed)
    if _WHOLE.fullmatch(bare) is None:
        raise NoNumber("a whole number, as 500 or 1,000")
    digits = bare.replace(",", "")
    if len(digits) > _MOST_DIGITS or not least <= int(digits) <= most:
        raise OutOfRange(f"a whole number from {least} to {most}")
    return int(digits)


def grams(typed: str, most: int) -> int:
    """Return a weight in grams, from 1 to `most`, with or without its unit: `120`, `2,500 g`.

    Raise `NoNumber`, also for kilograms.
    """
    return whole(_GRAMS.sub("", signs.bare(typed)), 1, most)


def digits(typed: str) -> str:
    """Return `typed` as a row of digits is kept, without blanks and dashes: `273 303` is 273303.

    Other signs stay, for the caller to refuse.
    """
    return re.sub(r"[ \-]", "", signs.bare(typed))
