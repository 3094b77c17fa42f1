"""The lease of a living worker: a row in PostgreSQL that says when it was seen last.

A thread of the worker renews it every second, whatever the worker is busy with. When the row is
old its process is gone, and the sweep takes back what it was sending (`outbox/sweep.py`) long
before the leases of the messages are over. No state of a session is used, so a pooler may share
the connection by the transaction. All times are PostgreSQL's, so clocks need not agree.
"""

from __future__ import annotations

import contextlib
import secrets
from datetime import timedelta
from threading import Event, Thread
from typing import Final

import psycopg
import structlog

from store.database import Conn

log = structlog.get_logger(__name__)

_RENEW_SECONDS: Final = 1.0
# Older than this: the process is gone. Several renewals may fail before.
GONE: Final = timedelta(seconds=5)
_CONNECT_SECONDS: Final = 2

# `since`: the beginning of the renewals without a gap.
_RENEW: Final = """
    INSERT INTO worker_leases (worker, since, seen_at)
    VALUES (%(worker)s, clock_timestamp(), clock_timestamp())
    ON CONFLICT (worker) DO UPDATE
    SET since = CASE WHEN worker_leases.seen_at < clock_timestamp() - %(gone)s
                THEN clock_timestamp() ELSE worker_leases.since END,
        seen_at = clock_timestamp()
"""

_END: Final = "UPDATE worker_leases SET seen_at = '-infinity' WHERE worker = %(worker)s"


class WorkerLease:
    """The lease of a process that sends. `begin` and `end` are called by one thread."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._session: Conn | None = None
        self._over = Event()
        self._thread: Thread | None = None
        self.number = 1 + secrets.randbelow(2**31 - 1)  # identifies the worker in its messages

    def begin(self) -> None:
        """Ensure the lease, before messages are claimed. Raises `psycopg.OperationalError`."""
        if self._thread is None:
            self._renew()
            self._thread = Thread(target=self._keep, name="worker lease", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Give the lease up: the process sends no more."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
            with contextlib.suppress(psycopg.Error):
                self._execute(_END)
        self._close()

    def _keep(self) -> None:
        while not self._over.wait(_RENEW_SECONDS):
            try:
                self._renew()
            except psycopg.Error as error:
                # The messages keep their own leases, and the next renewal follows soon.
                log.warning("database_away", job="worker lease", error=type(error).__name__)

    def _renew(self) -> None:
        self._execute(_RENEW)

    def _execute(self, statement: str) -> None:
        try:
            if self._session is None:
                # Not of the pool: whoever uses up its connections must not end the lease.
                self._session = psycopg.connect(
                    self._url,
                    autocommit=True,
                    connect_timeout=_CONNECT_SECONDS,
                    prepare_threshold=None,
                )
            self._session.execute(statement.encode(), {"worker": self.number, "gone": GONE})
        except psycopg.Error:
            self._close()
            raise

    def _close(self) -> None:
        if self._session is not None:
            with contextlib.suppress(psycopg.Error):
                self._session.close()
        self._session = None


def gone_workers(conn: Conn) -> list[int]:
    """Return the numbers of the workers that are gone, as far as it is certain.

    An old row alone proves nothing: PostgreSQL itself may have been away. It does where another
    worker could renew its own for as long without a gap.
    """
    rows = conn.execute(
        """
        SELECT worker FROM worker_leases
        WHERE seen_at < clock_timestamp() - %(gone)s
              AND EXISTS (SELECT FROM worker_leases
                          WHERE seen_at >= clock_timestamp() - %(gone)s
                                AND since <= clock_timestamp() - %(gone)s)
        """,
        {"gone": GONE},
    ).fetchall()
    return [row[0] for row in rows]


def forget(conn: Conn) -> None:
    """Remove the rows of workers that are gone, once nothing is left that they were sending."""
    conn.execute(
        "DELETE FROM worker_leases WHERE seen_at < clock_timestamp() - interval '1 hour'"
        " AND worker <> ALL (ARRAY(SELECT leased_by FROM messages WHERE id = ANY (ARRAY("
        " SELECT message_id FROM outbox WHERE held_until < 'infinity'))"
        " AND status = 'sending' AND leased_by IS NOT NULL))"
    )
