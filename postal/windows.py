"""The three hours in which a postman comes: promised where the beat's own history keeps them.

The start is found in the older days of the history and has to hold nine times in ten on the newer
ones, which it has not seen; what was promised is kept, so that the reports can say what came of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from psycopg.rows import class_row

from flows.happenings import WINDOW_HOURS
from flows.postman.beats import spoken
from india.calendar import day_of
from store.database import Conn

HOLDS: Final = 0.9
LOOKED_BACK: Final = timedelta(days=42)
_NEARBY: Final = 0.1  # of the list: who lives so near on the way counts as the same place
_FEWEST_DAYS: Final = 9
_FEWEST: Final = 20  # visits of either part
_FIRST_START, _LAST_START = 7, 17  # o'clock
_WIDTH: Final = WINDOW_HOURS * 60


@dataclass(frozen=True)
class PastVisit:
    """A visit of the past. `place`: 0 to 1, along the list. `minute`: of the day in India."""

    day: date
    place: float
    minute: int


@dataclass(frozen=True)
class VisitWindow:
    """The hour in India from which the postman comes, and his staff id as texts say it."""

    hour: int
    staff: str


@dataclass(frozen=True)
class _Item:
    number: str
    item_id: int
    list_id: int
    serial: int
    size: int
    staff_id: str


_ITEMS: Final = """
SELECT a.number, i.id AS item_id, i.list_id, i.serial, s.staff_id,
       (SELECT max(j.serial) FROM delivery_items j WHERE j.list_id = i.list_id) AS size
FROM articles a JOIN delivery_items i ON i.article_id = a.id AND i.state = 'open'
JOIN delivery_lists l ON l.id = i.list_id AND l.date = %(today)s
JOIN staff s ON s.id = l.postman_id
WHERE a.number = ANY(%(numbers)s)
"""
# A beat is an office's number, whoever walks it; without a number it is the postman's own.
_VISITS: Final = """
SELECT h.date AS day, i.serial::float / greatest(z.size, 1) AS place,
       extract(hour FROM v.at)::int * 60 + extract(minute FROM v.at)::int AS minute
FROM delivery_lists l JOIN staff s ON s.id = l.postman_id
JOIN staff w ON w.id = s.id OR (w.office_id = s.office_id AND w.beat = s.beat)
JOIN delivery_lists h ON h.postman_id = w.id AND h.date >= %(since)s AND h.date < l.date
JOIN LATERAL (SELECT max(serial) AS size FROM delivery_items WHERE list_id = h.id) z ON true
JOIN delivery_items i ON i.list_id = h.id AND i.state IN ('delivered', 'attempted')
CROSS JOIN LATERAL (
    SELECT coalesce(i.approached_at, i.finished_at) AT TIME ZONE 'Asia/Kolkata' AS at) v
WHERE l.id = %(list)s
"""
_KEEP: Final = """
INSERT INTO promised_windows (item_id, hour, made_at)
SELECT item_id, hour, %s FROM unnest(%s::bigint[], %s::smallint[]) AS kept (item_id, hour)
ON CONFLICT DO NOTHING
"""


def promise(conn: Conn, numbers: Sequence[str], now: datetime) -> dict[str, VisitWindow]:
    """Return the windows of those articles on today's lists that have one, and keep them."""
    today = day_of(now)
    with conn.cursor(row_factory=class_row(_Item)) as cursor:
        items = cursor.execute(_ITEMS, {"numbers": list(numbers), "today": today}).fetchall()
    history = {each: _history(conn, each, today) for each in {item.list_id for item in items}}
    found: dict[str, VisitWindow] = {}
    kept: list[tuple[int, int]] = []
    for item in items:
        hour = start_of(history[item.list_id], item.serial / max(item.size, 1))
        if hour is not None:
            found[item.number] = VisitWindow(hour, spoken(item.staff_id))
            kept.append((item.item_id, hour))
    if kept:
        conn.execute(_KEEP, (now, [each[0] for each in kept], [each[1] for each in kept]))
    return found


def _history(conn: Conn, list_id: int, today: date) -> list[PastVisit]:
    with conn.cursor(row_factory=class_row(PastVisit)) as cursor:
        given = {"list": list_id, "since": today - LOOKED_BACK}
        return cursor.execute(_VISITS, given).fetchall()


def start_of(history: Sequence[PastVisit], place: float) -> int | None:
    """Return from which hour somebody at `place` is visited within three; None: none holds."""
    near = [each for each in history if abs(each.place - place) <= _NEARBY]
    days = sorted({each.day for each in near})
    if len(days) < _FEWEST_DAYS:
        return None
    split = days[2 * len(days) // 3]
    older = [each.minute for each in near if each.day < split]
    newer = [each.minute for each in near if each.day >= split]
    if min(len(older), len(newer)) < _FEWEST:
        return None
    hour = max(range(_FIRST_START, _LAST_START + 1), key=lambda each: _kept(older, each))
    return hour if min(_kept(older, hour), _kept(newer, hour)) >= HOLDS else None


def _kept(minutes: Sequence[int], hour: int) -> float:
    return sum(60 * hour <= each < 60 * hour + _WIDTH for each in minutes) / len(minutes)
