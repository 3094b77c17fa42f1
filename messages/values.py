"""The values of each variable. A variable's name says its kind, the same in every template.

DLT (TRAI, 18 Nov 2025): `#numeric#` takes digits, `#alphanumeric#` letters and digits, at most 40.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

DltType = Literal["numeric", "alphanumeric"]
DLT_SHAPES: Mapping[DltType, str] = MappingProxyType(
    {"numeric": r"[0-9]+", "alphanumeric": r"[0-9A-Za-z]{1,40}"}
)


@dataclass(frozen=True)
class Number:
    """A whole number from `least` to `most`."""

    least: int
    most: int
    dlt: DltType = "numeric"

    @property
    def allowed(self) -> str:
        return f"a whole number from {self.least} to {self.most}"

    @property
    def longest(self) -> str:
        return str(self.most)

    @property
    def sample(self) -> str:
        """An example for the operators' registration sheet."""
        return str(max(self.least, min(self.most, 12)))

    def admits(self, value: object) -> bool:
        """Tell whether `value` is allowed. True and False are not numbers."""
        if not isinstance(value, int) or isinstance(value, bool):
            return False
        return self.least <= value <= self.most


@dataclass(frozen=True)
class Word:
    """A text of one shape."""

    shape: str
    allowed: str
    longest: str
    dlt: DltType
    sample: str  # an example for the operators' registration sheet

    def admits(self, value: object) -> bool:
        """Tell whether `value` is allowed."""
        return isinstance(value, str) and re.fullmatch(self.shape, value, re.ASCII) is not None


Kind = Number | Word

_WEEKDAYS = "(?=[1-6]{1,5}$)1?2?3?4?5?6?"
_SPOKEN = Word("[A-Za-z\u0900-\u097f▪]{2,12}", "a spoken word", "W" * 11, "alphanumeric", "imli")
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "serial": Number(0, 999),  # 0: the item has no place on the list
        "count": Number(0, 999),
        "done": Number(0, 999),
        "failed": Number(0, 999),
        "tries": Number(0, 9),
        "amount": Number(0, 50000),  # whole rupees
        "days": Number(1, 9999),
        "hour": Number(0, 23),  # o'clock, in India
        "total": Number(0, 9999999),  # whole rupees of a whole list
        "remark": Number(10, 99),
        "reason": Number(1, 5),  # why no code can be told at the door
        "document": Word(  # that the postman was shown
            r"AADHAAR|VOTER|LICENCE|PASSPORT|PAN|RATION|JOBCARD",
            "a kind of document",
            "PASSPORT",
            "alphanumeric",
            "VOTER",
        ),
        "staff": Word(
            r"[0-9A-Za-z]{1,20}", "1 to 20 letters and digits", "W" * 20, "alphanumeric", "1001"
        ),
        "pieces": Word(
            r"(P[0-9]{1,2}){1,3}(PLUS)?",
            "at most three pieces",
            "P99P99P99PLUS",
            "alphanumeric",
            "P2P3",
        ),
        "postman": Word(
            r"[0-9A-Za-z]{1,8}", "1 to 8 letters and digits", "W" * 8, "alphanumeric", "1001"
        ),
        "digits": Word(r"[0-9]{4}", "four digits", "9999", "numeric", "6785"),
        "other": Word(r"[0-9]{4}", "four digits", "9999", "numeric", "3775"),
        "ticket": Number(1, 99_999_999),
        "date": Number(1, 31),  # of a month, as it is typed after 4
        "day": Word(r"[0-9]{2}[A-Z]{3}", "a day, such as 14AUG", "30WWW", "alphanumeric", "14AUG"),
        "article": Word(
            r"[A-Z]{2}[0-9]{9}[A-Z]{2}",
            "an article number",
            "WW999999999WW",
            "alphanumeric",
            "EU123456785IN",
        ),
        "who": Number(0, 2),  # may take it, by the digit that wishes it; 0: nobody else
        "when": Word(_WEEKDAYS, "weekdays, as 135", "23456", "alphanumeric", "135"),
        "comes": Word(f"0|44|{_WEEKDAYS}", "weekdays, 44 or 0", "23456", "alphanumeric", "135"),
        # Of a household's word: on a screen alone, never in an SMS. A mask keeps its place.
        "first": _SPOKEN,
        "second": _SPOKEN,
        "quote": Word(r"[0-9]{2}", "two digits", "99", "numeric", "47"),
        "check": Word(r"[0-9]{3}", "three digits", "999", "numeric", "417"),
        "code": Word(r"[0-9]{6,8}", "6 to 8 digits", "99999999", "numeric", "482913"),
    }
)
