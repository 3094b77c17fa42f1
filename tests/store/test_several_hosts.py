"""`DATABASE_URL` names several hosts, of which one is the primary: libpq finds it, everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from outbox.worker_lease import WorkerLease
from settings import Settings
from store import migrate
from store.database import Conn, Database
from store.rights import named
from tests.rigs.relay import LOCAL, Relay
from web.operations import doctor

OTHER = "several_hosts"


@pytest.fixture
def relays(settings: Settings) -> Iterator[tuple[Relay, Relay]]:
    port = int(str(conninfo_to_dict(settings.database_url)["port"]))
    with Relay(port) as first, Relay(port) as second:
        yield first, second


def refuses(first: Relay) -> None:
    first.cut()


def follows(first: Relay) -> None:
    first.follows = True


def across(url: str, relays: tuple[Relay, Relay], name: str = "") -> str:
    """The same database at both relays, as DATABASE_URL names it."""
    parts = conninfo_to_dict(url)
    hosts = ",".join(f"{LOCAL}:{each.port}" for each in relays)
    who = f"{parts['user']}:{parts['password']}" if parts.get("password") else parts["user"]
    return f"postgresql://{who}@{hosts}/{name or parts['dbname']}?target_session_attrs=read-write"


def _write(conn: Conn) -> int:
    conn.execute("INSERT INTO phones (phone, language) VALUES ('+919811111111', 'hi')")
    return conn.info.port


@pytest.mark.parametrize("trouble", [refuses, follows])
def test_whoever_connects_is_led_to_the_one_that_takes_writes(
    settings: Settings,
    relays: tuple[Relay, Relay],
    trouble: Callable[[Relay], None],
    owner: Database,
) -> None:
    trouble(relays[0])
    url = across(settings.database_url, relays)
    there = settings.model_copy(
        update={"database_url": url, "database_owner_url": across(settings.owner_url, relays)}
    )
    database = Database(url, 1, wait=30)
    database.open()
    try:
        assert database.run(_write) == relays[1].port
    finally:
        database.close()
        owner.run(lambda conn: conn.execute("DELETE FROM phones WHERE phone = '+919811111111'"))
    lease = WorkerLease(url)
    lease.begin()
    lease.end()
    assert any("answers" in each.says for each in doctor._database(there, ()))


@pytest.mark.parametrize("trouble", [refuses, follows])
def test_migrations_run_on_the_one_that_takes_writes(
    settings: Settings,
    relays: tuple[Relay, Relay],
    trouble: Callable[[Relay], None],
) -> None:
    trouble(relays[0])
    with psycopg.connect(settings.owner_url, autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(OTHER)))
    try:
        url = across(settings.owner_url, relays, OTHER)
        roles = named(url, settings.database_url, settings.purge_url)
        migrate.migrate(url, roles)
        with psycopg.connect(url) as conn:
            assert migrate.version(conn).current
    finally:
        with psycopg.connect(settings.owner_url, autocommit=True) as conn:
            conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(OTHER)))
