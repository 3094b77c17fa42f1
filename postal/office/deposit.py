"""The deposit of an office: what lies there until when, and what goes back to its sender."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from psycopg.rows import class_row

from flows.remarks import REFUSED
from postal import modes
from postal.office.pool import LOOKED_BACK
from postal.people import access
from postal.people.access import Onlooker
from postal.walls import LIES_AT
from store.database import Conn

# Three ways to an article, each by an index: its PIN, this office's lists, and its arrivals.
_NEAR = """
    SELECT a.id FROM articles_aside o JOIN articles a ON a.id = o.article_id AND {states}
    WHERE o.recipient_pin = %(pin)s AND o.why = {why}
  UNION
    SELECT a.id FROM staff s JOIN delivery_lists l ON l.postman_id = s.id
    JOIN delivery_items i ON i.list_id = l.id AND i.state IN ('attempted', 'withdrawn')
    JOIN articles a ON a.id = i.article_id AND {states}
    WHERE s.office_id = %(office)s AND l.date >= %(first)s
  UNION
    SELECT a.id FROM arrivals r JOIN articles a ON a.id = r.article_id AND {states}
    WHERE r.office_id = %(office)s AND r.at >= %(first)s AND r.kind = 'here'
"""
_HELD: Final = _NEAR.format(why="'held'", states="a.state IN ('attempted', 'at_office')")
_BACK: Final = _NEAR.format(why="'back'", states="a.state IN ('returned', 'recalled')")


@dataclass(frozen=True)
class Deposited:
    """An article at the office. `until`: the last day for fetching it, if it can be fetched.

    `chosen_day`: when the addressee wants it brought. `cod`: whole rupees to be paid.
    `with_postman`: the name of the postman who has not brought it back yet.
    """

    article_id: int
    number: str
    name: str
    state: Literal["attempted", "at_office"]
    until: date | None
    extended: bool
    chosen_day: date | None
    unlinked: bool
    remark: int | None
    attempts: int
    cod: int
    otp_required: bool
    with_postman: str | None


@dataclass(frozen=True)
class DepositCount:
    """How many articles can be fetched at an office, and how many go back today."""

    fetch: int
    back: int


def counted(conn: Conn, office_id: int, pin: str, today: date) -> DepositCount:
    """Return how much lies there, and nothing of anybody."""
    lies = _lying(conn, office_id, pin, today)
    fetch = sum(each.state == "at_office" for each in lies)
    return DepositCount(fetch, len(_going_back(conn, office_id, pin, today)))


def lying(conn: Conn, office_id: int, pin: str, today: date, reader: Onlooker) -> list[Deposited]:
    """Return what lies at the office undelivered: first what is to be fetched, by its last day.

    That it was read is written down.
    """
    found = _lying(conn, office_id, pin, today)
    access.listed(conn, reader, len(found), "deposit")
    return found


def going_back(
    conn: Conn, office_id: int, pin: str, day: date, reader: Onlooker
) -> list[GoingBack]:
    """Return what went back on `day` (in India): returned or recalled then, or scanned then.

    That it was read is written down.
    """
    found = _going_back(conn, office_id, pin, day)
    access.listed(conn, reader, len(found), f"returns {day}")
    return found


def export_back(
    conn: Conn, office_id: int, pin: str, day: date, reader: Onlooker
) -> list[GoingBack]:
    """Return the same as `going_back` for a file; that it was exported is written down."""
    found = _going_back(conn, office_id, pin, day)
    access.exported(conn, reader, len(found), f"returns {day}")
    return found


def _lying(conn: Conn, office_id: int, pin: str, today: date) -> list[Deposited]:
    with conn.cursor(row_factory=class_row(Deposited)) as cursor:
        return cursor.execute(
            f"WITH near AS ({_HELD})"  # noqa: S608
            " SELECT a.id AS article_id, a.number, a.recipient_name AS name, a.state,"
            " a.held_until AS until, a.extended, a.chosen_day,"
            " a.unlinked_at IS NOT NULL AS unlinked, a.remark, a.attempts, a.cod_amount AS cod,"
            f" a.otp_required AND {modes.OF_ARTICLE} <> 'off' AS otp_required,"
            " (SELECT s.name FROM (SELECT * FROM delivery_items i"
            "   WHERE i.article_id = a.id ORDER BY i.id DESC LIMIT 1) i"
            "   JOIN delivery_lists l ON l.id = i.list_id JOIN staff s ON s.id = l.postman_id"
            "   WHERE NOT EXISTS (SELECT FROM check_ins c WHERE c.item_id = i.id)) AS with_postman"
            f" FROM near JOIN articles a ON a.id = near.id WHERE {LIES_AT} = %(office)s"
            " ORDER BY a.state = 'at_office' DESC, a.held_until, a.chosen_day, a.id",
            {"office": office_id, "pin": pin, "first": today - LOOKED_BACK},
        ).fetchall()


# unclaimed: not fetched in time · refused: proven by the code · recalled: by the sender
Reason = Literal["recalled", "refused", "unclaimed"]


@dataclass(frozen=True)
class GoingBack:
    """An article that goes back to its sender. `remark`: the code of the last one.

    `until`: the last day for fetching it. `with_postman`: as in `Deposited`.
    """

    article_id: int
    number: str
    reason: Reason
    remark: int | None
    until: date | None
    attempts: int
    sender_name: str
    sender_address: str
    sender_pin: str | None
    recipient_name: str
    recipient_pin: str
    decided_at: datetime
    with_postman: str | None


def _going_back(conn: Conn, office_id: int, pin: str, day: date) -> list[GoingBack]:
    with conn.cursor(row_factory=class_row(GoingBack)) as cursor:
        return cursor.execute(
            f"WITH near AS ({_BACK}), here AS ("  # noqa: S608
            " SELECT a.*, (SELECT max(r.at) FROM arrivals r WHERE r.article_id = a.id"
            "   AND r.office_id = %(office)s AND r.kind = 'here') AS scanned_at,"
            " (SELECT max(e.at) FROM events e WHERE e.article_id = a.id"
            "   AND e.kind IN ('returned', 'recalled')) AS decided_at,"
            " last.list_id, last.item_id, last.postman FROM near JOIN articles a ON a.id = near.id"
            " LEFT JOIN LATERAL (SELECT i.id AS item_id, i.list_id, s.name AS postman"
            "   FROM delivery_items i JOIN delivery_lists l ON l.id = i.list_id"
            "   JOIN staff s ON s.id = l.postman_id WHERE i.article_id = a.id"
            "   ORDER BY i.id DESC LIMIT 1) last ON true"
            f" WHERE {LIES_AT} = %(office)s)"
            " SELECT a.id AS article_id, a.number, CASE WHEN a.state = 'recalled' THEN 'recalled'"
            "   WHEN a.remark = %(refused)s THEN 'refused' ELSE 'unclaimed' END AS reason,"
            " a.remark,"
            " a.held_until AS until, a.attempts, a.sender_name, a.sender_address,"
            " a.sender_pin, a.recipient_name, a.recipient_pin,"
            " a.decided_at, CASE WHEN a.item_id IS NOT NULL AND NOT EXISTS"
            "   (SELECT FROM check_ins c WHERE c.item_id = a.item_id) THEN a.postman END"
            "   AS with_postman"
            " FROM here a WHERE a.decided_at IS NOT NULL"
            # What was recalled on its way can be sent back only after it arrives.
            " AND (a.scanned_at IS NOT NULL OR a.list_id IS NOT NULL)"
            " AND (greatest(a.decided_at, a.scanned_at) AT TIME ZONE 'Asia/Kolkata')::date"
            " = %(day)s ORDER BY a.number",
            {
                "office": office_id,
                "pin": pin,
                "day": day,
                "first": day - LOOKED_BACK,
                "refused": REFUSED,
            },
        ).fetchall()


def by_day(found: Sequence[Deposited]) -> list[tuple[date, list[Deposited]]]:
    """Return what can be fetched, grouped by its last day."""
    days: dict[date, list[Deposited]] = {}
    for each in found:
        if each.until is not None and each.state == "at_office":
            days.setdefault(each.until, []).append(each)
    return sorted(days.items())
