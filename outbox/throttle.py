"""How fast texts may leave, per gateway. Without Valkey it goes on, paced locally."""

from __future__ import annotations

import time
from typing import Final

import structlog
from redis import Redis, RedisError

from store.gcra import Gcra, Grant

log = structlog.get_logger(__name__)

# A Valkey that hangs costs a time-out per call: after a failure it is left alone for this long.
_REST_SECONDS: Final = 5.0
# Units that may leave at once: a tenth of a second's worth.
_BURST_SECONDS: Final = 0.1


def _burst(rate: float) -> int:
    return max(1, round(rate * _BURST_SECONDS))


class LocalPace:
    """The same GCRA in this process's memory, for the time without Valkey."""

    def __init__(self) -> None:
        self._arrivals: dict[str, float] = {}

    def take_up_to(self, key: str, rate: float, burst: int, want: int, now: float) -> Grant:
        """As `Gcra.take_up_to`; `now` in seconds of any steady clock."""
        step = 1 / rate
        arrival = max(self._arrivals.get(key, 0.0), now)
        units = max(0, min(want, int((now + burst * step - arrival) / step + 1e-6)))
        arrival += units * step
        self._arrivals[key] = arrival
        return Grant(units, max(0.0, arrival + step - now - burst * step))


class Throttle:
    """Asks Valkey; where that is away, each process keeps a pace of its own."""

    def __init__(self, redis: Redis) -> None:
        self._gcra = Gcra(redis)
        self._local = LocalPace()
        self._resting_until = 0.0

    def gateway(self, name: str, rate: float, want: int) -> Grant:
        """How many of `want` messages may go to gateway `name` now (`rate` per second)."""
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
