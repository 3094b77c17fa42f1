"""Saved views of the queue of tickets: a selection and an order under a name.

A view is its maker's own; a supervisor can share one with everybody. It holds no person's data, and
whoever opens it sees what they may see anyway: `mine` is theirs, and the walls are theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from psycopg import Cursor, errors
from psycopg.rows import class_row

from postal.desk.queue import Sort, State
from store.database import Conn
from store.refusals import Conflict, Invalid, Unknown

LONGEST_NAME: Final = 40
MOST: Final = 30
Whose = Literal["", "mine", "nobodys"]


@dataclass(frozen=True)
class Selection:
    """What the address of the queue asks for. `kind` "": any; `whose` "": anybody's."""

    whose: Whose = ""
    kind: str = ""
    state: State = "open"
    sort: Sort = "urgent"


@dataclass(frozen=True)
class TicketView:
    """A selection with a name. `own`: of whom it was asked for; `by`: whose it is, by name."""

    id: int
    name: str
    whose: Whose
    kind: str
    state: State
    sort: Sort
    shared: bool
    own: bool
    by: str

    @property
    def selection(self) -> Selection:
        """Return what it selects."""
        return Selection(self.whose, self.kind, self.state, self.sort)


class UnknownView(Unknown):
    """There is no such view, or it is somebody else's own."""

    sentence = "there is no such view"


class NoViewName(Invalid):
    """A view has a name."""

    sentence = "a view needs a name"
    field = "name"
    word = "view_no_name"


class ViewNameTaken(Conflict):
    """Another own view has the name."""

    sentence = "you have a view of that name"
    word = "view_name_taken"


class TooManyViews(Conflict):
    """Nobody finds anything among so many."""

    sentence = "too many views: remove one"
    word = "view_too_many"


_READ = """
SELECT v.id, v.name, v.whose, v.kind, v.state, v.sort, v.shared, v.staff_id = %(row)s AS own,
       s.name AS by
FROM ticket_views v JOIN staff s ON s.id = v.staff_id
WHERE (v.staff_id = %(row)s OR (v.shared AND s.active))
"""


def of(conn: Conn, staff_row: int) -> list[TicketView]:
    """Return the own views of a member of staff and those shared with everybody, by name."""
    with conn.cursor(row_factory=class_row(TicketView)) as cursor:
        query = _READ + " ORDER BY own DESC, lower(v.name), v.id"
        return cursor.execute(query, {"row": staff_row}).fetchall()


def keep(conn: Conn, staff_row: int, name: str, selection: Selection) -> int:
    """Keep a selection under a name, and return its id; the very same again changes nothing.

    Raise `NoViewName`, `ViewNameTaken` and `TooManyViews`.
    """
    if not name:
        raise NoViewName
    conn.execute("SELECT FROM staff WHERE id = %s FOR NO KEY UPDATE", [staff_row])
    own = [each for each in of(conn, staff_row) if each.own]
    same = next((each for each in own if each.name.casefold() == name.casefold()), None)
    if same is not None:
        if same.selection != selection:
            raise ViewNameTaken
        return same.id
    if len(own) >= MOST:
        raise TooManyViews
    row = conn.execute(
        "INSERT INTO ticket_views (staff_id, name, whose, kind, state, sort)"
        " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id",
        (staff_row, name, selection.whose, selection.kind, selection.state, selection.sort),
    ).fetchone()
    assert row is not None
    return int(row[0])


def rename(conn: Conn, id_: int, staff_row: int, name: str) -> None:
    """Give an own view another name. Raise `NoViewName`, `ViewNameTaken` and `UnknownView`."""
    if not name:
        raise NoViewName
    try:
        done = conn.execute(
            "UPDATE ticket_views SET name = %s WHERE id = %s AND staff_id = %s",
            (name, id_, staff_row),
        )
    except errors.UniqueViolation:
        raise ViewNameTaken from None
    _insist(done)


def remove(conn: Conn, id_: int, staff_row: int) -> None:
    """Remove an own view. Raise `UnknownView`."""
    done = conn.execute(
        "DELETE FROM ticket_views WHERE id = %s AND staff_id = %s", (id_, staff_row)
    )
    _insist(done)


def share(conn: Conn, id_: int, staff_row: int) -> None:
    """Share an own view with everybody. Raise `UnknownView`."""
    done = conn.execute(
        "UPDATE ticket_views SET shared = true WHERE id = %s AND staff_id = %s", (id_, staff_row)
    )
    _insist(done)


def keep_to_oneself(conn: Conn, id_: int) -> None:
    """Share a view no more, whoever shared it: it is its maker's own. Raise `UnknownView`."""
    done = conn.execute("UPDATE ticket_views SET shared = false WHERE id = %s AND shared", [id_])
    _insist(done)


def _insist(done: Cursor[Any]) -> None:
    if done.rowcount != 1:
        raise UnknownView
