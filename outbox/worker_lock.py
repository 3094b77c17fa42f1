"""The lock of a living worker, in a PostgreSQL session of its own.

PostgreSQL frees it the moment that the process is gone, also by kill -9. The sweep takes back what
such a worker was sending within seconds (`outbox/sweep.py`); in all other cases (a machine that
lost its network) the lease ends.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from datetime import timedelta
from typing import Final

import psycopg

from store.database import Conn

# The first key of the lock; the second is the worker's number. No other lock has two keys.
_KIND: Final = 1_145_128_777
_LOOK_SECONDS: Final = 1.0
# After a restart of PostgreSQL a missing session says nothing of its worker, until that worker has
# had time to connect again.
_SETTLED: Final = timedelta(seconds=10)


class WorkerLock:
    """The lock of a process that sends. Used by one thread."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._session: Conn | None = None
        self._looked_at = 0.0
        self.number = 1 + secrets.randbelow(2**31 - 1)  # identifies the worker in its leases

    def hold(self) -> None:
        """Ensure the lock, at most once a second. Raises `psycopg.OperationalError`."""
        now = time.monotonic()
        if self._session is not None and now - self._looked_at < _LOOK_SECONDS:
            return
        if self._session is not None:
            try:
                self._session.execute("SELECT")
            except psycopg.OperationalError:
                self.end()  # and begin again at once: without the lock the worker counts as dead
        if self._session is None:
            self._begin()
        self._looked_at = now

    def _begin(self) -> None:
        session = psycopg.connect(self._url, autocommit=True, connect_timeout=5)
        try:
            session.execute("SELECT pg_advisory_lock(%s, %s)", (_KIND, self.number))
        except psycopg.OperationalError:
            session.close()
            raise
        self._session = session

    def end(self) -> None:
        """Free the lock: the process sends no more."""
        if self._session is not None:
            with contextlib.suppress(psycopg.Error):
                self._session.close()
        self._session = None


def living_workers(conn: Conn) -> list[int] | None:
    """Return the numbers of the living workers; None where unknown, soon after a restart."""
    row = conn.execute(
        """
        SELECT clock_timestamp() - pg_postmaster_start_time() > %s,
               ARRAY(SELECT objid::bigint FROM pg_locks
                     WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted
                           AND database = (SELECT oid FROM pg_database
                                           WHERE datname = current_database()))
        """,
        (_SETTLED, _KIND),
    ).fetchone()
    return list(row[1]) if row is not None and row[0] else None
