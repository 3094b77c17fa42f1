"""The time limits of conversations that have passed; `store/sprints.py` sets and lifts them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.conversations import ConversationPlace
from store.database import Conn


@dataclass(frozen=True)
class DueTimer:
    """A time limit that has passed. It fires only if its sprint is still the last one."""

    place: ConversationPlace
    sprint_id: int


def due(conn: Conn, now: datetime, limit: int) -> list[DueTimer]:
    """Return the time limits that passed before `now`, oldest first; of one moment, as set."""
    rows = conn.execute(
        "SELECT c.whose, c.machine, t.sprint_id FROM timers t"
        " JOIN conversations c ON c.id = t.conversation_id"
        " WHERE t.due_at <= %s ORDER BY t.due_at, t.sprint_id LIMIT %s",
        [now, limit],
    ).fetchall()
    return [
        DueTimer(ConversationPlace(whose, machine), sprint_id) for whose, machine, sprint_id in rows
    ]


def put_off(conn: Conn, timer: DueTimer, until: datetime) -> None:
    """Postpone a time limit that could not fire, unless its conversation has moved on."""
    conn.execute("UPDATE timers SET due_at = %s WHERE sprint_id = %s", [until, timer.sprint_id])


def drop(conn: Conn, timer: DueTimer) -> None:
    """Delete a time limit whose conversation belongs to nobody any more."""
    conn.execute("DELETE FROM timers WHERE sprint_id = %s", [timer.sprint_id])
