"""The rate at which texts are submitted, per gateway; without Valkey each process has its own."""

from __future__ import annotations

import time
from typing import Final

import structlog
from redis import Redis, RedisError

from store.gcra import Gcra, Grant

log = structlog.get_logger(__name__)

# A Valkey that hangs costs a time-out per call: after a failure it is not asked for this long.
_REST_SECONDS: Final = 5.0
# Units that may go at once: a tenth of a second's worth.
_BURST_SECONDS: Final = 0.1


def _burst(rate: float) -> int:
    return max(1, round(rate * _BURST_SECONDS))


class LocalPace:
    """The same GCRA in this process's memory, for the time without Valkey."""

    def __init__(self) -> None:
        self._arrivals: dict[str, float] = {}

    def take_up_to(self, key: str, rate: float, burst: int, want: int, now: float) -> Grant:
        """Take units as `Gcra.take_up_to` does; `now` in seconds of any monotonic clock."""
        step = 1 / rate
        arrival = max(self._arrivals.get(key, 0.0), now)
        units = max(0, min(want, int((now + burst * step - arrival) / step + 1e-6)))
        arrival += units * step
        self._arrivals[key] = arrival
        return Grant(units, max(0.0, arrival + step - now - burst * step))


class Throttle:
    """The throttle of all processes in Valkey; where that is away, one of this process."""

    def __init__(self, redis: Redis) -> None:
        self._gcra = Gcra(redis)
        self._local = LocalPace()
        self._resting_until = 0.0

    def gateway(self, name: str, rate: float, want: int) -> Grant:
        """Return how many of `want` messages may go to gateway `name` now (`rate` per second)."""
        now = time.monotonic()
        if now >= self._resting_until:
            try:
                return self._gcra.take_up_to(f"dakiya:gateway:{name}", rate, _burst(rate), want)
            except RedisError as error:
                self._rest(error)
        return self._local.take_up_to(name, rate, _burst(rate), want, now)

    def _rest(self, error: RedisError) -> None:
        self._resting_until = time.monotonic() + _REST_SECONDS
        log.warning("valkey_away", what="throttle", error=str(error), pace="local")
