"""The end of the day: lists are closed, then the office's day; closing again changes nothing.

Afterwards the office cannot change that day's lists: the rows are append-only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from psycopg.rows import class_row

from postal.office import cash, returning
from postal.office.cash import Owing
from postal.office.returning import ListHead, ReturnLine
from postal.people.doer import Doer
from store import feed
from store.database import Conn
from store.refusals import Conflict

LONGEST_NOTE: Final = 300
REMEMBERED: Final = timedelta(days=30)  # how long an unclosed day is named


@dataclass(frozen=True)
class Progress:
    """The progress of a list. `missing`: items neither delivered nor checked in."""

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
    waits: int  # contested remarks that the postmaster has not judged
    cod: int  # whole rupees to collect
    closed_at: datetime | None


@dataclass(frozen=True)
class DayClosing:
    """The closing of an office's day. `cash_open`: paise not handed in by then, of
    `cash_open_lists` lists; `explanation` says why."""

    day: date
    at: datetime
    by: str
    lists: int
    cash_open_lists: int
    cash_open: int
    explanation: str | None


class StillOut(Conflict):
    """Articles are still with the postman, and no reason for closing the list is given."""

    field = "note"
    word = "end_still_out"

    def __init__(self, missing: Sequence[ReturnLine]) -> None:
        super().__init__(
            f"{len(missing)} with the postman still: take them in, or say why not."
            f" First: {missing[0].number}"
        )


class VerdictMissing(Conflict):
    """The postmaster must judge contested remarks first."""

    word = "end_verdict_missing"

    def __init__(self, waits: Sequence[ReturnLine]) -> None:
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
    """Postmen have not handed in their cash, and no reason for closing the day is given."""

    field = "explanation"
    word = "end_cash_open"

    def __init__(self, open_: Sequence[Owing]) -> None:
        names = ", ".join(f"{each.staff_id} ({each.date})" for each in open_)
        super().__init__(f"cash is not handed in yet: {names}. Take it in, or explain it")


class NothingToClose(Conflict):
    """The office had no list on that day, or the day is in the future."""

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
       count(*) FILTER (WHERE i.state = 'attempted'
                        AND (a.witness = 'contested' OR a.suspended_at IS NOT NULL)
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
    """Return the lists of a day, by beat."""
    with conn.cursor(row_factory=class_row(Progress)) as cursor:
        return cursor.execute(
            _PROGRESS + "WHERE s.office_id = %s AND l.date = %s"
            " GROUP BY l.id, s.id, z.at ORDER BY s.beat, s.staff_id",
            (office_id, day),
        ).fetchall()


def still_out(conn: Conn, office_id: int, before: date) -> list[Progress]:
    """Return closed lists of earlier days with articles that are still with the postman."""
    with conn.cursor(row_factory=class_row(Progress)) as cursor:
        found = cursor.execute(
            _PROGRESS + "WHERE s.office_id = %s AND l.date < %s AND z.missing > 0"
            " GROUP BY l.id, s.id, z.at ORDER BY l.date, s.beat",
            (office_id, before),
        ).fetchall()
    return [each for each in found if each.missing]


def close_list(conn: Conn, list_id: int, note: str | None, by: Doer) -> tuple[ListHead, bool]:
    """Close a list; True: this call did it. `note`: why something is missing.

    Raises `StillOut`, `VerdictMissing`, and `returning.UnknownList`.
    """
    # Lock the postman's row first, as making lists does: nothing is added while this counts.
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
    """Close the office's day when all its lists are closed; True: this call did it.

    `explanation`: why cash of that day or an earlier one is not handed in; kept only if some is.
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
    """Return the lists of that day and earlier ones whose cash is open."""
    return [each for each in cash.open_ones(conn, office_id) if each.date <= day]


def closed(conn: Conn, office_id: int, day: date) -> DayClosing | None:
    """Return the closing of the office's day; None if it is open."""
    with conn.cursor(row_factory=class_row(DayClosing)) as cursor:
        return cursor.execute(
            "SELECT z.day, z.at, coalesce(s.name, t.name) AS by, z.lists, z.cash_open_lists,"
            " z.cash_open_paise AS cash_open, z.explanation FROM office_closings z"
            " LEFT JOIN staff s ON s.id = z.staff_id LEFT JOIN tokens t ON t.id = z.token_id"
            " WHERE z.office_id = %s AND z.day = %s",
            (office_id, day),
        ).fetchone()


def left_open(conn: Conn, office_id: int, today: date) -> list[date]:
    """Return the unclosed days of the thirty before `today`."""
    rows = conn.execute(
        "SELECT DISTINCT l.date FROM staff s JOIN delivery_lists l ON l.postman_id = s.id"
        " WHERE s.office_id = %s AND l.date < %s AND l.date >= %s AND NOT EXISTS"
        " (SELECT FROM office_closings z WHERE z.office_id = s.office_id AND z.day = l.date)"
        " ORDER BY l.date",
        (office_id, today, today - REMEMBERED),
    ).fetchall()
    return [day for (day,) in rows]


def name_days_left_open(conn: Conn, today: date, now: datetime) -> None:
    """Append each office's unclosed days to the feed, once each morning."""
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
