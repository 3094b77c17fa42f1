"""Whether a promised article is late, and for whose reason: one rule for pages, reports and files.

What the department gives back for is its own decision; here are the facts that it asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, get_args

from psycopg.rows import class_row

from flows.facts import ArticleState
from flows.remarks import KINDS
from india.calendar import day_of
from india.promises import Promise
from postal.households import SINCE, WEEKDAYS
from postal.walls import LIES_AT
from store import feed
from store.database import Conn
from store.feed import NewEvent

# due: it can still be in time · in_time: handed over by then · tried: the postman was at the door
# by then, and nobody contests it · excused: addressee or sender wanted it otherwise, and said so
# before that day, or he took it back on it · late: neither
Lateness = Literal["due", "in_time", "tried", "excused", "late"]
LATENESSES: Final[tuple[Lateness, ...]] = get_args(Lateness)
MOST: Final = 50_000  # rows of a file
MOST_DAYS: Final = timedelta(days=366)

_NOT_WORKED: Final = 7  # days, at most, between two working days
_NO_VISIT: Final = ", ".join(str(kind.code) for kind in KINDS if not kind.at_door)
_DAY: Final = "({column} AT TIME ZONE 'Asia/Kolkata')::date"
VISITED: Final = f"""
LEFT JOIN LATERAL (
    SELECT min(i.finished_at) AS at FROM delivery_items i
    WHERE i.article_id = a.id AND i.state = 'attempted' AND i.remark NOT IN ({_NO_VISIT})
      AND NOT EXISTS (
        SELECT FROM events e WHERE e.article_id = a.id AND e.kind = 'remark_contested'
          AND e.at >= i.finished_at AND e.at < coalesce(
            (SELECT min(n.finished_at) FROM delivery_items n
             WHERE n.article_id = a.id AND n.id > i.id), 'infinity'))
) v ON a.due_by IS NOT NULL
LEFT JOIN LATERAL (
    SELECT max((e.data->>'day')::date) AS by FROM events e
    WHERE e.article_id = a.id AND e.kind = 'due_moved'
) w ON a.due_by IS NOT NULL
LEFT JOIN LATERAL (
    SELECT least(a.delivered_at, coalesce(
        (SELECT min((e.data->>'written_at')::timestamptz) FROM events e
         WHERE e.article_id = a.id AND e.kind = 'delivered' AND e.at = a.delivered_at),
        (SELECT i.approached_at FROM delivery_items i WHERE i.article_id = a.id
         ORDER BY i.id DESC LIMIT 1))) AS at
    WHERE (SELECT i.proof FROM delivery_items i WHERE i.article_id = a.id
           ORDER BY i.id DESC LIMIT 1) = 'offline'
) o ON a.delivered_at IS NOT NULL
"""  # noqa: S608
"""Of the article `a`: `v.at`, the first visit that nobody contests; `w.by`, the day to which wished
weekdays moved the day on which it was due; and `o.at`: of a handover without network, when its text
was written, as its carrier says, else when the postman said that he comes to its door."""

_HANDED: Final = _DAY.format(column="coalesce(o.at, a.delivered_at)")

_WISHED: Final = f"{_DAY.format(column='e.at')} < a.due_by"
_UNDONE: Final = f"""EXISTS (
    SELECT FROM events n WHERE n.article_id = a.id AND (n.at, n.id) > (e.at, e.id)
      AND ({_DAY.format(column="n.at")} < a.due_by OR n.at <= e.at + interval '1 day')
      AND CASE e.kind WHEN 'at_office' THEN n.kind IN ('hold_ended', 'day_chosen')
          ELSE n.kind = 'day_chosen' AND (n.data->>'day')::date < (e.data->>'day')::date END)"""
"""Whether what the event `e` wishes was undone: before the day on which `a` was due, or in a day.
An earlier day undoes a later one, and any day the office; it excuses by itself where it was named
in time."""

LATENESS: Final = f"""
CASE WHEN {_HANDED} <= a.due_by THEN 'in_time'
     WHEN {_DAY.format(column="v.at")} <= a.due_by THEN 'tried'
     WHEN EXISTS (
              SELECT FROM events e WHERE e.article_id = a.id
                AND {_DAY.format(column="e.at")} <= a.due_by
                AND (e.kind = 'day_chosen' AND {_WISHED} AND (e.data->>'day')::date > a.due_by
                  OR e.kind = 'recalled' AND a.state = 'recalled'
                  OR e.kind = 'at_office' AND a.attempts = 0
                     AND CASE WHEN e.data ? 'since' THEN (e.data->>'since')::date < a.due_by
                              ELSE a.held_until IS NOT NULL AND {_WISHED} END)
                AND NOT {_UNDONE})
          OR w.by > a.due_by AND coalesce(least({_HANDED},
              {_DAY.format(column="v.at")}), %(today)s) <= w.by THEN 'excused'
     WHEN a.delivered_at IS NULL AND a.due_by >= %(today)s THEN 'due'
     ELSE 'late' END
"""
"""What the article `a`, which is due by a day, is on the day %(today)s; needs `VISITED`.

A wish excuses only where it stood before that day, and was not undone within a day: whoever is
kept waiting may choose another one, and whoever is late could forge a text. The events of the
article say it, and whatever is wished afterwards changes nothing.
"""

DAYS_LATE: Final = f"""
greatest(coalesce({_HANDED},
    CASE WHEN a.state IN ('returned', 'recalled') THEN {_DAY.format(column="a.updated_at")}
         ELSE %(today)s END)
    - coalesce(w.by, a.due_by), 0)
