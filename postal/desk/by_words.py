"""What people wrote and what colleagues noted, found by words of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from psycopg.rows import class_row

from postal import walls
from store.database import Conn

# A common word is among the newest texts, which are read by their ids. Any other is found by the
# words' own index (`id + 0`): by the ids it would be looked for in every text there is.
_COMMON_AMONG: Final = 10_000
_NEWEST: Final = 1000  # with these words; the walls are asked among them
_MATCHES: Final = (
    "SELECT id, at, phone, body FROM messages WHERE direction = 'in' AND phone IS NOT NULL"
    " AND to_tsvector('simple', alike(body)) @@ plainto_tsquery('simple', alike(%(typed)s))"
)
_LATELY: Final = _MATCHES + " AND id > %(since)s ORDER BY id DESC LIMIT %(newest)s"
_EVER: Final = _MATCHES + " ORDER BY id + 0 DESC LIMIT %(newest)s"
_SHOWN: Final = f"""
SELECT m.id, m.at, m.phone, m.body,
       (SELECT min(c.id) FROM conversations c WHERE c.whose = m.phone) AS conversation
FROM ({{matches}}) m
WHERE {walls.phone("m.phone")} AND EXISTS (SELECT FROM conversations c WHERE c.whose = m.phone)
ORDER BY m.id DESC LIMIT %(most)s
"""  # noqa: S608


@dataclass(frozen=True)
class FoundText:
    """A text that came. `conversation`: the id of its person's page."""

    id: int
    at: datetime
    phone: str
    body: str
    conversation: int


@dataclass(frozen=True)
class FoundNote:
    """A note of a ticket."""

    ticket: int
    at: datetime
    said: str


def texts(conn: Conn, typed: str | None, office: int | None, most: int) -> list[FoundText]:
    """Return the newest texts that came with all words of `typed`; None: none is looked for."""
    if not typed:
        return []
    newest = conn.execute("SELECT coalesce(max(id), 0) FROM messages").fetchone()
    assert newest is not None
    values = {
        "typed": typed,
        "office": office,
        "since": newest[0] - _COMMON_AMONG,
        "newest": _NEWEST,
        "most": most,
    }
    found: list[FoundText] = []
    with conn.cursor(row_factory=class_row(FoundText)) as cursor:
        for matches in (_LATELY, _EVER):
            query = _SHOWN.replace("{matches}", matches)
            found = cursor.execute(query.encode(), values).fetchall()
            if len(found) == most:
                break
    return found


def notes(conn: Conn, typed: str | None, office: int | None, most: int) -> list[FoundNote]:
    """Return the newest notes of tickets with the words of `typed`."""
    if not typed:
        return []
    with conn.cursor(row_factory=class_row(FoundNote)) as cursor:
        return cursor.execute(
            "SELECT n.ticket_id AS ticket, n.at, n.said FROM ticket_notes n"  # noqa: S608
            " JOIN tickets t ON t.id = n.ticket_id"
            " WHERE to_tsvector('simple', alike(n.said))"
            " @@ plainto_tsquery('simple', alike(%(typed)s))"
            f" AND {walls.TICKET} ORDER BY n.id + 0 DESC LIMIT %(most)s".encode(),
            {"typed": typed, "office": office, "most": most},
        ).fetchall()
