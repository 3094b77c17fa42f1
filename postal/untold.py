"""Alarms that reached nobody, as an office's page shows them: its tickets `untold` of 30 days.

docs/developing/trust.md rules 9 and 17
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from postal.people import access, offices
from postal.people.access import Onlooker
from store.database import Conn

_SINCE: Final = timedelta(days=30)


@dataclass(frozen=True)
class UntoldAlarm:
    """An article whose telephone could not be told. `answer_by`: who agreed to what was done last.

    None: nobody was asked. `closed_at`: of its ticket.
    """

    article_id: int
    article: str
    office: str
    postman: str
    name: str
    answer_by: str | None
    at: datetime
    closed_at: datetime | None


def shown(conn: Conn, office_id: int | None, now: datetime, reader: Onlooker) -> list[UntoldAlarm]:
    """Return those of an office, and of those that are answered there; None: of all.

    That they were read is written down.
    """
    rows = conn.execute(
        "SELECT a.id, a.number, o.name, s.staff_id, s.name,"
        " (SELECT x.answer_by FROM exceptions x WHERE x.article_id = a.id"
        "  AND x.granted_at IS NOT NULL ORDER BY x.id DESC LIMIT 1), t.at, t.closed_at"
        " FROM tickets t JOIN articles a ON a.id = t.article_id JOIN staff s ON s.id = t.staff_id"
        " JOIN offices o ON o.id = s.office_id WHERE t.kind = 'untold' AND t.at > %(since)s"
        " AND (%(offices)s::bigint[] IS NULL OR o.id = ANY(%(offices)s))"
        " ORDER BY t.at DESC, t.id DESC LIMIT 200",
        {
            "since": now - _SINCE,
            "offices": None if office_id is None else offices.answered_by(conn, office_id),
        },
    ).fetchall()
    access.listed(conn, reader, len(rows), "untold")
    return [UntoldAlarm(*row) for row in rows]
