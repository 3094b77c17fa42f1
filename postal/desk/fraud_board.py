"""The places of fraud: reports by PIN and hour, and the numbers that called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from india.calendar import bounds
from postal import herd
from postal.people import access
from postal.people.access import Onlooker
from store.database import Conn


@dataclass(frozen=True)
class FraudTicket:
    """An open ticket about fraud, and its article."""

    id: int
    article_id: int | None
    number: str | None


@dataclass(frozen=True)
class FraudPlace:
    """The reports of fraud in one PIN on a day. `office`: the main one there, if it is ours.

    `hours`: how many telephones reported in each hour in which any did. `articles`: those about
    which fraud was reported that day. `around`: how many telephones a warning would reach now.
    """

    pin: str
    office: str | None
    hours: Mapping[int, int]
    warned_at: datetime | None
    tickets: tuple[FraudTicket, ...]
    articles: tuple[FraudTicket, ...]
    around: int

    @property
    def count(self) -> int:
        return sum(self.hours.values())


@dataclass(frozen=True)
class FraudCaller:
    """A number that asked for codes: how many telephones say so, since and until when."""

    phone: str
    count: int
    first: datetime
    last: datetime


_BY_HOUR = """
SELECT r.pin, extract(hour FROM r.at AT TIME ZONE 'Asia/Kolkata')::int AS hour, count(*), w.at,
       (SELECT o.name FROM offices o WHERE o.pin = r.pin
        ORDER BY array_position(ARRAY['head', 'sub', 'branch'], o.branch_type), o.id LIMIT 1)
FROM fraud_reports r LEFT JOIN herd_warnings w ON w.pin = r.pin AND w.day = r.day
WHERE r.day = %s AND r.pin = coalesce(%s, r.pin) GROUP BY r.pin, 2, w.at ORDER BY r.pin, 2
"""
_TICKETS = """
SELECT a.recipient_pin, t.id, a.id, a.number FROM tickets t JOIN articles a ON a.id = t.article_id
WHERE t.kind IN ('fraud', 'herd') AND t.closed_at IS NULL AND a.recipient_pin = ANY(%s)
ORDER BY t.priority, t.id LIMIT 500
"""
_ARTICLES = """
SELECT a.recipient_pin, 0, a.id, a.number FROM events e JOIN articles a ON a.id = e.article_id
WHERE e.kind = 'fraud_reported' AND e.at >= %s AND e.at < %s AND a.recipient_pin = ANY(%s)
GROUP BY a.id ORDER BY min(e.id) LIMIT 500
"""


def places(conn: Conn, day: date, pin: str | None) -> list[FraudPlace]:
    """Return where fraud was reported on a day (Asia/Kolkata); of one `pin`, None: of all."""
    hours: dict[str, dict[int, int]] = {}
    known: dict[str, tuple[datetime | None, str | None]] = {}
    for there, hour, count, warned_at, office in conn.execute(_BY_HOUR, (day, pin)).fetchall():
        hours.setdefault(there, {})[hour] = count
        known[there] = warned_at, office
    tickets = _by_pin(conn.execute(_TICKETS, (list(hours),)).fetchall())
    articles = _by_pin(conn.execute(_ARTICLES, (*bounds(day), list(hours))).fetchall())
    return [
        FraudPlace(
            there,
            known[there][1],
            each,
            known[there][0],
            tuple(tickets.get(there, ())),
            tuple(articles.get(there, ())),
            herd.people(conn, there, day),
        )
        for there, each in hours.items()
    ]


def _by_pin(rows: list[tuple[str, int, int, str]]) -> dict[str, list[FraudTicket]]:
    found: dict[str, list[FraudTicket]] = {}
    for pin, id_, article_id, number in rows:
        found.setdefault(pin, []).append(FraudTicket(id_, article_id, number))
    return found


def callers(
    conn: Conn, since: date, until: date, pin: str | None, reader: Onlooker
) -> list[FraudCaller]:
    """Return the numbers named from `since` to `until`, inclusive; the busiest first.

    `pin`: named by telephones that reported fraud there; None: anywhere. That they were read is
    written down.
    """
    with conn.cursor(row_factory=class_row(FraudCaller)) as cursor:
        found = cursor.execute(
            "SELECT named AS phone, count(DISTINCT phone) AS count, min(at) AS first,"
            " max(at) AS last FROM named_numbers n WHERE day BETWEEN %(since)s AND %(until)s"
            " AND (%(pin)s::text IS NULL OR EXISTS (SELECT FROM fraud_reports r"
            "   WHERE r.pin = %(pin)s AND r.day = n.day AND r.phone = n.phone))"
            " GROUP BY named ORDER BY 2 DESC, max(at) DESC LIMIT 100",
            {"since": since, "until": until, "pin": pin},
        ).fetchall()
    access.listed(conn, reader, len(found), f"numbers named {since} to {until}")
    return found
