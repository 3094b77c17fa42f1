"""The offices that a report can be narrowed down to: those that have postmen."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.rows import class_row

from postal.reports.reading import ReportWhere
from store.database import Conn


@dataclass(frozen=True)
class OfficeChoice:
    """An office to choose: its row, and its name with its PIN."""

    id: int
    name: str
    district: str


def offices(conn: Conn) -> list[OfficeChoice]:
    """Return the offices that have postmen, district by district."""
    with conn.cursor(row_factory=class_row(OfficeChoice)) as cursor:
        return cursor.execute(
            "SELECT o.id, o.name || ' ' || o.pin AS name, o.district FROM offices o"
            " WHERE EXISTS (SELECT FROM staff s WHERE s.office_id = o.id AND s.role = 'postman')"
            " ORDER BY o.district, o.name, o.id"
        ).fetchall()


def names(conn: Conn, where: ReportWhere) -> list[str]:
    """Return what the office and the beat that a report is narrowed down to are called.

    A beat of another office than the report's has no name: it counts nothing there.
    """
    row = conn.execute(
        "SELECT (SELECT name || ' ' || pin FROM offices WHERE id = %s),"
        " (SELECT name || ' (' || staff_id || ')' FROM staff WHERE id = %s AND role = 'postman'"
        "  AND office_id = coalesce(%s, office_id))",
        (where.office, where.beat, where.office),
    ).fetchone()
    return [name for name in row or () if name]
