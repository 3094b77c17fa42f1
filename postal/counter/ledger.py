"""The books: every sum that went through a counter or an office.

They are append-only: a correction is a new entry that names the one it corrects.
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
    "unclassified",  # came by UPI and was not booked: due to go back
    "refund",
    "cod",
    "handed_over",
    "difference",
    "correction",
]
Method = Literal["cash", "upi"]


@dataclass(frozen=True)
class NewEntry:
    """An entry to be made. `paise`: positive if the post office received it.

    `staff_row`: who did it, None for software. `list_id`, `article_id`: whose COD it is.
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
    once: UUID | None = None  # that of the form
    article_id: int | None = None


def enter(conn: Conn, entry: NewEntry, now: datetime) -> int:
    """Make the entry in the transaction of what it records, and return its row id."""
    row = conn.execute(
        "INSERT INTO ledger (at, day, office_id, counter_day_id, staff_id, kind, method, paise,"
        " group_id, list_id, corrects, note, once, article_id)"
        " VALUES (%(at)s, %(day)s, %(office_id)s, %(counter_day_id)s, %(staff_row)s, %(kind)s,"
        " %(method)s, %(paise)s, %(group_id)s, %(list_id)s, %(corrects)s, %(note)s, %(once)s,"
        " %(article_id)s) RETURNING id",
        {**vars(entry), "at": now, "day": day_of(now)},
    ).fetchone()
    assert row is not None
    return int(row[0])
