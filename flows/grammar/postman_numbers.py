"""What the numbers of a postman's text may be: items, remarks, amounts, a code in pieces. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from flows import number
from flows.events import AskedBack, Event, NotUnderstood, Payment
from flows.grammar import words
from flows.grammar.text import fold
from flows.remarks import TYPED

PAYMENTS: Final[Mapping[str, Payment]] = MappingProxyType({"1": "cash", "2": "upi"})
EXCEPTION: Final = 28  # "7 28": handed over without its code, as the office agreed
CHECKED: Final = " check"  # after an item: the key of its three digits beside those of the codes
NEW_NUMBER: Final = 29  # "7 29 9876543210 1 1234": its telephone is wrong, this is the right one
SIGNATURE: Final = 10  # "7 10": handed over against a signature, where no code is required
MOST_ITEMS: Final = 20
HELP: Final = "99"
# Digits alone are an amount only after a code, and from 100: "45 1" are two doors.
AMOUNT: Final = re.compile(r"[1-9][0-9]{2,4}", re.ASCII)
_RUPEES = re.compile(r"rs0*([1-9][0-9]{0,4})", re.ASCII)
RUPEE_WORDS: Final = frozenset(fold(word) for word in words.RUPEES)
VERBS: Final = {
    fold(word): command for command, line in words.POSTMAN_WORDS.items() for word in line
}


class Unclear(Exception):
    """A text that has two readings, or none; `event` is what comes of it."""

    def __init__(self, event: Event | None = None) -> None:
        super().__init__()
        self.event = event or NotUnderstood()


def doors_or_remark(item: str, remark: str) -> Unclear:
    """Return the question about "11 12"; of full article numbers the general one."""
    known = item.isdigit() and remark.isdigit()
    return Unclear(AskedBack("doors", int(item), int(remark)) if known else None)


def is_spelled(run: Sequence[str], code_length: int) -> bool:
    """Tell whether numbers in a row may be a code in pieces: "7 4 8 2 9 1 3", "7 4829 13".

    Doors in walking order are none: "3 4 5 6 7 8", "27 28 29 30".
    """
    if not run or any(not token.isdigit() for token in run):
        return False
    if len(run) == 1:
        return code_length < len(run[0]) <= code_length + 3
    values = [int(token) for token in run]
    lengths = [len(token) for token in run]
    walking = all(after > before for before, after in pairwise(values))
    if walking and (max(lengths) == 1 or values[-1] - values[0] == len(values) - 1):
        return False
    if "d" * (code_length - 1) in "".join("d" if length == 1 else " " for length in lengths):
        return True
    if _are_pairs(run) or (walking and set(lengths) == {2}):
        return False
    return any(
        len(pieces) > 1 and sum(pieces) == code_length and pieces != [3, 3] and max(pieces) < 5
        for pieces in (lengths, lengths[:-1], lengths[1:], lengths[1:-1])
    )


def _are_pairs(run: Sequence[str]) -> bool:
    """Tell whether these are items and remarks, or "7 10 500 1": paid against a signature."""
    if len(run) == 3 and run[1] == str(EXCEPTION) and run[2] in PAYMENTS:
        return True
    if len(run) == 4 and run[1] == str(SIGNATURE) and run[3] in PAYMENTS:
        return True
    return len(run) % 2 == 0 and all(remark_of(token) is not None for token in run[1::2])


def rupees_of(token: str) -> int | None:
    """Return the whole rupees of "rs500", or None."""
    match = _RUPEES.fullmatch(token)
    return int(match[1]) if match else None


def remark_of(token: str) -> int | None:
    if len(token) == 2 and token.isdigit() and int(token) in TYPED:
        return int(token)
    return None


def item_of(token: str) -> str:
    """Return a serial without leading zeros, or a full article number. Raise `Unclear`."""
    article = number.parse(token)
    if article is not None:
        return article
    if (
        not token.isdigit()
        or len(token) > 6
        or token.startswith("00")
        or not 1 <= int(token) <= 999
    ):
        raise Unclear
    return str(int(token))
