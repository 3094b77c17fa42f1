"""A clerk's drawer on one day: opened with some cash, closed with a count (day_end.py)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from psycopg.rows import class_row

from india.calendar import day_of
from postal.counter import ledger
from postal.counter.ledger import NewEntry
from postal.people.doer import Doer
from store.database import Conn
from store.refusals import Conflict, Unknown


@dataclass(frozen=True)
class CounterDay:
    """A counter on one day. `counter`: its number in the office. `staff_row`: the clerk's row."""

    id: int
    office_id: int
    counter: int
    day: date
    staff_row: int
    opened_at: datetime
    closed_at: datetime | None


class CounterTaken(Conflict):
    """Another clerk has this counter today, or it is already closed for today."""

    word = "book_counter_taken"

    def __init__(self, counter: int) -> None:
        super().__init__(f"counter {counter} is taken, or closed for today: choose another number")


class CounterClosed(Conflict):
    """The counter's day is closed: it takes no more bookings or entries."""

    word = "day_closed_already"

    def __init__(self, counter: int) -> None:
        super().__init__(f"counter {counter} is closed for that day: open one for today")


class DayOver(Conflict):
    """The counter was opened on an earlier day: nothing new goes into that day's books."""

    word = "day_over"

    def __init__(self, counter: int, day: date) -> None:
        super().__init__(
            f"counter {counter} is still open for {day}: count and close that day, open one for"
            " today, and book the article there"
        )


class OpenAlready(Conflict):
    """This clerk still has a counter open, of today or of an earlier day."""

    def __init__(self, open_: CounterDay) -> None:
        super().__init__(
            f"counter {open_.counter} of {open_.day} is open still: close that day first"
        )


class UnknownCounterDay(Unknown):
    """No counter day has this row id."""

    def __init__(self, id_: int) -> None:
        super().__init__(f"no counter day {id_}")


_READ = (
    "SELECT id, office_id, counter, day, staff_id AS staff_row, opened_at, closed_at"
    " FROM counter_days"
)


def insist_on_today(conn: Conn, id_: int, now: datetime) -> None:
    """Raise `DayOver` where the counter was opened on an earlier day than `now` is in India."""
    found = get(conn, id_)
    if found.day != day_of(now):
        raise DayOver(found.counter, found.day)


def open_day(conn: Conn, counter: int, opening_paise: int, by: Doer) -> CounterDay:
    """Open a counter for today with `opening_paise` in its drawer.

    Raises `CounterTaken`, `OpenAlready`, and ValueError for a bad counter number or sum.
    """
    if not 1 <= counter <= 99:
        raise ValueError("a counter has a number from 1 to 99")
    if opening_paise < 0:
        raise ValueError("the drawer cannot begin with less than nothing")
    staff_row, office_id = by.own_staff.row, by.own_office
    if (open_ := current(conn, staff_row)) is not None:
        raise OpenAlready(open_)
    try:
        with conn.transaction():
            row = conn.execute(
                "INSERT INTO counter_days (office_id, counter, day, staff_id, opened_at)"
                " VALUES (%s, %s, %s, %s, %s) RETURNING id",
                (office_id, counter, day_of(by.at), staff_row, by.at),
            ).fetchone()
    except psycopg.errors.UniqueViolation as taken:
        if taken.diag.constraint_name == "one_open_counter_per_clerk":
            open_ = current(conn, staff_row)
            if open_ is not None:
                raise OpenAlready(open_) from taken
        raise CounterTaken(counter) from taken
    assert row is not None
    ledger.enter(
        conn,
        NewEntry("opening", "cash", opening_paise, office_id, row[0], staff_row),
        by.at,
    )
    return get(conn, row[0])


def current(conn: Conn, staff_row: int) -> CounterDay | None:
    """Return the counter that this clerk has open, which may be of an earlier day."""
    with conn.cursor(row_factory=class_row(CounterDay)) as cursor:
        return cursor.execute(
            _READ + " WHERE staff_id = %s AND closed_at IS NULL", (staff_row,)
        ).fetchone()


def hold_open(conn: Conn, id_: int) -> None:
    """Keep the day open until this transaction ends. Raises `CounterClosed`."""
    row = conn.execute(
        "SELECT closed_at, counter FROM counter_days WHERE id = %s FOR KEY SHARE", (id_,)
    ).fetchone()
    if row is not None and row[0] is not None:
        raise CounterClosed(row[1])


def hold_alone(conn: Conn, id_: int) -> None:
    """Keep the day open, as `hold_open`, and lock its drawer against all others."""
    conn.execute("SELECT 1 FROM counter_days WHERE id = %s FOR UPDATE", (id_,))
    hold_open(conn, id_)


def usual(conn: Conn, staff_row: int, today: date) -> int | None:
    """Return the number of the counter that this clerk had last, if nobody had it today."""
    row = conn.execute(
        "SELECT d.counter, EXISTS (SELECT FROM counter_days t WHERE t.office_id = d.office_id"
        " AND t.counter = d.counter AND t.day = %s) FROM counter_days d WHERE d.staff_id = %s"
        " ORDER BY d.id DESC LIMIT 1",
        (today, staff_row),
    ).fetchone()
    return None if row is None or row[1] else int(row[0])


def closed_on(conn: Conn, staff_row: int, day: date) -> list[CounterDay]:
    """Return the counters that this clerk closed on a day, the last one first."""
    with conn.cursor(row_factory=class_row(CounterDay)) as cursor:
        return cursor.execute(
            _READ + " WHERE staff_id = %s AND day = %s AND closed_at IS NOT NULL"
            " ORDER BY closed_at DESC, id DESC",
            (staff_row, day),
        ).fetchall()


def get(conn: Conn, id_: int) -> CounterDay:
    """Return the counter day with that row id. Raises `UnknownCounterDay`."""
    with conn.cursor(row_factory=class_row(CounterDay)) as cursor:
        found = cursor.execute(_READ + " WHERE id = %s", (id_,)).fetchone()
    if found is None:
        raise UnknownCounterDay(id_)
    return found
