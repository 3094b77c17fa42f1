"""One stored sprint, whole, for whoever wants to understand it or decide it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from store.database import Conn


@dataclass(frozen=True)
class StoredSprint:
    """A row of `sprints` with its conversation; the records are JSON (flows/record.py)."""

    id: int
    at: datetime
    conversation_id: int
    whose: str
    machine: str
    message_id: int | None
    event: Mapping[str, Any]
    state_before: Mapping[str, Any]
    facts: Mapping[str, Any]
    decision: Mapping[str, Any]
    state_after: Mapping[str, Any]


_READ = """
SELECT s.id, s.at, s.conversation_id, c.whose, c.machine, s.message_id, s.event, s.state_before,
       s.facts, s.decision, s.state_after
FROM sprints s JOIN conversations c ON c.id = s.conversation_id
"""


def get(conn: Conn, sprint_id: int) -> StoredSprint | None:
    """The sprint with that id."""
    with conn.cursor(row_factory=class_row(StoredSprint)) as cursor:
        return cursor.execute(_READ + "WHERE s.id = %s", (sprint_id,)).fetchone()


def of_phone(conn: Conn, phone: str, most: int) -> list[StoredSprint]:
    """The newest `most` sprints of all conversations of a telephone, oldest first."""
    with conn.cursor(row_factory=class_row(StoredSprint)) as cursor:
        found = cursor.execute(
            _READ + "WHERE c.whose = %s ORDER BY s.at DESC, s.id DESC LIMIT %s", (phone, most)
        ).fetchall()
    return found[::-1]