"""
"""How many days after that day, or the first wished one from it, it was handed over, or is
still not."""

_OPEN: Final = "a.state IN ('booked', 'out_for_delivery', 'attempted')"
_MOVED: Final = f"""
SELECT m.* FROM (
SELECT a.id, a.number, moved.by AS day FROM articles a
JOIN households h ON h.phone = a.recipient_phone
CROSS JOIN LATERAL (
    SELECT min(a.due_by + later) AS by FROM generate_series(1, 6) later
    WHERE extract(isodow FROM a.due_by + later)::smallint = ANY({WEEKDAYS})) moved
WHERE a.due_by BETWEEN %(today)s - {_NOT_WORKED} AND %(today)s
  AND {_OPEN} AND extract(isodow FROM a.due_by)::smallint <> ALL({WEEKDAYS})
  AND {_DAY.format(column=SINCE)} < a.due_by AND {SINCE} <= %(now)s - interval '1 day'
UNION
SELECT a.id, a.number, (e.data->>'day')::date FROM articles a JOIN events e ON e.article_id = a.id
WHERE a.due_by BETWEEN %(today)s - {_NOT_WORKED} AND %(today)s AND {_OPEN}
  AND e.kind = 'day_chosen' AND {_WISHED} AND (e.data->>'day')::date > a.due_by
  AND e.at <= %(now)s - interval '1 day' AND NOT {_UNDONE}
UNION
SELECT a.id, a.number, a.held_until FROM articles a JOIN events e ON e.article_id = a.id
WHERE a.due_by BETWEEN %(today)s - {_NOT_WORKED} AND %(today)s AND a.state = 'at_office'
  AND a.attempts = 0 AND e.kind = 'at_office' AND NOT e.data ? 'wished' AND {_WISHED}
  AND e.at <= %(now)s - interval '1 day' AND NOT {_UNDONE}) m
WHERE NOT EXISTS (SELECT FROM events e WHERE e.article_id = m.id AND e.kind = 'due_moved')
"""  # noqa: S608


@dataclass(frozen=True)
class Moved:
    """An article that is due later, since it is wished so: its row, and the day."""

    id: int
    number: str
    day: date


def moved_by_wishes(conn: Conn, today: date, now: datetime) -> list[Moved]:
    """Return what is due today, or on the days without work before, and wished later: each once.

    A day or a weekday that was wished before that day stands, if it was not undone within a day;
    one that is wished from then on excuses none. So does the office, until it goes back.
    """
    rows = conn.execute(_MOVED, {"today": today, "now": now}).fetchall()
    return [Moved(*row) for row in {row[0]: row for row in sorted(rows)}.values()]


def note_moved(conn: Conn, moved: Moved, now: datetime) -> None:
    """Note until when it is not late; say so to its sender in the same transaction."""
    feed.append_many(conn, [NewEvent("due_moved", moved.id, now, {"day": moved.day.isoformat()})])


@dataclass(frozen=True)
class Promised:
    """What became of the promise; None: there was none. `days`: late, else 0."""

    lateness: Lateness | None = None
    days: int = 0


@dataclass(frozen=True)
class PromisedArticle:
    """One article for the file of refunds: nothing of a person, but what was paid for it.

    `paise`: of its booking at a counter or by `POST /bookings`; None where it was booked elsewhere.
    """

    number: str
    service: str
    promise: Promise | None
    booked_at: datetime
    due_by: date
    first_visit_at: datetime | None
    delivered_at: datetime | None
    state: ArticleState
    chosen_day: date | None
    lateness: Lateness
    days_late: int
    office: str | None
    booking: str | None
    paise: int | None


def of_article(conn: Conn, article_id: int, due_by: date | None, now: datetime) -> Promised:
    """Return what became of the promise of the article of that row until `now`."""
    if due_by is None:
        return Promised()
    row = conn.execute(
        f"SELECT {LATENESS}, {DAYS_LATE} FROM articles a {VISITED} WHERE a.id = %(id)s",  # noqa: S608
        {"id": article_id, "today": day_of(now)},
    ).fetchone()
    assert row is not None
    lateness: Lateness = row[0]
    return Promised(lateness, row[1] if lateness == "late" else 0)


_FILE: Final = f"""
SELECT a.number, a.service, a.promise, a.booked_at, a.due_by, v.at AS first_visit_at,
       a.delivered_at, a.state, a.chosen_day, {LATENESS} AS lateness,
       CASE WHEN {LATENESS} = 'late' THEN {DAYS_LATE} ELSE 0 END AS days_late,
       (SELECT o.name || ' ' || o.pin FROM offices o WHERE o.id = {LIES_AT}) AS office,
       g.tr AS booking, b.paise
FROM articles a {VISITED}
LEFT JOIN booking_items b ON b.article_id = a.id LEFT JOIN booking_groups g ON g.id = b.group_id
WHERE a.due_by BETWEEN %(first)s AND %(last)s
  AND (%(office)s::bigint IS NULL OR {LIES_AT} = %(office)s)
  AND (%(lateness)s::text IS NULL OR {LATENESS} = %(lateness)s)
ORDER BY a.due_by, a.id LIMIT {MOST}
"""  # noqa: S608


def due_between(
    conn: Conn,
    first: date,
    last: date,
    office: int | None,
    lateness: Lateness | None,
    now: datetime,
) -> Iterator[PromisedArticle]:
    """Yield the articles that were due from `first` to `last`, by that day, at most `MOST`.

    `office`: the row of the office that delivers them; None: all. `lateness`: only those.
    """
    given = {
        "first": first,
        "last": last,
        "office": office,
        "lateness": lateness,
        "today": day_of(now),
    }
    with conn.cursor(row_factory=class_row(PromisedArticle)) as cursor:
        yield from cursor.execute(_FILE, given)
