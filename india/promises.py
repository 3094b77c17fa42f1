"""By when the promised services hand an article over: 24 and 48 Speed Post. Pure.

The rules are data (`promises.toml`), as they are the department's and may change.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, Literal, get_args

from india import calendar

Promise = Literal[24, 48]
PROMISES: Final[tuple[Promise, ...]] = get_args(Promise)
_FILE: Final = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class PromiseRule:
    """`days` until it is due; whether rounds go on Sundays, and on holidays."""

    days: int
    sundays: bool
    holidays: bool


@dataclass(frozen=True)
class Holidays:
    """Days on which only promised rounds go: of every year (month, day), and single ones."""

    every_year: frozenset[tuple[int, int]]
    dated: frozenset[date]

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        return (day.month, day.day) in self.every_year or day in self.dated


def next_working(day: date) -> date:
    """Return the first day after `day` on which every round goes: no Sunday and no holiday."""
    following = day + timedelta(days=1)
    while not is_working(following):
        following += timedelta(days=1)
    return following


def is_working(day: date) -> bool:
    """Tell whether every round goes on `day`, and not only those of the promised services."""
    return calendar.is_working(day) and day not in HOLIDAYS


def due_by(rule: PromiseRule, holidays: Holidays, booked: date) -> date:
    """Return the day by whose end an article of that rule, booked on `booked`, is due."""
    day, left = booked, rule.days
    while left:
        day += timedelta(days=1)
        off = (not rule.sundays and not calendar.is_working(day)) or (
            not rule.holidays and day in holidays
        )
        left -= not off
    return day


def due(promise: Promise, booked: date) -> date:
    """Return the day by whose end an article of the promised service is due."""
    return due_by(RULES[promise], HOLIDAYS, booked)


def _of_year(written: str) -> tuple[int, int]:
    month, day = written.split("-")
    return int(month), int(day)


def _read(written: Mapping[str, Any]) -> tuple[Mapping[Promise, PromiseRule], Holidays]:
    rules = {each: PromiseRule(**written["services"][str(each)]) for each in PROMISES}
    named = written["holidays"]
    return rules, Holidays(
        frozenset(map(_of_year, named["every_year"])),
        frozenset(map(calendar.read, named["dated"])),
    )


RULES, HOLIDAYS = _read(tomllib.loads(_FILE.read_text(encoding="utf-8")))
