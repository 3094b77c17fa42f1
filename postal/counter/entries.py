"""The entries of the books: read one by one, and corrected only by new entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from psycopg.rows import class_row

from postal.counter import ledger
from postal.counter.ledger import Kind, Method, NewEntry
from postal.once import insist_same
from postal.people.doer import Doer
from store.database import Conn
from store.refusals import Conflict, Invalid, Unknown


@dataclass(frozen=True)
class Entry:
    """One entry of the books. `tr`: that of the booking. `corrected`: paise, by later entries."""

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
    list_id: int | None  # the delivery list whose COD it is
    article: str | None  # the number of the article whose COD it is

    @property
    def counted_at_office(self) -> bool:
        """Tell whether it is cash that a postman handed in for one of his lists."""
        return self.list_id is not None and self.method == "cash"


@dataclass(frozen=True)
class BookedArticle:
    """An article that was paid for, for the CSV of other software. Sums in paise."""

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
    """The correction has no reason."""

    sentence = "a correction needs a reason"
    field = "why"
    word = "entry_no_why"


class NotCorrectable(Conflict):
    """A correction cannot be corrected; the entry itself can, once more."""

    sentence = "correct the entry itself once more, not its correction"
    word = "entry_is_correction"


class CountedAtOffice(Conflict):
    """A postman's cash is corrected where it was counted, so that what he owes changes too."""

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
    """Return all entries of an office on a day, oldest first."""
    return _read(conn, "WHERE l.office_id = %s AND l.day = %s ORDER BY l.id", office_id, day)


def of_counter(conn: Conn, counter_day_id: int) -> list[Entry]:
    """Return all entries of a counter's day, oldest first, with later corrections."""
    return _read(conn, "WHERE l.counter_day_id = %s ORDER BY l.id", counter_day_id)


def corrections(conn: Conn, id_: int) -> list[Entry]:
    """Return the corrections of the entry with that row id, oldest first."""
    return _read(conn, "WHERE l.corrects = %s ORDER BY l.id", id_)


def get(conn: Conn, id_: int) -> Entry:
    """Return the entry with that row id. Raises `UnknownEntry`."""
    found = _read(conn, "WHERE l.id = %s", id_)
    if not found:
        raise UnknownEntry(id_)
    return found[0]


def _read(conn: Conn, where: str, *values: object) -> list[Entry]:
    with conn.cursor(row_factory=class_row(Entry)) as cursor:
        return cursor.execute(f"{_READ} {where}", values).fetchall()


@dataclass(frozen=True)
class Correction:
    """The right sum of an entry in paise, and why. `once`: that of the form."""

    paise: int
    why: str
    once: UUID


def correct(conn: Conn, id_: int, right: Correction, by: Doer) -> int | None:
    """Correct the entry `id_` to `right` by a new entry; return its row id.

    None: it is right already, or the form was sent twice. The new entry belongs to the day on
    which it is made. Raises `UnknownEntry`, `NotCorrectable`, `CountedAtOffice`, and
    `CorrectionUnexplained` if `right.why` is empty.
    """
    if not right.why:
        raise CorrectionUnexplained
    conn.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_CORRECTING, id_ % 2**31))
    entry = get(conn, id_)
    if entry.counter_day_id is not None:
        # Wait for a closing of that day: the correction is either in the signed figures or comes
        # after them, and its row id says which.
        conn.execute(
            "SELECT 1 FROM counter_days WHERE id = %s FOR KEY SHARE", (entry.counter_day_id,)
        )
    if entry.kind == "correction":
        raise NotCorrectable
    if entry.counted_at_office:
        raise CountedAtOffice
    before = conn.execute(
        "SELECT corrects, note, (SELECT sum(paise)::bigint FROM ledger c WHERE c.corrects ="
        " l.corrects AND c.id <= l.id) FROM ledger l WHERE once = %s",
        (right.once,),
    ).fetchone()
    if before is not None:
        of, why, corrected = before
        insist_same((of, entry.id), (why, right.why), (corrected, right.paise - entry.paise))
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


_CORRECTING = 7_235_014  # the advisory lock for correcting an entry


def articles_of_day(conn: Conn, office_id: int, day: date) -> list[BookedArticle]:
    """Return the articles that were paid for at an office on a day, in order of payment."""
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
