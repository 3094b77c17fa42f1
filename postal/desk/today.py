"""What happened today, in numbers for the start page of a demonstration; of all offices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from psycopg.rows import class_row

from india.calendar import bounds
from store.database import Conn


@dataclass(frozen=True)
class DayNumbers:
    """Numbers of one day in Asia/Kolkata. `tickets`: open now; `fraud`: reported on the day.

    Of the day's lists: `out` counts all items but those taken off, which end delivered, with a
    remark, or are open.
    """

    texts: int
    codes: int
    booked: int
    out: int
    delivered: int
    remarked: int
    open: int
    tickets: int
    fraud: int


def numbers(conn: Conn, day: date) -> DayNumbers:
    """Return the numbers of `day`."""
    since, until = bounds(day)
    with conn.cursor(row_factory=class_row(DayNumbers)) as cursor:
        found = cursor.execute(
            """
            SELECT (SELECT count(*) FROM messages WHERE at >= %(since)s AND at < %(until)s
                    AND channel = 'text') AS texts,
                   (SELECT count(*) FROM codes
                    WHERE released_at >= %(since)s AND released_at < %(until)s) AS codes,
                   (SELECT count(*) FROM articles
                    WHERE booked_at >= %(since)s AND booked_at < %(until)s) AS booked,
                   count(i.id) AS out,
                   count(i.id) FILTER (WHERE i.state = 'delivered') AS delivered,
                   count(i.id) FILTER (WHERE i.state = 'attempted') AS remarked,
                   count(i.id) FILTER (WHERE i.state = 'open') AS open,
                   (SELECT count(*) FROM tickets WHERE closed_at IS NULL) AS tickets,
                   (SELECT count(*) FROM tickets WHERE kind = 'fraud'
                    AND at >= %(since)s AND at < %(until)s) AS fraud
            FROM delivery_lists l JOIN delivery_items i ON i.list_id = l.id
            WHERE l.date = %(day)s AND i.state <> 'withdrawn'
            """,
            {"day": day, "since": since, "until": until},
        ).fetchone()
    assert found is not None
    return found
