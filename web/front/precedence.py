"""Who goes first: a page begins when no text is at work, or after a moment.

Python runs one thread of a process at a time, and a turn waits for the database some ten times:
beside pages that compute, every wait would cost it the time of a page. The rooms that give way
begin a request only while the others are empty, but wait for that no longer than their moment:
texts without end keep nobody away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event


def _free() -> Event:
    event = Event()
    event.set()
    return event


@dataclass
class Precedence:
    """The requests that go first, of one process. The event loop alone counts them."""

    _free: Event = field(default_factory=_free)
    _inside: int = 0

    def enter(self) -> None:
        """Count one more that is at work, or waits for a thread."""
        self._inside += 1
        self._free.clear()

    def leave(self) -> None:
        """Count one less."""
        self._inside -= 1
        if not self._inside:
            self._free.set()

    def wait(self, seconds: float) -> None:
        """Return when there is none, at the latest after `seconds`. For threads."""
        self._free.wait(seconds)
