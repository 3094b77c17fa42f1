"""The books as they are read: entry by entry, corrected by new entries alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from psycopg.rows import class_row

from postal.counter import ledger
from postal.counter.ledger import Kind, Method, NewEntry
from postal.people.doer import Doer
from store.database import Conn
from store.refusals import Conflict, Invalid, Unknown


@dataclass(frozen=True)
class Entry:
    """One line of the books. `tr`: of the booking. `corrected`: paise, by later entries."""

    id: int
    at: datetime
    day: date
    office_id: int
    counter_day_id: int | None
    counter: int | None
    staff_id: str | None
    staff_name: str | None
    kind: Kind
    method: Method
    paise: int
    group_id: int | None
    tr: str | None
    corrects: int | None
    corrected: int
    note: str | None
    list_id: int | None  # of the delivery list whose COD it is
    article: str | None  # its number, where it is the COD of one

    @property
    def counted_at_office(self) -> bool:
        """Whether it is the cash of a postman, handed in for one of his lists."""
        return self.list_id is not None and self.method == "cash"


@dataclass(frozen=True)
class BookedArticle:
    """One article that was paid for, as other software wants it. Sums in paise."""

    at: datetime
    counter: int | None
    staff_id: str | None
    tr: str
    number: str
    service: str
    weight_g: int
    pin: str
    method: Method
    base_paise: int
    otp_paise: int
    registration_paise: int
    gst_paise: int
    paise: int


class UnknownEntry(Unknown):
    """No entry of the books has this row id."""

    def __init__(self, id_: int) -> None:
        super().__init__(f"no entry {id_}")


class CorrectionUnexplained(Invalid):
    """Nobody will know why the entry was wrong."""

    sentence = "a correction needs a reason"
    field = "why"
    word = "entry_no_why"


class NotCorrectable(Conflict):
    """A correction is not corrected itself: correct the entry once more."""

    sentence = "correct the entry itself once more, not its correction"
    word = "entry_is_correction"


class CountedAtOffice(Conflict):
    """A postman's cash is corrected where it was counted, so that what he owes follows."""

    sentence = "correct what was counted of the postman's cash, at the delivery office"
    word = "entry_counted_at_office"


_READ = """
SELECT l.id, l.at, l.day, l.office_id, l.counter_day_id, d.counter, s.staff_id,
       s.name AS staff_name, l.kind, l.method,
       l.paise, l.group_id, g.tr, l.corrects, coalesce(c.paise, 0)::bigint AS corrected, l.note,
       l.list_id, a.number AS article
FROM ledger l LEFT JOIN counter_days d ON d.id = l.counter_day_id
LEFT JOIN staff s ON s.id = l.staff_id LEFT JOIN booking_groups g ON g.id = l.group_id
LEFT JOIN articles a ON a.id = l.article_id
LEFT JOIN LATERAL (SELECT sum(paise) AS paise FROM ledger WHERE corrects = l.id) c ON true
"""


def of_day(conn: Conn, office_id: int, day: date) -> list[Entry]:
    """All entries of an office on a day, oldest first."""
    with conn.cursor(row_factory=class_row(Entry)) as cursor:
        return cursor.execute(
            _READ + "WHERE l.office_id = %s AND l.day = %s ORDER BY l.id", (office_id, day)
        ).fetchall()


def of_counter(conn: Conn, counter_day_id: int) -> list[Entry]:
    """All entries of a counter's day, oldest first; corrections that came later too."""
    with conn.cursor(row_factory=class_row(Entry)) as cursor:
        return cursor.execute(
            _READ + "WHERE l.counter_day_id = %s ORDER BY l.id", (counter_day_id,)
        ).fetchall()


def corrections(conn: Conn, id_: int) -> list[Entry]:
    """What corrected the entry with that row id, oldest first."""
    with conn.cursor(row_factory=class_row(Entry)) as cursor:
        return cursor.execute(_READ + "WHERE l.corrects = %s ORDER BY l.id", (id_,)).fetchall()


def get(conn: Conn, id_: int) -> Entry:
    """The entry with that row id. Raises `UnknownEntry`."""
    with conn.cursor(row_factory=class_row(Entry)) as cursor:
        found = cursor.execute(_READ + "WHERE l.id = %s", (id_,)).fetchone()
    if found is None:
        raise UnknownEntry(id_)
    return found


@dataclass(frozen=True)
class Correction:
    """What an entry should have been, in paise, and why. `once`: of the form that says so."""

    paise: int
    why: str
    once: UUID


def correct(conn: Conn, id_: int, right: Correction, by: Doer) -> int | None:
    """Makes the entry `id_` stand at `right`, by a new entry of what is missing or too much.

    Gives the new entry's row id; None where it stands so already, or the form was sent twice. The
    new entry belongs to the day on which it is made. Raises `UnknownEntry`,
    `NotCorrectable`, `CountedAtOffice`, and `CorrectionUnexplained` where `right.why` is empty.
    """
    if not right.why:
        raise CorrectionUnexplained
    conn.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_CORRECTING, id_ % 2**31))
    entry = get(conn, id_)
    if entry.counter_day_id is not None:
        # Waits for whoever closes that day just now: a correction is in the figures that are
        # signed, or comes after them, and its number says which.
        conn.execute(
            "SELECT 1 FROM counter_days WHERE id = %s FOR KEY SHARE", (entry.counter_day_id,)
        )
    if entry.kind == "correction":
        raise NotCorrectable
    if entry.counted_at_office:
        raise CountedAtOffice
    if conn.execute("SELECT 1 FROM ledger WHERE once = %s", (right.once,)).fetchone():
        return None
    delta = right.paise - entry.paise - entry.corrected
    if not delta:
        return None
    new = NewEntry(
        "correction",
        entry.method,
        delta,
        entry.office_id,
        entry.counter_day_id,
        by.staff_row,
        entry.group_id,
        corrects=entry.id,
        note=right.why,
        once=right.once,
    )
    return ledger.enter(conn, new, by.at)


_CORRECTING = 7_235_014  # the advisory lock of whoever corrects an entry


def articles_of_day(conn: Conn, office_id: int, day: date) -> list[BookedArticle]:
    """The articles that were paid for at an office on a day, in order of payment."""
    with conn.cursor(row_factory=class_row(BookedArticle)) as cursor:
        return cursor.execute(
            """
            SELECT g.finished_at AS at, d.counter, s.staff_id, g.tr, i.number, i.service,
                   i.weight_g, i.recipient_pin AS pin, g.method, i.base_paise, i.otp_paise,
                   i.registration_paise, i.gst_paise, i.paise
            FROM ledger l JOIN booking_groups g ON g.id = l.group_id
            JOIN booking_items i ON i.group_id = g.id AND i.removed_at IS NULL
            LEFT JOIN counter_days d ON d.id = g.counter_day_id
            LEFT JOIN staff s ON s.id = g.staff_id
            WHERE l.office_id = %s AND l.day = %s AND l.kind = 'booking'
            ORDER BY l.id, i.id
            """,
            (office_id, day),
        ).fetchall()
