"""Returns of a postman's list: items that are checked in by scanning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from flows.events import Payment
from flows.facts import ArticleState, ItemState, Witness
from postal.people import access
from postal.people.access import Onlooker
from postal.people.doer import Doer
from store.database import Conn
from store.refusals import Conflict, Unknown


@dataclass(frozen=True)
class ListHead:
    """A list's postman, day and closing. `office_id`: the postman's."""

    id: int
    office_id: int
    postman_row: int
    staff_id: str
    name: str
    beat: int | None
    date: date
    closed_at: datetime | None
    closed_by: str | None
    note: str | None


@dataclass(frozen=True)
class ReturnLine:
    """An item and its outcome. `cod`: whole rupees.

    `moved_on`: the article was on a later list. `article_state`: the current one.
    """

    id: int
    serial: int
    article_id: int
    number: str
    recipient_name: str
    recipient_address: str
    service: str
    registration: bool
    passport: bool
    otp_required: bool
    document_until: datetime | None  # until then the code alone is not enough
    cod: int
    state: ItemState
    remark: int | None
    payment: Payment | None
    finished_at: datetime | None
    article_state: ArticleState
    witness: Witness
    suspended: bool
    hint: str | None  # to the place, in the recipient's words
    checked_in_at: datetime | None
    checked_in_late: bool
    moved_on: bool
    due_by: date | None
    pieces: int
    pieces_missing: list[int] | None
    digipin: str | None
    remark_open: bool  # the article's current remark is not final

    @property
    def missing(self) -> bool:
        """Tell whether it is still with the postman."""
        back = self.state == "delivered" or self.checked_in_at is not None
        return not back and not self.moved_on and self.article_state != "delivered"

    @property
    def waits(self) -> bool:
        """Tell whether the recipient contests the remark, by his digit or in words, and the
        postmaster has yet to judge it.
        """
        return (
            self.state == "attempted"
            and not self.moved_on
            and (self.witness == "contested" or self.suspended)
            and self.remark_open
        )

    @property
    def final(self) -> bool:
        """Tell whether the office has accepted the return, and with it the remark."""
        taken = self.remark is not None and self.checked_in_at is not None
        return taken and not self.waits


_HEAD = """
SELECT l.id, s.office_id, s.id AS postman_row, s.staff_id, s.name, s.beat, l.date,
       z.at AS closed_at, coalesce(c.name, t.name) AS closed_by, z.note
FROM delivery_lists l JOIN staff s ON s.id = l.postman_id
LEFT JOIN list_closings z ON z.list_id = l.id
LEFT JOIN staff c ON c.id = z.staff_id
LEFT JOIN tokens t ON t.id = z.token_id
WHERE l.id = %s
"""
_LINES = """
SELECT i.id, i.serial, i.article_id, a.number, a.recipient_name, a.recipient_address, a.service,
       a.registration, a.passport, a.otp_required AND i.mode <> 'off' AS otp_required,
       a.document_until, a.cod_amount AS cod,
       i.state, i.remark, i.payment, i.finished_at, a.state AS article_state,
       coalesce(a.witness, 'none') AS witness, a.suspended_at IS NOT NULL AS suspended,
       nullif(h.body, '') AS hint, c.at AS checked_in_at,
       coalesce(c.late, false) AS checked_in_late,
       EXISTS (SELECT FROM delivery_items j WHERE j.article_id = i.article_id AND j.id > i.id)
           AS moved_on,
       a.due_by, a.pieces, a.pieces_missing, a.digipin,
       a.remark IS NOT NULL AND a.remark_final_at IS NULL AS remark_open
