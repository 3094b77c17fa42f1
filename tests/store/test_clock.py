"""The time is PostgreSQL's, whatever a machine's own clock says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import Connection

from runtime import Runtime
from settings import Settings
from store.clock import Clock
from store.database import Database

_NEAR = timedelta(seconds=30)  # a busy machine between two questions
_TEN_MINUTES = 600.0


@dataclass
class Machine:
    """The two clocks of a machine, which stand until they are set."""

    wall: float
    steady: float = 1000.0

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.wall, lambda: self.steady)

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


@pytest.fixture
def fast() -> Machine:
    return Machine(datetime.now(UTC).timestamp() + _TEN_MINUTES)


@pytest.fixture
def connection(settings: Settings) -> Iterator[Connection]:
    with psycopg.connect(settings.database_url) as connection:
        yield connection


def near(one: datetime, other: datetime) -> bool:
    return abs(one - other) < _NEAR


def test_until_it_was_asked_the_machines_own_holds(fast: Machine) -> None:
    clock = fast.clock
    assert clock.due
    assert not clock.asked
    assert clock() == datetime.fromtimestamp(fast.wall, UTC)


def test_a_machine_ten_minutes_fast_has_the_time_of_postgresql(
    fast: Machine, connection: Connection
) -> None:
    clock = fast.clock
    clock.ask(connection)
    assert clock.asked
    assert near(clock(), datetime.now(UTC))
    before = clock()
    fast.pass_by(5)
    assert clock() - before == timedelta(seconds=5)
    assert not clock.due


def test_it_is_asked_again_after_a_while(fast: Machine, connection: Connection) -> None:
    clock = fast.clock
    clock.ask(connection)
    fast.pass_by(60)
    assert clock.due


@pytest.mark.parametrize("seconds", [-3600, -2, 2, 3600])
def test_it_is_asked_again_as_the_machines_clock_is_set(
    fast: Machine, connection: Connection, seconds: float
) -> None:
    clock = fast.clock
    clock.ask(connection)
    assert not clock.due
    fast.wall += seconds
    assert near(clock(), datetime.now(UTC))
    assert clock.due


def test_asking_leaves_no_transaction_open(fast: Machine, connection: Connection) -> None:
    fast.clock.ask(connection)
    assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert not connection.autocommit


def test_a_process_has_asked_before_its_first_act(settings: Settings) -> None:
    runtime = Runtime.build(settings)
    runtime.database.open()
    try:
        now = runtime.now()
        assert runtime.database._clock.asked
    finally:
        runtime.database.close()
    assert near(now, datetime.now(UTC))


def test_with_the_database_away_there_is_a_time_all_the_same() -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nothing", 1, wait=0.1)
    away.open()
    try:
        assert near(away.now(), datetime.now(UTC))
    finally:
        away.close()
