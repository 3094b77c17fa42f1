"""A day's figures for supervisors: each beat's list, codes, texts, and what waits.

A day is one in Asia/Kolkata. A beat is a postman's list of the day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from psycopg.rows import class_row

from india.calendar import bounds
from postal.desk.confidence import Share, share
from postal.desk.unconfirmed import UNCONFIRMED
from store.database import Conn

_TEXTS: Final = f"""
    SELECT gateway, CASE WHEN {UNCONFIRMED} THEN 'unconfirmed' ELSE status END AS status,
           count(*) AS count, sum(segments)::int AS segments
    FROM messages WHERE direction = 'out' AND at >= %(since)s AND at < %(until)s
    GROUP BY 1, 2 ORDER BY gateway NULLS LAST, 2
"""  # noqa: S608


@dataclass(frozen=True)
class BeatFigures:
    """The result of one list. `out` counts all that was on it; `list_id` is its row."""

    list_id: int
    office: str
    pin: str
    staff_id: str
    name: str
    out: int
    delivered: int
    failed: int
    open: int
    withdrawn: int
    contested: int

    @property
    def contested_share(self) -> Share:
        """Return the share of remarks that the recipient denied."""
        return share(self.contested, self.failed)


@dataclass(frozen=True)
class Remarks:
    """One remark, and what its witnesses said."""

    remark: int
    count: int
    confirmed: int
    contested: int
    unconfirmed: int


@dataclass(frozen=True)
class Codes:
    """Codes of the day, by what became of them; `wrong`: tries with a wrong one."""

    issued: int
    sends: int
    used: int
    expired: int
    killed: int
    wrong: int


@dataclass(frozen=True)
class Texts:
    """Texts of one carrier in one state."""

    gateway: str | None
    status: str
    count: int
    segments: int


@dataclass(frozen=True)
class Hour:
    """What was finished in one hour of the day."""

    hour: int
    delivered: int
    failed: int


@dataclass(frozen=True)
class Waiting:
    """The time since when the oldest of each kind waits; None: none does."""

    text: datetime | None
    code: datetime | None
    ticket: datetime | None


def beats(conn: Conn, day: date, office: int | None) -> list[BeatFigures]:
    """Return every beat of the day, office by office; of one `office`, None: of all."""
    with conn.cursor(row_factory=class_row(BeatFigures)) as cursor:
        return cursor.execute(
            """
            SELECT l.id AS list_id, o.name AS office, o.pin, s.staff_id, s.name,
                   count(i.id) AS out,
                   count(i.id) FILTER (WHERE i.state = 'delivered') AS delivered,
                   count(i.id) FILTER (WHERE i.state = 'attempted') AS failed,
                   count(i.id) FILTER (WHERE i.state = 'open') AS open,
                   count(i.id) FILTER (WHERE i.state = 'withdrawn') AS withdrawn,
                   count(i.id) FILTER (WHERE i.state = 'attempted'
                       AND a.witness = 'contested' AND a.remark = i.remark) AS contested
            FROM delivery_lists l JOIN staff s ON s.id = l.postman_id
            JOIN offices o ON o.id = s.office_id
            LEFT JOIN delivery_items i ON i.list_id = l.id
            LEFT JOIN articles a ON a.id = i.article_id
            WHERE l.date = %s AND o.id = coalesce(%s, o.id)
            GROUP BY l.id, o.id, s.id ORDER BY o.name, o.id, s.name, s.id
            """,
            (day, office),
        ).fetchall()


def remarks(conn: Conn, day: date, office: int | None) -> list[Remarks]:
    """Return the day's remarks, the most frequent first; of one `office`, None: of all."""
    with conn.cursor(row_factory=class_row(Remarks)) as cursor:
        return cursor.execute(
            """
            SELECT i.remark, count(*) AS count,
                   count(*) FILTER (WHERE a.witness = 'confirmed') AS confirmed,
                   count(*) FILTER (WHERE a.witness = 'contested') AS contested,
                   count(*) FILTER (WHERE coalesce(a.witness, 'unconfirmed') = 'unconfirmed')
                       AS unconfirmed
            FROM delivery_lists l JOIN delivery_items i ON i.list_id = l.id
            JOIN articles a ON a.id = i.article_id JOIN staff s ON s.id = l.postman_id
            WHERE l.date = %s AND s.office_id = coalesce(%s, s.office_id)
              AND i.state = 'attempted' AND i.remark IS NOT NULL
            GROUP BY i.remark ORDER BY count(*) DESC, i.remark
            """,
            (day, office),
        ).fetchall()


def codes(conn: Conn, day: date, now: datetime) -> Codes:
    """Return what became of the codes that were made on the day."""
    since, until = bounds(day)
    with conn.cursor(row_factory=class_row(Codes)) as cursor:
        found = cursor.execute(
            """
            SELECT count(*) AS issued, coalesce(sum(sends), 0)::int AS sends,
                   count(used_at) AS used,
                   count(*) FILTER (WHERE dead_reason = 'expired' OR (used_at IS NULL
                       AND dead_at IS NULL AND expires_at <= %(now)s)) AS expired,
                   count(*) FILTER (WHERE dead_reason <> 'expired') AS killed,
                   (SELECT count(*) FROM code_attempts WHERE day = %(day)s
                    AND outcome = 'wrong' AND at >= %(since)s) AS wrong
            FROM codes WHERE released_at >= %(since)s AND released_at < %(until)s
            """,
            {"day": day, "since": since, "until": until, "now": now},
        ).fetchone()
    assert found is not None
    return found


def texts(conn: Conn, day: date, now: datetime, unconfirmed: timedelta) -> list[Texts]:
    """Return the day's outgoing texts, by carrier and state; `unconfirmed` after so long."""
    since, until = bounds(day)
    with conn.cursor(row_factory=class_row(Texts)) as cursor:
        return cursor.execute(
            _TEXTS,
            {"since": since, "until": until, "now": now, "unconfirmed": unconfirmed},
        ).fetchall()


def hours(conn: Conn, day: date, office: int | None) -> list[Hour]:
    """Return what was finished in each hour in which something was; of one `office`, None: all."""
    with conn.cursor(row_factory=class_row(Hour)) as cursor:
        return cursor.execute(
            """
            SELECT extract(hour FROM i.finished_at AT TIME ZONE 'Asia/Kolkata')::int AS hour,
                   count(*) FILTER (WHERE i.state = 'delivered') AS delivered,
                   count(*) FILTER (WHERE i.state = 'attempted') AS failed
            FROM delivery_lists l JOIN delivery_items i ON i.list_id = l.id
            JOIN staff s ON s.id = l.postman_id
            WHERE l.date = %s AND s.office_id = coalesce(%s, s.office_id)
              AND i.state IN ('delivered', 'attempted')
            GROUP BY 1 ORDER BY 1
            """,
            (day, office),
        ).fetchall()


def waiting(conn: Conn) -> Waiting:
    """Return what waits longest now, whatever day is shown."""
    with conn.cursor(row_factory=class_row(Waiting)) as cursor:
        found = cursor.execute(
            "SELECT (SELECT at FROM messages WHERE id = (SELECT min(message_id) FROM outbox"
            "  WHERE held_until IS NULL)) AS text,"
            " (SELECT at FROM messages WHERE id = (SELECT min(message_id) FROM outbox"
            "  WHERE held_until IS NULL AND lane = 'code')) AS code,"
            " (SELECT min(at) FROM tickets WHERE closed_at IS NULL) AS ticket"
        ).fetchone()
    assert found is not None
    return found
