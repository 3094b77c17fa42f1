"""The numbers on the cards of the homes: today, and what waits. Small, and read at every visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from india.calendar import bounds, day_of
from postal import walls
from store.database import Conn


@dataclass(frozen=True)
class DeliveriesToday:
    """The lists of a day, counted; `back`: what was taken off them."""

    out: int
    delivered: int
    failed: int
    open: int

    @property
    def back(self) -> int:
        return self.out - self.delivered - self.failed - self.open


@dataclass(frozen=True)
class BookedToday:
    """What was booked at the counters of an office on a day. `paise`: of its finished bookings."""

    articles: int
    paise: int


@dataclass(frozen=True)
class TicketsWaiting:
    """Open tickets; `urgent`: somebody may lose money or a passport now; `oldest`: since when."""

    open: int
    urgent: int
    oldest: datetime | None


def deliveries(conn: Conn, day: date, office: int | None) -> DeliveriesToday:
    """Return the day's lists in numbers; of one `office`, None: of all."""
    with conn.cursor(row_factory=class_row(DeliveriesToday)) as cursor:
        found = cursor.execute(
            "SELECT count(*) AS out, count(*) FILTER (WHERE i.state = 'delivered') AS delivered,"
            " count(*) FILTER (WHERE i.state = 'attempted') AS failed,"
            " count(*) FILTER (WHERE i.state = 'open') AS open"
            " FROM delivery_lists l JOIN delivery_items i ON i.list_id = l.id"
            " JOIN staff s ON s.id = l.postman_id"
            " WHERE l.date = %s AND s.office_id = coalesce(%s, s.office_id)",
            (day, office),
        ).fetchone()
    assert found is not None
    return found


def tickets(conn: Conn, office: int | None) -> TicketsWaiting:
    """Return the open tickets that concern the office, None: all."""
    with conn.cursor(row_factory=class_row(TicketsWaiting)) as cursor:
        found = cursor.execute(
            "SELECT count(*) AS open, count(*) FILTER (WHERE priority = 1) AS urgent,"  # noqa: S608
            " min(at) AS oldest FROM tickets t"
            f" WHERE closed_at IS NULL AND {walls.TICKET}".encode(),
            {"office": office},
        ).fetchone()
    assert found is not None
    return found


def fraud(conn: Conn, day: date, office: int | None) -> int:
    """Return how many telephones reported fraud on a day; in the PIN of the office, None: all."""
    row = conn.execute(
        "SELECT count(*) FROM fraud_reports WHERE day = %s"
        " AND pin = coalesce((SELECT o.pin FROM offices o WHERE o.id = %s), pin)",
        (day, office),
    ).fetchone()
    assert row is not None
    return int(row[0])


def cod_open(conn: Conn, day: date, office: int | None) -> int:
    """Return the COD cash that postmen of the office (None: of all) have not handed in, in paise.

    Of the 60 days until `day`: what is older is in the reports.
    """
    row = conn.execute(
        """
        SELECT coalesce(sum(greatest(p.cash - coalesce(h.covered, 0), 0)), 0)::bigint
        FROM delivery_lists l JOIN staff s ON s.id = l.postman_id
        JOIN LATERAL (
            SELECT (100 * sum(a.cod_amount))::bigint AS cash
            FROM delivery_items i JOIN articles a ON a.id = i.article_id
            WHERE i.list_id = l.id AND i.payment IS NOT NULL AND i.payment = 'cash'
              AND i.state = 'delivered'
        ) p ON p.cash > 0
        LEFT JOIN LATERAL (
            SELECT sum(expected_paise)::bigint AS covered FROM cod_handings WHERE list_id = l.id
        ) h ON true
        WHERE l.date BETWEEN %(day)s - 60 AND %(day)s
          AND s.office_id = coalesce(%(office)s, s.office_id)
        """,
        {"day": day, "office": office},
    ).fetchone()
    assert row is not None
    return int(row[0])


def booked(conn: Conn, office: int, now: datetime) -> BookedToday:
    """Return what the counters of the office booked today."""
    since, until = bounds(day_of(now))
    with conn.cursor(row_factory=class_row(BookedToday)) as cursor:
        found = cursor.execute(
            "SELECT count(i.id) AS articles, coalesce(sum(i.paise), 0)::bigint AS paise"
            " FROM booking_groups g JOIN booking_items i ON i.group_id = g.id"
            " WHERE g.office_id = %s AND g.state = 'booked' AND i.removed_at IS NULL"
            " AND g.finished_at >= %s AND g.finished_at < %s",
            (office, since, until),
        ).fetchone()
    assert found is not None
    return found
