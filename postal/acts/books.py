"""The post office's books: what a turn holds of them, and how the acts of a decision are done.

Each act of flows/acts has one writer, declared with `writes` in a file of this folder. Every act on
an article runs under its row lock and changes exactly one row; where it would not, the facts and
the books disagree, and `BooksDisagree` undoes the whole turn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from psycopg import Cursor

from flows.decision import Act, ArticleAct
from flows.events import Language
from flows.facts import Mover, Proof
from india.calendar import day_of
from postal import article_rows
from postal.article_rows import ArticleRow
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
    # Who had the code, or was to, before this turn moved it, or who said that it is not his.
    former_phone: str | None = None
    # that answers for the office what its postman asks at a door; read where he does
    asked_phone: str | None = None
    above_phone: str | None = None  # of the office which keeps that one's accounts


def as_held(row: ArticleRow) -> Held:
    """Return what the books hold of an article's row."""
    return Held(
        row.id,
        row.number,
        row.recipient_phone,
        row.sender_phone,
        row.nominee_phone,
        row.holder_phone,
        row.named_phone,
        row.named_by,
        row.item_id,
        row.postman_id,
        row.postman_phone,
        row.office_phone,
        row.code_salt,
        row.disowned_phone,
    )


def hold(conn: Conn, article_ids: Sequence[int], now: datetime) -> dict[str, Held]:
    """Lock the articles and return them by number, as they are at `now`, read after the lock."""
    return _held(article_rows.hold_ids(conn, article_ids, now, day_of(now)).answer())


def peek(conn: Conn, article_ids: Sequence[int], now: datetime) -> dict[str, Held]:
    """Return the same without a lock, for what is merely shown."""
    return _held(article_rows.of_ids(conn, article_ids, now, day_of(now)))


def _held(rows: Sequence[ArticleRow]) -> dict[str, Held]:
    return {row.number: as_held(row) for row in rows}


@dataclass(frozen=True)
class _Change:
    """A statement that must have changed one row, or one in each of its parts."""

    cursor: Cursor[tuple[Any, ...]]
    what: str
    sql: str
    parts: int = 0  # 0: it is a single one

    def insist(self) -> None:
        """Raise `BooksDisagree` where it changed other rows. Call when its answer has come."""
        changed = self.cursor.fetchone() if self.parts else (self.cursor.rowcount,)
        if changed != (1,) * (self.parts or 1):
            raise BooksDisagree(f"{self.what}: {changed} rows for: {self.sql[:60]}")


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
    # By article, what its act made of the columns of `postal/article_rows`: all that it changed.
    made: dict[str, Mapping[str, object]] = field(default_factory=dict)
    _changes: list[_Change] = field(default_factory=list)

    def do(self, acts: Sequence[Act], whose: str) -> None:
        """Carry out `acts`, decided in the conversation of `whose`; `insist` that all were done."""
        for act in acts:
            _WRITERS[type(act)](self, act, whose)
        for number, several in Counter(
            act.article for act in acts if isinstance(act, ArticleAct)
        ).items():
            if several > 1:  # none of them knows what the others made
                self.made.pop(number, None)

    def insist(self) -> None:
        """Raise `BooksDisagree` where an act could not be done. Call before the commit.

        Not after each act: the answer of the database is awaited once, with what is read next.
        """
        for change in self._changes:
            change.insist()
        self._changes.clear()

    def one(self, sql: str, article: Held, **values: Any) -> None:
        """Run `sql`, which must change one row.

        It may name %(id)s, %(item)s, %(postman)s, %(now)s and %(today)s of `article`, and `values`.
        """
        cursor = self.conn.execute(sql, self._bound(article, values))
        self._changes.append(_Change(cursor, f"article {article.number}", sql))

    def together(self, parts: Sequence[str], article: Held, **values: Any) -> None:
        """Run `parts` as one statement: each must change one row, none sees what another did.

        They may name what those of `one` may. No two change the same table.
        """
        named = [f"p{i} AS ({part} RETURNING 1)" for i, part in enumerate(parts)]
        counts = [f"(SELECT count(*) FROM p{i})" for i in range(len(parts))]  # noqa: S608
        sql = f"WITH {', '.join(named)} SELECT {', '.join(counts)}"
        cursor = self.conn.execute(sql, self._bound(article, values))
        self._changes.append(_Change(cursor, f"article {article.number}", sql, len(parts)))

    def _bound(self, article: Held, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "id": article.id,
            "item": article.item_id,
            "postman": article.postman_id,
            "now": self.now,
            "today": self.today,
            **values,
        }

    def update(self, number: str, changes: str, where: str = "true", **values: Any) -> Held:
        """Update and return the article `number`, for which `where` must hold; values as `one`."""
        article = self.held[number]
        self.one(of_article(changes, where), article, **values)
        return article

    def update_item(self, number: str, changes: str, state: str = "open", **values: Any) -> Held:
        """Update the item of the article `number`, which must be in `state`; values as `one`."""
        article = self.held[number]
        self.one(of_item(changes), article, item_state=state, **values)
        return article

    def row(self, cursor: Cursor[tuple[Any, ...]], what: str) -> None:
        """Require that a statement, already run, changed one row; `what` names it."""
        self._changes.append(_Change(cursor, what, ""))

    def feed(self, kind: Kind, article: Held, **data: Any) -> None:
        """Append what happened to the event feed; `data` holds no code and no telephone."""
        feed.append(self.conn, kind, article.id, self.now, data)


def of_article(changes: str, where: str = "true") -> str:
    """Return the SQL that updates the article, for which `where` must hold."""
    return f"UPDATE articles SET {changes}, updated_at = %(now)s WHERE id = %(id)s AND {where}"  # noqa: S608


def of_item(changes: str) -> str:
    """Return the SQL that updates the item of the article, which must be in %(item_state)s."""
    return f"UPDATE delivery_items SET {changes} WHERE id = %(item)s AND state = %(item_state)s"  # noqa: S608


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
