"""The feed of events, append-only, read by cursor.

A slow transaction may commit after a faster one with a greater id. So the cursor runs over
`position`, which readers assign in the order of commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from psycopg.rows import class_row

from store.database import Conn
from store.feed_kinds import Kind, insist_on

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]

_PLACING = 7_235_002  # the advisory lock for assigning positions
_PLACED_AT_ONCE = 1_000


@dataclass(frozen=True)
class NewEvent:
    """An event about to be appended. `data` holds no code and no full phone number.

    Raises `UndeclaredKind` for a kind that store/feed_kinds.py does not declare.
    """

    kind: Kind
    article_id: int | None
    at: datetime
    data: Mapping[str, Json]

    def __post_init__(self) -> None:
        insist_on(self.kind)


@dataclass(frozen=True)
class FeedEvent:
    """An event as readers receive it. `article` is the article's number."""

    position: int
    at: datetime
    kind: str
    article_id: int | None
    article: str | None
    data: Mapping[str, Any]


APPEND: Final = (
    "INSERT INTO events (kind, article_id, at, data) VALUES (%(kind)s, %(id)s, %(now)s, %(data)s)"
)
"""SQL that records an event of the article %(id)s, as a part of a statement that does more."""


_APPEND_MANY: Final = """
INSERT INTO events (kind, article_id, at, data)
SELECT kind, article, at, data FROM json_to_recordset(%s::json)
    AS given (n integer, kind text, article bigint, at timestamptz, data jsonb)
ORDER BY n
"""


def append(
    conn: Conn, kind: Kind, article_id: int | None, at: datetime, data: Mapping[str, Json]
) -> None:
    """Record that `kind` happened, in the transaction in which it happens.

    Raises `UndeclaredKind` for what is no kind of the feed.
    """
    append_many(conn, [NewEvent(kind, article_id, at, data)])


def append_many(conn: Conn, events: Sequence[NewEvent]) -> None:
    """Record all of `events`, in order, by one statement."""
    if not events:
        return
    given = [
        {"n": n, "kind": each.kind, "article": each.article_id, "at": each.at, "data": each.data}
        for n, each in enumerate(events)
    ]
    conn.execute(_APPEND_MANY, [orjson.dumps(given, default=dict).decode()])


def read(conn: Conn, after: int, limit: int) -> list[FeedEvent]:
    """Return up to `limit` events after position `after` (0: from the start), in order of commit.

    An event that commits later gets a later position, so a reader that continues from the last
    position it saw misses nothing. Use a short transaction of its own: other readers wait for it
    while there are new events to place.
    """
    place(conn, max(limit, _PLACED_AT_ONCE))
    with conn.cursor(row_factory=class_row(FeedEvent)) as cursor:
        return cursor.execute(
            """
            SELECT events.position, events.at, events.kind, events.article_id,
                   articles.number AS article, events.data
            FROM events LEFT JOIN articles ON articles.id = events.article_id
            WHERE events.position > %s ORDER BY events.position LIMIT %s
            """,
            (after, limit),
        ).fetchall()


def last(conn: Conn) -> int:
    """Return the last position assigned so far, 0 without one: new events have none yet."""
    row = conn.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()
    return int(row[0]) if row else 0


def archived_upto(conn: Conn) -> int:
    """Return the last position that is in an archive and no more here, 0 without one."""
    row = conn.execute("SELECT coalesce(max(last_position), 0) FROM archived_months").fetchone()
    return int(row[0]) if row else 0


def place(conn: Conn, most: int) -> None:
    """Give up to `most` events that have none their position; until the end others wait for it."""
    news = conn.execute("SELECT EXISTS (SELECT FROM events WHERE position IS NULL)").fetchone()
    if news == (False,):
        return
    # A statement of its own: the snapshot of the next begins under the lock and sees what the
    # holder before has placed.
    conn.execute("SELECT pg_advisory_xact_lock(%s)", (_PLACING,))
    conn.execute("SELECT place_events(%s)", (most,))
