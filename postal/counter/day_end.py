"""The end of a counter's day: what was booked, what the drawer should hold, what it holds.

The clerk counts first. If the count differs from the books, an explanation is required and the
difference becomes an entry. Then the drawer is handed over, and the day takes no more entries
except corrections (entries.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from unicodedata import category
from uuid import UUID

from psycopg.rows import class_row

from india import figures
from postal.articles import Service
from postal.counter import counter_days, ledger
from postal.counter.counter_days import CounterClosed, UnknownCounterDay
from postal.counter.ledger import Kind, Method, NewEntry
from postal.once import insist_same
from postal.people.doer import Doer
from store.database import Conn
from store.refusals import Conflict, Invalid

NOTES: Final = (500, 200, 100, 50, 20, 10, 5, 2, 1)
"""Values in rupees of the notes and coins in which a drawer is counted."""
_MOST_OF_A_NOTE: Final = 100_000
SHORTEST: Final = 10
"""Letters of an explanation: a digit that slipped into the field explains nothing."""


@dataclass(frozen=True)
class Count:
    """The content of the drawer: how many of each note or coin."""

    notes: Mapping[int, int]

    @property
    def paise(self) -> int:
        return sum(100 * note * many for note, many in self.notes.items())

    def __str__(self) -> str:
        many = sorted(self.notes.items(), reverse=True)
        return " ".join(f"{note}x{count}" for note, count in many if count) or "0"


@dataclass(frozen=True)
class BookedKind:
    """Articles of one service and payment method. `otp`, `registered`: how many had that."""

    service: Service
    method: Method
    articles: int
    otp: int
    registered: int
    base_paise: int
    otp_paise: int
    registration_paise: int
    gst_paise: int
    paise: int


@dataclass(frozen=True)
class Sum:
    """The sum of the entries of one kind and method. `paise`: positive if it came in."""

    kind: Kind
    method: Method
    entries: int
    paise: int


@dataclass(frozen=True)
class CounterEnd:
    """A counter's day and how it ended; what is None is set when it is closed."""

    id: int
    office_id: int
    office: str
    pin: str
    counter: int
    day: date
    staff_id: str
    name: str
    opened_at: datetime
    closed_at: datetime | None
    expected_paise: int | None
    counted_paise: int | None
    counted_as: str | None
    explanation: str | None
    last_entry: int | None  # higher row ids came after the close


class Unfinished(Conflict):
    """The counter has begun bookings that are neither booked nor cancelled."""

    word = "day_unfinished"

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} bookings are begun and not finished: book or cancel them first")


class NeedsExplanation(Invalid):
    """The count differs from the books by `difference` paise, and nothing explains it."""

    field = "explanation"
    word = "day_explain"

    def __init__(self, difference: int) -> None:
        super().__init__(
            "the count differs from the books: count again, or explain it in words of"
            f" {SHORTEST} letters or more ({difference} paise)"
        )


class NoCount(Invalid):
    """The typed text is not a number of banknotes."""

    word = "day_no_count"


class CannotHandOver(Invalid):
    """The drawer does not hold that sum."""

    sentence = "more than nothing, and no more than the drawer should hold"
    field = "paise"
    word = "day_hand_over_wrong"


def read_count(notes: Mapping[int, str]) -> Count:
    """Return the count as typed, where an empty field means zero. Raises `NoCount`."""
    read: dict[int, int] = {}
    for note in NOTES:
        typed = notes.get(note, "").strip() or "0"
        try:
            read[note] = figures.whole(typed, 0, _MOST_OF_A_NOTE)
        except figures.NoNumber:
            raise NoCount(f"{typed[:20]} is no count of notes of {note} rupees") from None
    return Count(read)


def expected(conn: Conn, id_: int) -> int:
    """Return the paise that the drawer should hold, by the day's cash entries and corrections."""
    row = conn.execute(
        "SELECT coalesce(sum(paise), 0)::bigint FROM ledger"
        " WHERE counter_day_id = %s AND method = 'cash'",
        (id_,),
    ).fetchone()
    assert row is not None
    return int(row[0])


def explains(words: str) -> bool:
    """Tell whether `words` are an explanation: `SHORTEST` letters, of whichever script."""
    return sum(category(sign)[0] in "LM" for sign in words) >= SHORTEST


def insist_finished(conn: Conn, id_: int) -> None:
    """Raise `Unfinished` where the counter has bookings that are neither booked nor cancelled."""
    row = conn.execute(
        "SELECT count(*) FROM booking_groups WHERE counter_day_id = %s AND finished_at IS NULL",
        (id_,),
    ).fetchone()
    assert row is not None
    if row[0]:
        raise Unfinished(row[0])


