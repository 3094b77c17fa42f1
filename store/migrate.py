"""The migrations: applying them, and the schema version of a database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg

from store import rights
from store.database import Conn
from store.rights import Roles

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic and SQLAlchemy take a fifth of a process's start: imported only to migrate.

_GRANTING: Final = 7_235_003  # the advisory lock: two that start at once grant one after the other
_MIGRATIONS: Final = Path(__file__).parent / "migrations"

# The chain before 0.1.0, which was squashed into one revision; 0001 to 0026.
_UNRELEASED: Final = re.compile(r"00[0-2][0-9]")


class UnknownRevision(Exception):
    """The database has a schema that no migration of this code starts from. Says what to do."""


@dataclass(frozen=True)
class SchemaVersion:
    """A database's schema compared with the one that this code needs, in words for an operator."""

    current: bool
    says: str


def _config(database_url: str) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    # SQLAlchemy reads addresses otherwise than libpq, which takes several hosts.
    config.attributes["connect"] = partial(psycopg.connect, database_url)
    return config


def migrate(owner_url: str, roles: Roles | None) -> None:
    """Apply every missing migration as the owner (a libpq URL), then grant `roles` their rights.

    `roles`: None where the owner is the application. Raises `UnknownRevision`, and
    `store.rights.MissingRole`.
    """
    with psycopg.connect(owner_url) as conn:
        at = _revision(conn)
    if at is not None and at not in _revisions():
        raise UnknownRevision(_advice(at))
    if at != newest():
        from alembic import command

        command.upgrade(_config(owner_url), "head")
    if roles is not None:
        with psycopg.connect(owner_url) as conn:
            conn.execute("SELECT pg_advisory_xact_lock(%s)", [_GRANTING])
            rights.grant(conn, roles)


def newest() -> str:
    """Return the revision that this code expects."""
    return _revisions()[-1]


def version(conn: Conn) -> SchemaVersion:
    """Return how the database of `conn` compares with the schema that this code expects."""
    at = _revision(conn)
    if at == newest():
        return SchemaVersion(True, f"at {at}")
    if at is None:
        return SchemaVersion(False, "none yet: run `flask --app app db migrate`")
    if at not in _revisions():
        return SchemaVersion(False, _advice(at))
    says = f"at {at}, this code needs {newest()}: run `flask --app app db migrate`"
    return SchemaVersion(False, says)


@cache
def _revisions() -> tuple[str, ...]:
    """Return every revision, the oldest first: each is named as its file, and names count up."""
    return tuple(sorted(path.stem for path in (_MIGRATIONS / "versions").glob("*.py")))


def _revision(conn: Conn) -> str | None:
    """Return the revision of the database; None where it was never migrated."""
    if conn.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
        return None
    row = conn.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


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
