"""Sums of money in paise, from and for providers, clerks and readers. Never a float."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, Final

from babel.numbers import format_decimal

from india import figures, signs
from india.figures import GROUPED

MOST_PAISE: Final = 10**12
_MOST_TYPED: Final = 9_999_999  # rupees
_TYPED: Final = re.compile(
    rf"(?:(?:rs|inr|रु|रू)\.?|₹)?\s*(?P<rupees>{GROUPED})(?:\.(?P<paise>[0-9]{{1,2}}))?\s*(?:/-)?",
    re.IGNORECASE,
)


class NoSum(ValueError):
    """An error of a value that is not a sum of money."""


# ---- reading -----------------------------------------------------------------------------------


def of_paise(raw: object) -> int:
    """Return a provider's sum in paise: a whole number above 0. Raise `NoSum`."""
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 < raw <= MOST_PAISE:
        raise NoSum(f"{str(raw)[:20]} is no sum in paise")
    return raw


def of_rupees(raw: object) -> int:
    """Return the paise of a provider's rupees, two decimals at most. Raise `NoSum`."""
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
        raise NoSum(f"{str(raw)[:20]} is no sum in rupees")
    exact = Decimal(raw) * 100
    if not exact.is_finite() or exact != exact.to_integral_value() or not 0 < exact <= MOST_PAISE:
        raise NoSum(f"{str(raw)[:20]} is no sum in rupees")
    return int(exact)


def of_typed(typed: str) -> int:
    """Return the paise of typed rupees: `500`, `1,000`, `1,00,000`, `76.50`, `₹20`, `Rs 5/-`, `५`.

    Raise ValueError: `500,00` and `76,50` may be two sums each.
    """
    return _paise(typed, _MOST_TYPED)


def whole_rupees(typed: str, most: int) -> int:
    """Return typed rupees as whole ones: `1,500` and `₹1500.00` are 1500.

    Raise ValueError, and `figures.OutOfRange` above `most`.
    """
    rupees, paise = divmod(_paise(typed, most), 100)
    if paise:
        raise ValueError("whole rupees, as 500 or 1,000")
    return rupees


def of_signed(typed: str) -> int:
    """Return what `of_typed` returns, negative after a minus. Raise ValueError."""
    bare = signs.bare(typed)
    return -of_typed(bare[1:]) if bare.startswith("-") else of_typed(bare)


def _paise(typed: str, most: int) -> int:
    found = _TYPED.fullmatch(signs.bare(typed))
    if found is None:
        raise ValueError("rupees, as 500, 1,000 or 76.50")
    whole = figures.whole(found["rupees"], 0, most)
    return whole * 100 + int((found["paise"] or "").ljust(2, "0"))


def loads(text: str | bytes) -> Any:
    """Return JSON with `Decimal` decimals. Raise ValueError, also for NaN and endless nesting."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


# ---- writing -----------------------------------------------------------------------------------


def exact(paise: int) -> Decimal:
    """Return rupees with two decimals, for other software: 123456.50."""
    return Decimal(paise).scaleb(-2)


def rupees(paise: int) -> str:
    """Return `exact` as text, for providers: 1234.50."""
    return str(exact(paise))


def shown(paise: int) -> str:
    """Return a sum for a screen, grouped as in India: ₹1,00,000, or ₹76.50 with paise."""
    whole, rest = divmod(abs(paise), 100)
    sign = "−" if paise < 0 else ""
    grouped = format_decimal(whole, locale="en_IN")
    return f"{sign}₹{grouped}.{rest:02}" if rest else f"{sign}₹{grouped}"


def printed(paise: int, language: str) -> str:
    """Return a sum for paper, grouped as in India, with decimals: ₹ 1,23,456.50."""
    return f"₹ {format_decimal(exact(paise), '#,##,##0.00', locale=f'{language}_IN')}"


def printed_whole(amount: int, language: str) -> str:
    """Return whole rupees for paper, as COD is: ₹ 12,500."""
    return f"₹ {format_decimal(amount, '#,##,##0', locale=f'{language}_IN')}"
