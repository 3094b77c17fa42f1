"""The throttle: GCRA (generic cell rate algorithm) in Valkey, shared by all processes.

It keeps one number per key, the theoretical arrival time of the next unit. Unlike a fixed window it
allows no double burst at a window's edge. The time is Valkey's, so clocks need not agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from redis import Redis

# For each key: rate per second, burst, units wanted, least units worth having.
# Returns two numbers per key: units granted, microseconds until `least` would be.
_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local answer = {}
for i, key in ipairs(KEYS) do
    local at = (i - 1) * 4
    local step = 1000000 / tonumber(ARGV[at + 1])
    local burst = tonumber(ARGV[at + 2])
    local want = tonumber(ARGV[at + 3])
    local least = tonumber(ARGV[at + 4])
    local arrival = math.max(tonumber(redis.call('GET', key) or '0'), now)
    local free = math.floor((now + burst * step - arrival) / step + 0.000001)
    local granted = math.max(0, math.min(want, free))
    if granted < least then granted = 0 end
    if granted > 0 then
        arrival = arrival + granted * step
        redis.call('SET', key, string.format('%.0f', arrival),
                   'PX', math.ceil((arrival - now) / 1000) + 1)
    end
    answer[#answer + 1] = granted
    answer[#answer + 1] = math.max(0, math.ceil(arrival + least * step - now - burst * step))
end
return answer
"""


# How many wants; for each how many limits it has; then for all limits: rate per second, burst.
# A want takes one unit of each of its limits, or none of any. Returns two numbers per want: which
# of its limits refuses (1, 2, …; 0: none), microseconds until it would not.
_TOGETHER = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local wants = tonumber(ARGV[1])
local answer = {}
local key, arg = 0, 1 + wants
for want = 1, wants do
    local limits = tonumber(ARGV[1 + want])
    local arrivals, refuses, wait = {}, 0, 0
    for limit = 1, limits do
        local step = 1000000 / tonumber(ARGV[arg + 2 * limit - 1])
        local burst = tonumber(ARGV[arg + 2 * limit])
        local arrival = math.max(tonumber(redis.call('GET', KEYS[key + limit]) or '0'), now) + step
        local over = math.ceil(arrival - now - burst * step - 0.5)
        if over > wait then refuses, wait = limit, over end
        arrivals[limit] = arrival
    end
    if refuses == 0 then
        for limit = 1, limits do
            redis.call('SET', KEYS[key + limit], string.format('%.0f', arrivals[limit]),
                       'PX', math.ceil((arrivals[limit] - now) / 1000) + 1)
        end
    end
    key, arg = key + limits, arg + 2 * limits
    answer[#answer + 1] = refuses
    answer[#answer + 1] = wait
end
return answer
"""


@dataclass(frozen=True)
class Limit:
    """`rate` per second with up to `burst` at once, counted under `key`."""

    key: str
    rate: float
    burst: int


@dataclass(frozen=True)
class LimitReached:
    """The limit that refuses (of several: the one that lasts longest), and for how many seconds."""

    limit: int  # its index among those asked for
    wait: float


@dataclass(frozen=True)
class Grant:
    """`units` may go now; `wait`: seconds until the next may."""

    units: int
    wait: float


class Gcra:
    """Rates per key. Raises `redis.RedisError` where Valkey is away: the caller decides."""

    def __init__(self, redis: Redis) -> None:
        self._script = redis.register_script(_SCRIPT)
        self._together = redis.register_script(_TOGETHER)

    def take(self, key: str, rate: float, burst: int, cost: int = 1) -> float:
        """Take `cost` units, all or none, at `rate` per second with up to `burst` at once.

        Return the seconds to wait before asking again; 0: taken. Raises ValueError for a `cost`
        over `burst`, which can never be taken.
        """
        if cost > burst:
            raise ValueError(f"a cost of {cost} never fits into a burst of {burst}")
        (granted, wait) = self._script(keys=[key], args=[rate, burst, cost, cost])
        return 0.0 if granted else max(wait, 1) / 1e6

    def take_up_to(self, key: str, rate: float, burst: int, want: int) -> Grant:
        """Take as many of `want` units as may go now, in one call for a whole batch."""
        (granted, wait) = self._script(keys=[key], args=[rate, burst, want, 1])
        return Grant(int(granted), wait / 1e6)

    def take_together(self, wants: Sequence[Sequence[Limit]]) -> list[LimitReached | None]:
        """Take for each want one unit of all its limits, or of none; None: taken. In one call.

        A key may be in several wants, in each once.
        """
        if not wants:
            return []
        limits = [limit for want in wants for limit in want]
        numbers = [number for limit in limits for number in (limit.rate, limit.burst)]
        answer = self._together(
            keys=[limit.key for limit in limits],
            args=[len(wants), *map(len, wants), *numbers],
        )
        return [
            LimitReached(refuses - 1, max(wait, 1) / 1e6) if refuses else None
            for refuses, wait in zip(answer[::2], answer[1::2], strict=True)
        ]