def close(conn: Conn, id_: int, count: Count, explanation: str, by: Doer) -> CounterEnd:
    """Close a counter's day on `count`; of two closings the first counts.

    Raises `UnknownCounterDay`, `Unfinished`, and `NeedsExplanation` if the count differs and
    `explanation` says nothing. If nothing differs, the explanation is not kept.
    """
    conn.execute("SELECT 1 FROM counter_days WHERE id = %s FOR UPDATE", (id_,))
    day = counter_days.get(conn, id_)
    if day.closed_at is not None:
        return get(conn, id_)
    insist_finished(conn, id_)
    due = expected(conn, id_)
    difference = count.paise - due
    if difference and not explains(explanation):
        raise NeedsExplanation(difference)
    why = explanation if difference else None

    def enter(kind: Kind, paise: int, note: str | None = None) -> None:
        entry = NewEntry(kind, "cash", paise, day.office_id, id_, by.staff_row, note=note)
        ledger.enter(conn, entry, by.at)

    if difference:
        enter("difference", difference, why)
    if count.paise:
        enter("handed_over", -count.paise)
    conn.execute(
        "UPDATE counter_days SET closed_at = %s, closed_by = %s, expected_paise = %s,"
        " counted_paise = %s, counted_as = %s, explanation = %s, last_entry ="
        " (SELECT max(id) FROM ledger WHERE counter_day_id = %s) WHERE id = %s",
        (by.at, by.staff_row, due, count.paise, str(count), why, id_, id_),
    )
    return get(conn, id_)


@dataclass(frozen=True)
class ToTreasury:
    """A sum that leaves a drawer during the day. `once`: that of the form."""

    paise: int
    note: str
    once: UUID


def hand_over(conn: Conn, id_: int, out: ToTreasury, by: Doer) -> None:
    """Hand `out` over to the treasury during the day; the same form counts once.

    Raises `UnknownCounterDay`, `CounterClosed` and `CannotHandOver`.
    """
    conn.execute("SELECT 1 FROM counter_days WHERE id = %s FOR UPDATE", (id_,))
    day = counter_days.get(conn, id_)
    before = conn.execute(
        "SELECT counter_day_id, -paise, note FROM ledger WHERE once = %s", (out.once,)
    ).fetchone()
    if before is not None:
        insist_same((before, (id_, out.paise, out.note or None)))
        return
    if day.closed_at is not None:
        raise CounterClosed(day.counter)
    if not 0 < out.paise <= expected(conn, id_):
        raise CannotHandOver
    ledger.enter(
        conn,
        NewEntry(
            "handed_over",
            "cash",
            -out.paise,
            day.office_id,
            id_,
            by.staff_row,
            note=out.note or None,
            once=out.once,
        ),
        by.at,
    )


_READ = """
SELECT d.id, d.office_id, o.name AS office, o.pin, d.counter, d.day, s.staff_id, s.name,
       d.opened_at, d.closed_at, d.expected_paise, d.counted_paise, d.counted_as, d.explanation,
       d.last_entry
FROM counter_days d JOIN offices o ON o.id = d.office_id JOIN staff s ON s.id = d.staff_id
"""


def get(conn: Conn, id_: int) -> CounterEnd:
    """Return the counter day with that row id. Raises `UnknownCounterDay`."""
    with conn.cursor(row_factory=class_row(CounterEnd)) as cursor:
        found = cursor.execute(_READ + "WHERE d.id = %s", (id_,)).fetchone()
    if found is None:
        raise UnknownCounterDay(id_)
    return found


def of_day(conn: Conn, office_id: int, day: date) -> list[CounterEnd]:
    """Return an office's counters of a day, open ones included."""
    with conn.cursor(row_factory=class_row(CounterEnd)) as cursor:
        return cursor.execute(
            _READ + "WHERE d.office_id = %s AND d.day = %s ORDER BY d.counter", (office_id, day)
        ).fetchall()


def left_open(conn: Conn, office_id: int, before: date) -> list[CounterEnd]:
    """Return the counters of earlier days that are still open."""
    with conn.cursor(row_factory=class_row(CounterEnd)) as cursor:
        return cursor.execute(
            _READ + "WHERE d.office_id = %s AND d.day < %s AND d.closed_at IS NULL"
            " ORDER BY d.day, d.counter",
            (office_id, before),
        ).fetchall()


def booked(conn: Conn, id_: int) -> list[BookedKind]:
    """Return the articles of a counter's day by service and method of payment."""
    with conn.cursor(row_factory=class_row(BookedKind)) as cursor:
        return cursor.execute(
            """
            SELECT i.service, g.method, count(*) AS articles,
                   count(*) FILTER (WHERE i.otp_paise > 0) AS otp,
                   count(*) FILTER (WHERE i.registration_paise > 0) AS registered,
                   sum(i.base_paise)::bigint AS base_paise, sum(i.otp_paise)::bigint AS otp_paise,
                   sum(i.registration_paise)::bigint AS registration_paise,
                   sum(i.gst_paise)::bigint AS gst_paise, sum(i.paise)::bigint AS paise
            FROM booking_groups g JOIN booking_items i ON i.group_id = g.id
            WHERE g.counter_day_id = %s AND g.state = 'booked' AND i.removed_at IS NULL
            GROUP BY i.service, g.method ORDER BY i.service, g.method
            """,
            (id_,),
        ).fetchall()


def sums(conn: Conn, id_: int) -> list[Sum]:
    """Return the sums of a counter's day by kind and method, up to its close."""
    with conn.cursor(row_factory=class_row(Sum)) as cursor:
        return cursor.execute(
            "SELECT l.kind, l.method, count(*) AS entries, sum(l.paise)::bigint AS paise"
            " FROM ledger l JOIN counter_days d ON d.id = l.counter_day_id"
            " WHERE d.id = %s AND (d.closed_at IS NULL OR l.id <= d.last_entry)"
            " GROUP BY l.kind, l.method ORDER BY min(l.id)",
            (id_,),
        ).fetchall()
