"""The clock of the tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    at: datetime = field(default=datetime(2026, 8, 14, 4, 30, tzinfo=UTC))  # 10:00 in Gorakhpur

    def now(self) -> datetime:
        return self.at

    def advance(self, **duration: float) -> None:
        """Move on by `timedelta(**duration)`: `clock.advance(seconds=601)`."""
        self.at += timedelta(**duration)
