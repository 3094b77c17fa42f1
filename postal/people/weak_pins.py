"""PINs that nobody may have, since they are the first that somebody would try.

For all doors: a PIN is set by `postal/people/pins.py` alone, which asks here. Digits in a row,
repeated ones and years are about a fifth of all PINs that people choose (Bonneau, Preibusch,
Anderson, "A birthday present every eleven wallets?", 2012), and what everybody knows of the bearer
is no secret at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_ROW: Final = "01234567890"
# Corners and lines of a keypad, pairs, and what else is common in leaked lists.
_FIRST_TRIED: Final = frozenset(
    [
        *("1397", "1379", "7931", "7913", "1004", "1122", "5683"),
        *("147258", "147852", "159753", "159357", "112233", "121314"),
    ]
)
_YEAR: Final = re.compile(r"(?:19[2-9]|20[0-4])[0-9]")
_LEAST: Final = 4  # digits in a row that a PIN may share with its bearer's numbers


@dataclass(frozen=True)
class PinBearer:
    """Whose PIN it is to be, and what everybody knows of him. `phone` is E.164, or empty."""

    staff_id: str
    phone: str
    office_pin: str


def is_weak(pin: str, bearer: PinBearer) -> bool:
    """Tell whether somebody who knows its bearer would try `pin` among the first."""
    return (
        pin in _FIRST_TRIED
        or pin in _ROW
        or pin[::-1] in _ROW
        or _repeats(pin)
        or _YEAR.fullmatch(pin) is not None
        or any(_shares(pin, number) for number in (bearer.phone, bearer.office_pin))
        or _is_staff_id(pin, bearer.staff_id)
    )


def _repeats(pin: str) -> bool:
    """Tell whether `pin` is one to three digits over and over."""
    return any(
        pin == (pin[:period] * len(pin))[: len(pin)] for period in range(1, len(pin) // 2 + 1)
    )


def _shares(pin: str, number: str) -> bool:
    """Tell whether `pin` is a part of `number`, or the other way round."""
    digits = "".join(re.findall("[0-9]", number))
    return len(digits) >= _LEAST and (pin in digits or digits in pin)


def _is_staff_id(pin: str, staff_id: str) -> bool:
    """Tell whether `pin` is the number in a staff id, with noughts before it or without."""
    digits = "".join(re.findall("[0-9]", staff_id)).lstrip("0")
    return bool(digits) and (pin.lstrip("0") == digits or (len(digits) >= _LEAST and digits in pin))
