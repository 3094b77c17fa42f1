"""The findings of `flask doctor` about what is between this machine and its PostgreSQL, and behind.

A pooler, another server than the primary, the archive of the log, replicas that cannot follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import psycopg
from psycopg.errors import DuplicatePreparedStatement

from settings import Settings
from web.operations.findings import CONNECT_SECONDS, Finding
from web.operations.patroni import PatroniAnswer, PatroniTold

_ARCHIVED_WITHIN: Final = 10  # times archive_timeout, after which something stops it
_CTL: Final = "patronictl -c /etc/dakiya/patroni.yml"
_DOCS: Final = "docs/cluster.md, Watching it"

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
    yield from _archive(conn, told)
    yield from _left_behind(conn)
    yield from _owner(settings)


def _pooler(conn: psycopg.Connection[Any], settings: Settings) -> Iterator[Finding]:
    if not pooled(conn):
        return
    if settings.database_prepares and not _keeps_prepared(conn):
        says = (
            "a pooler (PgBouncer) is between, which mixes up prepared statements:"
            " DATABASE_PREPARES=0"
        )
        yield Finding("wrong", "DATABASE_PREPARES", says)
    else:
        yield Finding("ok", "pooler", "one is between, and statements suit it")


def pooled(conn: psycopg.Connection[Any]) -> bool:
    """Tell whether something is between: the server knows itself by another process."""
    return conn.execute("SELECT pg_backend_pid()").fetchone() != (conn.info.backend_pid,)


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


def _archive(conn: psycopg.Connection[Any], told: Sequence[PatroniTold]) -> Iterator[Finding]:
    row = conn.execute(_ARCHIVER).fetchone()
    assert row is not None
    mode, timeout, age, fails = row
    if mode == "off":
        if told:
            says = f"the log is not archived: {_CTL} edit-config -p archive_mode=on, then restart"
            yield Finding("wrong", "archive", f"{says} dakiya")
        return
    since = "nothing yet" if age is None else f"the last was {age:.0f} s ago"
    if fails:
        says = (
            f"archiving the log fails, {since}: nothing since then can be restored, and the disk of"
            " the primary fills. Is dakiya-pgbackrest running on backup1, and has its disk room? On"
            " backup1, as postgres: pgbackrest --stanza=dakiya check"
        )
        yield Finding("wrong", "archive", f"{says} ({_DOCS})")
    elif timeout and (age or 0) > timeout * _ARCHIVED_WITHIN:
        says = (
            f"{since}, though one is due every {timeout:.0f} s: journalctl -u dakiya-patroni on the"
            f" primary says what the archiver waits for ({_DOCS})"
        )
        yield Finding("wrong", "archive", says)
    else:
        yield Finding("ok", "archive", f"the log is archived, {since}")


def _left_behind(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    """Yield the replicas for which the primary does not keep what they lack."""
    for name, status in conn.execute(
        "SELECT slot_name, wal_status FROM pg_replication_slots"
        " WHERE wal_status IN ('unreserved', 'lost') ORDER BY 1"
    ).fetchall():
        lost = "is gone" if status == "lost" else "goes at the next checkpoint"
        says = (
            f"the replica of the slot {name} is too old: what it lacks {lost}:"
            f" {_CTL} reinit dakiya {name} copies it anew, unless it catches up from the archive"
        )
        yield Finding("wrong", "replica", says)


def _owner(settings: Settings) -> Iterator[Finding]:
    if not settings.database_owner_url:
        return
    what = "DATABASE_OWNER_URL"
    try:
        conn = psycopg.connect(settings.database_owner_url, connect_timeout=CONNECT_SECONDS)
    except psycopg.OperationalError as error:
        yield Finding("wrong", what, f"{refusal(error)}. Nobody can migrate")
        return
    with conn:
        if pooled(conn):
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
    return "does not answer: started? address right?"
