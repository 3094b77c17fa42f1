"""What is printed, per language (words/*.toml), and money and days as people write them."""

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
    """All that is printed in `language`, by key."""
    path = _FOLDER / f"{language}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}") from None


def say(language: Language, key: str, **values: str | int) -> str:
    """The sentence called `key`, filled in. Raises KeyError where it or a value is missing."""
    return words(language)[key].format(**values)


def rupees(paise: int, language: Language) -> str:
    """An amount of paise: ₹ 1,23,456.50, grouped as in India."""
    amount = Decimal(paise).scaleb(-2)
    return f"₹ {format_decimal(amount, '#,##,##0.00', locale=_LOCALES[language])}"


def whole_rupees(amount: int, language: Language) -> str:
    """An amount of whole rupees, as COD is: ₹ 12,500."""
    return f"₹ {format_decimal(amount, '#,##,##0', locale=_LOCALES[language])}"


def moment(at: datetime, language: Language) -> str:
    """14 August 2026, 10:04 in India."""
    return format_datetime(at, "d MMMM y, HH:mm", tzinfo=INDIA, locale=_LOCALES[language])


def day(on: date, language: Language) -> str:
    """Friday, 14 August 2026."""
    return format_date(on, "EEEE, d MMMM y", locale=_LOCALES[language])
