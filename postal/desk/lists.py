"""Delivery lists as the desk reads them: an office's of a day, and one postman's, item by item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from postal.desk.search import FoundOffice
from postal.people import access
from postal.people.access import Onlooker
from store.database import Conn


@dataclass(frozen=True)
class ListOfDay:
    """One postman's list of a day, counted. `conversation`: his, if he ever texted."""

    id: int
    office_id: int
    staff_id: str
    name: str
    conversation: int | None
    date: date
    items: int
    open: int
    delivered: int
    attempted: int
    withdrawn: int


@dataclass(frozen=True)
class ListOfDayItem:
    """One item of a list. `article` is the row of the article."""

    serial: int
    article: int
    number: str
    recipient_name: str
    state: str
    remark: int | None
    finished_at: datetime | None


_LISTS = """
SELECT l.id, s.office_id, s.staff_id, s.name,
       (SELECT c.id FROM conversations c
        WHERE c.whose = s.phone AND c.machine = 'postman') AS conversation,
       l.date, count(i.id) AS items,
       count(i.id) FILTER (WHERE i.state = 'open') AS open,
       count(i.id) FILTER (WHERE i.state = 'delivered') AS delivered,
       count(i.id) FILTER (WHERE i.state = 'attempted') AS attempted,
       count(i.id) FILTER (WHERE i.state = 'withdrawn') AS withdrawn
FROM delivery_lists l JOIN staff s ON s.id = l.postman_id
LEFT JOIN delivery_items i ON i.list_id = l.id
"""


def office(conn: Conn, id_: int) -> FoundOffice | None:
    """Return the office with that row id."""
    with conn.cursor(row_factory=class_row(FoundOffice)) as cursor:
        return cursor.execute(
            "SELECT id, name, pin, district FROM offices WHERE id = %s", (id_,)
        ).fetchone()


def of_office(conn: Conn, office_id: int, day: date) -> list[ListOfDay]:
    """Return the lists of `day` of all postmen of an office."""
    with conn.cursor(row_factory=class_row(ListOfDay)) as cursor:
        return cursor.execute(
            _LISTS + "WHERE s.office_id = %s AND l.date = %s GROUP BY l.id, s.id ORDER BY s.name",
            (office_id, day),
        ).fetchall()


def get(conn: Conn, list_id: int) -> ListOfDay | None:
    """Return the list with that row id."""
    with conn.cursor(row_factory=class_row(ListOfDay)) as cursor:
        return cursor.execute(_LISTS + "WHERE l.id = %s GROUP BY l.id, s.id", (list_id,)).fetchone()


def items(conn: Conn, of: ListOfDay, reader: Onlooker) -> list[ListOfDayItem]:
    """Return the items of a list, in walking order; that they were read is written down."""
    with conn.cursor(row_factory=class_row(ListOfDayItem)) as cursor:
        found = cursor.execute(
            "SELECT i.serial, a.id AS article, a.number, a.recipient_name, i.state, i.remark,"
            " i.finished_at FROM delivery_items i JOIN articles a ON a.id = i.article_id"
            " WHERE i.list_id = %s ORDER BY i.serial",
            (of.id,),
        ).fetchall()
    access.listed(conn, reader, len(found), f"list {of.staff_id} {of.date}")
    return found
