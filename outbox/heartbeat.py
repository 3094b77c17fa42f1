"""The heartbeats of worker and clock, in Valkey: when each was seen last."""

from __future__ import annotations

from typing import Final, Literal

import structlog
from redis import Redis, RedisError

log = structlog.get_logger(__name__)

Process = Literal["worker", "clock"]
PROCESSES: Final[tuple[Process, ...]] = ("worker", "clock")
_KEPT_SECONDS: Final = 86_400


def note(redis: Redis, process: Process) -> None:
    """Record that this process works. Never raises: the next heartbeat follows soon."""
    try:
        seconds, _ = redis.time()
        redis.set(_key(process), seconds, ex=_KEPT_SECONDS)
    except RedisError as error:
        log.warning("valkey_away", what="heartbeat", error=type(error).__name__)


def silence(redis: Redis, process: Process) -> float | None:
    """Return the seconds since such a process was seen; None: over a day. Raises `RedisError`."""
    last = redis.get(_key(process))
    seconds, _ = redis.time()
    return None if last is None else float(seconds - int(last))


def _key(process: Process) -> str:
    return f"dakiya:seen:{process}"
