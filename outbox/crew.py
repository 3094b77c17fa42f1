"""Threads beside the worker's own work, which claim pieces of work and do them.

Webhooks, payment providers and imports have one crew each: a slow one delays nothing else, as the
job that starts the threads does not wait for them. Work is claimed under a lease, so two workers do
not collide, and the next takes over what a killed one left.

The threads are daemons, not those of `concurrent.futures`: its pool waits for a hanging call when
the process ends; here such a call is left to its lease.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Generic, TypeVar

import psycopg
import structlog

Key = TypeVar("Key", bound=Hashable)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Work(Generic[Key]):
    """A claimed piece of work; `key` names it among those under way."""

    key: Key
    do: Callable[[], None]


class Crew(Generic[Key]):
    """The threads of one process for one kind of work. Used by one thread.

    `claim`: return the next piece of work, given the keys of those under way, or None. `at_once`:
    the most at a time. `patience`: seconds that `finish` waits for them; None: until they end.
    `after`: called when a piece of work has ended and the crew goes on.
    """

    def __init__(
        self,
        name: str,
        claim: Callable[[frozenset[Key]], Work[Key] | None],
        *,
        at_once: int,
        patience: float | None = None,
        after: Callable[[], object] = lambda: None,
    ) -> None:
        self._name = name
        self._claim = claim
        self._at_once = at_once
        self._patience = patience
        self._after = after
        self._stopping = False
        self._lock = Lock()  # of `_threads`, from which each thread removes itself
        self._threads: dict[Key, Thread] = {}

    @property
    def stopping(self) -> bool:
        """Tell whether no new work may begin and the work under way may end early."""
        return self._stopping

    def start(self) -> int:
        """Begin the work that can be claimed while there is room; return how much was begun.

        Raises `psycopg.OperationalError` when the database goes away.
        """
        begun = 0
        while not self._stopping and len(busy := self._running()) < self._at_once:
            work = self._claim(frozenset(busy))
            if work is None:
                break
            thread = Thread(target=self._run, args=(work,), name=self._name, daemon=True)
            with self._lock:
                self._threads[work.key] = thread
            thread.start()
            begun += 1
        return begun

    def wait(self) -> None:
        """Wait until the threads have ended."""
        for thread in self._running().values():
            thread.join()

    def stop(self) -> None:
        """Begin no new work. Safe in a signal handler."""
        self._stopping = True

    def finish(self) -> None:
        """Begin no new work and let the work under way end. What hangs is left to its lease."""
        self.stop()
        until = None if self._patience is None else time.monotonic() + self._patience
        for thread in self._running().values():
            thread.join(None if until is None else max(0.0, until - time.monotonic()))

    def _running(self) -> dict[Key, Thread]:
        with self._lock:
            return dict(self._threads)

    def _run(self, work: Work[Key]) -> None:
        try:
            work.do()
        except psycopg.OperationalError as error:
            # What was not written is claimed again when its lease is over.
            log.warning("database_away", job=self._name, error=type(error).__name__)
        finally:
            with self._lock:
                del self._threads[work.key]
        if not self._stopping:
            self._after()
