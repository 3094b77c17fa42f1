"""The log of tokens: what each changed, line by line, and how often it called what.

docs/developing/trust.md rule 14
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from psycopg.rows import class_row

from india.calendar import day_of
from store.database import Conn

_LONGEST_PATH: Final = 200


@dataclass(frozen=True)
class TokenUse:
    """How often a token called an operation on a day in India, with one status of the answer."""

    day: date
    operation: str
    status: int
    calls: int
    last_at: datetime


@dataclass(frozen=True)
class TokenCall:
    """One call that changed something."""

    at: datetime
    operation: str
    path: str
    request_id: str


def note_call(conn: Conn, token_id: int, call: TokenCall) -> None:
    """Write a line in the transaction of the work: nothing is changed without it."""
    conn.execute(
        "INSERT INTO token_calls (token_id, at, operation, path, request_id)"
        " VALUES (%s, %s, %s, %s, %s)",
        (token_id, call.at, call.operation, call.path[:_LONGEST_PATH], call.request_id),
    )


def count_use(conn: Conn, token_id: int, operation: str, status: int, now: datetime) -> None:
    """Count an answered call, in a transaction of its own: calls of a token never wait long."""
    conn.execute("SET LOCAL synchronous_commit = off")
    conn.execute(
        "INSERT INTO token_uses (token_id, day, operation, status, first_at, last_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (token_id, day, operation, status)"
        " DO UPDATE SET calls = token_uses.calls + 1,"
        " last_at = greatest(token_uses.last_at, excluded.last_at)",
        (token_id, day_of(now), operation, status, now, now),
    )


def last_use(conn: Conn, token_id: int) -> datetime | None:
    """Return when a token was used last, be it that it was refused; None: never."""
    row = conn.execute(
        "SELECT max(last_at) FROM token_uses WHERE token_id = %s", (token_id,)
    ).fetchone()
    return row[0] if row else None


def uses(conn: Conn, token_id: int, since: date) -> list[TokenUse]:
    """Return the counted calls of a token since a day, the newest day first."""
    with conn.cursor(row_factory=class_row(TokenUse)) as cursor:
        return cursor.execute(
            "SELECT day, operation, status, calls, last_at FROM token_uses"
            " WHERE token_id = %s AND day >= %s ORDER BY day DESC, operation, status",
            (token_id, since),
        ).fetchall()


def calls(conn: Conn, token_id: int, limit: int) -> list[TokenCall]:
    """Return the last calls of a token that changed something, the newest first."""
    with conn.cursor(row_factory=class_row(TokenCall)) as cursor:
        return cursor.execute(
            "SELECT at, operation, path, request_id FROM token_calls WHERE token_id = %s"
            " ORDER BY id DESC LIMIT %s",
            (token_id, limit),
        ).fetchall()
