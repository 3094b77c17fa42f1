"""Turns with others on the same machine, by a lock on a file that all of them use (`flock`)."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Turns:
    """The lock. `path`: None where nobody else is there."""

    path: Path | None = None

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Work beside others, while none of them measures."""
        yield from self._held(fcntl.LOCK_SH)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Measure alone; afterwards let others work for as long."""
        began = time.monotonic()
        for _ in self._held(fcntl.LOCK_EX):
            began = time.monotonic()
            yield
        if self.path is not None:
            time.sleep(time.monotonic() - began)

    def _held(self, kind: int) -> Iterator[None]:
        if self.path is None:
            yield
            return
        with self.path.open("ab") as file:
            fcntl.flock(file, kind)
            yield
