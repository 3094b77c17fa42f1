"""Stored sprints, whole, to be understood or decided again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flows.facts import Proof
from postal.people import access
from postal.people.access import Onlooker, What
from store import packing
from store.database import Conn
from store.trained import Unpackable


@dataclass(frozen=True)
class StoredSprint:
    """A row of `sprints` with its conversation; the records are JSON (flows/replay/record.py).

    Whether the row is packed (store/packing.py) or of before makes no difference to a reader.

    `proof`: how it was proven who brought the event; None: nobody did (a time limit, software).
    """

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
    proof: Proof | None


@dataclass(frozen=True)
class UnreadableRow:
    """A row of which nothing can be shown. `why`: a sentence."""

    id: int
    why: str


_READ: Final = f"""
SELECT s.id, s.at, s.conversation_id, c.whose, c.machine, s.message_id, s.proof, {packing.COLUMNS}
FROM sprints s JOIN conversations c ON c.id = s.conversation_id
"""  # noqa: S608


def _read(row: tuple[Any, ...]) -> StoredSprint | UnreadableRow:
    id_, at, conversation_id, whose, machine, message_id, proof, *packed = row
    try:
        found = packing.records(tuple(packed))
    except Unpackable as why:
        return UnreadableRow(id_, str(why))
    return StoredSprint(
        id_,
        at,
        conversation_id,
        whose,
        machine,
        message_id,
        found.event,
        found.state_before,
        found.facts,
        found.decision,
        found.state_after,
        proof,
    )


def get(conn: Conn, sprint_id: int) -> StoredSprint | None:
    """Return the sprint with that id."""
    return next(iter(several(conn, [sprint_id])), None)


def look(conn: Conn, sprint_id: int, what: What, reader: Onlooker) -> StoredSprint | None:
    """Return the sprint for somebody to see, or to simulate from; that is written down."""
    found = get(conn, sprint_id)
    if found is not None:
        phone = found.whose if found.whose.startswith("+") else None
        access.look(conn, reader, what, phone=phone, about=f"sprint {sprint_id}")
    return found


def several(conn: Conn, ids: list[int]) -> list[StoredSprint]:
    """Return the sprints with these ids, in their order; without those that cannot be read."""
    return _readable(conn.execute(_READ + "WHERE s.id = ANY(%s) ORDER BY s.id", (ids,)))


def before(conn: Conn, stored: StoredSprint, since: datetime) -> list[StoredSprint]:
    """Return the sprints of the same conversation from `since` up to `stored`, exclusive."""
    found = conn.execute(
        _READ + "WHERE s.conversation_id = %s AND s.at >= %s AND s.id < %s ORDER BY s.at, s.id",
        (stored.conversation_id, since, stored.id),
    )
    return _readable(found)


def _readable(rows: Iterable[tuple[Any, ...]]) -> list[StoredSprint]:
    """Return what can be read; `flask audit verify` and `replay` name the rest."""
    return [each for each in map(_read, rows) if isinstance(each, StoredSprint)]


@dataclass(frozen=True)
class Period:
    """A span from `since` (inclusive) to `until` (exclusive), and a person; None: no bound."""

    since: datetime | None = None
    until: datetime | None = None
    phone: str | None = None


_BOUNDS: Final = {
    "since": "s.at >= %(since)s", "until": "s.at < %(until)s", "phone": "c.whose = %(phone)s",
}  # fmt: skip
_COUNT: Final = "SELECT count(*) FROM sprints s JOIN conversations c ON c.id = s.conversation_id"
_AT_ONCE: Final = 500


def counted(conn: Conn, period: Period) -> int:
    """Return how many sprints there are in `period`."""
    row = conn.execute((_COUNT + _within(period)).encode(), _named(period)).fetchone()
    assert row is not None
    return int(row[0])


def stream(conn: Conn, period: Period) -> Iterator[StoredSprint]:
    """Yield the sprints of `period` that can be read, in table order, without holding all."""
    return (each for each in _rows(conn, period) if isinstance(each, StoredSprint))


def _rows(conn: Conn, period: Period) -> Iterator[StoredSprint | UnreadableRow]:
    query, named = _READ + _within(period), _named(period)
    if period.phone is not None:
        # Nearly everybody has few. Such a statement is prepared and so planned once; the query of a
        # cursor is planned each time, for every month that there is.
        found = conn.execute(f"{query} LIMIT {_AT_ONCE + 1}".encode(), named).fetchall()
        if len(found) <= _AT_ONCE:
            yield from map(_read, found)
            return
    with conn.cursor("sprints") as cursor:
        cursor.itersize = _AT_ONCE
        cursor.execute(query.encode(), named)
        yield from map(_read, cursor)


def look_through(
    conn: Conn, period: Period, reader: Onlooker, reason: str = ""
) -> Iterator[StoredSprint | UnreadableRow]:
    """Yield all of `period` for somebody to see, which is written down first.

    `reason`: why the whole telephone of `period` is shown, without telephones; "": it is not.
    """
    if period.phone is not None:
        what: What = "revealed" if reason else "opened"
        access.look(conn, reader, what, phone=period.phone, about=reason)
    else:
        access.listed(conn, reader, counted(conn, period), "sprints")
    yield from _rows(conn, period)


def _within(period: Period) -> str:
    """Return the condition for what `period` bounds; without the rest, which would be planned."""
    bounds = [sql for name, sql in _BOUNDS.items() if getattr(period, name) is not None]
    return f" WHERE {' AND '.join(bounds)}" if bounds else ""


def _named(period: Period) -> dict[str, object]:
    return {"since": period.since, "until": period.until, "phone": period.phone}
