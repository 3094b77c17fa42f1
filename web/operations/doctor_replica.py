"""The findings of `flask doctor` about the replica for reports, search and metrics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg

from settings import Settings
from store import migrate, pooler
from store.replica import AS_OF
from web.operations.doctor_servers import refusal, system
from web.operations.findings import CONNECT_SECONDS, Finding

MOST_SECONDS: Final = 60.0
"""How old it may be. A worker writes every second, so one that follows is never that old."""
_WHAT: Final = "DATABASE_REPLICA_URL"


@dataclass(frozen=True)
class _Primary:
    """What a replica is compared with."""

    system: str
    now: datetime


def examine(primary: psycopg.Connection[Any], settings: Settings) -> Iterator[Finding]:
    """Yield whether the replica can be asked, and how old it is; nothing without one."""
    if not settings.database_replica_url:
        return
    known = _Primary(system(primary), _now(primary))
    primary.commit()  # it waits for no replica: a transaction that is idle for long is ended
    try:
        replica = psycopg.connect(settings.database_replica_url, connect_timeout=CONNECT_SECONDS)
        with replica:
            yield from _replica(replica, known, settings)
    except psycopg.OperationalError as error:  # behind a pooler the first question fails, too
        says = f"{refusal(error)}; until then reports are read from the primary"
        yield Finding("wrong", _WHAT, says)


def _now(conn: psycopg.Connection[Any]) -> datetime:
    row = conn.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    now: datetime = row[0]
    return now


def _replica(
    conn: psycopg.Connection[Any], primary: _Primary, settings: Settings
) -> Iterator[Finding]:
    if pooler.is_between(conn) and settings.database_prepares:
        yield Finding("wrong", _WHAT, "a pooler is between: DATABASE_PREPARES=0")
    if system(conn) != primary.system:
        says = "it is a copy of another database than DATABASE_URL: enter one of its own replicas"
        yield Finding("wrong", _WHAT, says)
        return
    row = conn.execute(AS_OF).fetchone()
    if row is None:
        says = "leads to the primary: no replica is left, or none is meant; nothing is lost by it"
        yield Finding("note", _WHAT, says)
        return
    schema = migrate.version(conn)
    if not schema.current:
        yield Finding("wrong", _WHAT, f"its schema is older than this code: {schema.says}")
    age = (primary.now - row[0]).total_seconds()
    if age > MOST_SECONDS:
        says = (
            f"it is {age:.0f} s old: does it follow (patronictl list), does a worker run?"
            " Until then unset it, or reports show what was"
        )
        yield Finding("wrong", _WHAT, says)
    else:
        yield Finding("ok", _WHAT, f"a replica, {max(age, 0):.0f} s old")
