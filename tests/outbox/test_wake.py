from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta

import pytest
from redis import Redis
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer

import jobs
from outbox import wake as bells
from outbox.lanes import LANES
from outbox.wake import OUTBOX, SWEEP, TIMERS, answer, ring, wake
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.outbox import NOWHERE, Carrier, queue, statuses, with_carrier


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
def installed(runtime: Runtime, carrier: Carrier) -> Iterator[Runtime]:
    """The runtime that the jobs of this process work with."""
    ours = with_carrier(runtime, carrier)
    jobs.use(ours)
    yield ours
    jobs.use(ours)  # ends the drain; the database is open for all tests


def waiting(runtime: Runtime, queue_name: str = "outbox") -> list[Job]:
    return Queue(queue_name, connection=runtime.redis, serializer=JSONSerializer).jobs


def work(runtime: Runtime) -> None:
    """RQ's own worker, until the queues are empty."""
    SimpleWorker(
        [bell.queue for bell in bells.BELLS],
        connection=Redis.from_url(runtime.settings.redis_url),
        serializer=JSONSerializer,
    ).work(burst=True, logging_level="WARNING")


def test_many_rings_make_one_job(runtime: Runtime) -> None:
    assert all(wake(runtime.redis) for _ in range(50))
    (job,) = waiting(runtime)
    assert (job.func_name, job.args, job.result_ttl) == ("jobs.drain", [], 0)


def test_a_ring_after_the_answer_counts(runtime: Runtime) -> None:
    wake(runtime.redis)
    answer(runtime.redis, OUTBOX)
    wake(runtime.redis)
    assert len(waiting(runtime)) == 2


def test_jobs_do_not_pile_up_while_nobody_works(runtime: Runtime) -> None:
    for _ in range(50):
        for bell in (SWEEP, TIMERS):
            ring(runtime.redis, bell)
            runtime.redis.delete(bell.flag)  # as if its time were over
    assert len(waiting(runtime, "sweep")) == len(waiting(runtime, "timers")) == 4


def test_a_valkey_that_is_away_is_no_error() -> None:
    nowhere = Redis.from_url(NOWHERE)
    assert wake(nowhere) is False
    answer(nowhere, OUTBOX)


def test_a_ring_makes_rqs_worker_send(installed: Runtime, carrier: Carrier, clock: Clock) -> None:
    with installed.database.transaction() as conn:
        queue(conn, clock.now(), count=70)
    wake(installed.redis)
    work(installed)
    assert len(carrier.sends) == 70
    assert set(statuses(installed).values()) == {"sent"}


def test_the_sweep_finds_what_nobody_rang_for(
    installed: Runtime, carrier: Carrier, clock: Clock
) -> None:
    with installed.database.transaction() as conn:
        queue(conn, clock.now())
        queue(conn, clock.now() + timedelta(seconds=5))
    ring(installed.redis, SWEEP)
    work(installed)
    assert len(carrier.sends) == 1
    clock.advance(seconds=5)
    ring(installed.redis, SWEEP)
    work(installed)
    assert len(carrier.sends) == 2


@pytest.mark.parametrize("lane", LANES)
def test_the_sweep_finds_texts_of_every_lane(
    installed: Runtime, carrier: Carrier, clock: Clock, lane: str
) -> None:
    with installed.database.transaction() as conn:
        queue(conn, clock.now(), lane)
    ring(installed.redis, SWEEP)
    work(installed)
    assert len(carrier.sends) == 1


def test_without_valkey_the_jobs_can_be_done_by_hand(
    runtime: Runtime, carrier: Carrier, clock: Clock
) -> None:
    nowhere = Redis.from_url(NOWHERE)
    jobs.use(dataclasses.replace(with_carrier(runtime, carrier), redis=nowhere))
    with runtime.database.transaction() as conn:
        queue(conn, clock.now(), count=3)
    jobs.unrung()
    jobs.use(runtime)
    assert len(carrier.sends) == 3
    assert set(statuses(runtime).values()) == {"sent"}
