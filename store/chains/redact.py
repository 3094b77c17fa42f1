"""Removing content from a row that has a digest: the digest stays, and who removed it is written.

Only the role that purges may do this (store/rights.py), and only by the owner's functions that are
called here: it can remove, and put nothing else in the place of what was there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from store.database import Conn


@dataclass(frozen=True)
class Removing:
    """Who removes, at which moment and why. `operator`: the account at the server."""

    operator: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class StandIn:
    """A telephone that is forgotten, and the number (+999 and ten digits) that comes in its place.

    Anything else in its place is refused by the database.
    """

    phone: str
    other: str


def forget_in_sprints(conn: Conn, stand_in: StandIn, around: Sequence[str], by: Removing) -> int:
    """Replace the telephone in the sprints of whom `around` names; return in how many."""
    return _called(
        conn,
        "SELECT forget_in_sprints(%s, %s, %s, %s, %s, %s)",
        [stand_in.phone, stand_in.other, list(around), by.at, by.operator, by.reason],
    )


def forget_in_access_log(conn: Conn, stand_in: StandIn, by: Removing) -> int:
    """Replace the telephone in the access log, and remove the reasons; return in how many lines."""
    return _called(
        conn,
        "SELECT forget_in_access_log(%s, %s, %s, %s, %s)",
        [stand_in.phone, stand_in.other, by.at, by.operator, by.reason],
    )


def purge_access_log(conn: Conn, before: datetime, most: int, by: Removing) -> int:
    """Remove the oldest lines of the access log before a moment, `most` at once; return how many.

    The database refuses a moment within the last day.
    """
    return _called(
        conn,
        "SELECT purge_access_log(%s, %s, %s, %s, %s)",
        [before, most, by.at, by.operator, by.reason],
    )


@dataclass(frozen=True)
class DroppedMonth:
    """A month of the access log that was dropped as a whole. `month`: as 2026-11."""

    month: str
    lines: int


def drop_access_log_month(conn: Conn, before: datetime, by: Removing) -> DroppedMonth | None:
    """Drop the oldest month of the access log of which all is before a moment; None: there is none.

    Raises `psycopg.errors.LockNotAvailable` where somebody reads the log for longer than a moment.
    The database refuses a moment within the last day.
    """
    row = conn.execute(
        "SELECT month, dropped FROM drop_access_log_month(%s, %s, %s, %s)",
        [before, by.at, by.operator, by.reason],
    ).fetchone()
    assert row is not None
    return None if row[0] is None else DroppedMonth(*row)


def _called(conn: Conn, call: LiteralString, values: Sequence[object]) -> int:
    row = conn.execute(call, values).fetchone()
    assert row is not None
    return int(row[0])
