"""The end of a list: what came back, what is missing and why; closing again changes nothing.

Afterwards the office cannot change it: the rows are append-only. The day: `day_closing.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from psycopg.rows import class_row

from postal import reasons
from postal.office import cash, returning
from postal.office.returning import ListHead, ReturnLine
from postal.people.doer import Doer
from store import feed
from store.database import Conn
from store.refusals import Conflict

LONGEST_NOTE: Final = 300


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


class StillOut(Conflict):
    """Articles are still with the postman, and no reason for closing the list is given."""

    field = "note"
    word = "end_still_out"

    def __init__(self, missing: Sequence[ReturnLine]) -> None:
        super().__init__(
            f"{len(missing)} with the postman still: take them in, or say why not."
            f" First: {missing[0].number}"
        )


class ListChanged(Conflict):
    """What is missing is not what the form showed: something came back or went out meanwhile."""

    sentence = "what is missing from this list has changed meanwhile: look once more"
    word = "end_list_changed"


class VerdictMissing(Conflict):
    """The postmaster must judge contested remarks first."""

    word = "end_verdict_missing"

    def __init__(self, waits: Sequence[ReturnLine]) -> None:
        super().__init__(
            f"{len(waits)} contested: the postmaster looks first. First: {waits[0].number}"
        )


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


def close_list(
    conn: Conn, list_id: int, note: str | None, by: Doer, seen: int | None = None
) -> tuple[ListHead, bool]:
    """Close a list; True: this call did it. `note`: why something is missing.

    `seen`: how many were missing on the page; None: software, which was shown none. Raises
    `ListChanged`, `StillOut`, `VerdictMissing`, `reasons.NoReason`, and `returning.UnknownList`.
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
    if seen not in (None, len(missing)):
        raise ListChanged
    if missing and not note:
        raise StillOut(missing)
    if missing:
        note = reasons.insist(note or "", "note")
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
