"""The worker and the clock: `python worker.py` runs jobs, `python worker.py clock` queues them.

Both survive restarts of Valkey and PostgreSQL. SIGTERM and SIGINT end them with exit code 0, the
worker after the sends under way have ended and their outcomes are written.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from types import FrameType
from typing import Any, Final

import structlog
from redis import RedisError
from redis.client import Pipeline
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker import DequeueStrategy

import jobs
import logs
from embedded.servers import resolve
from gateways.safety import UnsafeSettings
from outbox import heartbeat, releases
from outbox.wake import BELLS, IMPORTS, PAYMENTS, SWEEP, TIMERS, WEBHOOKS, ring
from settings import Settings
from store import valkey

log = structlog.get_logger(__name__)

_STOPS: Final = (signal.SIGTERM, signal.SIGINT)
_TICK_SECONDS: Final = 1.0
_AGAIN_SECONDS: Final = 1.0
# The worker waits for a job no longer than the clock: a Valkey that hangs is found out soon.
_WAIT_SECONDS: Final = 1
_CALL_SECONDS: Final = _WAIT_SECONDS + valkey.SECONDS


class OutboxQueue(Queue):
    """RQ's queue; where Valkey is away as the worker waits for a job, it does all that is due."""

    @classmethod
    def dequeue_any(cls, *arguments: Any, **options: Any) -> tuple[Job, Queue] | None:
        """Return the next job. RQ's worker waits a second before it asks again."""
        try:
            return super().dequeue_any(*arguments, **options)
        except RedisError:
            jobs.unrung()
            raise


class OutboxWorker(SimpleWorker):
    """RQ's worker without a fork per job; it continues without jobs while Valkey is away."""

    max_connection_wait_time = _AGAIN_SECONDS
    told_to_stop = False
    dequeue_timeout = _WAIT_SECONDS
    connection_timeout = _WAIT_SECONDS  # RQ lengthens that of its connection where it is shorter

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Send RQ's heartbeat before every wait for a job; without Valkey do all that is due."""
        try:
            super().heartbeat(timeout, pipeline)
        except RedisError:
            jobs.unrung()
            raise

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """End the running slice, then the worker."""
        OutboxWorker.told_to_stop = True
        jobs.stop()
        try:
            super().request_stop(signum, frame)  # type: ignore[no-untyped-call]
        except RedisError:
            self._stop_requested = True


def work() -> None:
    """Run the jobs until told to stop."""

    def stop(signum: int, frame: FrameType | None) -> None:
        OutboxWorker.told_to_stop = True
        jobs.stop()

    # The parent process may block these signals to wait for them, and a mask is inherited.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
    # A connection of its own: RQ extends the time-outs of the connection that it uses.
    logs.configure(jobs.runtime().settings)
    url = jobs.runtime().settings.redis_url
    _ = jobs.process().sender, jobs.process().importer  # before a signal may stop them
    releases.keep_noting(jobs.runtime().redis, "worker")
    try:
        while not OutboxWorker.told_to_stop:
            for stop_signal in _STOPS:
                signal.signal(stop_signal, stop)
            try:
                worker = OutboxWorker(
                    [bell.queue for bell in BELLS],
                    connection=valkey.connect(url, _CALL_SECONDS),
                    queue_class=OutboxQueue,
                    serializer=JSONSerializer,
                    log_job_description=False,
                )
                log.info("worker_started")
                # Round robin: a busy outbox queues itself again and must not keep out the timers.
                worker.work(logging_level="WARNING", dequeue_strategy=DequeueStrategy.ROUND_ROBIN)
            except RedisError as error:
                log.warning("valkey_away", what="worker", error=str(error))
                jobs.unrung()
            if not OutboxWorker.told_to_stop:
                time.sleep(_AGAIN_SECONDS)
    finally:
        jobs.close()
    log.info("worker_stopped")


def clock() -> None:
    """Queue every periodic job once a second, until told to stop.

    `rq.cron.CronScheduler` (RQ 3.0) will not do: it ends with the first lost connection, pickles
    its jobs, and queues one more per interval while no worker runs.
    """
    settings = resolve(Settings())
    logs.configure(settings)
    redis = valkey.connect(settings.redis_url)
    told_to_stop = threading.Event()
    for stop_signal in _STOPS:
        signal.signal(stop_signal, lambda _signum, _frame: told_to_stop.set())
    releases.keep_noting(redis, "clock")
    log.info("clock_started")
    while not told_to_stop.wait(_TICK_SECONDS):
        for bell in (SWEEP, TIMERS, WEBHOOKS, IMPORTS, PAYMENTS):
            ring(redis, bell)
        heartbeat.note(redis, "clock")
    log.info("clock_stopped")


def main(arguments: list[str]) -> int:
    """Run the command line: no argument, or `clock`."""
    try:
        match arguments:
            case []:
                work()
            case ["clock"]:
                clock()
            case _:
                log.error("usage", wrong=arguments, right="python worker.py [clock]")
                return 2
    except UnsafeSettings as refused:
        sys.stderr.write(f"Dakiya cannot start: {refused}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
