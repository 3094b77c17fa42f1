"""A counter that was closed too early, opened again on its day by two people.

Nothing of the close is edited: what it entered is corrected to nothing by new entries, and the
count that it was closed on stays, here. docs/developing/trust.md rules 11 and 12
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import psycopg
from psycopg.rows import class_row

from india.calendar import day_of
from postal.counter import counter_days, entries
from postal.counter.entries import Correction
from postal.people import access
from postal.people.doer import Doer
from store.database import Conn
from store.refusals import Conflict


@dataclass(frozen=True)
class CounterReopening:
    """One reopening. `staff_id`: who asked; `agreed_by`: the second; the rest: the former close."""

    at: datetime
    staff_id: str
    agreed_by: str
    why: str
    closed_at: datetime
    expected_paise: int
    counted_paise: int
    counted_as: str
    explanation: str | None


class CounterNotClosed(Conflict):
    """The counter is open: nothing is to be reopened."""

    sentence = "this counter is open"
    word = "reopen_is_open"


class ClosedEarlier(Conflict):
    """The counter was closed on an earlier day, whose books are signed."""

    sentence = "a counter is reopened on its own day only: correct its entries instead"
    word = "reopen_another_day"


class OpenElsewhere(Conflict):
    """The clerk has another counter open meanwhile."""

    sentence = "the clerk has another counter open: close that one first"
    word = "reopen_open_elsewhere"


def reopen(conn: Conn, id_: int, why: str, by: Doer, agreed_by: str) -> None:
    """Open a closed counter again. `by`: who asked; `agreed_by`: staff id of the second person.

    Raises `UnknownCounterDay`, `CounterNotClosed`, `ClosedEarlier` and `OpenElsewhere`.
    """
    conn.execute("SELECT 1 FROM counter_days WHERE id = %s FOR UPDATE", (id_,))
    day = counter_days.get(conn, id_)
    if day.closed_at is None:
        raise CounterNotClosed
    if day.day != day_of(by.at):
        raise ClosedEarlier
    conn.execute(
        "INSERT INTO counter_reopenings (counter_day_id, at, staff_id, agreed_by, why, closed_at,"
        " expected_paise, counted_paise, counted_as, explanation)"
        " SELECT id, %s, %s, %s, %s, closed_at, expected_paise, counted_paise, counted_as,"
        " explanation FROM counter_days WHERE id = %s",
        (by.at, by.own_staff.row, agreed_by, why, id_),
    )
    for entry in _made_by_the_close(conn, id_):
        entries.correct(conn, entry, Correction(0, why, uuid4()), by)
    try:
        with conn.transaction():
            conn.execute(
                "UPDATE counter_days SET closed_at = NULL, closed_by = NULL, expected_paise = NULL,"
                " counted_paise = NULL, counted_as = NULL, explanation = NULL, last_entry = NULL"
                " WHERE id = %s",
                (id_,),
            )
    except psycopg.errors.UniqueViolation as elsewhere:
        raise OpenElsewhere from elsewhere
    access.note(conn, by, "acted", reason=f"counter {day.counter} of {day.day} reopened: {why}")


def of_counter(conn: Conn, id_: int) -> list[CounterReopening]:
    """Return how often a counter's day was reopened, oldest first."""
    with conn.cursor(row_factory=class_row(CounterReopening)) as cursor:
        return cursor.execute(
            "SELECT r.at, s.staff_id, r.agreed_by, r.why, r.closed_at, r.expected_paise,"
            " r.counted_paise, r.counted_as, r.explanation FROM counter_reopenings r"
            " JOIN staff s ON s.id = r.staff_id WHERE r.counter_day_id = %s ORDER BY r.id",
            (id_,),
        ).fetchall()


def _made_by_the_close(conn: Conn, id_: int) -> list[int]:
    """Return the entries of the last close. Cash handed over before it has a form of its own."""
    rows = conn.execute(
        "SELECT l.id FROM ledger l JOIN counter_days d ON d.id = l.counter_day_id"
        " WHERE d.id = %s AND l.at = d.closed_at AND l.id <= d.last_entry AND l.once IS NULL"
        " AND l.kind IN ('difference', 'handed_over') ORDER BY l.id",
        (id_,),
    ).fetchall()
    return [row[0] for row in rows]
