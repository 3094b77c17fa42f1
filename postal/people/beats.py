"""Postmen as the administration keeps them: their beats and telephones; who ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from psycopg.rows import class_row

from postal.people.pins import UnknownStaff
from store.database import Conn
from store.refusals import Conflict, Invalid

_MOST: Final = 999


@dataclass(frozen=True)
class PostmanEntry:
    """A postman. `next_phone`: a telephone that waits for his PIN; `conversation`: his texts."""

    row: int
    staff_id: str
    name: str
    beat: int | None
    office_id: int
    office: str
    office_pin: str
    phone: str | None
    next_phone: str | None
    blocked_at: datetime | None
    conversation: int | None


class BeatTaken(Conflict):
    """Another postman of the office has this beat."""

    word = "beat_taken"

    def __init__(self, beat: int, name: str) -> None:
        super().__init__(f"{name} has beat {beat}", beat=beat, name=name)


class ListOpen(Conflict):
    """Whoever has a list today, or money of one, ends when it is closed and handed in."""

    sentence = "this postman has a list that is not closed: close it first"
    word = "postman_list_open"


class NoBeat(Invalid):
    """A beat is a number from 1."""

    sentence = f"a beat is a number from 1 to {_MOST}"
    field = "beat"
    word = "beat_no_number"


_READ: Final = """
SELECT s.id AS row, s.staff_id, s.name, s.beat, o.id AS office_id, o.name AS office,
       o.pin AS office_pin, s.phone, s.next_phone, s.blocked_at,
       (SELECT min(c.id) FROM conversations c WHERE c.whose = s.phone) AS conversation
FROM staff s JOIN offices o ON o.id = s.office_id
WHERE s.active AND s.role = 'postman'
"""


def postmen(conn: Conn, office: int | None) -> list[PostmanEntry]:
    """Return the postmen of an office, None: of all, by office and beat."""
    with conn.cursor(row_factory=class_row(PostmanEntry)) as cursor:
        return cursor.execute(
            _READ + " AND (%(office)s::bigint IS NULL OR s.office_id = %(office)s)"
            " ORDER BY o.district, o.name, s.beat, s.staff_id",
            {"office": office},
        ).fetchall()


def postman(conn: Conn, row: int) -> PostmanEntry:
    """Return one postman, who works still. Raise `UnknownStaff`."""
    with conn.cursor(row_factory=class_row(PostmanEntry)) as cursor:
        found = cursor.execute(_READ + " AND s.id = %s", (row,)).fetchone()
    if found is None:
        raise UnknownStaff(str(row))
    return found


def walk(conn: Conn, each: PostmanEntry, beat: int) -> None:
    """Give a postman another beat of his office. Raise `NoBeat` and `BeatTaken`."""
    if not 1 <= beat <= _MOST:
        raise NoBeat
    # As for a newcomer, the office's row is locked: two do not get one beat.
    conn.execute("SELECT 1 FROM offices WHERE id = %s FOR NO KEY UPDATE", (each.office_id,))
    other = conn.execute(
        "SELECT name FROM staff WHERE active AND role = 'postman' AND office_id = %s AND beat = %s"
        " AND id <> %s",
        (each.office_id, beat, each.row),
    ).fetchone()
    if other is not None:
        raise BeatTaken(beat, str(other[0]))
    conn.execute("UPDATE staff SET beat = %s WHERE id = %s", (beat, each.row))


def end(conn: Conn, each: PostmanEntry, today: date) -> None:
    """End a postman: his texts are a stranger's. Raise `ListOpen`."""
    conn.execute("SELECT 1 FROM staff WHERE id = %s FOR NO KEY UPDATE", (each.row,))
    still_out = conn.execute(
        "SELECT EXISTS (SELECT FROM delivery_lists l WHERE l.postman_id = %s"
        " AND (l.date >= %s OR EXISTS (SELECT FROM delivery_items i"
        "      WHERE i.list_id = l.id AND i.state = 'open')))",
        (each.row, today),
    ).fetchone()
    if still_out == (True,):
        raise ListOpen
    conn.execute("UPDATE staff SET active = false, next_phone = NULL WHERE id = %s", (each.row,))
