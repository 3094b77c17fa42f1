"""The real processes: `python worker.py` and `python worker.py clock`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psutil
from rq import Queue
from rq.serializers import JSONSerializer

from outbox.wake import SWEEP, TIMERS, wake
from runtime import Runtime
from tests.rigs.outbox import NOWHERE, queue, statuses

HOUSE = Path(__file__).resolve().parent.parent.parent


@contextmanager
def process(
    runtime: Runtime,
    *arguments: str,
    redis_url: str | None = None,
    stdout: int | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker or clock on the servers of this test; killed at the end if it still runs."""
    settings = runtime.settings
    started = subprocess.Popen(
        [sys.executable, "worker.py", *arguments],
        cwd=HOUSE,
        env=os.environ
        | {
            "DAKIYA_ENV": "test",
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": redis_url or settings.redis_url,
            "DAKIYA_MASTER_KEY": settings.dakiya_master_key.get_secret_value(),
            "SECRET_KEY": settings.secret_key.get_secret_value(),
            "SMS_ROUTES": "simulator",
            "SEND_SLOTS": "8",
        },
        stdout=stdout,
    )
    try:
        yield started
    finally:
        if started.poll() is None:
            started.kill()
            started.wait()


def until(condition: Callable[[], bool]) -> None:
    """Asks again and again, for 30 seconds at most."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 30 seconds"


def queued(runtime: Runtime, count: int) -> None:
    with runtime.database.transaction() as conn:
        queue(conn, datetime.now(UTC), count=count)


def all_gone(runtime: Runtime) -> bool:
    return set(statuses(runtime).values()) <= {"sent", "delivered"}


def end(started: subprocess.Popen[bytes]) -> int:
    started.terminate()
    return started.wait(30)


def test_a_worker_sends_what_it_is_rung_for_and_ends_cleanly(runtime: Runtime) -> None:
    queued(runtime, 40)
    wake(runtime.redis)
    with process(runtime) as worker:
        until(lambda: all_gone(runtime))
        assert psutil.Process(worker.pid).children(recursive=True) == []
        assert end(worker) == 0


def test_a_worker_told_to_stop_in_the_midst_leaves_nothing_in_between(runtime: Runtime) -> None:
    queued(runtime, 5_000)
    wake(runtime.redis)
    with process(runtime) as worker:
        until(lambda: not set(statuses(runtime).values()) <= {"queued", "sending"})
        assert end(worker) == 0
    assert set(statuses(runtime).values()) <= {"sent", "delivered", "queued"}


def test_a_worker_goes_on_without_valkey(runtime: Runtime) -> None:
    queued(runtime, 10)
    with process(runtime, redis_url=NOWHERE) as worker:
        until(lambda: all_gone(runtime))
        assert end(worker) == 0


def waits(jobs: Queue) -> bool:
    return bool(jobs.count > 0)


def test_the_clock_rings_and_does_not_pile_up(runtime: Runtime) -> None:
    with process(runtime, "clock") as clock:
        for bell in (SWEEP, TIMERS):
            jobs = Queue(bell.queue, connection=runtime.redis, serializer=JSONSerializer)
            until(partial(waits, jobs))
            assert jobs.count == 1
        assert end(clock) == 0


def test_the_clock_outlives_a_valkey_that_is_away(runtime: Runtime) -> None:
    with process(runtime, "clock", redis_url=NOWHERE, stdout=subprocess.PIPE) as clock:
        assert clock.stdout is not None
        failures = 0
        while failures < 4:  # two rounds of two bells
            line = clock.stdout.readline()
            assert line, "it ended"
            failures += b"valkey_away" in line
        assert end(clock) == 0


def test_a_frozen_job_of_a_killed_worker_does_not_block_the_next(runtime: Runtime) -> None:
    queued(runtime, 3)
    wake(runtime.redis)
    with process(runtime) as killed:
        until(lambda: all_gone(runtime))
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    queued(runtime, 3)
    with process(runtime), process(runtime, "clock"):
        until(lambda: all_gone(runtime))
