"""The place where argon2 computes: few at once, few waiting, whoever asks.

A hash takes its memory and all of a processor. Where many sign in, or many try PINs, they queue
here; whoever finds the queue full is told to come again, so that neither memory nor the threads and
connections of others are used up. docs/developing/trust.md rule 10
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeVar

T = TypeVar("T")


class TooManyHashes(Exception):
    """More wait to be checked than may: nothing was checked, and no try was counted."""


@dataclass
class HashingPlace:
    """One computation at once, and room for `waiting` more.

    `nice`: how far its thread, and those that argon2 begins, give way to others (nice(2)). While
    they compute they hold no lock of Python's.
    """

    waiting: int
    nice: int
    _inside: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def compute(self, work: Callable[[], T]) -> T:
        """Return what `work` returns; raise what it raises, or `TooManyHashes` at once."""
        with self._lock:
            if self._inside > self.waiting:
                raise TooManyHashes
            self._inside += 1
        try:
            return self._thread.submit(work).result()
        finally:
            with self._lock:
                self._inside -= 1

    @cached_property
    def _thread(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(1, "argon2", self._give_way)

    def _give_way(self) -> None:
        with suppress(OSError):  # a system without priorities for threads
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), self.nice)


PASSWORDS: Final = HashingPlace(waiting=16, nice=10)
"""64 MiB and four threads each, which leave the processors to texts."""
PINS: Final = HashingPlace(waiting=3, nice=0)
"""Asked for on the threads of dials, and of hooks, of which most stay for texts."""
