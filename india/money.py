"""Paise and what providers write for them: whole paise, or rupees with decimals. Never a float."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final

MOST_PAISE: Final = 10**12


class NoSum(ValueError):
    """What stands there is no sum of money."""


def rupees(paise: int) -> str:
    """1234.50"""
    return f"{paise // 100}.{paise % 100:02}"


def of_paise(raw: object) -> int:
    """A provider's sum in paise: a whole number above 0. Raises `NoSum`."""
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 < raw <= MOST_PAISE:
        raise NoSum(f"{str(raw)[:20]} is no sum in paise")
    return raw


def of_rupees(raw: object) -> int:
    """A provider's sum in rupees (int, or Decimal with two decimals at most). Raises `NoSum`."""
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
        raise NoSum(f"{str(raw)[:20]} is no sum in rupees")
    exact = Decimal(raw) * 100
    if not exact.is_finite() or exact != exact.to_integral_value() or not 0 < exact <= MOST_PAISE:
        raise NoSum(f"{str(raw)[:20]} is no sum in rupees")
    return int(exact)


def loads(text: str | bytes) -> Any:
    """JSON whose decimals are `Decimal`. Raises ValueError, also for NaN and for nesting without
    end."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON")
