"""The rows of imported files: which are bad, of which list, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from psycopg.rows import class_row

from imports.faults import Fault
from imports.register import Import
from postal.people import access
from postal.people.access import Onlooker
from store.database import Conn

RowState = Literal["new", "read", "good", "held", "known", "bad", "done"]


@dataclass(frozen=True)
class ShownRow:
    """A row and its faults. `cells` are {} when it is done or was purged."""

    line: int
    state: RowState
    cells: list[str]
    number: str | None
    unit: str | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class BadList:
    """A list that cannot be made, because of its bad rows."""

    postman: str
    rows: int
    bad: int
    first_line: int  # of the first bad row


@dataclass(frozen=True)
class Frequent:
    """The most frequent cell of a column of telephones."""

    field: str
    cell: str
    rows: int


@dataclass(frozen=True)
class Line:
    """A place in a file: at most so many rows after this line."""

    line: int
    most: int


def in_states(
    conn: Conn, id_: int, states: tuple[RowState, ...], after: int, most: int
) -> list[ShownRow]:
    """Return up to `most` rows in one of `states` after line `after`."""
    found = conn.execute(
        "SELECT line, state, cells, number, unit, faults FROM import_rows"
        " WHERE import_id = %s AND state = ANY(%s) AND line > %s ORDER BY line LIMIT %s",
        (id_, list(states), after, most),
    ).fetchall()
    return [_shown(row) for row in found]


def look(
    conn: Conn, found: Import, states: tuple[RowState, ...], after: Line, reader: Onlooker
) -> list[ShownRow]:
    """Return rows of a file for somebody to see, as `in_states`; that is written down."""
    rows = in_states(conn, found.id, states, after.line, after.most)
    access.listed(conn, reader, len(rows), f"import {found.id}: {', '.join(states)} rows")
    return rows


def export(
    conn: Conn, found: Import, states: tuple[RowState, ...], after: Line, reader: Onlooker
) -> list[ShownRow]:
    """Return rows of a file that leave as another file, as `in_states`; that is written down."""
    rows = in_states(conn, found.id, states, after.line, after.most)
    access.exported(conn, reader, len(rows), f"import {found.id}: {', '.join(states)} rows")
    return rows


def of_list(conn: Conn, id_: int, postman: str) -> list[ShownRow]:
    """Return all rows of the list of a postman, in walking order."""
    found = conn.execute(
        "SELECT line, state, cells, number, unit, faults FROM import_rows"
        " WHERE import_id = %s AND unit = %s ORDER BY line",
        (id_, postman),
    ).fetchall()
    return [_shown(row) for row in found]


def _shown(row: tuple[Any, ...]) -> ShownRow:
    line, state, cells, number, unit, faults = row
    return ShownRow(line, state, cells, number, unit, tuple(Fault(*each) for each in faults))


def bad_lists(conn: Conn, id_: int) -> list[BadList]:
    """Return the lists that cannot be made."""
    with conn.cursor(row_factory=class_row(BadList)) as cursor:
        return cursor.execute(
            "SELECT unit AS postman, count(*) AS rows,"
            " count(*) FILTER (WHERE state = 'bad') AS bad,"
            " min(line) FILTER (WHERE state = 'bad') AS first_line FROM import_rows"
            " WHERE import_id = %s AND unit IS NOT NULL GROUP BY unit"
            " HAVING bool_or(state = 'bad') ORDER BY first_line",
            (id_,),
        ).fetchall()


def frequent(conn: Conn, found: Import, least: int) -> list[Frequent]:
    """Return the telephone that most good rows of each such column name, if `least` or more do."""
    many: list[Frequent] = []
    for field in ("recipient_phone", "sender_phone"):
        if field in found.columns:
            row = conn.execute(
                "SELECT cells[%s], count(*) FROM import_rows WHERE import_id = %s"
                " AND state = 'good' AND cells[%s] <> '' GROUP BY 1 ORDER BY 2 DESC LIMIT 1",
                (found.columns.index(field) + 1, found.id, found.columns.index(field) + 1),
            ).fetchone()
            if row is not None and row[1] >= least:
                many.append(Frequent(field, row[0], row[1]))
    return many
