"""What a postman carries again: a working day's lists follow from the remarks of the last one.

An article that was attempted goes out again on the next working day or on the day that its
addressee chose (docs/developing/domain.md rule 3), with the postman who had it; so does what he
brought back untried, and what was to wait at the office and is to be brought all the same.
"""

from __future__ import annotations

from datetime import date, datetime

import structlog

from flows.facts import MOST_ATTEMPTS
from flows.remarks import NO_OTHER_VISIT
from india.calendar import day_of
from postal import promises
from postal.households import BROUGHT, WEEKDAYS
from postal.lists import DayClosed, NotListed, make_list
from postal.office.day_closing import name_days_left_open
from postal.promises import Moved
from store.database import Conn

log = structlog.get_logger(__name__)

_RULES = {"office": list(NO_OTHER_VISIT), "most": MOST_ATTEMPTS}
_DUE = f"""
FROM articles a
JOIN LATERAL (
    SELECT * FROM delivery_items WHERE article_id = a.id ORDER BY id DESC LIMIT 1
) i ON true
JOIN delivery_lists l ON l.id = i.list_id
JOIN staff s ON s.id = l.postman_id AND s.active
LEFT JOIN households h ON h.phone = a.recipient_phone
WHERE l.date < %(day)s AND a.unlinked_at IS NULL
  AND ((a.state = 'attempted' OR {BROUGHT}) AND coalesce(a.chosen_day, %(day)s) <= %(day)s
         AND (a.chosen_day IS NOT NULL OR {WEEKDAYS} IS NULL
              OR extract(isodow FROM %(day)s::date)::smallint = ANY({WEEKDAYS}))
         AND (a.remark IS NULL OR a.remark <> ALL(%(office)s) OR a.witness = 'contested'
              OR a.suspended_at IS NOT NULL)
       OR a.state = 'out_for_delivery' AND i.state = 'open')
  AND a.attempts < %(most)s AND a.recipient_phone IS DISTINCT FROM s.phone
"""  # noqa: S608


def open_morning(conn: Conn, now: datetime) -> list[Moved]:
    """Note, once a day, which postmen have something due again; log the days that were not closed.

    Return what is due later since it is wished so. Later in the day nothing becomes due: what comes
    back by then goes out on the next working day.
    """
    today = day_of(now)
    claimed = conn.execute(
        "INSERT INTO mornings (day, at) VALUES (%s, %s) ON CONFLICT DO NOTHING", [today, now]
    )
    if not claimed.rowcount:
        return []
    name_days_left_open(conn, today, now)
    conn.execute(
        "INSERT INTO morning_lists (day, postman_id, due_at)"
        f" SELECT DISTINCT %(day)s::date, s.id, %(now)s::timestamptz {_DUE}",
        {**_RULES, "day": today, "now": now},
    )
    return promises.moved_by_wishes(conn, today, now)


def postmen_due(conn: Conn, now: datetime) -> list[str]:
    """Return the postmen (staff ids) whose list of this morning is still to be made."""
    rows = conn.execute(
        "SELECT s.staff_id FROM morning_lists m JOIN staff s ON s.id = m.postman_id"
        " WHERE m.day = %s AND m.made_at IS NULL AND m.due_at <= %s ORDER BY s.staff_id",
        [day_of(now), now],
    ).fetchall()
    return [staff_id for (staff_id,) in rows]


def carry_over(conn: Conn, postman: str, now: datetime) -> tuple[str, ...]:
    """Put what is due again on today's list of `postman` (a staff id); return the article numbers.

    A second caller finds it made. What no list takes is logged. Announce what went out in the same
    transaction.
    """
    today = day_of(now)
    claimed = conn.execute(
        "UPDATE morning_lists m SET made_at = %s FROM staff s WHERE s.id = m.postman_id"
        " AND s.staff_id = %s AND m.day = %s AND m.made_at IS NULL",
        [now, postman, today],
    )
    if not claimed.rowcount:
        return ()
    rows = conn.execute(
        f"SELECT a.number {_DUE} AND s.staff_id = %(postman)s ORDER BY i.list_id, i.serial",
        {**_RULES, "day": today, "postman": postman},
    ).fetchall()
    numbers = [number for (number,) in rows]
    try:
        if numbers:
            make_list(conn, postman, today, numbers, now)
    except DayClosed as error:
        log.warning("not_carried_over", articles=numbers, reasons=str(error))
        return ()
    except NotListed as error:
        refused = {each.number for each in error.bad}
        log.warning("not_carried_over", articles=sorted(refused), reasons=str(error))
        numbers = [number for number in numbers if number not in refused]
        if numbers:
            make_list(conn, postman, today, numbers, now)
    return tuple(numbers)


def put_off(conn: Conn, postman: str, day: date, until: datetime) -> None:
    """Postpone the list of `postman` for `day`, which could not be made, to `until`."""
    conn.execute(
        "UPDATE morning_lists m SET due_at = %s FROM staff s WHERE s.id = m.postman_id"
        " AND s.staff_id = %s AND m.day = %s AND m.made_at IS NULL",
        [until, postman, day],
    )
