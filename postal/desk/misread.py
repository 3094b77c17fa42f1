"""Texts that were read wrongly, somebody at the desk says: for labelling, written out masked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from india import masks
from postal.people import access
from postal.people.access import Onlooker
from postal.people.doer import Doer
from store import packing
from store.database import Conn
from store.trained import Unpackable

FILED_AS: Final = "read_wrongly"
# What a label calls the state of a recipient's conversation, and of others' (tests/corpus).
CONTEXTS: Final = {
    "recipient": {"quiet": "idle", "attempted": "asked", "asked": "nominee_asked"},
    "sender": {"listening": "sent"},
    "postman": {"ready": "list", "visiting": "approached"},
}
_NAME: Final = "…"
_SHORTEST_NAME: Final = 3  # letters; of staff


@dataclass(frozen=True)
class MisreadText:
    """A text of the list. `event`: what it was read as; None: nothing was decided on it."""

    id: int
    body: str
    role: str
    state: str
    event: str | None
    language: str | None


def file(conn: Conn, message_id: int, phone: str | None, by: Doer) -> bool:
    """Put a text on the list and write that down; return whether it is new there."""
    made = conn.execute(
        "INSERT INTO misread_texts (message_id, by_id, at) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [message_id, by.own_staff.row, by.at],
    )
    if made.rowcount != 1:
        return False
    access.note(conn, by, "acted", phone=phone, reason=f"{FILED_AS}, text {message_id}")
    return True


def is_filed(conn: Conn, message_id: int) -> bool:
    """Tell whether a text is on the list."""
    found = conn.execute("SELECT FROM misread_texts WHERE message_id = %s", [message_id])
    return found.fetchone() is not None


def export(conn: Conn, reader: Onlooker) -> list[dict[str, Any]]:
    """Return the list as rows of tests/corpus without labels; that it leaves is written down.

    Texts whose words were purged are left out. Telephones, codes and names of staff are masked.
    """
    rows = conn.execute(
        "SELECT DISTINCT ON (x.message_id) m.id, m.body, c.machine,"  # noqa: S608
        f" (SELECT language FROM phones p WHERE p.phone = m.phone), {packing.COLUMNS}"
        " FROM misread_texts x JOIN messages m ON m.id = x.message_id"
        " LEFT JOIN sprints s ON s.message_id = m.id"
        " LEFT JOIN conversations c ON c.id = s.conversation_id"
        " WHERE m.purged_at IS NULL AND m.body <> '' ORDER BY x.message_id, s.id"
    ).fetchall()
    found = [_misread(row) for row in rows]
    staff = conn.execute("SELECT name FROM staff").fetchall()
    access.exported(conn, reader, len(found), "texts that were read wrongly")
    names = _names(str(name) for (name,) in staff)
    return [_row(each, names) for each in found]


def _misread(row: tuple[Any, ...]) -> MisreadText:
    id_, body, machine, language, *packed = row
    if machine is None:
        return MisreadText(id_, body, "recipient", "quiet", None, language)
    try:
        sprint = packing.records(tuple(packed))
    except Unpackable:
        return MisreadText(id_, body, machine, "quiet", None, language)
    state, event = sprint.state_before["state"], sprint.event["kind"]
    return MisreadText(id_, body, machine, state, event, language)


def _row(text: MisreadText, names: re.Pattern[str] | None) -> dict[str, Any]:
    body = masks.veiled(text.body)
    return {
        "id": f"d{text.id}",
        "role": text.role,
        "context": CONTEXTS.get(text.role, {}).get(text.state, text.state),
        "text": names.sub(_NAME, body) if names else body,
        "lang": text.language or "",
        "meaning": "",
        "also_fine": [],
        "harmful": [],
        "read_as": text.event,
    }


def _names(of: Iterable[str]) -> re.Pattern[str] | None:
    words = {word for name in of for word in name.split() if len(word) >= _SHORTEST_NAME}
    if not words:
        return None
    longest_first = sorted(map(re.escape, words), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE)
