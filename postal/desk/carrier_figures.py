"""Figures of carriers for a day: how many texts arrived, how soon, and what the receipts were.

A day is one in Asia/Kolkata. A text counts where a carrier took it (or failed it later by receipt);
one that was handed over a moment ago, and of which nothing is known yet, does not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from psycopg.rows import class_row

from india.calendar import bounds
from postal.desk.confidence import Share, share
from store import feed_kinds
from store.database import Conn


@dataclass(frozen=True)
class Fared:
    """The fate of the texts of one carrier. `p50`, `p95`: seconds from hand-over to receipt.

    `part` is what the line is about: an hour (0 to 23), an office, or nothing ("").
    """

    carrier: str
    part: str
    taken: int
    delivered: int
    failed: int
    second: int  # of them second sends
    p50: float | None
    p95: float | None

    @property
    def delivered_share(self) -> Share:
        return share(self.delivered, self.taken)

    @property
    def silent(self) -> int:
        """Return the number of texts that were taken and never reported on."""
        return self.taken - self.delivered - self.failed


@dataclass(frozen=True)
class ReceiptFigures:
    """The receipts of one carrier. `contradictory`: of texts said to have failed and arrived."""

    carrier: str
    receipts: int
    repeated: int
    contradictory: int
    for_nobody: int
    uncertain: int
    unreadable: int


@dataclass(frozen=True)
class Rerouted:
    """Second sends of codes that one carrier did not bring."""

    instead_of: str
    carrier: str
    count: int
    delivered: int


@dataclass(frozen=True)
class Hit:
    """A budget that held texts back. `subject` is fit to be shown."""

    budget: str
    subject: str
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class StoppedBlock:
    """A block of numbers to which nothing is sent now."""

    id: int
    prefix: str
    at: datetime
    until: datetime
    waiting: int


@dataclass(frozen=True)
class CarrierEvent:
    """One event about carriers or guards."""

    at: datetime
    kind: str
    data: dict[str, Any]


_FARED: Final = """
    SELECT m.gateway AS carrier, {part} AS part, count(*) AS taken,
           count(*) FILTER (WHERE m.status = 'delivered') AS delivered,
           count(*) FILTER (WHERE m.status = 'failed') AS failed,
           count(*) FILTER (WHERE m.again_of IS NOT NULL) AS second,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY {seconds}) AS p50,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY {seconds}) AS p95
    FROM messages m {joins}
    WHERE m.direction = 'out' AND m.gateway IS NOT NULL AND m.at >= %(before)s AND m.at < %(until)s
          AND m.sent_at >= %(since)s AND m.sent_at < %(until)s
          AND (m.status IN ('delivered', 'failed') OR m.sent_at < %(settled)s) {only}
    GROUP BY 1, 2 ORDER BY 1, 2
"""
# NULL where it did not arrive: greatest() alone would make that 0.
_SECONDS: Final = (
    "CASE WHEN m.delivered_at IS NOT NULL"
    " THEN greatest(0, extract(epoch FROM m.delivered_at - m.sent_at)) END"
)
_OF_OFFICE: Final = (
    "JOIN codes c ON c.id = m.code_id JOIN staff s ON s.id = c.postman_id"
    " JOIN offices o ON o.id = s.office_id"
)
# A receipt that is younger than this may still come: its text says nothing yet.
_SETTLED: Final = timedelta(seconds=60)
_OLDEST: Final = timedelta(days=7)  # between a text and its receipt, at most


def overall(conn: Conn, day: date, now: datetime) -> dict[str, Fared]:
    """Return the day of each carrier that took something."""
    return {each.carrier: each for each in _fared(conn, day, now, "''")}


def by_hour(conn: Conn, day: date, now: datetime) -> list[Fared]:
    """Return each carrier's hours, by the hour of the hand-over."""
    hour = "to_char(m.sent_at AT TIME ZONE 'Asia/Kolkata', 'HH24')"
    return _fared(conn, day, now, hour)


def by_office(conn: Conn, day: date, now: datetime) -> list[Fared]:
    """Return the figures of codes alone, by the office of the postman whom they were for."""
    return _fared(conn, day, now, "o.name || ' ' || o.pin", _OF_OFFICE, "AND m.lane = 'code'")


