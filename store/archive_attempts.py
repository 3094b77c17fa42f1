"""Which archives of months began and did not end: they are known wherever their files are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import psycopg

from store.database import Conn


@dataclass(frozen=True)
class ArchiveAttempt:
    """An archive that runs, or was cut off. `month`: its first day."""

    month: date
    place: str
    began_at: datetime


@contextmanager
def attempt(conn: Conn, number: int, place: Path) -> Iterator[None]:
    """Write down that a month is being archived, before anything is done, for as long as it is.

    It ends in the transaction of the block, with the month itself. `conn`: the owner's, with
    nothing open. Where the block fails by itself nothing is left; where the process is killed this
    stays.
    """
    made = conn.execute(
        "INSERT INTO archive_attempts (month, place) VALUES (%s, %s)"
        " ON CONFLICT (month) DO NOTHING",
        [number, str(place)],
    ).rowcount
    conn.commit()
    try:
        yield
        conn.execute("DELETE FROM archive_attempts WHERE month = %s", [number])
    except BaseException:
        with suppress(psycopg.Error):
            conn.rollback()
            if made:
                conn.execute("DELETE FROM archive_attempts WHERE month = %s", [number])
            conn.commit()
        raise


def attempts(conn: Conn) -> list[ArchiveAttempt]:
    """Return the archives that run or were cut off, in order."""
    rows = conn.execute(
        "SELECT month_begins(month), place, began_at FROM archive_attempts ORDER BY month"
    ).fetchall()
    return [ArchiveAttempt(*row) for row in rows]
