"""Reads that may be a little old: of a replica where there is one. They say how old they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import psycopg
import structlog

from store.database import Conn, Database

log = structlog.get_logger(__name__)

# What a replica that has followed nothing since it started knows: the checkpoint that it began at.
_AS_OF: Final = """
    SELECT coalesce(pg_last_xact_replay_timestamp(),
                    (SELECT checkpoint_time FROM pg_control_checkpoint()))
    WHERE pg_is_in_recovery()
"""


@dataclass(frozen=True)
class ReadTransaction:
    """A transaction that only reads. `as_of`: commits until then are in it; None: all are."""

    conn: Conn
    as_of: datetime | None


@contextmanager
def reading(replica: Database | None, primary: Database) -> Iterator[ReadTransaction]:
    """Enclose a transaction that only reads, of `replica` where there is one that answers.

    A worker renews its lease every second (outbox/worker_lease.py), so a replica that follows is
    never older than that by its last commit. Raises `psycopg.OperationalError` where neither
    answers, `psycopg.errors.ReadOnlySqlTransaction` where something is written.
    """
    with ExitStack() as stack:
        conn = _opened(stack, replica, primary)
        row = conn.execute(_AS_OF).fetchone()
        yield ReadTransaction(conn, row[0] if row else None)


def _opened(stack: ExitStack, replica: Database | None, primary: Database) -> Conn:
    if replica is not None:
        replica.open()
        try:
            return stack.enter_context(replica.reading())
        except psycopg.OperationalError as error:
            log.warning("replica_away", error=type(error).__name__)
    return stack.enter_context(primary.reading())
