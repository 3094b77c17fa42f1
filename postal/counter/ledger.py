"""The books: every sum that went through a counter or an office. Append-only.

Nothing is edited: a correction is a new entry that names the one it corrects.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from india.calendar import day_of
from store.database import Conn

Kind = Literal[
    "opening",
    "booking",
    "unclassified",  # came by UPI and was not booked: it waits to go back
    "refund",
    "cod",
    "handed_over",
    "difference",
    "correction",
]
Method = Literal["cash", "upi"]


@dataclass(frozen=True)
class NewEntry:
    """An entry about to be made. `paise`: positive where it came into the post office's hands.

    `staff_row`: who did it, None for software. `list_id`: the delivery list whose COD it is;
    `article_id`: the article whose COD it is, where it is one's.
    """

    kind: Kind
    method: Method
    paise: int
    office_id: int
    counter_day_id: int | None = None
    staff_row: int | None = None
    group_id: int | None = None
    list_id: int | None = None
    corrects: int | None = None
    note: str | None = None
    once: UUID | None = None  # of the form that makes it
    article_id: int | None = None


def enter(conn: Conn, entry: NewEntry, now: datetime) -> int:
    """Makes the entry, in the transaction in which it happens; gives its row id."""
    row = conn.execute(
        "INSERT INTO ledger (at, day, office_id, counter_day_id, staff_id, kind, method, paise,"
        " group_id, list_id, corrects, note, once, article_id)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
        (
            now,
            day_of(now),
            entry.office_id,
            entry.counter_day_id,
            entry.staff_row,
            entry.kind,
            entry.method,
            entry.paise,
            entry.group_id,
            entry.list_id,
            entry.corrects,
            entry.note,
            entry.once,
            entry.article_id,
        ),
    ).fetchone()
    assert row is not None
    return int(row[0])
