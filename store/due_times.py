"""Whether the time of a row has come that waits for a while, also after a clock was set back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

IS_OVER: Final = "NOT (due_at > %(now)s AND due_at <= %(latest)s)"
"""SQL: whether `due_at` has come, with the values of `moments`."""


def moments(now: datetime, longest: timedelta) -> Mapping[str, datetime]:
    """Return the values of `IS_OVER`. `longest`: that a row ever waits."""
    return {"now": now, "latest": now + longest}


def is_over(due_at: datetime, now: datetime, longest: timedelta) -> bool:
    """Tell whether `due_at` has come.

    So has one that lies further ahead than any that is ever set: a clock was set back.
    """
    return not now < due_at <= now + longest
