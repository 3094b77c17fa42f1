"""The post office's books: what a turn holds of them, and how the acts of a decision are done.

Each act of flows/acts has one writer, declared with `writes` in a file of this folder. Every act on
an article runs under its row lock and changes exactly one row; where it would not, the facts and
the books disagree, and `BooksDisagree` undoes the whole turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from psycopg import Cursor

from flows.decision import Act
from flows.events import Language
from flows.facts import Mover, Proof
from store import feed
from store.database import Conn
from store.feed_kinds import Kind


class BooksDisagree(Exception):
    """An act found the books other than its facts said; the whole turn is undone."""


@dataclass(frozen=True)
class Held:
    """An article whose row is locked, and the people that it concerns."""

    id: int
    number: str
    recipient_phone: str | None
    sender_phone: str | None
    nominee_phone: str | None  # asked, or agreed
    holder_phone: str | None  # to whom the code goes: the nominee who agreed, else the recipient
    named_phone: str | None  # about which the holder is asked
    named_by: Mover | None
    item_id: int | None  # the last item of the article
    postman_id: int | None
    postman_phone: str | None
    office_phone: str | None
    salt: bytes = field(default=b"", repr=False)  # of its codes, and of the digits to quote
    former_phone: str | None = None  # who had the code, or was to, before this turn moved it


_HOLD = """
SELECT a.id, a.number, a.recipient_phone, a.sender_phone,
       n.phone AS nominee_phone,
       CASE WHEN n.agreed_at IS NULL OR n.holds_from > %(now)s
            THEN a.recipient_phone ELSE n.phone END AS holder_phone,
       m.to_phone AS named_phone, m.by AS named_by,
       i.id AS item_id, s.id AS postman_id,
       CASE WHEN s.blocked_at IS NULL THEN s.phone END AS postman_phone,
       coalesce(o.phone, (
           SELECT home.phone FROM offices home WHERE home.pin = a.recipient_pin
           ORDER BY array_position(ARRAY['head', 'sub', 'branch'], home.branch_type), home.id
           LIMIT 1)) AS office_phone,
       a.code_salt
FROM articles a
LEFT JOIN nominees n ON n.article_id = a.id AND n.ended_at IS NULL
LEFT JOIN moves m ON m.article_id = a.id AND m.ended_at IS NULL
LEFT JOIN LATERAL (
    SELECT id, list_id FROM delivery_items WHERE article_id = a.id ORDER BY id DESC LIMIT 1
) i ON true
LEFT JOIN delivery_lists l ON l.id = i.list_id
LEFT JOIN staff s ON s.id = l.postman_id
LEFT JOIN offices o ON o.id = s.office_id
WHERE a.id = ANY(%(ids)s)
"""


def hold(conn: Conn, article_ids: list[int], now: datetime) -> dict[str, Held]:
    """Lock the articles and return them by number, as they are at `now`, read after the lock.

    The locks follow the order of the ids, so that two texts never deadlock.
    """
    if not article_ids:
        return {}
    conn.execute("SELECT 1 FROM articles WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [article_ids])
    return peek(conn, article_ids, now)


def peek(conn: Conn, article_ids: list[int], now: datetime) -> dict[str, Held]:
    """Return the same without a lock, for what is merely shown."""
    rows = conn.execute(_HOLD, {"ids": article_ids, "now": now}).fetchall()
    return {row[1]: Held(*row) for row in rows}


@dataclass(frozen=True)
class _Change:
    """A statement that must have changed one row when its pipeline has ended."""

    cursor: Cursor[tuple[Any, ...]]
    what: str
    sql: str


@dataclass(frozen=True)
class Books:
    """The acts of one turn: one connection, one moment, the articles that the turn holds."""

    conn: Conn
    held: Mapping[str, Held]
    now: datetime
    today: date  # in Asia/Kolkata
    default_language: Language
    apart: Mapping[str, str] = field(default_factory=dict, repr=False)  # what no act holds
    proof: Proof | None = None  # of whoever brought the event that is decided
    message_id: int | None = None  # the text that is decided; None: it was none
    _changes: list[_Change] = field(default_factory=list)

    def do(self, acts: Sequence[Act], whose: str) -> None:
        """Carry out `acts`, decided in the conversation of `whose`, in one round trip.

        Raise `BooksDisagree` where they cannot be done.
        """
        if not acts:
            return
        with self.conn.pipeline():
            for act in acts:
                _WRITERS[type(act)](self, act, whose)
        for change in self._changes:
            if change.cursor.rowcount != 1:
                raise BooksDisagree(
                    f"{change.what}: {change.cursor.rowcount} rows for: {change.sql[:60]}"
                )
        self._changes.clear()

    def one(self, sql: str, article: Held, **values: Any) -> None:
        """Run `sql`, which must change one row.

        It may name %(id)s, %(item)s, %(postman)s, %(now)s and %(today)s of `article`, and `values`.
        """
        bound = {
            "id": article.id,
            "item": article.item_id,
            "postman": article.postman_id,
            "now": self.now,
            "today": self.today,
            **values,
        }
        cursor = self.conn.execute(sql, bound)
        self._changes.append(_Change(cursor, f"article {article.number}", sql))

    def update(self, number: str, changes: str, where: str = "true", **values: Any) -> Held:
        """Update and return the article `number`, for which `where` must hold; values as `one`."""
        article = self.held[number]
        changes = f"{changes}, updated_at = %(now)s"
        self.one(f"UPDATE articles SET {changes} WHERE id = %(id)s AND {where}", article, **values)  # noqa: S608
        return article

    def update_item(self, number: str, changes: str, state: str = "open", **values: Any) -> Held:
        """Update the item of the article `number`, which must be in `state`; values as `one`."""
        article = self.held[number]
        sql = f"UPDATE delivery_items SET {changes} WHERE id = %(item)s AND state = %(item_state)s"  # noqa: S608
        self.one(sql, article, item_state=state, **values)
        return article

    def row(self, cursor: Cursor[tuple[Any, ...]], what: str) -> None:
        """Require that a statement, already run, changed one row; `what` names it."""
        self._changes.append(_Change(cursor, what, ""))

    def feed(self, kind: Kind, article: Held, **data: Any) -> None:
        """Append what happened to the event feed; `data` holds no code and no telephone."""
        feed.append(self.conn, kind, article.id, self.now, data)


Writer = Callable[[Books, Any, str], None]
_WRITERS: dict[type[Act], Writer] = {}


def writes(act: type[Act]) -> Callable[[Writer], Writer]:
    """Declare who writes `act` into the books: a function of books, act, and whose turn it is.

    Raise `TypeError` for a second writer.
    """

    def declare(writer: Writer) -> Writer:
        if act in _WRITERS:
            raise TypeError(f"{act.__name__} has two writers in postal/acts")
        _WRITERS[act] = writer
        return writer

    return declare


def written() -> frozenset[type[Act]]:
    """Return the acts that have a writer."""
    return frozenset(_WRITERS)
