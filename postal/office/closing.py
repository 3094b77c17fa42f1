"""The end of the day: a list is closed, then the office's day. Closing twice is once.

Afterwards the office changes nothing of that day's lists: the rows are append-only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from psycopg.rows import class_row

from postal.office import cash, returning
from postal.office.cash import Owing
from postal.office.returning import Line, ListHead
from postal.people.doer import Doer
from store import feed
from store.database import Conn
from store.refusals import Conflict

LONGEST_NOTE: Final = 300
REMEMBERED: Final = timedelta(days=30)  # how long a day that nobody closed is named


@dataclass(frozen=True)
class Progress:
    """A list and how it stands. `missing`: not delivered, and not checked in."""

    id: int
    postman_row: int
    staff_id: str
    name: str
    beat: int | None
    date: date
    items: int
    open: int
    delivered: int
    remarked: int
    missing: int
    waits: int  # contested remarks that the postmaster has not looked at
    cod: int  # whole rupees to collect
    closed_at: datetime | None


@dataclass(frozen=True)
class DayClosing:
    """The office's day is closed: by whom, and when; `cash_open`: paise that postmen had not handed
    in by then, of so many lists, and why."""

    day: date
    at: datetime
    by: str
    lists: int
    cash_open_lists: int
    cash_open: int
    explanation: str | None


class StillOut(Conflict):
    """Articles are with the postman still, and nobody says why the list is closed all the same."""

    field = "note"
    word = "end_still_out"

    def __init__(self, missing: Sequence[Line]) -> None:
        super().__init__(
            f"{len(missing)} with the postman still: take them in, or say why not."
            f" First: {missing[0].number}"
        )


class VerdictMissing(Conflict):
    """Contested remarks come before the postmaster first."""

    word = "end_verdict_missing"

    def __init__(self, waits: Sequence[Line]) -> None:
        super().__init__(
            f"{len(waits)} contested: the postmaster looks first. First: {waits[0].number}"
        )


class ListsOpen(Conflict):
    """Not every list of the day is closed."""

    word = "end_lists_open"

    def __init__(self, open_: Sequence[Progress]) -> None:
        names = ", ".join(each.staff_id for each in open_)
        super().__init__(f"not closed yet: the lists of {names}")


class CashOpen(Conflict):
    """Postmen have not handed in their cash, and nobody says why the day is closed all the same."""

    field = "explanation"
    word = "end_cash_open"

    def __init__(self, open_: Sequence[Owing]) -> None:
        names = ", ".join(f"{each.staff_id} ({each.date})" for each in open_)
        super().__init__(f"cash is not handed in yet: {names}. Take it in, or explain it")


class NothingToClose(Conflict):
    """The office had no list on that day, or the day is not here yet."""

    word = "end_nothing"

    def __init__(self, day: date) -> None:
        super().__init__(f"there is no list of {day} to close")


_PROGRESS = """
SELECT l.id, s.id AS postman_row, s.staff_id, s.name, s.beat, l.date, count(i.id) AS items,
       count(*) FILTER (WHERE i.state = 'open') AS open,
       count(*) FILTER (WHERE i.state = 'delivered') AS delivered,
       count(*) FILTER (WHERE i.state = 'attempted') AS remarked,
       count(*) FILTER (WHERE i.state <> 'delivered' AND c.item_id IS NULL
                        AND a.state <> 'delivered' AND NOT moved.on) AS missing,
       count(*) FILTER (WHERE i.state = 'attempted' AND a.witness = 'contested'
                        AND a.remark IS NOT NULL AND a.remark_final_at IS NULL
                        AND NOT moved.on) AS waits,
       coalesce(sum(a.cod_amount) FILTER (WHERE i.state IN ('open', 'delivered')), 0) AS cod,
       z.at AS closed_at
