"""The access log as it is read: filtered, and with repeated reading in one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from psycopg.rows import class_row

from india.calendar import bounds
from postal.people.access import What
from store.database import Conn

# Who reads the same way again within this time is shown in one line.
_TOGETHER: Final = timedelta(hours=1)
_READING: Final = ("found", "opened", "listed", "simulated")


@dataclass(frozen=True)
class Look:
    """One line of the log. `phone` is E.164; `article` the article's number.

    `staff_id`, `token`, `operator`: who looked; a token may name a member of staff as well.
    `shown`: how many people a list showed; None: it was about one.
    """

    id: int
    at: datetime
    staff_id: str | None
    name: str | None
    token: str | None
    operator: str | None
    what: What
    phone: str | None
    article: str | None
    shown: int | None
    reason: str | None


@dataclass(frozen=True)
class LogFilter:
    """Which lines are read; None: all. `phone`: E.164. `since`, `until`: days, both included."""

    staff_id: str | None = None
    phone: str | None = None
    what: What | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class LookGroup:
    """Lines of one person who read in one way, the newest first; one line of anything else."""

    lines: tuple[Look, ...]

    @property
    def newest(self) -> Look:
        """Return the line that stands for all."""
        return self.lines[0]


_READ: Final = """
SELECT l.id, l.at, s.staff_id, s.name, t.name AS token, l.operator, l.what, l.phone,
       a.number AS article, l.shown, l.reason
FROM access_log l LEFT JOIN staff s ON s.id = l.staff_id
LEFT JOIN tokens t ON t.id = l.token_id
LEFT JOIN articles a ON a.id = l.article_id
WHERE (%(before)s::bigint IS NULL OR l.id < %(before)s)
  AND (%(staff_id)s::text IS NULL OR s.staff_id = %(staff_id)s)
  AND (%(phone)s::text IS NULL OR l.phone = %(phone)s)
  AND (%(what)s::text IS NULL OR l.what = %(what)s)
  AND (%(since)s::timestamptz IS NULL OR l.at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR l.at < %(until)s)
ORDER BY l.id DESC LIMIT %(limit)s
"""


def read(conn: Conn, wanted: LogFilter, limit: int, *, before: int | None = None) -> list[Look]:
    """Return the newest lines that fit, before the line `before`."""
    with conn.cursor(row_factory=class_row(Look)) as cursor:
        return cursor.execute(
            _READ,
            {
                "before": before,
                "staff_id": wanted.staff_id,
                "phone": wanted.phone,
                "what": wanted.what,
                "since": bounds(wanted.since)[0] if wanted.since else None,
                "until": bounds(wanted.until)[1] if wanted.until else None,
                "limit": limit,
            },
        ).fetchall()


def grouped(lines: Iterable[Look]) -> list[LookGroup]:
    """Return `lines`, newest first, with what one person read within an hour in one group.

    What was done is never in a group: it would be lost among what was opened.
    """
    groups: list[list[Look]] = []
    latest: dict[tuple[object, ...], list[Look]] = {}
    for each in lines:
        key = (each.staff_id, each.token, each.operator, each.what)
        found = latest.get(key)
        if each.what in _READING and found and found[-1].at - each.at <= _TOGETHER:
            found.append(each)
            continue
        groups.append([each])
        latest[key] = groups[-1]
    return [LookGroup(tuple(each)) for each in groups]
