"""Names and addresses as people type and paste them, read alike at every door. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from india import signs

LONGEST: Final = 100
LONGEST_ADDRESS: Final = 300

# Control characters, and the two marks that turn around what is shown: RLO would print another
# name than is stored. Marks that only embed come along with what is pasted, and are left out.
NEVER: Final = "\\x00-\\x1f\\x7f-\\x9f\\u202d\\u202e"
_NEVER: Final = re.compile(f"[{NEVER}]")
_JOINERS: Final = "\u200c\u200d"  # they shape letters of Hindi, and stay within a name


class NoName(ValueError):
    """What was typed is no name and no address."""


class Unseen(NoName):
    """A reader sees nothing of it."""


class TooLong(NoName):
    """It has more characters than are kept. `most`: so many are."""

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} characters at most")
        self.most = most


class Unprintable(NoName):
    """It holds a control character, or a mark that turns around what is shown."""


def read(typed: str, most: int = LONGEST) -> str:
    """Return a name as it is kept: composed, single blanks, nothing unseen.

    The joiners of Hindi stay between letters. `most`: characters of what is kept. Raise `Unseen`,
    `TooLong` or `Unprintable`.
    """
    if _NEVER.search(typed):
        raise Unprintable("it holds a character that cannot be printed")
    kept = seen(typed)
    if not kept:
        raise Unseen("nothing in it can be seen")
    if len(kept) > most:
        raise TooLong(most)
    return kept


def read_address(typed: str) -> str:
    """Return an address on one line, its lines joined by commas. Raise what `read` raises."""
    lines = (line.strip(" ,\t") for line in typed.splitlines())
    return read(", ".join(filter(None, lines)), LONGEST_ADDRESS)


def seen(typed: str) -> str:
    """Return what a reader sees of a line, with single blanks; "" where that is nothing."""
    composed = unicodedata.normalize("NFC", typed)
    shown = "".join(each for each in composed if each in _JOINERS or not signs.is_unseen(each))
    return " ".join(word.strip(_JOINERS) for word in shown.split() if word.strip(_JOINERS))
