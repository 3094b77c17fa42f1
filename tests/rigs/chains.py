"""Days that are over, for the chains: the owner alone may choose the day of a row."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from click.testing import Result
from flask import Flask
from psycopg import sql

from india.calendar import day_of
from runtime import Runtime
from store.chains.days import Days
from store.chains.rows import CHAINS
from store.database import Conn, Database

TODAY = day_of(datetime.now(UTC))


def days_ago(days: int) -> date:
    return day_of(datetime.now(UTC)) - timedelta(days=days)


def happened(conn: Conn, day: date, name: str) -> int:
    """Append an event on `day` and return its id."""
    row = conn.execute(
        "INSERT INTO events (at, kind, data, day_written)"
        " VALUES (%s::date + time '06:00', 'desk_acted', jsonb_build_object('name', %s::text), %s)"
        " RETURNING id",
        [day, name, day],
    ).fetchone()
    assert row is not None
    return int(row[0])


def many_happened(owner: Database, day: date, count: int) -> list[int]:
    with owner.transaction() as conn:
        rows = conn.execute(
            "INSERT INTO events (at, kind, data, day_written)"
            " SELECT %s::date + time '06:00', 'desk_acted', jsonb_build_object('name', n), %s"
            " FROM generate_series(1, %s) n RETURNING id",
            [day, day, count],
        ).fetchall()
    return [row[0] for row in rows]


def as_of_yesterday(owner: Database) -> None:
    """Let everything have been written yesterday: its days and digests, as they would be."""
    with owner.transaction() as conn:
        conn.execute("SET LOCAL TimeZone = 'UTC'")
        for chain in CHAINS:
            table = sql.Identifier(chain)
            conn.execute(sql.SQL("UPDATE {} SET day_written = %s").format(table), [days_ago(1)])
            conn.execute(
                sql.SQL("UPDATE {0} SET digest = row_digest(salt, to_json({0}))").format(table)
            )


def seal(runtime: Runtime, directory: Path | None = None) -> int:
    """Seal all days that are over; return how many."""
    days = Days(runtime.database, directory, runtime.now)
    count = 0
    while days.due() is not None:
        count += days.advance()
    return count


def verify(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["audit", "verify", *arguments])
