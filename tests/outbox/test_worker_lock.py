"""What a dead worker was sending comes back in seconds; what a living one sends is left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from messages.catalogue import Lane
from outbox import worker_lock
from outbox.claim import claim
from outbox.due import LEASE
from outbox.sweep import sweep
from outbox.wake import wake
from outbox.worker_lock import WorkerLock, living_workers
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


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The servers of the tests have just started."""
    monkeypatch.setattr(worker_lock, "_SETTLED", timedelta())


def leased(runtime: Runtime, worker: int | None) -> list[int]:
    shares: dict[Lane, int] = {"code": 0, "alarm": 0, "reply": 0, "notice": 3, "bulk": 0}
    with runtime.database.transaction() as conn:
        ids = queue(conn, runtime.now(), count=3)
        claim(conn, shares, 3, uuid4(), lambda due: NAME, runtime.now(), worker=worker)
    return ids


def is_present(runtime: Runtime, worker: WorkerLock) -> bool:
    with runtime.database.transaction() as conn:
        return worker.number in (living_workers(conn) or ())


@pytest.mark.usefixtures("settled")
def test_a_lease_ends_with_its_worker(runtime: Runtime, clock: Clock) -> None:
    gone, here = WorkerLock(runtime.database.url), WorkerLock(runtime.database.url)
    for worker in (gone, here):
        worker.hold()
    lost, kept = leased(runtime, gone.number), leased(runtime, here.number)
    clock.advance(seconds=3)
    assert sweep(runtime).leases_over == 0
    gone.end()
    until(lambda: not is_present(runtime, gone))
    assert sweep(runtime).leases_over == 3
    assert set(statuses(runtime, lost).values()) == {"unknown"}
    assert set(statuses(runtime, kept).values()) == {"sending"}
    here.end()


@pytest.mark.usefixtures("settled")
def test_a_call_begun_just_now_is_given_its_time(runtime: Runtime, clock: Clock) -> None:
    """The carrier may still be at work on it: asked at once, it would not find it."""
    leased(runtime, WorkerLock(runtime.database.url).number)
    clock.advance(seconds=1)
    assert sweep(runtime).leases_over == 0
    clock.advance(seconds=1)
    assert sweep(runtime).leases_over == 3


@pytest.mark.usefixtures("settled")
def test_a_lease_without_a_name_lasts_to_its_end(runtime: Runtime, clock: Clock) -> None:
    leased(runtime, None)
    clock.advance(seconds=LEASE.total_seconds() - 1)
    assert sweep(runtime).leases_over == 0
    clock.advance(seconds=1)
    assert sweep(runtime).leases_over == 3


def test_soon_after_a_restart_of_postgresql_nobody_is_taken_for_dead(
    runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All sessions ended with it, and their workers live."""
    monkeypatch.setattr(worker_lock, "_SETTLED", timedelta(days=1))
    leased(runtime, 7)
    clock.advance(seconds=LEASE.total_seconds() - 1)
    assert sweep(runtime).leases_over == 0
    clock.advance(seconds=1)
    assert sweep(runtime).leases_over == 3


@pytest.mark.usefixtures("settled")
def test_a_worker_whose_session_was_cut_comes_back(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_lock, "_LOOK_SECONDS", 0.0)
    worker = WorkerLock(runtime.database.url)
    worker.hold()
    with runtime.database.transaction() as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid, 20000) FROM pg_locks"
            " WHERE locktype = 'advisory' AND objid::bigint = %s",
            (worker.number,),
        )
    assert not is_present(runtime, worker)
    worker.hold()
    assert is_present(runtime, worker)
    worker.end()


@pytest.mark.usefixtures("settled")
def test_what_a_killed_worker_was_sending_comes_back_long_before_its_lease_is_over(
    runtime: Runtime, clock: Clock
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
        until(lambda: bool(sweep(runtime).leases_over))
        assert set(statuses(runtime).values()) == {"unknown"}
