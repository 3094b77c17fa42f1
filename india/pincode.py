"""PINs of the post, as people type and paste them, read alike at every door. Pure.

(A postman's secret PIN is another thing: postal/people/pins.py.)
"""

from __future__ import annotations

import re
from typing import Final

from india import figures

SHAPE: Final = "^[1-9][0-9]{5}$"
_LENGTH: Final = 6
_BEGUN: Final = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)


class NoPin(ValueError):
    """What was typed is not the PIN of any place."""


class PinBegun(NoPin):
    """The first digits of a PIN. `left`: so many are missing."""

    def __init__(self, left: int) -> None:
        super().__init__(f"{left} more digits")
        self.left = left


def read(typed: str) -> str:
    """Return the PIN in `typed`: `273 303`, `२७३३०३` and `273-303` are 273303.

    Raise `NoPin`, and `PinBegun` for what may become one.
    """
    digits = figures.digits(typed)
    if _BEGUN.fullmatch(digits) is None:
        raise NoPin("a PIN has six digits, of which the first is not 0")
    if len(digits) < _LENGTH:
        raise PinBegun(_LENGTH - len(digits))
    return digits


def parse(typed: str) -> str | None:
    """Return what `read` returns, or None for what is no PIN."""
    try:
        return read(typed)
    except NoPin:
        return None
