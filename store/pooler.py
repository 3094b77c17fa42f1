"""Whether a pooler, such as PgBouncer, is between a connection and its server."""

from __future__ import annotations

from typing import Any

from psycopg import Connection


def is_between(conn: Connection[Any]) -> bool:
    """Tell whether one is: it greets before it chooses the server's process."""
    return conn.execute("SELECT pg_backend_pid()").fetchone() != (conn.info.backend_pid,)
