"""The articles that were booked at an office on one day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from india import figures
from india.calendar import bounds
from postal.articles import Service
from postal.counter.ledger import Method
from postal.people import access
from postal.people.access import Onlooker
from store.database import Conn

MOST = 500  # rows of one page
_SHORTEST_DIGITS = 4  # of a telephone


@dataclass(frozen=True)
class BookingOfDay:
    """A booked article. `counter`: None if software booked it. `recipient_phone`: E.164."""

    group_id: int
    article_id: int
    number: str
    service: Service
    recipient_name: str
    recipient_pin: str
    recipient_phone: str | None
    otp_required: bool
    paise: int
    method: Method
    counter: int | None
    at: datetime


@dataclass(frozen=True)
class TakenOfDay:
    """What an office took in on a day by one method."""

    method: Method
    articles: int
    paise: int


def of_office(
    conn: Conn, office_id: int, day: date, reader: Onlooker, query: str = ""
) -> Sequence[BookingOfDay]:
    """Return an office's bookings of a day (in India), the newest first, at most `MOST`.

    `query`: part of an article's number, of a name, of a telephone, of a reference; or a PIN. That
    they were read is written down.
    """
    first, following = bounds(day)
    sought = query.casefold()
    digits = figures.digits(query)
    with conn.cursor(row_factory=class_row(BookingOfDay)) as cursor:
        found = cursor.execute(
            """
            SELECT g.id AS group_id, i.article_id, i.number, i.service, i.recipient_name,
                   i.recipient_pin, i.recipient_phone, i.otp_required, i.paise, g.method,
                   d.counter, g.finished_at AS at
            FROM booking_groups g
            JOIN booking_items i ON i.group_id = g.id AND i.article_id IS NOT NULL
            LEFT JOIN counter_days d ON d.id = g.counter_day_id
            WHERE g.office_id = %(office)s AND g.state = 'booked'
              AND g.finished_at >= %(first)s AND g.finished_at < %(next)s
              AND (%(sought)s = '' OR strpos(lower(i.recipient_name), %(sought)s) > 0
                   OR strpos(lower(g.sender_name), %(sought)s) > 0
                   OR strpos(lower(g.tr), %(sought)s) > 0
                   OR strpos(coalesce(g.receipt_number, ''), %(sought)s) > 0
                   OR strpos(lower(i.number), %(bare)s) > 0 OR i.recipient_pin = %(digits)s
                   OR %(digits)s <> '' AND (strpos(i.recipient_phone, %(digits)s) > 0
                                            OR strpos(g.sender_phone, %(digits)s) > 0))
            ORDER BY g.finished_at DESC, i.id DESC LIMIT %(most)s
            """,
            {
                "office": office_id,
                "first": first,
                "next": following,
                "sought": sought,
                "bare": "".join(sought.split()),
                "digits": digits if len(digits) >= _SHORTEST_DIGITS and digits.isdigit() else "",
                "most": MOST,
            },
        ).fetchall()
    access.listed(conn, reader, len(found), f"bookings {day}")
    return found


def taken(conn: Conn, office_id: int, day: date) -> list[TakenOfDay]:
    """Return what an office took in on a day (in India) by booking, method by method."""
    first, following = bounds(day)
    with conn.cursor(row_factory=class_row(TakenOfDay)) as cursor:
        return cursor.execute(
            "SELECT g.method, count(*) AS articles, sum(i.paise)::bigint AS paise"
            " FROM booking_groups g JOIN booking_items i ON i.group_id = g.id"
            " AND i.article_id IS NOT NULL WHERE g.office_id = %s AND g.state = 'booked'"
            " AND g.finished_at >= %s AND g.finished_at < %s GROUP BY g.method ORDER BY g.method",
            (office_id, first, following),
        ).fetchall()
