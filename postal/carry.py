"""What a postman carries again: the next working day's lists follow from the last one's remarks.

An article that was attempted goes out again on the next working day or on the day that its
addressee chose (DOMAIN rule 3), with the postman who had it; so does what he brought back untried.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from flows import days
from postal.calendar import day_of
from postal.lists import make_list
from store.database import Conn

_DUE = """
SELECT s.staff_id, a.number
FROM articles a
JOIN LATERAL (
    SELECT * FROM delivery_items WHERE article_id = a.id ORDER BY id DESC LIMIT 1
) i ON true
JOIN delivery_lists l ON l.id = i.list_id
JOIN staff s ON s.id = l.postman_id AND s.active
WHERE l.date < %(day)s AND a.unlinked_at IS NULL
  AND (a.state = 'attempted' AND coalesce(a.chosen_day, %(day)s) <= %(day)s
         AND (a.remark IS NULL OR a.remark NOT IN (13, 14, 15, 17, 18, 23, 24))
       OR a.state = 'out_for_delivery' AND i.state = 'open')
  AND a.attempts < 2
ORDER BY s.staff_id, i.list_id, i.serial
"""


def claim_morning(conn: Conn, day: date, now: datetime) -> bool:
    """True for the first who asks on `day`: his transaction carries over, nobody else's."""
    claimed = conn.execute(
        "INSERT INTO mornings (day, at) VALUES (%s, %s) ON CONFLICT DO NOTHING", [day, now]
    )
    return claimed.rowcount == 1


def carry_over(conn: Conn, now: datetime) -> Mapping[str, tuple[str, ...]]:
    """Puts what is due again on today's lists; gives the article numbers by postman (staff id).

    On a day without delivery: nothing. Announce what went out in the same transaction.
    """
    today = day_of(now)
    if not days.is_working(today):
        return {}
    due: dict[str, list[str]] = {}
    for staff_id, number in conn.execute(_DUE, {"day": today}).fetchall():
        due.setdefault(staff_id, []).append(number)
    for staff_id, numbers in due.items():
        make_list(conn, staff_id, today, numbers, now)
    return {staff_id: tuple(numbers) for staff_id, numbers in due.items()}
