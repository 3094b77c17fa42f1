"""A database that goes away and comes back is asked at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from settings import Settings
from store.database import Conn, Database
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
