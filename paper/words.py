"""The words of print by language (words/*.toml), and money and days as people write them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from india.calendar import INDIA
from paper.content import Language

_FOLDER: Final = Path(__file__).parent / "words"
_LOCALES: Final[Mapping[Language, str]] = {"hi": "hi_IN", "en": "en_IN"}


@cache
def words(language: Language) -> Mapping[str, str]:
    """Return all sentences of `language` by key."""
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


def say(language: Language, key: str, **values: str | int) -> str:
    """Return the sentence of `key`, filled in. Raises KeyError where it or a value is missing."""
    return words(language)[key].format(**values)


def rupees(paise: int, language: Language) -> str:
    """Return an amount of paise, grouped as in India: ₹ 1,23,456.50."""
    amount = Decimal(paise).scaleb(-2)
    return f"₹ {format_decimal(amount, '#,##,##0.00', locale=_LOCALES[language])}"


def whole_rupees(amount: int, language: Language) -> str:
    """Return an amount of whole rupees, as COD is: ₹ 12,500."""
    return f"₹ {format_decimal(amount, '#,##,##0', locale=_LOCALES[language])}"


def moment(at: datetime, language: Language) -> str:
    """Return a time in India: 14 August 2026, 10:04."""
    return format_datetime(at, "d MMMM y, HH:mm", tzinfo=INDIA, locale=_LOCALES[language])


def day(on: date, language: Language) -> str:
    """Return a day: Friday, 14 August 2026."""
    return format_date(on, "EEEE, d MMMM y", locale=_LOCALES[language])
