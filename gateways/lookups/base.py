"""What a look-up of a telephone says, whoever is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Line = Literal["mobile", "landline", "unused", "unknown"]


@dataclass(frozen=True)
class LookedUp:
    """The answer. `unused`: nobody has the number; `operator`: as the service names it, or ""."""

    line: Line
    operator: str = ""
    do_not_disturb: bool | None = None

    @property
    def doubtful(self) -> bool:
        """Tell whether no person reads texts there."""
        return self.line in ("landline", "unused")


class NotLookedUp(Exception):
    """The service gave no answer that can be read. `str()` of it holds no telephone."""


class NumberLookup(Protocol):
    """A service for look-ups. It may lie: what it says only makes us ask the telephone."""

    name: str

    def ask(self, phone: str) -> LookedUp:
        """Return what the service says of `phone` (E.164). Raise `NotLookedUp`."""
        ...
