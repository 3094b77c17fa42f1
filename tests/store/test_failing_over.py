"""A database that goes away and comes back, and one that was the primary until now."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from settings import Settings
from store.database import Conn, Database, Demoted
from tests.rigs.relay import Relay

_AWAY_SECONDS = 5.0  # after which an ever rarer question would come two seconds late at least


@pytest.fixture
def relay(settings: Settings) -> Iterator[Relay]:
    with Relay(int(str(conninfo_to_dict(settings.database_url)["port"]))) as made:
        yield made


@pytest.fixture
def database(settings: Settings, relay: Relay) -> Iterator[Database]:
    made = Database(make_conninfo(settings.database_url, port=relay.port), 1, wait=0.5)
    made.open()
    yield made
    made.close()


def _one(conn: Conn) -> int:
    row = conn.execute("SELECT 1").fetchone()
    assert row is not None
    return int(row[0])


def test_it_is_back_as_soon_as_somebody_asks(database: Database, relay: Relay) -> None:
    assert database.run(_one) == 1
    relay.cut()
    until = time.monotonic() + _AWAY_SECONDS
    while time.monotonic() < until:
        with pytest.raises(psycopg.OperationalError):
            database.run(_one)
    relay.join()
    answered = threading.Event()

    def ask() -> None:
        while not answered.is_set():
            try:
                database.run(_one)
                answered.set()
            except psycopg.OperationalError:
                continue

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    assert answered.wait(1.5)
    asking.join()


def test_a_server_that_was_demoted_is_left_and_the_work_runs_on_another_connection(
    database: Database,
) -> None:
    tried: list[int] = []

    def work(conn: Conn) -> None:
        tried.append(conn.info.backend_pid)
        conn.execute("INSERT INTO phones (phone, language) VALUES ('+919811111111', 'hi')")

    database.run(_demote)
    database.run_together(work)
    assert len(set(tried)) == len(tried) == 2


def test_a_server_that_stays_demoted_is_a_database_that_is_away(database: Database) -> None:
    def work(conn: Conn) -> None:
        _demote(conn)
        conn.execute("INSERT INTO phones (phone, language) VALUES ('+919811111112', 'hi')")

    with pytest.raises(Demoted):
        database.run(work)


def _demote(conn: Conn) -> None:
    """Let the session refuse writes, as PostgreSQL does on a replica."""
    conn.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
    conn.execute("SET TRANSACTION READ ONLY")
