"""Days and hours of the post office: in India, six of the seven days are working days. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

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
