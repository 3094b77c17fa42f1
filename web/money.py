"""Money on pages: paise in, rupees as India writes them; and back from what a person types."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from babel.numbers import format_currency

from web import language
from web.desk.room import desk

_LOCALES: Final = {"hi": "hi_IN", "en": "en_IN"}
_TYPED: Final = re.compile(
    r"(?:rs\.?|₹)?\s*([0-9]{1,3}(?:,[0-9]{2,3})*|[0-9]+)(?:\.([0-9]{1,2}))?", re.IGNORECASE
)
_MOST_RUPEES: Final = 10**9


@desk.app_template_filter()
def rupees(paise: int) -> str:
    """₹1,23,456.50, with latin digits in every language."""
    locale = _LOCALES[language.chosen()]
    return format_currency(Decimal(paise) / 100, "INR", locale=locale, numbering_system="latn")


def exact(paise: int) -> Decimal:
    """123456.50, as other software reads it."""
    return Decimal(paise).scaleb(-2)


def read(typed: str) -> int:
    """Paise of what a person typed: 1,234.50 or Rs 1234. Raises ValueError for anything else."""
    found = _TYPED.fullmatch(typed.strip())
    if found is None:
        raise ValueError("a sum is rupees, as 1234 or 1234.50")
    whole = int(found[1].replace(",", ""))
    if whole > _MOST_RUPEES:
        raise ValueError("that is too much money for one counter")
    return 100 * whole + int((found[2] or "0").ljust(2, "0"))
