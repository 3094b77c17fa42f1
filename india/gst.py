"""Goods and services tax: registrations (GSTIN), the states' codes, the code of what the post does.

Codes: the annexure of Notification 11/2017 Central Tax (Rate) for services; the first two digits of
a GSTIN are the state's code of the census.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

SAC: Final = "996811"
"""Postal services including post office counter services, mailbox rental services."""

STATES: Final[Mapping[str, str]] = {
    "jammu and kashmir": "01", "himachal pradesh": "02", "punjab": "03", "chandigarh": "04",
    "uttarakhand": "05", "haryana": "06", "delhi": "07", "rajasthan": "08", "uttar pradesh": "09",
    "bihar": "10", "sikkim": "11", "arunachal pradesh": "12", "nagaland": "13", "manipur": "14",
    "mizoram": "15", "tripura": "16", "meghalaya": "17", "assam": "18", "west bengal": "19",
    "jharkhand": "20", "odisha": "21", "chhattisgarh": "22", "madhya pradesh": "23",
    "gujarat": "24", "the dadra and nagar haveli and daman and diu": "26", "maharashtra": "27",
    "karnataka": "29", "goa": "30", "lakshadweep": "31", "kerala": "32", "tamil nadu": "33",
    "puducherry": "34", "andaman and nicobar islands": "35", "telangana": "36",
    "andhra pradesh": "37", "ladakh": "38",
}  # fmt: skip
"""Of each state or union territory, in small letters, as the directory of PINs names it."""

_SHAPE: Final = re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]", re.ASCII)
_SIGNS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def registrations(typed: str) -> tuple[str, ...]:
    """Return the GSTINs of `09AAAAA0000A1Z5,10…`, one for each state. Raise ValueError."""
    found = tuple(each.strip().upper() for each in typed.split(",") if each.strip())
    for each in found:
        if not _SHAPE.fullmatch(each):
            raise ValueError("a GSTIN has 15 signs, as 27AAPFU0939F1ZV")
        if check_sign(each[:-1]) != each[-1]:
            raise ValueError(f"the check sign of {each} does not fit: one sign is wrong")
    if len({each[:2] for each in found}) != len(found):
        raise ValueError("two GSTINs of one state")
    return found


def check_sign(first: str) -> str:
    """Return the fifteenth sign of a GSTIN: Luhn's sum, modulo 36."""
    total = 0
    for place, sign in enumerate(first):
        quotient, rest = divmod(_SIGNS.index(sign) * (1 + place % 2), 36)
        total += quotient + rest
    return _SIGNS[-total % 36]


def code_of(state: str) -> str | None:
    """Return the code of a state by its name; None for a name that the table does not have."""
    return STATES.get(" ".join(state.casefold().split()))


def registered_in(typed: str, state: str) -> str:
    """Return that of the registrations in `typed` which `state` has; empty: none."""
    code = code_of(state)
    return next((each for each in registrations(typed) if each[:2] == code), "")
