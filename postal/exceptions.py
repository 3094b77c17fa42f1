"""What postmen ask to hand over without its code, as the books hold it.

docs/developing/trust.md rule 17. Days are those of Asia/Kolkata.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from flows.facts import ExceptionRate, StaffRole
from india.calendar import bounds
from store.database import Conn

_RATE_OF: Final = timedelta(days=30)


@dataclass(frozen=True)
class OpenException:
    """A question without an answer, or an agreement that was not used. `postman`: his staff id."""

    asked_at: datetime
    postman_id: int
    postman: str
    postman_phone: str | None
    office_id: int


def of_article(conn: Conn, article_id: int) -> OpenException | None:
    """Return what is open of an article."""
    row = conn.execute(
        "SELECT x.asked_at, x.postman_id, s.staff_id, s.phone, x.office_id"
        " FROM exceptions x JOIN staff s ON s.id = x.postman_id"
        " WHERE x.article_id = %s AND x.ended_at IS NULL",
        [article_id],
    ).fetchone()
    return None if row is None else OpenException(*row)


def answerer(conn: Conn, staff_id: str, asked: OpenException) -> tuple[StaffRole | None, bool]:
    """Return the role of who answers, and whether he is the postman who asks.

    Two accounts with one telephone are one human's.
    """
    row = conn.execute(
        "SELECT role, id = %(postman)s OR coalesce(phone = %(phone)s, false) FROM staff"
        " WHERE staff_id = %(staff_id)s AND active",
        {"postman": asked.postman_id, "phone": asked.postman_phone, "staff_id": staff_id},
    ).fetchone()
    return (None, False) if row is None else (row[0], row[1])


def asked_of(conn: Conn, phone: str) -> list[int]:
    """Return the ids of the articles about which the offices with this telephone are asked.

    The newest question is the first.
    """
    rows = conn.execute(
        "SELECT x.article_id FROM exceptions x JOIN offices o ON o.id = x.office_id"
        " WHERE o.phone = %s AND x.ended_at IS NULL ORDER BY x.asked_at DESC, x.id DESC LIMIT 20",
        [phone],
    ).fetchall()
    return [row[0] for row in rows]


def asked_today(conn: Conn, postman_id: int, today: date) -> int:
    """Return how often a postman asked today, whatever was answered."""
    row = conn.execute(
        "SELECT count(*) FROM exceptions WHERE postman_id = %s AND asked_at >= %s",
        [postman_id, bounds(today)[0]],
    ).fetchone()
    assert row is not None
    return int(row[0])


def granted_today(conn: Conn, office_id: int, today: date) -> int:
    """Return how many exceptions were granted at an office today, whoever agreed."""
    row = conn.execute(
        "SELECT count(*) FROM exceptions WHERE office_id = %s AND asked_at >= %s"
        " AND granted_at IS NOT NULL",
        [office_id, bounds(today)[0]],
    ).fetchone()
    assert row is not None
    return int(row[0])


def rate(conn: Conn, postman_id: int, now: datetime) -> ExceptionRate:
    """Return what a postman's exceptions are among his handovers of the last 30 days."""
    row = conn.execute(
        "SELECT s.staff_id,"
        " (SELECT count(*) FROM exceptions x WHERE x.postman_id = s.id AND x.outcome = 'used'"
        "  AND x.asked_at > %(since)s),"
        " (SELECT count(*) FROM delivery_lists l JOIN delivery_items i ON i.list_id = l.id"
        "  WHERE l.postman_id = s.id AND l.date > %(day)s AND i.state = 'delivered')"
        " FROM staff s WHERE s.id = %(postman)s",
        {"postman": postman_id, "since": now - _RATE_OF, "day": (now - _RATE_OF).date()},
    ).fetchone()
    assert row is not None
    return ExceptionRate(*row)
