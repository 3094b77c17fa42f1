"""A day in India, as providers ask for it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

INDIA = ZoneInfo("Asia/Kolkata")


def bounds(day: date) -> tuple[datetime, datetime]:
    """The first moment of the day and the first of the next one, both aware."""
    first = datetime.combine(day, time(), INDIA)
    return first, datetime.combine(day + timedelta(days=1), time(), INDIA)
