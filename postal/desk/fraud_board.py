"""The places of fraud: reports by PIN and hour, and the numbers that called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from postal.people import access
from postal.people.access import Onlooker
from store.database import Conn


@dataclass(frozen=True)
class Reports:
    """The telephones of one PIN that reported fraud in one hour; `warned_at`: its herd warning."""

    pin: str
    hour: int
    count: int
    warned_at: datetime | None


@dataclass(frozen=True)
class FraudCaller:
    """A number that asked for codes: how many telephones say so, since and until when."""

    phone: str
    count: int
    first: datetime
    last: datetime


def reports(conn: Conn, day: date, pin: str | None) -> list[Reports]:
    """Return the reports of a day (Asia/Kolkata), PIN by PIN; of one `pin`, None: of all."""
    with conn.cursor(row_factory=class_row(Reports)) as cursor:
        return cursor.execute(
            "SELECT r.pin, extract(hour FROM r.at AT TIME ZONE 'Asia/Kolkata')::int AS hour,"
            " count(*) AS count, w.at AS warned_at FROM fraud_reports r"
            " LEFT JOIN herd_warnings w ON w.pin = r.pin AND w.day = r.day"
            " WHERE r.day = %s AND r.pin = coalesce(%s, r.pin)"
            " GROUP BY r.pin, 2, w.at ORDER BY r.pin, 2",
            (day, pin),
        ).fetchall()


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
