"""Days that are over are summed up, so that reports of a year read thousands of rows, not millions.

The worker does it, a day at a time (`sum_up_next`). Yesterday is summed up again every hour, the
`_AGAIN` days before once a day: people answer late, and lists are closed in the evening. Today is
never summed up; what is read of it is read live (reading.py).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from india.calendar import bounds, day_of
from postal import exceptions
from postal.reports.sources import DELIVERY_PARTS, LIVE, TEXT_PARTS, values
from store.database import Conn

_AGAIN: Final = 14
_EVERY: Final = timedelta(hours=1)

_DUE: Final = """
SELECT d.day::date FROM (SELECT least(
    (SELECT min(date) FROM delivery_lists),
    (SELECT min(at) FROM messages WHERE id = (SELECT min(id) FROM messages))::date) AS day) AS first
CROSS JOIN generate_series(
    greatest(first.day, %(today)s - 3660), %(today)s - 1, interval '1 day') AS d(day)
LEFT JOIN report_days r ON r.day = d.day::date
WHERE first.day IS NOT NULL AND (r.day IS NULL
   OR (d.day::date = %(today)s - 1 AND r.made_at < %(hour_ago)s)
   OR (d.day::date >= %(today)s - %(again)s AND r.made_at < %(midnight)s))
ORDER BY d.day DESC LIMIT 1
"""


def due(conn: Conn, now: datetime) -> date | None:
    """Return the day to be summed up next, the latest first; None: none is."""
    today = day_of(now)
    row = conn.execute(
        _DUE,
        {
            "today": today,
            "hour_ago": now - _EVERY,
            "again": _AGAIN,
            "midnight": bounds(today)[0],
        },
    ).fetchone()
    return row[0] if row else None


def sum_up_next(conn: Conn, now: datetime) -> date | None:
    """Sum up the day that is due next, in the caller's transaction; None: none is.

    Of several workers one does it, the others find nothing to do.
    """
    row = conn.execute(
        "SELECT pg_try_advisory_xact_lock(hashtext('dakiya report_days'))"
    ).fetchone()
    if row != (True,):
        return None
    day = due(conn, now)
    if day is not None:
        sum_up(conn, day, now)
        if day == day_of(now) - timedelta(days=1):
            exceptions.open_tickets(conn, now)
    return day


def sum_up(conn: Conn, day: date, now: datetime) -> None:
    """Write the sums of `day` anew."""
    of_day = {**values(day, day), "now": now}
    sums = ", ".join(f"sum({part})" for part in DELIVERY_PARTS)
    rows = " UNION ALL ".join(f"({LIVE[source]})" for source in ("items", "codes", "told"))
    names = ", ".join(DELIVERY_PARTS)
    conn.execute("DELETE FROM report_deliveries WHERE day = %(first)s", of_day)
    conn.execute(
        f"INSERT INTO report_deliveries (day, office_id, postman_id, service, {names})"  # noqa: S608
        f" SELECT day, office_id, postman_id, service, {sums} FROM ({rows}) AS rows"
        " GROUP BY day, office_id, postman_id, service".encode(),
        of_day,
    )
    sums = ", ".join(f"sum({part})" for part in TEXT_PARTS)
    conn.execute("DELETE FROM report_texts WHERE day = %(first)s", of_day)
    conn.execute(
        f"INSERT INTO report_texts (day, office_id, carrier, {', '.join(TEXT_PARTS)})"  # noqa: S608
        f" SELECT day, office_id, carrier, {sums} FROM ({LIVE['texts']}) AS rows"
        " GROUP BY day, office_id, carrier".encode(),
        of_day,
    )
    conn.execute(
        "INSERT INTO report_days (day, made_at) VALUES (%(first)s, %(now)s)"
        " ON CONFLICT (day) DO UPDATE SET made_at = excluded.made_at",
        of_day,
    )