FROM delivery_items i JOIN articles a ON a.id = i.article_id
LEFT JOIN check_ins c ON c.item_id = i.id
LEFT JOIN messages h ON h.id = a.hint_id
"""


class UnknownList(Unknown):
    """No list of this office has this row id."""

    def __init__(self, list_id: int) -> None:
        super().__init__(f"there is no delivery list {list_id}")


class UnknownItem(Unknown):
    """No item of a list has this row id."""

    def __init__(self, item_id: int) -> None:
        super().__init__(f"there is no item {item_id}")


class ListClosed(Conflict):
    """The list is closed: the office cannot change it any more."""

    word = "end_closed_already"

    def __init__(self, head: ListHead) -> None:
        super().__init__(f"the list of {head.staff_id} of {head.date} is closed")
        self.head = head


def head(conn: Conn, list_id: int) -> ListHead:
    """Return the head of a list. Raises `UnknownList`."""
    with conn.cursor(row_factory=class_row(ListHead)) as cursor:
        found = cursor.execute(_HEAD, (list_id,)).fetchone()
    if found is None:
        raise UnknownList(list_id)
    return found


def hold(conn: Conn, list_id: int) -> ListHead:
    """Keep the list from being closed in this transaction; return its head, or raise as `head`."""
    conn.execute("SELECT 1 FROM delivery_lists WHERE id = %s FOR SHARE", (list_id,))
    return head(conn, list_id)


def lines(conn: Conn, list_id: int) -> list[ReturnLine]:
    """Return all items of a list, in walking order."""
    with conn.cursor(row_factory=class_row(ReturnLine)) as cursor:
        return cursor.execute(
            _LINES + "WHERE i.list_id = %s ORDER BY i.serial", (list_id,)
        ).fetchall()


def sheet(conn: Conn, of: ListHead, reader: Onlooker) -> list[ReturnLine]:
    """Return all items of a list for somebody to see; that they were read is written down."""
    found = lines(conn, of.id)
    access.listed(conn, reader, len(found), f"list {of.staff_id} {of.date}")
    return found


def line(conn: Conn, item_id: int) -> ReturnLine:
    """Return the item with that row id. Raises `UnknownItem`."""
    with conn.cursor(row_factory=class_row(ReturnLine)) as cursor:
        found = cursor.execute(_LINES + "WHERE i.id = %s", (item_id,)).fetchone()
    if found is None:
        raise UnknownItem(item_id)
    return found


def list_of(conn: Conn, item_id: int) -> int:
    """Return the row id of an item's list. Raises `UnknownItem`."""
    row = conn.execute("SELECT list_id FROM delivery_items WHERE id = %s", (item_id,)).fetchone()
    if row is None:
        raise UnknownItem(item_id)
    return int(row[0])


def check_in(conn: Conn, item_id: int, by: Doer, *, late: bool) -> bool:
    """Record that the office has the item; False: it was recorded before."""
    return bool(
        conn.execute(
            "INSERT INTO check_ins (item_id, at, staff_id, token_id, late)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (item_id, by.at, by.staff_row, by.token_id, late),
        ).rowcount
    )


def contested(
    conn: Conn, office_id: int, since: date, reader: Onlooker
) -> list[tuple[ListHead, ReturnLine]]:
    """Return the contested remarks of lists from `since` on that wait for the postmaster.

    That they were read is written down.
    """
    rows = conn.execute(
        "SELECT l.id, i.id FROM staff s JOIN delivery_lists l ON l.postman_id = s.id"
        " JOIN delivery_items i ON i.list_id = l.id AND i.state = 'attempted'"
        " JOIN articles a ON a.id = i.article_id AND (a.witness = 'contested'"
        " OR a.suspended_at IS NOT NULL)"
        " AND a.remark IS NOT NULL AND a.remark_final_at IS NULL"
        " JOIN check_ins c ON c.item_id = i.id"
        " WHERE s.office_id = %s AND l.date >= %s ORDER BY i.id",
        (office_id, since),
    ).fetchall()
    found = [(head(conn, list_id), line(conn, item_id)) for list_id, item_id in rows]
    waiting = [(whose, each) for whose, each in found if each.waits]
    access.listed(conn, reader, len(waiting), "contested remarks")
    return waiting
