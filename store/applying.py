"""One migration, applied while texts come in: nobody waits long for it, and nothing is half done.

A statement that waits for a lock lets everybody else wait behind it, also those who would not wait
for each other. So a migration waits `LOCK` at most, and an expand or contract migration is undone
when its transaction is older than `WHOLE`; then texts flow, and it is tried again. Whatever a hook
waits for comes within its own time (store/limits.py), so no text is even put aside.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg.conninfo import make_conninfo

from store import pooler
from store.blockers import Blocker, blocking
from store.concurrently import Concurrently
from store.database import NOT_IN_TIME, Conn
from store.limits import HOOKS
from store.phases import Migration

if TYPE_CHECKING:  # a fifth of a process's start: imported only to migrate
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from sqlalchemy import Connection

SCRIPTS: Final = Path(__file__).resolve().parent / "migrations"
VERSIONS: Final = SCRIPTS / "versions"

LOCK: Final = 400
"""Milliseconds that a migration waits for a lock."""
WHOLE: Final = 700
"""Milliseconds from the first statement of a migration to its commit, beside traffic."""
assert LOCK < WHOLE < HOOKS.lock

NAME: Final = "dakiya migrate"
_GUARD: Final = 7_235_016  # the advisory lock of the session: one migrates, others wait for it
_LOOK_SECONDS: Final = 0.1
_CANCEL_SECONDS: Final = 5.0
_PAUSES: Final = (1.0, 2.0, 3.0, 5.0)  # seconds between tries, the last one for good

# A migrate that is stopped in its middle, on a machine that hangs, lets go by itself.
_LIMITS: Final = (
    f"SET LOCAL lock_timeout = '{LOCK}ms'",
    "SET LOCAL idle_in_transaction_session_timeout = '60s'",
)
_SHORT: Final = "SET LOCAL statement_timeout = '5s'"


class NotMigrated(Exception):
    """The database is not at the newest schema, and nothing is half done. Says what to do."""


class NoLock(NotMigrated):
    """A migration found no moment to get its locks. Says who held them."""


class LostDatabase(NotMigrated):
    """The session ended in the midst of a migration: a fail-over, or somebody ended it."""


class BehindPooler(NotMigrated):
    """The owner's URL leads through a pooler, which gives a session's lock to somebody else."""


@dataclass
class TriedFor:
    """How long one piece of work is tried, and whom its last try met."""

    seconds: float
    began: float = field(default_factory=time.monotonic)
    tries: int = 0
    met: dict[int, Blocker] = field(default_factory=dict)

    def again(self) -> bool:
        """Pause, and tell whether there is time for another try."""
        pause = _PAUSES[min(self.tries, len(_PAUSES) - 1)] * random.uniform(0.8, 1.2)  # noqa: S311
        self.tries += 1
        if time.monotonic() + pause > self.began + self.seconds:
            return False
        time.sleep(pause)
        return True


@contextmanager
def guarded(owner_url: str, seconds: float) -> Iterator[Conn]:
    """Yield a session, in autocommit, that alone migrates this database.

    The guard is a lock of the session, as an index that is built concurrently has no transaction.
    It is asked for and not waited for: who waits has a snapshot, for which such an index would wait
    in turn. Raises `BehindPooler`, and `NoLock` where another migrates for longer than `seconds`.
    """
    tried = TriedFor(seconds)
    with psycopg.connect(owner_url, autocommit=True, application_name=NAME) as conn:
        _insist_on_a_session(conn)
        while conn.execute("SELECT pg_try_advisory_lock(%s)", [_GUARD]).fetchone() != (True,):
            if not tried.again():
                raise NoLock(
                    f"another `flask db migrate` has been at work for {seconds / 60:g} minutes:"
                    " look at it, and run this again when it has ended"
                )
        yield conn


def _insist_on_a_session(conn: Conn) -> None:
    """Raise `BehindPooler` where a pooler answers."""
    if pooler.is_between(conn):
        raise BehindPooler(
            "DATABASE_OWNER_URL leads through PgBouncer or another pooler, where a migration cannot"
            " keep a second one out: name PostgreSQL's own port (docs/cluster.md: 5002)"
        )


def config(database_url: str, directories: Sequence[Path]) -> Config:
    """Return Alembic's configuration for a database (a libpq URL) and directories of versions."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(SCRIPTS))
    made.set_main_option("path_separator", "os")
    made.set_main_option("version_locations", os.pathsep.join(map(str, directories)))
    # SQLAlchemy reads addresses otherwise than libpq, which takes several hosts.
    made.attributes["connect"] = partial(psycopg.connect, database_url)
    return made


