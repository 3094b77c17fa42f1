"""The articles that were booked at an office on one day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from india.calendar import bounds
from postal.articles import Service
from postal.counter.ledger import Method
from postal.people import access
from postal.people.access import Onlooker
from store.database import Conn

MOST = 500  # rows of one page


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


def of_office(conn: Conn, office_id: int, day: date, reader: Onlooker) -> Sequence[BookingOfDay]:
    """Return an office's bookings of a day (in India), the newest first, at most `MOST`.

    That they were read is written down.
    """
    first, following = bounds(day)
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
            ORDER BY g.finished_at DESC, i.id DESC LIMIT %(most)s
            """,
            {"office": office_id, "first": first, "next": following, "most": MOST},
        ).fetchall()
    access.listed(conn, reader, len(found), f"bookings {day}")
    return found
