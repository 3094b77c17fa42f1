"""The wake-up of the worker: an RQ job that says that there is work, never which.

A lost wake-up loses nothing, as the work is in PostgreSQL, so Valkey may be away or be flushed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import structlog
from redis import Redis, RedisError
from rq import Queue
from rq.serializers import JSONSerializer

log = structlog.get_logger(__name__)

# A wake-up that was lost with its worker blocks the next one no longer than this.
_FLAG_MS: Final = 5_000
# More waiting jobs of a kind than this are useless: each does all that is due.
_MOST_WAITING: Final = 4
_JOB_SECONDS: Final = 60
_KEEP_FAILED_SECONDS: Final = 86_400


@dataclass(frozen=True)
class Bell:
    """One kind of wake-up: the job (a function's path) that it queues, on a queue of its own."""

    queue: str
    job: str

    @property
    def flag(self) -> str:
        return f"dakiya:{self.queue}:rung"


OUTBOX: Final = Bell("outbox", "jobs.drain")
SWEEP: Final = Bell("sweep", "jobs.sweep")
TIMERS: Final = Bell("timers", "jobs.timers")
WEBHOOKS: Final = Bell("webhooks", "jobs.webhooks")
IMPORTS: Final = Bell("imports", "jobs.imports")
PAYMENTS: Final = Bell("payments", "jobs.payments")
BELLS: Final = (OUTBOX, SWEEP, TIMERS, WEBHOOKS, IMPORTS, PAYMENTS)


def wake(redis: Redis) -> bool:
    """Queue a drain. Call it after the commit that queued a message; it never raises.

    False: Valkey is away, and the clock will find the message within seconds.
    """
    return ring(redis, OUTBOX)


def ring(redis: Redis, bell: Bell) -> bool:
    """Queue the bell's job unless one is waiting. False: Valkey is away."""
    try:
        first = redis.set(bell.flag, 1, nx=True, px=_FLAG_MS)
        # Most ring while it still rings: only the first looks further.
        waiting = redis.llen(Queue.redis_queue_namespace_prefix + bell.queue) if first else 0
        if first and waiting < _MOST_WAITING:
            Queue(bell.queue, connection=redis, serializer=JSONSerializer).enqueue(
                bell.job,
                job_timeout=_JOB_SECONDS,
                result_ttl=0,
                failure_ttl=_KEEP_FAILED_SECONDS,
            )
    except RedisError as error:
        log.warning("valkey_away", what="wake", queue=bell.queue, error=str(error))
        return False
    return True


def answer(redis: Redis, bell: Bell) -> None:
    """Clear the flag, first in the job: a later commit then queues another job."""
    try:
        redis.delete(bell.flag)
    except RedisError as error:
        log.warning("valkey_away", what="answer", queue=bell.queue, error=str(error))
