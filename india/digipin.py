"""DIGIPIN: ten signs that name a square of four metres; never in a text to anybody. Pure.

The alphabet is that of the Department of Posts' own grid (16 signs, ten levels), which leaves out
what is easily confused. Whether the square is the right one only a map could tell.
"""

from __future__ import annotations

import re
from typing import Final

from india import signs

ALPHABET: Final = "23456789CFJKLMPT"
_BETWEEN: Final = re.compile(r"[\s-]+")
_SHAPE: Final = re.compile(f"[{ALPHABET}]{{10}}", re.ASCII)


class NoDigipin(ValueError):
    """What was given is no DIGIPIN."""


class DigipinBegun(NoDigipin):
    """It may become one: `left` signs are missing."""

    def __init__(self, left: int) -> None:
        super().__init__(f"{left} more signs of the DIGIPIN")
        self.left = left


def read(raw: str) -> str:
    """Return `39j 49l l8t4`, `39J-49L-L8T4`, digits of any script, as 39J49LL8T4.

    Raise `NoDigipin`.
    """
    bare = _BETWEEN.sub("", signs.bare(raw)).upper()
    if _SHAPE.fullmatch(bare):
        return bare
    if bare and len(bare) < 10 and not set(bare) - set(ALPHABET):
        raise DigipinBegun(10 - len(bare))
    raise NoDigipin(f"a DIGIPIN has ten signs of {ALPHABET}, as 39J-49L-L8T4")


def shown(digipin: str) -> str:
    """Return it as people read it: 39J-49L-L8T4."""
    return f"{digipin[:3]}-{digipin[3:6]}-{digipin[6:]}"
