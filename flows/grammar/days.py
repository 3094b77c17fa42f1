"""A day that stands after `4`, or alone: a number, a date, a weekday, "kal". Pure."""

from __future__ import annotations

from collections.abc import Sequence

from flows.reading.scripts import latin
from flows.reading.signs import MONTHS, OFFSETS, WEEKDAYS
from flows.reading.words import find
from flows.wishes import DayNamed

_BESIDE = frozenset(("ko", "on", "in", "day", "for", ""))  # "29 tarikh ko", "on monday"
_THIS_CENTURY = 2000


def day_named(found: Sequence[str]) -> DayNamed | None:
    """Return the day that the tokens name and nothing else, or None."""
    words = [_plain(token) for token in found]
    words = [word for word in words if word not in _BESIDE]
    if len(words) == 1:
        return _one(words[0])
    if not 2 <= len(words) <= 3 or not all(words):
        return None
    if words[0] in MONTHS:  # "Dec 2"
        words[:2] = words[1::-1]
    day, month = _number(words[0]), MONTHS.get(words[1]) or _number(words[1])
    year = _number(words[2]) if len(words) == 3 else None
    if (len(words) == 3 and year is None) or not (1 <= day <= 31 and 1 <= month <= 12):
        return None
    if year is not None and year < 100:
        year += _THIS_CENTURY
    return DayNamed(day=day, month=month, year=year)


def is_day(found: Sequence[str]) -> bool:
    """Tell whether the tokens are digits and months as days are written, if only 40 or 31/2."""
    if not 1 <= len(found) <= 3 or not found[0].isdigit():
        return False
    of_month = all(
        len(each) < 3 if each.isdigit() else _plain(each) in MONTHS for each in found[:2]
    )
    return of_month and all(each.isdigit() and len(each) in (2, 4) for each in found[2:])


def _plain(token: str) -> str:
    if token.isdigit():
        return token
    bare = token[:-2]
    if token.endswith(("st", "nd", "rd", "th")) and bare.isdigit():
        return bare
    return find(latin(token)).notion


def _one(word: str) -> DayNamed | None:
    if word in OFFSETS:
        return DayNamed(offset=OFFSETS[word]) if OFFSETS[word] else None
    if word in WEEKDAYS:
        return DayNamed(weekday=WEEKDAYS.index(word))
    day = _number(word)
    return DayNamed(day=day) if 1 <= day <= 31 and len(word) <= 2 else None


def _number(word: str) -> int:
    return int(word) if word.isdigit() and word.isascii() and len(word) <= 4 else 0
