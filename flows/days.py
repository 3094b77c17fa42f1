"""Days as the post office counts them: in India, six of them working. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

INDIA = timezone(timedelta(hours=5, minutes=30))  # no summer time, and none since 1945
_MORNING = time(9, 0)
_MONTHS = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"
_SUNDAY = 6


def is_working(day: date) -> bool:
    """Whether post is delivered on `day`: not on Sundays."""
    return day.weekday() != _SUNDAY


def next_working(day: date) -> date:
    """The first working day after `day`."""
    following = day + timedelta(days=1)
    while not is_working(following):
        following += timedelta(days=1)
    return following


def name(day: date) -> str:
    """`day` as a text can carry it: 14AUG (DLT: no separators in a variable)."""
    return f"{day.day:02d}{_MONTHS[3 * day.month - 3 : 3 * day.month]}"


def morning(day: date) -> datetime:
    """Nine o'clock of `day`, in India."""
    return datetime.combine(day, _MORNING, INDIA)