def _fared(
    conn: Conn, day: date, now: datetime, part: str, joins: str = "", only: str = ""
) -> list[Fared]:
    since, until = bounds(day)
    query = _FARED.format(part=part, seconds=_SECONDS, joins=joins, only=only)
    values = {
        "before": since - timedelta(days=1),
        "since": since,
        "until": until,
        "settled": now - _SETTLED,
    }
    with conn.cursor(row_factory=class_row(Fared)) as cursor:
        return cursor.execute(query.encode(), values).fetchall()


def told(conn: Conn, day: date) -> list[ReceiptFigures]:
    """Return what the day's receipts were worth, carrier by carrier.

    A usual one, that a text arrived, is a column of the text.
    """
    since, until = bounds(day)
    with conn.cursor(row_factory=class_row(ReceiptFigures)) as cursor:
        return cursor.execute(
            """
            WITH each AS (
                SELECT gateway, carrier_id, count(*) FILTER (WHERE status <> 'unreadable') AS came,
                       count(DISTINCT status) FILTER (WHERE status <> 'unreadable') AS statuses,
                       bool_or(status = 'failed') AND bool_or(status = 'delivered') AS contradicted,
                       bool_and(message_id IS NULL) AS nobody,
                       count(*) FILTER (WHERE status = 'uncertain') AS uncertain,
                       count(*) FILTER (WHERE status = 'unreadable') AS unreadable
                FROM (SELECT gateway, carrier_id, status, message_id FROM receipts
                      WHERE at >= %(since)s AND at < %(until)s
                    UNION ALL
                      SELECT gateway, carrier_id, 'delivered', id FROM messages
                      WHERE heard IS NOT NULL AND at >= %(since)s::timestamptz - %(oldest)s
                            AND at < %(until)s AND delivered_at >= %(since)s
                            AND delivered_at < %(until)s) AS came
                GROUP BY gateway, carrier_id)
            SELECT gateway AS carrier, sum(came)::int AS receipts,
                   sum(greatest(came - statuses, 0))::int AS repeated,
                   count(*) FILTER (WHERE contradicted) AS contradictory,
                   count(*) FILTER (WHERE nobody AND came > 0) AS for_nobody,
                   sum(uncertain)::int AS uncertain, sum(unreadable)::int AS unreadable
            FROM each GROUP BY gateway ORDER BY gateway
            """,
            {"since": since, "until": until, "oldest": _OLDEST},
        ).fetchall()


def rerouted(conn: Conn, day: date) -> list[Rerouted]:
    """Return the day's second sends: instead of which carrier, by which, and how many arrived."""
    with conn.cursor(row_factory=class_row(Rerouted)) as cursor:
        return cursor.execute(
            "SELECT instead_of, via AS carrier, count(*) AS count,"
            " count(*) FILTER (WHERE status = 'delivered') AS delivered FROM messages"
            " WHERE again_of IS NOT NULL AND at >= %s AND at < %s GROUP BY 1, 2 ORDER BY 1, 2",
            bounds(day),
        ).fetchall()


def hits(conn: Conn, day: date, most: int) -> list[Hit]:
    """Return the budgets that held texts back on the day, the busiest first."""
    with conn.cursor(row_factory=class_row(Hit)) as cursor:
        return cursor.execute(
            "SELECT budget, subject, count, first_at, last_at FROM budget_hits WHERE day = %s"
            " ORDER BY count DESC, last_at DESC LIMIT %s",
            (day, most),
        ).fetchall()


def stops(conn: Conn, now: datetime) -> list[StoppedBlock]:
    """Return the blocks that are stopped now, and how many texts wait for them."""
    with conn.cursor(row_factory=class_row(StoppedBlock)) as cursor:
        return cursor.execute(
            "SELECT p.id, p.prefix, p.at, p.until, (SELECT count(*) FROM outbox o"
            " JOIN messages m ON m.id = o.message_id"
            " WHERE o.held_until IS NULL AND m.status = 'queued'"
            " AND m.phone BETWEEN p.prefix || '0000' AND p.prefix || '9999') AS waiting"
            " FROM prefix_stops p WHERE p.lifted_at IS NULL AND p.until > %s ORDER BY p.at",
            (now,),
        ).fetchall()


def happened(conn: Conn, most: int) -> list[CarrierEvent]:
    """Return the newest events about carriers and guards."""
    with conn.cursor(row_factory=class_row(CarrierEvent)) as cursor:
        return cursor.execute(
            "SELECT at, kind, data FROM events WHERE kind = ANY(%s) ORDER BY id DESC LIMIT %s",
            (feed_kinds.of("carrier"), most),
        ).fetchall()
