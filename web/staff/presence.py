"""The staff who have a ticket open: kept in Valkey for a few seconds, empty if that is down."""

from __future__ import annotations

from typing import Final

from redis import RedisError

from runtime import Runtime

_SECONDS: Final = 15  # a page says every 5 that it is still open


def here(runtime: Runtime, ticket: int, staff_id: str, name: str) -> list[str]:
    """Note that `staff_id` has `ticket` open; return the names of the others who have."""
    key = f"dakiya:ticket:{ticket}"
    try:
        pipe = runtime.redis.pipeline(transaction=False)
        pipe.set(f"{key}:{staff_id}", name, ex=_SECONDS)
        pipe.sadd(key, staff_id)
        pipe.expire(key, 10 * _SECONDS)
        pipe.smembers(key)
        members = sorted(bytes(member).decode() for member in pipe.execute()[3])
        others = [member for member in members if member != staff_id]
        names = [runtime.redis.get(f"{key}:{member}") for member in others]
    except RedisError:
        return []
    return [name.decode() for name in names if isinstance(name, bytes)]