class Applying:
    """Applies migrations by a guarded session; `directories` are those of Alembic's versions."""

    def __init__(
        self, conn: Conn, owner_url: str, directories: Sequence[Path], seconds: float
    ) -> None:
        from alembic.script import ScriptDirectory
        from sqlalchemy import create_engine, pool

        self._conn = conn
        self._watch_url = make_conninfo(owner_url, application_name=f"{NAME} watch")
        self._config = config(owner_url, directories)
        self._scripts = ScriptDirectory.from_config(self._config)
        self._seconds = seconds
        self._engine = create_engine(
            "postgresql+psycopg://", creator=lambda: conn, poolclass=pool.StaticPool
        )
        self._begun: float | None = None

    def apply(self, migration: Migration, whole: int | None) -> None:
        """Apply one migration, again until it gets its locks. `whole`: milliseconds; None: no end.

        Raises `NoLock` when time is over, `LostDatabase`, and what the migration raises: then it is
        undone.
        """
        script = self._scripts.get_revision(migration.revision)
        for each in getattr(script.module, "concurrently", ()):
            self._try(migration, None, partial(self._make, each))
        self._try(migration, whole, partial(self._upgrade, migration, whole))

    def _make(self, what: Concurrently) -> None:
        # Nobody waits behind this, so it may wait itself.
        self._conn.execute(f"SET lock_timeout = '{round(self._seconds * 1000)}ms'")
        what.make(self._conn)

    def _upgrade(self, migration: Migration, whole: int | None) -> None:
        from alembic import command

        def begin(connection: Connection) -> None:
            for statement in _LIMITS if whole is None else (*_LIMITS, _SHORT):
                connection.exec_driver_sql(statement)
            self._begun = time.monotonic()

        def applied(ctx: MigrationContext, **_: object) -> None:
            if migration.phase != "expand":
                _raise_floor(ctx, migration)

        self._conn.autocommit = False  # SQLAlchemy begins and ends the transaction
        try:
            with self._engine.connect() as connection:
                self._config.attributes.update(connection=connection, begin=begin, applied=applied)
                command.upgrade(self._config, migration.revision)
        finally:
            self._begun = None
            if not self._conn.closed:
                self._conn.rollback()
                self._conn.autocommit = True

    def _try(self, migration: Migration, whole: int | None, work: Callable[[], None]) -> None:
        """Do `work` until it gets its locks in time."""
        tried = TriedFor(self._seconds)
        while True:
            try:
                with self._watched(whole, tried):
                    work()
                return
            except Exception as error:
                if self._conn.closed:
                    raise LostDatabase(
                        f"the database went away while {migration.revision} was applied:"
                        " run this again"
                    ) from error
                # SQLAlchemy wraps what psycopg raises.
                if not isinstance(getattr(error, "orig", error), NOT_IN_TIME):
                    raise
                if not tried.again():
                    raise NoLock(_advice(migration, tried)) from error

    @contextmanager
    def _watched(self, whole: int | None, tried: TriedFor) -> Iterator[None]:
        """Look from another session who blocks ours, and end what takes too long."""
        over = Event()
        with (
            psycopg.connect(self._watch_url, autocommit=True) as other,
            ThreadPoolExecutor(1) as threads,
        ):
            tried.met.clear()
            looking = threads.submit(self._look, other, whole, tried, over)
            try:
                yield
            finally:
                over.set()
                looking.result()

    def _look(self, other: Conn, whole: int | None, tried: TriedFor, over: Event) -> None:
        while not over.wait(_LOOK_SECONDS):
            for each in blocking(other, self._conn.info.backend_pid):
                tried.met[each.pid] = each
            begun = self._begun
            if whole is not None and begun is not None:
                left = begun + whole / 1000 - time.monotonic()
                if left <= _LOOK_SECONDS and not over.wait(max(0.0, left)):
                    self._conn.cancel_safe(timeout=_CANCEL_SECONDS)


def _raise_floor(ctx: MigrationContext, migration: Migration) -> None:
    """Write down that code which does not know this migration must not run on this database."""
    assert ctx.connection is not None
    there = ctx.connection.exec_driver_sql(
        "SELECT 1 FROM pg_attribute WHERE attrelid = 'alembic_version'::regclass"
        " AND attname = 'floor'"
    ).first()
    if there is not None:  # 0035 makes it
        ctx.connection.exec_driver_sql(
            "UPDATE alembic_version SET floor = %s", (migration.revision,)
        )


def _advice(migration: Migration, tried: TriedFor) -> str:
    said = (
        f"{migration.revision} was tried {tried.tries} times in {tried.seconds / 60:g}"
        " minutes and is undone; what came before it stays"
    )
    if not tried.met:
        return (
            f"{said}. Nobody held what it waits for: it takes too long itself to be made beside"
            " traffic. Run it when less is to do"
        )
    held = "; ".join(map(str, tried.met.values()))
    return (
        f"{said}. What it needs is held by {held}. Wait for the end of that, or end it (as the"
        " owner of that session, SELECT pg_terminate_backend(PID)), and run this again"
    )
