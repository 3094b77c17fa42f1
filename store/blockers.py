"""Who holds what a migration waits for, told without a word of what he does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from store.database import Conn

_BLOCKING = """
SELECT pid, coalesce(nullif(application_name, ''), usename, backend_type, 'unnamed') AS name,
       coalesce(xact_start, backend_start) AS since
FROM pg_stat_activity WHERE pid = ANY(pg_blocking_pids(%s)) ORDER BY pid
"""


@dataclass(frozen=True)
class Blocker:
    """A session of PostgreSQL. `since`: when its transaction began; None: we may not see that."""

    pid: int
    name: str
    since: datetime | None

    def __str__(self) -> str:
        since = (
            f"in a transaction since {self.since:%Y-%m-%d %H:%M:%S} UTC"
            if self.since
            else "since when only a member of pg_read_all_stats sees"
        )
        return f"pid {self.pid} ({self.name}), {since}"


def blocking(conn: Conn, pid: int) -> list[Blocker]:
    """Return the sessions that the session `pid` waits for at this moment."""
    with conn.cursor(row_factory=class_row(Blocker)) as cursor:
        return cursor.execute(_BLOCKING, [pid]).fetchall()
