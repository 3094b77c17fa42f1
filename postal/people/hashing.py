"""The place where argon2 computes: few at once, few waiting, whoever asks.

A hash takes its memory and all of a processor. Where many sign in, or many try PINs, they queue
here; whoever finds the queue full is told to come again, so that neither memory nor the threads and
connections of others are used up. docs/developing/trust.md rule 10
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final


class TooManyHashes(Exception):
    """More wait to be checked than may: nothing was checked, and no try was counted."""


@dataclass
class HashingPlace:
    """Room for `at_once` computations, and for `waiting` more."""

    at_once: int
    waiting: int
    _inside: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _turns: threading.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._turns = threading.Semaphore(self.at_once)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Compute within the block. Raise `TooManyHashes` at once where the queue is full."""
        with self._lock:
            if self._inside >= self.at_once + self.waiting:
                raise TooManyHashes
            self._inside += 1
        try:
            with self._turns:
                yield
        finally:
            with self._lock:
                self._inside -= 1


PASSWORDS: Final = HashingPlace(at_once=1, waiting=16)
"""64 MiB and four threads each: one at a time leaves the processors to texts."""
PINS: Final = HashingPlace(at_once=1, waiting=1)
"""Checked on the threads of hooks: most of these stay for texts."""
