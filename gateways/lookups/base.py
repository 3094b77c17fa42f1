"""What a look-up of a telephone says, whoever is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

Line = Literal["mobile", "landline", "unused", "unknown"]
SWAPPED_LATELY: Final = timedelta(days=30)
"""So long a number with another SIM is asked first: fraud with it is of the first days."""


@dataclass(frozen=True)
class LookedUp:
    """The answer. `unused`: nobody has the number; `operator`: as the service names it, or "".

    `swapped_at`: when another SIM took the number. `belongs`: whether it is the named person's, as
    the rules for mobile number validation (MNV) foresee. None: the service does not say. No service
    that says either was tried.
    """

    line: Line
    operator: str = ""
    do_not_disturb: bool | None = None
    swapped_at: datetime | None = None
    belongs: bool | None = None

    def is_doubtful(self, now: datetime) -> bool:
        """Tell whether no person reads texts there, or perhaps another one than before."""
        swapped = self.swapped_at is not None and now - self.swapped_at <= SWAPPED_LATELY
        return self.line in ("landline", "unused") or self.belongs is False or swapped


class NotLookedUp(Exception):
    """The service gave no answer that can be read. `str()` of it holds no telephone."""


class NumberLookup(Protocol):
    """A service for look-ups. It may lie: what it says only makes us ask the telephone."""

    name: str

    def ask(self, phone: str) -> LookedUp:
        """Return what the service says of `phone` (E.164). Raise `NotLookedUp`."""
        ...
