"""Months that are over, in a database that was made just now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from bench import year


@contextmanager
def began_earlier(owner_url: str, months: int) -> Iterator[None]:
    """Let the months have begun so much earlier, for the length of the block.

    What is in those months when it ends goes with them.
    """
    with psycopg.connect(owner_url, autocommit=True) as conn:
        functions = conn.execute(
            "SELECT pg_get_functiondef(oid) FROM pg_proc"
            " WHERE proname IN ('month_number', 'month_begins')"
        ).fetchall()
        year.begin_earlier(conn, months)
        for number in range(1, months):
            year.make_month(conn, number)
    try:
        yield
    finally:
        with psycopg.connect(owner_url, autocommit=True) as conn:
            for name in year.partitions(conn):
                conn.execute(f"DROP TABLE {name}".encode())
            for (function,) in functions:
                conn.execute(function.encode())
            conn.execute("TRUNCATE archived_months, archive_attempts")
            conn.execute("SELECT make_months(3)")
