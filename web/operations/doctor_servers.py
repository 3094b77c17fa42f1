"""The findings of `flask doctor` about what is between this machine and its PostgreSQL, and behind.

A pooler, another server than the primary, the archive of the log, replicas that cannot follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.errors import DuplicatePreparedStatement

from settings import Settings
from store import pooler
from web.operations.findings import CONNECT_SECONDS, Finding
from web.operations.patroni import CTL, DOCS, PatroniAnswer, PatroniTold

_ARCHIVED_WITHIN: Final = 10  # times archive_timeout, after which something stops it

_ARCHIVER: Final = """
    SELECT current_setting('archive_mode'),
           extract(epoch FROM current_setting('archive_timeout')::interval)::float,
           extract(epoch FROM clock_timestamp() - last_archived_time)::float,
           coalesce(last_failed_time > last_archived_time, last_failed_time IS NOT NULL)
    FROM pg_stat_archiver
"""


def examine(
    conn: psycopg.Connection[Any], settings: Settings, told: Sequence[PatroniTold]
) -> Iterator[Finding]:
    """Yield what is wrong with the server of `conn` and the way to it. `told`: of each Patroni."""
    yield from _pooler(conn, settings)
    if conn.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
        says = (
            "DATABASE_URL leads to a replica, which takes no writes: enter the primary's address,"
            " or HAProxy's port 5000, which knows it"
        )
        yield Finding("wrong", "database", says)
        return
    yield from _the_clusters(conn, told)
    yield from archived(_archive(conn), told)
    yield from _left_behind(conn)
    yield from _owner(settings)


def _pooler(conn: psycopg.Connection[Any], settings: Settings) -> Iterator[Finding]:
    if not pooler.is_between(conn):
        return
    if settings.database_prepares and not _keeps_prepared(conn):
        says = (
            "a pooler (PgBouncer) is between, which mixes up prepared statements:"
            " DATABASE_PREPARES=0"
        )
        yield Finding("wrong", "DATABASE_PREPARES", says)
    else:
        yield Finding("ok", "pooler", "one is between, and statements suit it")


def _keeps_prepared(conn: psycopg.Connection[Any]) -> bool:
    """Tell whether the pooler gives prepared statements names of its own (PgBouncer since 1.21).

    One that hands names on as they are gives the statement of one process to another.
    """
    try:
        with conn.transaction():
            conn.execute("SELECT 1", prepare=True)
            own = "SELECT name FROM pg_prepared_statements WHERE starts_with(name, '_pg3_')"
            handed_on = conn.execute(own, prepare=False).fetchall()
            conn.execute("".join(f'DEALLOCATE "{name}";' for (name,) in handed_on), prepare=False)
    except DuplicatePreparedStatement:  # another process's
        return False
    return not handed_on


def _the_clusters(conn: psycopg.Connection[Any], told: Sequence[PatroniTold]) -> Iterator[Finding]:
    systems = {each.system for each in told if isinstance(each, PatroniAnswer)} - {""}
    if systems and system(conn) not in systems:
        says = (
            "DATABASE_URL leads to another database than PATRONI_URLS speak of: two clusters with"
            " one name? Compare /etc/hosts here with that of a database machine"
        )
        yield Finding("wrong", "database", says)


def system(conn: psycopg.Connection[Any]) -> str:
    """Return the number that a database has from its making; its replicas have the same."""
    row = conn.execute("SELECT system_identifier::text FROM pg_control_system()").fetchone()
    assert row is not None
    return str(row[0])


@dataclass(frozen=True)
class LogArchive:
    """How the primary archives its log. `due`: seconds after which it does so at the latest, or 0.

    `age`: seconds since it did last; None: never. `fails`: whether the last try failed.
    """

    mode: str
    due: float
    age: float | None
    fails: bool


def archived(found: LogArchive, told: Sequence[PatroniTold]) -> Iterator[Finding]:
    """Yield what is wrong with the archive; without a cluster (`told`), none need be there."""
    if found.mode == "off":
        if told:
            says = (
                f"the log is not archived: {CTL} edit-config -p archive_mode=on, then {CTL}"
                " restart dakiya"
            )
            yield Finding("wrong", "archive", says)
        return
    since = "nothing yet" if found.age is None else f"the last was {found.age:.0f} s ago"
    if found.fails:
        says = (
            f"archiving the log fails, {since}: nothing since then can be restored, and the disk of"
            " the primary fills. Is dakiya-pgbackrest running on backup1, and has its disk room? On"
            " backup1, as postgres: pgbackrest --stanza=dakiya check"
        )
        yield Finding("wrong", "archive", f"{says} ({DOCS})")
    elif found.due and (found.age or 0) > found.due * _ARCHIVED_WITHIN:
        says = (
            f"{since}, though one is due every {found.due:.0f} s: journalctl -u dakiya-patroni on"
            f" the primary says what the archiver waits for ({DOCS})"
        )
        yield Finding("wrong", "archive", says)
    else:
        yield Finding("ok", "archive", f"the log is archived, {since}")


def _archive(conn: psycopg.Connection[Any]) -> LogArchive:
    row = conn.execute(_ARCHIVER).fetchone()
    assert row is not None
    return LogArchive(*row)


def _left_behind(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    """Yield the replicas for which the primary does not keep what they lack."""
    for name, status in conn.execute(
        "SELECT slot_name, wal_status FROM pg_replication_slots"
        " WHERE wal_status IN ('unreserved', 'lost') ORDER BY 1"
    ).fetchall():
        lost = "is gone" if status == "lost" else "goes at the next checkpoint"
        says = (
            f"the replica of the slot {name} is too old: what it lacks {lost}:"
            f" {CTL} reinit dakiya {name} copies it anew, unless it catches up from the archive"
        )
        yield Finding("wrong", "replica", says)


def _owner(settings: Settings) -> Iterator[Finding]:
    if not settings.database_owner_url:
        return
    what = "DATABASE_OWNER_URL"
    try:
        conn = psycopg.connect(settings.database_owner_url, connect_timeout=CONNECT_SECONDS)
    except psycopg.OperationalError as error:
        yield Finding("wrong", what, f"{refusal(error)}; nobody can migrate")
        return
    with conn:
        if pooler.is_between(conn):
            says = (
                "leads through a pooler, which loses the locks of a migration: enter PostgreSQL's"
                " own port (HAProxy's 5002)"
            )
            yield Finding("wrong", what, says)


def refusal(error: psycopg.OperationalError) -> str:
    """Return why a server let nobody in, and what to do. The error's own text holds addresses."""
    said = str(error)
    if "authentication failed" in said or "no password supplied" in said:
        return "the password or the role is wrong: deploy/secrets made them"
    if "pg_hba.conf" in said:
        return "its pg_hba.conf does not let this machine in"
    if "certificate" in said:
        return "its certificate is not of sslrootcert, or has another name"
    if "does not exist" in said or "no such database" in said:
        return "it has no such database or role: is it the right server?"
    if "login has been failing" in said:
        return "its PgBouncer did not reach PostgreSQL when it last tried: ask again in a second"
    return "it does not answer: see that it runs, and its address"
