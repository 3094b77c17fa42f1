"""The queue of tickets: which of them, in which order, and how many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from psycopg.rows import class_row

from postal import walls
from postal.desk.tickets import DUE_AFTER, NAMED, READ, Ticket
from postal.people import access
from postal.people.access import Onlooker
from store.database import Conn

AT_ONCE: Final = 50
MOST_COUNTED: Final = 100
"""Where the count of a selection ends: what is beyond it is "100+"."""

# A head of the table sorts by its column: up, and `_down` from the last one on.
Sort = Literal[
    "urgent", "oldest", "newest", "number", "number_down", "about", "about_down", "who", "who_down",
    "due", "due_down", "with", "with_down",
]  # fmt: skip
State = Literal["open", "closed"]


@dataclass(frozen=True)
class Filter:
    """A selection of the queue. `whose`: a staff id; "": nobody's; None: anybody's.

    `office`: the only office that the tickets may concern; None: any. `kinds`: all kinds in the
    order of their words in the reader's language, for who sorts by them.
    """

    closed: bool = False
    kind: str | None = None
    whose: str | None = None
    office: int | None = None
    sort: Sort = "urgent"
    kinds: tuple[str, ...] = ()


_FITTING = f"""
WHERE {walls.TICKET} AND (t.closed_at IS NOT NULL) = %(closed)s
  AND (%(kind)s::text IS NULL OR t.kind = %(kind)s)
  AND (%(whose)s::text IS NULL OR coalesce(w.staff_id, '') = %(whose)s)
"""
_DUE: Final = "t.at + CASE t.priority {} END".format(
    " ".join(
        f"WHEN {priority} THEN interval '{int(after.total_seconds())} seconds'"
        for priority, after in DUE_AFTER.items()
    )
)
_ABOUT: Final = "array_position(%(kinds)s::text[], t.kind)"
# Open ones by what matters, the oldest first; settled ones from the last one on.
_OPEN_ORDER: Final[Mapping[Sort, str]] = MappingProxyType(
    {
        "urgent": "t.priority, t.at, t.id",
        "oldest": "t.at, t.id",
        "newest": "t.at DESC, t.id DESC",
        "number": "t.id",
        "number_down": "t.id DESC",
        "about": f"{_ABOUT}, t.priority, t.at, t.id",
        "about_down": f"{_ABOUT} DESC, t.priority, t.at, t.id",
        "who": f"lower({NAMED}) NULLS LAST, t.phone NULLS LAST, t.at, t.id",
        "who_down": f"lower({NAMED}) DESC NULLS LAST, t.phone DESC NULLS LAST, t.at, t.id",
        "due": f"{_DUE}, t.id",
        "due_down": f"{_DUE} DESC, t.id DESC",
        "with": "lower(w.name) NULLS FIRST, t.priority, t.at, t.id",
        "with_down": "lower(w.name) DESC NULLS LAST, t.priority, t.at, t.id",
    }
)
# There are many of them: only in an order that an index has.
_CLOSED_ORDER: Final[Mapping[Sort, str]] = MappingProxyType(
    {
        "due": "t.closed_at, t.id",
        "due_down": "t.closed_at DESC, t.id DESC",
        "number": "t.id",
        "number_down": "t.id DESC",
    }
)
HEADS: Final[Mapping[State, tuple[str, ...]]] = MappingProxyType(
    {"open": ("number", "about", "who", "due", "with"), "closed": ("number", "due")}
)
"""The heads that sort: `number` sorts up, `number_down` down."""


def queue(conn: Conn, fitting: Filter, reader: Onlooker) -> list[Ticket]:
    """Return the first `AT_ONCE` tickets that fit; how many there were is written down."""
    if fitting.closed:
        order = _CLOSED_ORDER.get(fitting.sort, _CLOSED_ORDER["due_down"])
    else:
        order = _OPEN_ORDER[fitting.sort]
    query = f"{READ} {_FITTING} ORDER BY {order} LIMIT %(most)s"
    with conn.cursor(row_factory=class_row(Ticket)) as cursor:
        found = cursor.execute(query.encode(), _values(fitting, AT_ONCE)).fetchall()
    access.listed(conn, reader, sum(each.phone is not None for each in found), "")
    return found


def noted(conn: Conn, ids: Sequence[int]) -> dict[int, int]:
    """Return how many notes the tickets of those row ids have: a form says what its page showed."""
    rows = conn.execute(
        "SELECT ticket_id, count(*) FROM ticket_notes WHERE ticket_id = ANY(%s) GROUP BY ticket_id",
        (list(ids),),
    ).fetchall()
    return dict(rows)


def count(conn: Conn, fitting: Filter) -> int:
    """Return how many tickets fit, `MOST_COUNTED` at most."""
    row = conn.execute(
        "SELECT count(*) FROM (SELECT FROM tickets t LEFT JOIN staff w ON w.id = t.assigned_to"  # noqa: S608
        f" {_FITTING} LIMIT %(most)s) AS found".encode(),
        _values(fitting, MOST_COUNTED),
    ).fetchone()
    assert row is not None
    return int(row[0])


def _values(fitting: Filter, most: int) -> dict[str, object]:
    return {
        "closed": fitting.closed,
        "kind": fitting.kind,
        "whose": fitting.whose,
        "office": fitting.office,
        "kinds": list(fitting.kinds),
        "most": most,
    }


def counted(conn: Conn, office: int | None) -> dict[str, int]:
    """Return how many are open, by kind; those that concern the office, None: all."""
    rows = conn.execute(
        f"SELECT kind, count(*) FROM tickets t WHERE closed_at IS NULL AND {walls.TICKET}"  # noqa: S608
        " GROUP BY kind ORDER BY kind".encode(),
        {"office": office},
    ).fetchall()
    return dict(rows)


def waiting(conn: Conn, office: int | None, most: int = 100) -> int:
    """Return how many open tickets nobody has, `most` at most; `office`: that concern it."""
    row = conn.execute(
        "SELECT count(*) FROM (SELECT FROM tickets t WHERE closed_at IS NULL"  # noqa: S608
        f" AND assigned_to IS NULL AND {walls.TICKET} LIMIT %(most)s) AS found".encode(),
        {"office": office, "most": most},
    ).fetchone()
    assert row is not None
    return int(row[0])


def following(conn: Conn, after: int, office: int | None, staff_row: int | None) -> int | None:
    """Return the ticket to be worked on next: an own one, else one that nobody has; None: none."""
    row = conn.execute(
        "SELECT id FROM tickets t WHERE closed_at IS NULL AND id <> %(after)s"  # noqa: S608
        f" AND (assigned_to = %(row)s OR assigned_to IS NULL) AND {walls.TICKET}"
        " ORDER BY assigned_to IS NULL, priority, at, id LIMIT 1".encode(),
        {"after": after, "row": staff_row, "office": office},
    ).fetchone()
    return row[0] if row else None
