"""Days and hours of the post office: in India, six of the seven days are working days. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

from babel.dates import format_date, format_datetime

INDIA = timezone(timedelta(hours=5, minutes=30))  # no summer time, and none since 1945
_MORNING = time(9, 0)
_MONTHS = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"
_SUNDAY = 6


def day_of(at: datetime) -> date:
    """Return the day in India at `at` (aware)."""
    return at.astimezone(INDIA).date()


def bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of `day` and the first of the next one, both aware."""
    first = datetime.combine(day, time(), INDIA)
    return first, datetime.combine(day + timedelta(days=1), time(), INDIA)


def is_working(day: date) -> bool:
    """Tell whether post is delivered on `day`: not on Sundays."""
    return day.weekday() != _SUNDAY


def next_working(day: date) -> date:
    """Return the first working day after `day`."""
    following = day + timedelta(days=1)
    while not is_working(following):
        following += timedelta(days=1)
    return following


def name(day: date) -> str:
    """Return `day` as a text can carry it: 14AUG (DLT: no separators in a variable)."""
    return f"{day.day:02d}{_MONTHS[3 * day.month - 3 : 3 * day.month]}"


def morning(day: date) -> datetime:
    """Return nine o'clock of `day`, in India."""
    return datetime.combine(day, _MORNING, INDIA)


_WAKES, _SLEEPS = time(8), time(20)


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
    return format_datetime(at, "d MMMM y, HH:mm", tzinfo=INDIA, locale=f"{language}_IN")


def exact(at: datetime | date, language: str) -> str:
    """Return `at` to the second: 14 Aug 2026, 10:04:31; or a day alone."""
    if not isinstance(at, datetime):
        return format_date(at, "d MMM y", locale=f"{language}_IN")
    return format_datetime(at, "d MMM y, HH:mm:ss", tzinfo=INDIA, locale=f"{language}_IN")
