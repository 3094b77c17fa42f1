"""The moments until which data is kept, and how much of it a batch of a purge takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

AT_ONCE = 2_000
LONGEST_MONTH: Final = timedelta(days=31)
KEEP_ANSWERS = timedelta(days=2)  # of repeated API calls: none is repeated later
KEEP_SIGN_INS = timedelta(days=30)
KEEP_TRIES = timedelta(days=2)  # wrong passwords and PINs: every lock is over by then
KEEP_DELIVERIES = timedelta(days=30)  # of webhooks; their events stay
KEEP_SCANS = timedelta(days=30)  # of the office's log; what arrived stays
KEEP_IMPORTS = timedelta(days=30)  # rows of files; their counts stay


@dataclass(frozen=True)
class Kept:
    """The moments until which data is kept: what is older goes. `operator`: who removes it."""

    bodies: datetime
    persons: datetime
    now: datetime
    operator: str

    def values(self) -> dict[str, object]:
        """Return the moments by the names that the statements of a purge have for them."""
        return {
            "bodies": self.bodies,
            "persons": self.persons,
            "month_ago": self.persons - LONGEST_MONTH,
            "answers": self.now - KEEP_ANSWERS,
            "sign_ins": self.now - KEEP_SIGN_INS,
            "tries": self.now - KEEP_TRIES,
            "deliveries": self.now - KEEP_DELIVERIES,
            "scans": self.now - KEEP_SCANS,
            "imports": self.now - KEEP_IMPORTS,
            "now": self.now,
            "most": AT_ONCE,
        }
