"""The migrations: applying them, and the schema version of a database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import psycopg

from store import applying, phases, rights
from store.applying import VERSIONS, WHOLE, Applying, NotMigrated
from store.database import Conn
from store.phases import Migration
from store.rights import Roles

if TYPE_CHECKING:
    from alembic.config import Config

_GRANTING: Final = 7_235_003  # the advisory lock: two that start at once grant one after the other

# The chain before 0.1.0, which was squashed into one revision; 0001 to 0026.
_UNRELEASED: Final = re.compile(r"00[0-2][0-9]")

PATIENCE_SECONDS: Final = 300.0

Through = Literal["expand", "contract"]
"""How far: `expand`, as far as the release before goes on running beside it, or `contract`: all."""


class UnknownRevision(NotMigrated):
    """The database has a schema that no migration of this code starts from. Says what to do."""


@dataclass(frozen=True)
class SchemaVersion:
    """A database's schema compared with the one that this code needs, in words for an operator.

    `current`: this code runs on it. `waiting`: the contract migrations that are to come.
    """

    current: bool
    says: str
    waiting: Sequence[Migration] = ()


def _config(database_url: str) -> Config:
    return applying.config(database_url, [VERSIONS])


def migrate(
    owner_url: str,
    roles: Roles | None,
    through: Through = "contract",
    seconds: float = PATIENCE_SECONDS,
    directories: Sequence[Path] = (VERSIONS,),
) -> Sequence[Migration]:
    """Apply what is missing as the owner (a libpq URL); grant `roles` their rights; return it.

    Each migration is a transaction of its own, beside running traffic (store/applying.py); two at
    once do the work once. `roles`: None where the owner is the application. `seconds`: how long a
    lock is tried for. Raises `store.applying.NotMigrated`, and `store.rights.MissingRole`.
    """
    with applying.guarded(owner_url, seconds) as conn:
        at = _revision(conn)
        wanted = _pending(at, directories)
        if through == "expand":
            wanted = phases.beside_others(wanted, at)
        with _granted(owner_url, roles):
            if wanted:
                work = Applying(conn, owner_url, directories, seconds)
                for each in _steps(wanted, at):
                    alone = at is None or each.phase == "stop"
                    work.apply(each, None if alone else WHOLE)
    return wanted


def _steps(wanted: Sequence[Migration], at: str | None) -> Sequence[Migration]:
    """Return the migrations to bring the database to, one after the other: each of `wanted`.

    An empty database goes to the last stop at once: nobody waits, and it takes half of the time.
    """
    if at is not None:
        return wanted
    last = max(n for n, each in enumerate(wanted) if each.phase == "stop")
    return wanted[last:]


@contextmanager
def _granted(owner_url: str, roles: Roles | None) -> Iterator[None]:
    """Grant rights after the block, also on what was made before it was given up."""
    try:
        yield
    finally:
        if roles is not None:
            with psycopg.connect(owner_url) as conn:
                conn.execute("SELECT pg_advisory_xact_lock(%s)", [_GRANTING])
                rights.grant(conn, roles)


def pending(owner_url: str) -> Sequence[Migration]:
    """Return the migrations that are to come, the oldest first. Raises `UnknownRevision`."""
    with psycopg.connect(owner_url) as conn:
        return _pending(_revision(conn), (VERSIONS,))


def _pending(at: str | None, directories: Sequence[Path]) -> Sequence[Migration]:
    known = [each for directory in directories for each in phases.read(directory)]
    if at is not None and at not in {each.revision for each in known}:
        raise UnknownRevision(_advice(at))
    return phases.to_come(known, at)


@cache
def shipped() -> Sequence[Migration]:
    """Return the migrations that this code knows, the oldest first."""
    return phases.read(VERSIONS)


def newest() -> str:
    """Return the newest revision that this code knows."""
    return shipped()[-1].revision


def version(conn: Conn) -> SchemaVersion:
    """Return how the database of `conn` compares with the schema that this code expects."""
    at = _revision(conn)
    if at is None:
        return SchemaVersion(False, "none yet: run `flask --app app db migrate`")
    known = [each.revision for each in shipped()]
    if at not in known:
        if _floor(conn) in known:
            says = f"at {at}, of a newer release, beside which this one runs while it is replaced"
            return SchemaVersion(True, says)
        return SchemaVersion(False, _advice(at))
    wanted = phases.to_come(shipped(), at)
    if any(each.phase != "contract" for each in wanted):
        says = f"at {at}, this code needs {newest()}: run `flask --app app db migrate`"
        return SchemaVersion(False, says, [each for each in wanted if each.phase == "contract"])
    return SchemaVersion(True, f"at {at}", wanted)


def _revision(conn: Conn) -> str | None:
    """Return the revision of the database; None where it was never migrated."""
    if conn.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
        return None
    row = conn.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def _floor(conn: Conn) -> str | None:
    """Return the last migration of the database that was no expand; None: older than 0035."""
    row = conn.execute(
        "SELECT to_jsonb(alembic_version) ->> 'floor' FROM alembic_version"
    ).fetchone()
    return None if row is None else row[0]


def _advice(at: str) -> str:
    if _UNRELEASED.fullmatch(at):
        return (
            f"the database was made before release 0.1.0 (schema {at}) and cannot be carried over:"
            " delete ./var, or drop the database that DATABASE_URL names, and start again"
        )
    return (
        f"the database has the schema {at}, which this version of Dakiya does not know:"
        " run the version that made it, or a newer one"
    )
