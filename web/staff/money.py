"""Sums of money for people: read as a clerk types them, shown as India writes them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from babel.numbers import format_decimal

from web.staff.rooms import shared

_TYPED: Final = re.compile(
    r"(?:rs\.?|₹)?\s*(?P<rupees>[0-9]{1,7})(?:\.(?P<paise>[0-9]{1,2}))?", re.ASCII | re.IGNORECASE
)


def paise(typed: str) -> int:
    """What was typed in rupees, as `500`, `1,000`, `76.50` or `Rs 20`. Raises ValueError."""
    found = _TYPED.fullmatch(typed.replace(",", "").strip())
    if found is None:
        raise ValueError("rupees, as 500 or 76.50")
    return int(found["rupees"]) * 100 + int((found["paise"] or "").ljust(2, "0"))


def signed_paise(typed: str) -> int:
    """As `paise`, with a minus before what went out."""
    bare = typed.strip()
    return -paise(bare[1:]) if bare.startswith(("-", "−")) else paise(bare)


@shared.app_template_filter()
def rupees(sum_paise: int) -> str:
    """₹1,00,000 or ₹76.50, of paise."""
    whole, rest = divmod(abs(sum_paise), 100)
    sign = "−" if sum_paise < 0 else ""
    shown = format_decimal(whole, locale="en_IN")
    return f"{sign}₹{shown}.{rest:02}" if rest else f"{sign}₹{shown}"


def exact(sum_paise: int) -> Decimal:
    """123456.50, as other software reads it, of paise."""
    return Decimal(sum_paise).scaleb(-2)
