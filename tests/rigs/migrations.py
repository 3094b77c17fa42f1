"""Databases of one's own, and migrations that nobody ships, after those that are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from store import migrate
from store.applying import VERSIONS
from store.phases import Phase
from tests.conftest import OfWorker

_MIGRATION = '''"""{says}"""

from alembic import op

from store.concurrently import Index, Validated

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None
phase = "{phase}"
concurrently = ({concurrently})


def upgrade() -> None:
    op.get_bind().exec_driver_sql({sql!r}.replace("%", "%%"))
'''


@dataclass
class Written:
    """Migrations in a directory, each after the one written before."""

    directory: Path
    last: str = ""

    def add(self, phase: Phase, statements: str, concurrently: str = "") -> str:
        """Write one, and return its revision. `concurrently`: Python, as `Index("a", …),`."""
        number = 9000 + len(list(self.directory.glob("*.py")))
        revision, before = f"{number}_written", self.last or migrate.newest()
        (self.directory / f"{revision}.py").write_text(
            _MIGRATION.format(
                says="Written by a test.", revision=revision, before=before, phase=phase,
                concurrently=concurrently, sql=statements or "SELECT 1",
            )
        )  # fmt: skip
        self.last = revision
        return revision

    @property
    def all(self) -> tuple[Path, Path]:
        """Return the directories of what is shipped and of what was written."""
        return VERSIONS, self.directory


@contextmanager
def copy_of_template(addresses: OfWorker, name: str) -> Iterator[OfWorker]:
    """Yield the addresses of a new, migrated and empty database, as each of the three roles."""
    server = addresses.owner.rpartition("/")[0]
    named = sql.Identifier(name)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE DATABASE {} TEMPLATE dakiya").format(named))
        application, owner, purge = (
            f"{url.rpartition('/')[0]}/{name}"
            for url in (addresses.application, addresses.owner, addresses.purge)
        )
        yield OfWorker(application, owner, purge, addresses.redis)
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(named))
