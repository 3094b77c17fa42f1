"""What a dead worker was sending comes back in seconds; what a living one sends is left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from messages.catalogue import Lane
from outbox import worker_lease
from outbox.claim import claim
from outbox.due import LEASE
from outbox.sweep import sweep
from outbox.wake import wake
from outbox.worker_lease import GONE, WorkerLease
from runtime import Runtime
from tests.rigs.carrier_stub import AcceptAndHang, CarrierStub
from tests.rigs.clock import Clock
from tests.rigs.gateway import ACCOUNT, TOKEN
from tests.rigs.outbox import NAME, queue, statuses

HOUSE = Path(__file__).resolve().parent.parent.parent


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 30 seconds"


def leased(runtime: Runtime, worker: int | None) -> list[int]:
    shares: dict[Lane, int] = {"code": 0, "alarm": 0, "reply": 0, "notice": 3, "bulk": 0}
    with runtime.database.transaction() as conn:
        ids = queue(conn, runtime.now(), count=3)
        claim(conn, shares, 3, uuid4(), lambda due: NAME, runtime.now(), worker=worker)
    return ids


def is_old(runtime: Runtime, *workers: WorkerLease) -> None:
    """Let the rows of `workers` look as when nobody has renewed them for as long as it takes."""
    with runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE worker_leases SET seen_at = seen_at - %s WHERE worker = ANY(%s)",
            (GONE, [each.number for each in workers]),
        )


def is_proven(runtime: Runtime, worker: WorkerLease) -> None:
    """Let `worker` have renewed its row for so long that another one's silence says something."""
    with runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE worker_leases SET since = since - %s WHERE worker = %s", (GONE, worker.number)
        )


@pytest.fixture
def workers(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[WorkerLease]]:
    """Two workers that have their rows and renew them only when a test says so."""
    monkeypatch.setattr(worker_lease, "_RENEW_SECONDS", 3_600.0)
    made = [WorkerLease(runtime.database.url), WorkerLease(runtime.database.url)]
    for worker in made:
        worker.begin()
    yield made
    for worker in made:
        worker.end()


def test_a_lease_ends_with_its_worker(
    runtime: Runtime, clock: Clock, workers: list[WorkerLease]
) -> None:
    gone, here = workers
    lost, kept = leased(runtime, gone.number), leased(runtime, here.number)
    clock.advance(seconds=3)
    is_proven(runtime, here)
    assert sweep(runtime).leases_over == 0
    is_old(runtime, gone)
    assert sweep(runtime).leases_over == 3
    assert set(statuses(runtime, lost).values()) == {"unknown"}
    assert set(statuses(runtime, kept).values()) == {"sending"}


def test_a_worker_that_ends_by_itself_is_gone_at_once(
    runtime: Runtime, clock: Clock, workers: list[WorkerLease]
) -> None:
    gone, here = workers
    leased(runtime, gone.number)
    is_proven(runtime, here)
    gone.end()
    assert sweep(runtime).leases_over == 0, "the carrier may still be at work on it"
    clock.advance(seconds=2)
    assert sweep(runtime).leases_over == 3


def test_nobody_is_taken_for_dead_while_nobody_could_renew(
    runtime: Runtime, clock: Clock, workers: list[WorkerLease]
) -> None:
    """PostgreSQL was away: all rows are old, or one of them was renewed just now."""
    gone, here = workers
    leased(runtime, gone.number)
    clock.advance(seconds=LEASE.total_seconds() - 1)
    is_old(runtime, gone, here)
    assert sweep(runtime).leases_over == 0
    is_proven(runtime, here)
    here._renew()  # after the gap it begins anew, however long it had been there
    assert sweep(runtime).leases_over == 0
    clock.advance(seconds=1)
    assert sweep(runtime).leases_over == 3


def test_a_lease_without_a_name_lasts_to_its_end(
    runtime: Runtime, clock: Clock, workers: list[WorkerLease]
) -> None:
    leased(runtime, None)
    is_proven(runtime, workers[1])
    clock.advance(seconds=LEASE.total_seconds() - 1)
    assert sweep(runtime).leases_over == 0
    clock.advance(seconds=1)
    assert sweep(runtime).leases_over == 3


def test_a_worker_renews_whatever_happens_to_its_session(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_lease, "_RENEW_SECONDS", 0.01)
    worker = WorkerLease(runtime.database.url)

    def renewed() -> datetime:
        with runtime.database.transaction() as conn:
            row = conn.execute("SELECT seen_at FROM worker_leases").fetchone()
        assert row is not None
        seen: datetime = row[0]
        return seen

    worker.begin()
    with runtime.database.transaction() as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity"
            " WHERE query LIKE '%INSERT INTO worker_leases%' AND pid <> pg_backend_pid()"
        )
    before = renewed()
    until(lambda: renewed() > before)
    worker.end()


def test_the_row_of_a_worker_goes_when_nothing_is_left_of_it(
    runtime: Runtime, clock: Clock, workers: list[WorkerLease]
) -> None:
    gone, _ = workers
    leased(runtime, gone.number)
    gone.end()

    def rows() -> int:
        with runtime.database.transaction() as conn:
            return len(conn.execute("SELECT FROM worker_leases").fetchall())

    sweep(runtime)
    assert rows() == 2, "its messages are not taken back yet"
    clock.advance(seconds=LEASE.total_seconds())
    sweep(runtime)
    assert rows() == 1


def test_what_a_killed_worker_was_sending_comes_back_long_before_its_lease_is_over(
    runtime: Runtime, clock: Clock, workers: list[WorkerLease]
) -> None:
    """kill -9 to the real process, while the carrier has its text and does not answer."""
    with CarrierStub() as carrier:
        carrier.will(AcceptAndHang())
        with runtime.database.transaction() as conn:
            queue(conn, datetime.now(UTC))
        wake(runtime.redis)
        worker = subprocess.Popen(
            [sys.executable, "worker.py"],
            cwd=HOUSE,
            env=os.environ
            | {
                "DAKIYA_ENV": "test",
                "DATABASE_URL": runtime.settings.database_url,
                "REDIS_URL": runtime.settings.redis_url,
                "SMS_ROUTES": "twilio",
                "TWILIO_ACCOUNT_SID": ACCOUNT,
                "TWILIO_AUTH_TOKEN": TOKEN,
                "TWILIO_FROM": "+15005550006",
                "TWILIO_API_URL": carrier.url,
            },
        )
        try:
            until(lambda: bool(carrier.calls))
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        with runtime.database.transaction() as conn:
            (over,) = conn.execute("SELECT leased_until FROM messages").fetchone() or (None,)
        assert over is not None
        clock.at = over - LEASE + timedelta(seconds=2)  # the worker lives by the real time
        assert sweep(runtime).leases_over == 0, "its row is young"
        with runtime.database.transaction() as conn:
            conn.execute("UPDATE worker_leases SET seen_at = seen_at - %s", (GONE,))
        workers[1]._renew()
        is_proven(runtime, workers[1])
        assert sweep(runtime).leases_over == 1
        assert set(statuses(runtime).values()) == {"unknown"}
