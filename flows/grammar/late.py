"""Texts that arrive late: how far the carrier's time is trusted, and what depends on it.

A text from a dead zone arrives when the telephone has found a network again. If the carrier says
when it took the text, a handover is judged by that moment. A sender cannot set that time, but a
carrier's clock may be wrong, so it is trusted only within bounds. Without it, the time of arrival
counts.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from india.calendar import day_of

BELIEVED_FOR = timedelta(hours=6)
# To which day's list its items belong: a text waits for a network over a night.
DAY_BELIEVED_FOR = timedelta(hours=24)
# An approach written this long ago releases no code: nobody is at that door any more.
APPROACH_OVER = timedelta(minutes=30)
# A code that had expired this long before its text arrived was not told at the door just now.
SLOW_DOOR = timedelta(minutes=15)


def written_at(carrier_at: datetime | None, now: datetime) -> datetime | None:
    """Return the carrier's time if it is trusted; None means that the time of arrival counts."""
    if carrier_at is None or not now - BELIEVED_FOR <= carrier_at <= now:
        return None
    return carrier_at


def written_on(carrier_at: datetime | None, now: datetime) -> date | None:
    """Return the earlier day on which a text was written, by its carrier; None: today, or unknown.

    Its items are those of that day's list: numbers of today's are other people's post.
    """
    if carrier_at is None or not now - DAY_BELIEVED_FOR <= carrier_at <= now:
        return None
    return None if day_of(carrier_at) == day_of(now) else day_of(carrier_at)
