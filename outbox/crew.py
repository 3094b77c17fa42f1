"""Threads beside the worker's own work, given how to claim a piece of work and how to do it.

Webhooks, payment providers and imports each have one: what is slow there holds up nothing else, for
the job that starts the threads does not wait for them. Work is claimed with a lease, so two workers
do not disturb each other, and what one leaves behind when it is killed the next takes up.

The threads are daemons, not those of `concurrent.futures`: its pool waits for a hanging call when
the process ends, and ours leaves it to its lease.
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

    `claim`: returns the next piece of work, given the keys of those under way, or None. `at_once`:
    how many there are at most. `patience`: seconds that `finish` waits for them; None: until they
    have ended. `after`: called when a piece of work has ended and the crew goes on.
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
        self._lock = Lock()  # of the threads, which they leave by themselves
        self._threads: dict[Key, Thread] = {}

    @property
    def stopping(self) -> bool:
        """Whether no new work is to be begun, and the work under way may end early."""
        return self._stopping

    def start(self) -> int:
        """Begin what can be claimed, as far as there is room; return how much was begun.

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
        """Wait until the threads have ended: for tests, and for who has nothing else to do."""
        for thread in self._running().values():
            thread.join()

    def stop(self) -> None:
        """Begin nothing new. Safe in a signal handler."""
        self._stopping = True

    def finish(self) -> None:
        """Let the work under way end, and begin nothing new. What hangs is left to its lease."""
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
