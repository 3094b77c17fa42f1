"""Days and hours of the post office: in India, six of the seven days are working days. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from babel.dates import format_date, format_datetime

from india import signs

INDIA = timezone(timedelta(hours=5, minutes=30))  # no summer time, and none since 1945
_MORNING = time(9, 0)
_MONTHS = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"
_SUNDAY = 6
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""For programs, in English."""
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:.]?([0-5][0-9])", re.ASCII)
_INDIAN = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})", re.ASCII)
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)


FIRST: Final = date(2000, 1, 1)
LAST: Final = date(2099, 12, 31)
"""The days that anything here can be about; with others, sums of days overflow."""
_HOW: Final = f"a day is written as 2026-08-14 or 14-08-2026, from {FIRST} to {LAST}"


class NoDay(ValueError):
    """What was given is no day, or one that nothing here can be about."""


def read(raw: str) -> date:
    """Return the day of `2026-08-14`, or as India writes it: `14-08-2026`, `14/8/26`, `१४.०८.२०२६`.

    The one reader of days in paths, queries, forms, files, bodies and commands. Digits of any
    script, from `FIRST` to `LAST`. Raise `NoDay`.
    """
    bare = signs.bare(raw)
    if found := _ISO.fullmatch(bare):
        year, month, number = (int(part) for part in found.groups())
    elif found := _INDIAN.fullmatch(bare):
        number, month, year = int(found[1]), int(found[3]), int(found[4])
        year += FIRST.year if len(found[4]) == 2 else 0
    else:
        raise NoDay(_HOW)
    try:
        day = date(year, month, number)
    except ValueError:
        raise NoDay(f"there is no day {bare}") from None
    if not FIRST <= day <= LAST:
        raise NoDay(_HOW)
    return day


def read_time(raw: str) -> time:
    """Return the time of day of `9:05`, `09.05` or `0905`, digits of any script. Raise `NoDay`."""
    found = _CLOCK.fullmatch(signs.bare(raw))
    if found is None:
        raise NoDay("a time of day is written as 10:05, from 0:00 to 23:59")
    return time(int(found[1]), int(found[2]))


def is_usable(at: datetime) -> bool:
    """Tell whether the time `at` (aware) can be when something happened here.

    Carriers send 0001-01-01 and 9999-12-31 where they know none.
    """
    return FIRST.year <= at.year <= LAST.year


def local(at: datetime) -> datetime:
    """Return the time `at` (aware) in India; the nearest possible for one out of range."""
    return min(max(at, _EARLIEST), _LATEST).astimezone(INDIA)


def day_of(at: datetime) -> date:
    """Return the day in India at `at` (aware)."""
    return local(at).date()


def bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of `day` and the first of the next one, both aware."""
    first = datetime.combine(day, time(), INDIA)
    return first, datetime.combine(day + timedelta(days=1), time(), INDIA)


def is_working(day: date) -> bool:
    """Tell whether post is delivered on `day`: not on Sundays."""
    return day.weekday() != _SUNDAY


def name(day: date) -> str:
    """Return `day` as a text can carry it: 14AUG (DLT: no separators in a variable)."""
    return f"{day.day:02d}{_MONTHS[3 * day.month - 3 : 3 * day.month]}"


def morning(day: date) -> datetime:
    """Return nine o'clock of `day`, in India."""
    return datetime.combine(day, _MORNING, INDIA)


_WAKES, _SLEEPS = time(8), time(20)


def is_awake(at: datetime) -> bool:
    """Tell whether people are awake at `at` (aware): from 8 to 20 o'clock."""
    return _WAKES <= at.astimezone(INDIA).time() < _SLEEPS


def awake_after(at: datetime, hours: timedelta) -> datetime:
    """Return when people have been awake for `hours` since `at` (aware): 8 to 20 o'clock counts."""
    left, now = hours, at.astimezone(INDIA)
    while True:
        begins = datetime.combine(now.date(), _WAKES, INDIA)
        ends = datetime.combine(now.date(), _SLEEPS, INDIA)
        now = max(now, begins)
        if now < ends and left <= ends - now:
            return now + left
        left -= max(ends - now, timedelta())
        now = datetime.combine(now.date() + timedelta(days=1), time(), INDIA)


def long_day(day: date, language: str) -> str:
    """Return `day` as people write it: Friday, 14 August 2026."""
    return format_date(day, "EEEE, d MMMM y", locale=f"{language}_IN")


def moment(at: datetime, language: str) -> str:
    """Return `at` to the minute: 14 August 2026, 10:04."""
    return format_datetime(local(at), "d MMMM y, HH:mm", tzinfo=INDIA, locale=f"{language}_IN")


def exact(at: datetime | date, language: str) -> str:
    """Return `at` to the second: 14 Aug 2026, 10:04:31; or a day alone."""
    if not isinstance(at, datetime):
        return format_date(at, "d MMM y", locale=f"{language}_IN")
    return format_datetime(local(at), "d MMM y, HH:mm:ss", tzinfo=INDIA, locale=f"{language}_IN")
