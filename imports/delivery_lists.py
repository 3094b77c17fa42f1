"""A delivery list of a file: all of its rows or none.

Whether it can be made is found by making it and undoing it (a savepoint), so that checking and
importing never disagree about what a list may hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from imports import file_rows, list_rows
from imports.faults import Fault
from imports.file_rows import RowState, ShownRow
from imports.register import Import
from imports.row_results import RowResult
from india.calendar import day_of
from postal import lists
from postal.lists import DeliveryList
from store.database import Conn


class NotMade(Exception):
    """The list cannot be made; the faults by the line of their row."""

    def __init__(self, faults: dict[int, list[Fault]]) -> None:
        super().__init__()
        self.faults = faults


def next_postman(conn: Conn, id_: int, state: RowState) -> str | None:
    """Return the postman of the first row in `state`."""
    row = conn.execute(
        "SELECT unit FROM import_rows WHERE import_id = %s AND state = %s AND unit IS NOT NULL"
        " ORDER BY line LIMIT 1",
        (id_, state),
    ).fetchone()
    return row[0] if row else None


def adopt(conn: Conn, id_: int) -> None:
    """Assign rows that name no postman to the list above them, the first ones to the list below.

    They most likely belong there, so that list is not made without them.
    """
    conn.execute(
        """
        UPDATE import_rows r SET unit = coalesce(found.above, found.below)
        FROM (SELECT line, first_value(unit) OVER (PARTITION BY part ORDER BY line) AS above,
                     (SELECT unit FROM import_rows WHERE import_id = %(id)s AND unit IS NOT NULL
                      ORDER BY line LIMIT 1) AS below
              FROM (SELECT line, unit, count(unit) OVER (ORDER BY line) AS part
                    FROM import_rows WHERE import_id = %(id)s) AS parted) AS found
        WHERE r.import_id = %(id)s AND r.line = found.line AND r.unit IS NULL
        """,
        {"id": id_},
    )


def try_out(conn: Conn, found: Import, postman: str, now: datetime) -> list[RowResult]:
    """Return the results of a list's rows: all good, or which are bad and hold the others back."""
    rows = file_rows.of_list(conn, found.id, postman)
    try:
        with conn.transaction(force_rollback=True):
            made = make(conn, found, postman, rows, now)
    except NotMade as refused:
        return results_of(rows, refused.faults)
    state: RowState = "good" if made.new else "known"
    return [RowResult(row.line, state) for row in rows]


def make(
    conn: Conn, found: Import, postman: str, rows: Sequence[ShownRow], now: datetime
) -> DeliveryList:
    """Make the list of these rows. Raise `NotMade`; the caller's transaction is to be undone."""
    today = day_of(now)
    faults: dict[int, list[Fault]] = {row.line: list(row.faults) for row in rows if row.faults}
    readable = [row for row in rows if not row.faults]
    read = [list_rows.read(found.columns, row.cells) for row in readable]
    for row, each in zip(readable, read, strict=True):
        if each.date != today:
            faults.setdefault(row.line, []).append(_other_day(each.date, today))
    if not readable:
        raise NotMade(faults)
    if not _works_here(conn, postman, found.office_id):
        faults.setdefault(readable[0].line, []).append(Fault("postman", "postman", postman))
        raise NotMade(faults)
    try:
        made = lists.make_list(conn, postman, today, [each.number or "" for each in read], now)
    except lists.NotListed as refused:
        for bad in refused.bad:
            line = readable[bad.index].line
            faults.setdefault(line, []).append(Fault("number", "not_listable", bad.why))
        raise NotMade(faults) from refused
    if faults:
        raise NotMade(faults)
    return made


def results_of(rows: Sequence[ShownRow], faults: dict[int, list[Fault]]) -> list[RowResult]:
    """Return the results of rows that are not bad yet; the bad ones were counted before."""
    return [
        RowResult(
            row.line,
            "bad" if row.line in faults else "held",
            faults=tuple(faults.get(row.line, ())),
        )
        for row in rows
        if row.state != "bad"
    ]


def _works_here(conn: Conn, postman: str, office_id: int | None) -> bool:
    found = conn.execute(
        "SELECT office_id FROM staff WHERE staff_id = %s AND role = 'postman' AND active",
        (postman,),
    ).fetchone()
    return found is not None and office_id in (None, found[0])


def _other_day(day: date | None, today: date) -> Fault:
    return Fault("date", "not_today", today.isoformat())
