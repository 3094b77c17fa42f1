"""Texts that come late: how far the carrier's time is believed, and what it is good for.

A text from a dead zone comes when the telephone has found a network again. Where the carrier says
when it took the text, a handover is judged by that moment. Nobody who texts can set that time; but
a carrier's clock may be wrong, so it is believed only within bounds. Without it, the moment counts
in which the text came.
"""

from __future__ import annotations

from datetime import datetime, timedelta

BELIEVED_FOR = timedelta(hours=6)
# An approach written this long ago releases no code: nobody stands at that door any more.
APPROACH_OVER = timedelta(minutes=30)
# A code that was over this long when its text came was not told at the door just now.
SLOW_DOOR = timedelta(minutes=15)


def written_at(carrier_at: datetime | None, now: datetime) -> datetime | None:
    """The carrier's time, where it is believed; None: the moment counts in which the text came."""
    if carrier_at is None or not now - BELIEVED_FOR <= carrier_at <= now:
        return None
    return carrier_at
