"""Allowances: so many at once, then one at a time. Kept in one column, under its row's lock.

The algorithm is that of `store/gcra.py` (GCRA). Those limits are Valkey's and fail open; these
guard what can be guessed and must not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Allowance:
    """`most` at once, and one more every `each`. What is kept is when all would be free again."""

    most: int
    each: timedelta

    def spent(self, until: datetime | None, now: datetime) -> bool:
        """Tell whether none is left."""
        return until is not None and until - now > (self.most - 1) * self.each

    def less_one(self, until: datetime | None, now: datetime) -> datetime:
        """Return what to keep after one more."""
        return max(until or now, now) + self.each
