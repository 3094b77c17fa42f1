"""Midnight in India, over which no measurement lasts: lists are those of one day."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from bench.rig import MeasureFailed
from india.calendar import bounds, day_of


def refuse_midnight(seconds: float) -> None:
    """Raise `MeasureFailed` where a run of `seconds` from now would last into tomorrow."""
    if seconds_to_wait(seconds, datetime.now(UTC)):
        most = timedelta(seconds=seconds)
        raise MeasureFailed(f"it is midnight in India within {most}: begin after that")


def wait_for_midnight(seconds: float) -> None:
    """Return once a run of `seconds` ends on the day on which it begins."""
    wait = seconds_to_wait(seconds, datetime.now(UTC))
    if wait:
        print(f"midnight in India comes first: {wait:.0f} s …", flush=True)
        time.sleep(wait)


def seconds_to_wait(seconds: float, now: datetime) -> float:
    """Return how long a run of `seconds` must wait for tomorrow, 0: it ends today."""
    tomorrow = bounds(day_of(now))[1]
    left = (tomorrow - now).total_seconds()
    return left if left <= seconds else 0.0
