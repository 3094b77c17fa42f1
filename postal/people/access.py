"""The access log: who looked at whose data, when, and why. Append-only.

docs/developing/domain.md rule 11
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psycopg.rows import class_row

from postal.people.doer import Doer
from store.database import Conn

# found: it was among the results of a search · opened: its page · revealed: the whole number ·
# simulated: a what-if began there · exported: it left as a file · acted: something was done to it
What = Literal["found", "opened", "revealed", "simulated", "exported", "acted", "signed_in"]


@dataclass(frozen=True)
class Look:
    """One line of the log. `phone` is E.164; `article` the article's number."""

    id: int
    at: datetime
    staff_id: str
    name: str
    what: What
    phone: str | None
    article: str | None
    reason: str | None


def note(
    conn: Conn,
    by: Doer,
    what: What,
    *,
    phone: str | None = None,
    article_id: int | None = None,
    reason: str | None = None,
) -> None:
    """Write down that `by`, one of the staff, looked at somebody's data."""
    conn.execute(
        "INSERT INTO access_log (at, staff_id, what, phone, article_id, reason)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (by.at, by.staff_row, what, phone, article_id, reason),
    )


def read(
    conn: Conn,
    limit: int,
    *,
    before: int | None = None,
    staff_id: str | None = None,
    phone: str | None = None,
) -> list[Look]:
    """Return the newest lines before `before`; of one member of staff, or about one telephone."""
    with conn.cursor(row_factory=class_row(Look)) as cursor:
        return cursor.execute(
            """
            SELECT l.id, l.at, s.staff_id, s.name, l.what, l.phone, a.number AS article, l.reason
            FROM access_log l JOIN staff s ON s.id = l.staff_id
            LEFT JOIN articles a ON a.id = l.article_id
            WHERE (%(before)s::bigint IS NULL OR l.id < %(before)s)
              AND (%(staff_id)s::text IS NULL OR s.staff_id = %(staff_id)s)
              AND (%(phone)s::text IS NULL OR l.phone = %(phone)s)
            ORDER BY l.id DESC LIMIT %(limit)s
            """,
            {"before": before, "staff_id": staff_id, "phone": phone, "limit": limit},
        ).fetchall()
