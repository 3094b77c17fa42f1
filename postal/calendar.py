"""Days, as the people of the post office count them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

INDIA = ZoneInfo("Asia/Kolkata")


def day_of(at: datetime) -> date:
    """The day in India at `at` (aware)."""
    return at.astimezone(INDIA).date()
