"""How fast texts may leave: per gateway and per phone. Without Valkey it goes on, paced locally."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

import structlog
from redis import Redis, RedisError

from store.gcra import Gcra, Grant
from store.phone import fingerprint

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
    """Asks Valkey; where that is away, fails open: gateways at a local pace, phones unlimited."""

    def __init__(self, redis: Redis, phone_hourly_limit: int) -> None:
        self._gcra = Gcra(redis)
        self._local = LocalPace()
        self._resting_until = 0.0
        # Half at once and half spread over the hour: no hour ever holds more than the limit.
        self._phone_burst = max(1, (phone_hourly_limit + 1) // 2)
        self._phone_rate = max(phone_hourly_limit - self._phone_burst, 0.5) / 3600

    def gateway(self, name: str, rate: float, want: int) -> Grant:
        """How many of `want` messages may go to gateway `name` now (`rate` per second)."""
        now = time.monotonic()
        if now >= self._resting_until:
            try:
                return self._gcra.take_up_to(f"dakiya:gateway:{name}", rate, _burst(rate), want)
            except RedisError as error:
                self._rest(error)
        return self._local.take_up_to(name, rate, _burst(rate), want, now)

    def phones(self, phones: Sequence[str]) -> list[float]:
        """Per text to one of `phones`: seconds until that phone may get it, 0: now."""
        if phones and time.monotonic() >= self._resting_until:
            keys = [f"dakiya:phone:{fingerprint(phone)}" for phone in phones]
            try:
                return self._gcra.take_each(keys, self._phone_rate, self._phone_burst)
            except RedisError as error:
                self._rest(error)
        return [0.0] * len(phones)

    def _rest(self, error: RedisError) -> None:
        self._resting_until = time.monotonic() + _REST_SECONDS
        log.warning("valkey_away", what="throttle", error=str(error), pace="local")
