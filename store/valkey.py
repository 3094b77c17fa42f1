"""Connections to Valkey, which may be away, slow or hung: nobody waits for it twice.

A call waits a fifth of a second at most. After one that failed, the process leaves Valkey alone for
some seconds, and every call meanwhile fails at once; then a single one tries. What that means for
a limit or a wake-up is decided where it is asked for: to its caller Valkey is away.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Any, Final, Self

from redis import ConnectionError, ConnectionPool, Redis, TimeoutError
from redis.backoff import NoBackoff
from redis.retry import Retry

SECONDS: Final = 0.2
"""How long a call may take, and as long a connection."""
REST_SECONDS: Final = 3.0
"""How long Valkey is left alone after a call that failed."""


class LeftAlone(ConnectionError):
    """A call a moment ago failed: this one was not made."""


class Breaker:
    """Whether this process asks Valkey. Used by many threads."""

    def __init__(
        self, rest: float = REST_SECONDS, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._rest = rest
        self._now = now
        self._until = 0.0
        self._lock = Lock()

    def ask(self) -> None:
        """Allow a call, or raise `LeftAlone`. After the rest one caller tries for all."""
        if not self._until:
            return
        with self._lock:
            now = self._now()
            if now < self._until:
                raise LeftAlone("Valkey did not answer a moment ago")
            if self._until:
                self._until = now + self._rest

    def failed(self) -> None:
        """Note that a call was not answered."""
        with self._lock:
            self._until = self._now() + self._rest

    def answered(self) -> None:
        """Note that Valkey answers."""
        self._until = 0.0


class _Noting(Retry):
    """Tries of one call: a connection that was closed meanwhile is opened once more."""

    def __init__(self, breaker: Breaker) -> None:
        super().__init__(NoBackoff(), 1, (ConnectionError,))
        self._breaker = breaker

    def __deepcopy__(self, memo: object) -> Self:
        return self  # every connection of the pool notes in the same place

    def call_with_retry(self, *arguments: Any, **options: Any) -> Any:
        """Call, and note whether there was an answer."""
        try:
            found = super().call_with_retry(*arguments, **options)
        except (ConnectionError, TimeoutError):
            self._breaker.failed()
            raise
        self._breaker.answered()
        return found


class _Pool(ConnectionPool):
    breaker = Breaker()

    def get_connection(self, *arguments: Any, **options: Any) -> Any:
        """Return a connection. Raise `LeftAlone`, or what connecting raises."""
        self.breaker.ask()
        return super().get_connection(*arguments, **options)


def connect(url: str, seconds: float = SECONDS) -> Redis:
    """Return a client that connects on first use. `seconds`: what one call may take."""
    breaker = Breaker()
    pool = _Pool.from_url(
        url, socket_timeout=seconds, socket_connect_timeout=SECONDS, retry=_Noting(breaker)
    )
    pool.breaker = breaker
    return Redis(connection_pool=pool)