FROM delivery_lists l JOIN staff s ON s.id = l.postman_id
LEFT JOIN delivery_items i ON i.list_id = l.id
LEFT JOIN articles a ON a.id = i.article_id
LEFT JOIN check_ins c ON c.item_id = i.id
LEFT JOIN list_closings z ON z.list_id = l.id
LEFT JOIN LATERAL (
    SELECT EXISTS (SELECT FROM delivery_items j
                   WHERE j.article_id = i.article_id AND j.id > i.id) AS on
) moved ON true
"""


def of_day(conn: Conn, office_id: int, day: date) -> list[Progress]:
    """The lists of a day, beat by beat."""
    with conn.cursor(row_factory=class_row(Progress)) as cursor:
        return cursor.execute(
            _PROGRESS + "WHERE s.office_id = %s AND l.date = %s"
            " GROUP BY l.id, s.id, z.at ORDER BY s.beat, s.staff_id",
            (office_id, day),
        ).fetchall()


def still_out(conn: Conn, office_id: int, before: date) -> list[Progress]:
    """Closed lists of earlier days of which something is with the postman still."""
    with conn.cursor(row_factory=class_row(Progress)) as cursor:
        found = cursor.execute(
            _PROGRESS + "WHERE s.office_id = %s AND l.date < %s AND z.missing > 0"
            " GROUP BY l.id, s.id, z.at ORDER BY l.date, s.beat",
            (office_id, before),
        ).fetchall()
    return [each for each in found if each.missing]


def close_list(conn: Conn, list_id: int, note: str | None, by: Doer) -> tuple[ListHead, bool]:
    """Closes a list; True where this did it. `note`: why something is missing.

    Raises `StillOut`, `VerdictMissing`, and `returning.UnknownList`.
    """
    # The postman's row first, as lists are made: nothing comes on to it while it is counted.
    conn.execute(
        "SELECT 1 FROM staff s JOIN delivery_lists l ON l.postman_id = s.id WHERE l.id = %s"
        " FOR NO KEY UPDATE OF s",
        (list_id,),
    )
    conn.execute("SELECT 1 FROM delivery_lists WHERE id = %s FOR NO KEY UPDATE", (list_id,))
    head = returning.head(conn, list_id)
    if head.closed_at is not None:
        return head, False
    lines = returning.lines(conn, list_id)
    waits = [line for line in lines if line.waits]
    if waits:
        raise VerdictMissing(waits)
    missing = [line for line in lines if line.missing]
    if missing and not note:
        raise StillOut(missing)
    owing = cash.of_list(conn, list_id)
    back = [line for line in lines if line.checked_in_at is not None]
    counts: dict[str, int] = {
        "delivered": sum(line.state == "delivered" for line in lines),
        "remarked": sum(line.remark is not None for line in back),
        "unvisited": sum(line.remark is None for line in back),
        "missing": len(missing),
    }
    conn.execute(
        "INSERT INTO list_closings (list_id, at, staff_id, token_id, delivered, remarked,"
        " unvisited, missing, cash_paise, upi_paise, note) VALUES (%(list)s, %(at)s, %(staff)s,"
        " %(token)s, %(delivered)s, %(remarked)s, %(unvisited)s, %(missing)s, %(cash)s, %(upi)s,"
        " %(note)s)",
        {
            "list": list_id,
            "at": by.at,
            "staff": by.staff_row,
            "token": by.token_id,
            **counts,
            "cash": owing.cash,
            "upi": owing.upi,
            "note": note if missing else None,
        },
    )
    data: dict[str, str | int] = {"postman": head.staff_id, "day": head.date.isoformat(), **counts}
    feed.append(conn, "list_closed", None, by.at, data)
    return returning.head(conn, list_id), True


def close_day(
    conn: Conn, office_id: int, day: date, explanation: str | None, by: Doer
) -> tuple[DayClosing, bool]:
    """Closes the office's day, all its lists being closed; True where this did it.

    `explanation`: why cash of that day or an earlier one is not handed in; kept only where some is.
    Raises `ListsOpen`, `CashOpen` and `NothingToClose`.
    """
    row = conn.execute(
        "SELECT pin FROM offices WHERE id = %s FOR NO KEY UPDATE", (office_id,)
    ).fetchone()
    assert row is not None
    before = closed(conn, office_id, day)
    if before is not None:
        return before, False
    lists = of_day(conn, office_id, day)
    if not lists:
        raise NothingToClose(day)
    if open_ := [each for each in lists if each.closed_at is None]:
        raise ListsOpen(open_)
    owing = cash_open(conn, office_id, day)
    if owing and not explanation:
        raise CashOpen(owing)
    open_paise = sum(each.open for each in owing)
    conn.execute(
        "INSERT INTO office_closings (office_id, day, at, staff_id, token_id, lists,"
        " cash_open_lists, cash_open_paise, explanation)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            office_id,
            day,
            by.at,
            by.staff_row,
            by.token_id,
            len(lists),
            len(owing),
            open_paise,
            explanation if owing else None,
        ),
    )
    data = {
        "office": row[0],
        "day": day.isoformat(),
        "lists": len(lists),
        "cash_open": open_paise,
    }
    feed.append(conn, "day_closed", None, by.at, data)
    made = closed(conn, office_id, day)
    assert made is not None
    return made, True


def cash_open(conn: Conn, office_id: int, day: date) -> list[Owing]:
    """Whose cash is open of that day or an earlier one."""
    return [each for each in cash.open_ones(conn, office_id) if each.date <= day]


def closed(conn: Conn, office_id: int, day: date) -> DayClosing | None:
    """Whether the office's day is closed."""
    with conn.cursor(row_factory=class_row(DayClosing)) as cursor:
        return cursor.execute(
            "SELECT z.day, z.at, coalesce(s.name, t.name) AS by, z.lists, z.cash_open_lists,"
            " z.cash_open_paise AS cash_open, z.explanation FROM office_closings z"
            " LEFT JOIN staff s ON s.id = z.staff_id LEFT JOIN tokens t ON t.id = z.token_id"
            " WHERE z.office_id = %s AND z.day = %s",
            (office_id, day),
        ).fetchone()


def left_open(conn: Conn, office_id: int, today: date) -> list[date]:
    """The days before `today`, of the last thirty, that nobody closed."""
    rows = conn.execute(
        "SELECT DISTINCT l.date FROM staff s JOIN delivery_lists l ON l.postman_id = s.id"
        " WHERE s.office_id = %s AND l.date < %s AND l.date >= %s AND NOT EXISTS"
        " (SELECT FROM office_closings z WHERE z.office_id = s.office_id AND z.day = l.date)"
        " ORDER BY l.date",
        (office_id, today, today - REMEMBERED),
    ).fetchall()
    return [day for (day,) in rows]


def name_days_left_open(conn: Conn, today: date, now: datetime) -> None:
    """Says in the feed, once on a morning, which offices have days that nobody closed."""
    rows = conn.execute(
        "SELECT o.pin, l.date FROM delivery_lists l JOIN staff s ON s.id = l.postman_id"
        " JOIN offices o ON o.id = s.office_id WHERE l.date < %s AND l.date >= %s"
        " AND NOT EXISTS (SELECT FROM office_closings z"
        " WHERE z.office_id = o.id AND z.day = l.date) GROUP BY o.id, l.date ORDER BY o.id, l.date",
        (today, today - REMEMBERED),
    ).fetchall()
    feed.append_many(
        conn,
        [
            feed.NewEvent("day_left_open", None, now, {"office": pin, "day": day.isoformat()})
            for pin, day in rows
        ],
    )
