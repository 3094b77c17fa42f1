"""Handing out at the window without a code: one of the staff asks, another one agrees.

The type of the identity document and the last four of its number are kept, never more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from postal.collect import ByDocument, Document, DocumentType, collect
from postal.counter.ledger import Method
from store.database import Conn
from store.refusals import Conflict, Unknown


@dataclass(frozen=True)
class WindowRequest:
    """An article waits for the second person's word."""

    id: int
    article_id: int
    article: str
    asked_by: str
    asked_name: str
    asked_at: datetime
    document: DocumentType
    document_last4: str
    reason: str
    cod_amount: int  # whole rupees, to be paid at the window


class AskedAlready(Conflict):
    """Somebody asked for this article, and nobody has decided yet."""

    sentence = "somebody asked for this article already"
    word = "window_asked_already"


class Decided(Unknown):
    """There is no such request any more."""

    sentence = "no such request waits any more"


class SamePerson(Conflict):
    """Whoever asked cannot agree."""

    sentence = "whoever asked cannot agree"
    word = "window_same_person"


_READ = """
SELECT w.id, w.article_id, a.number AS article, s.staff_id AS asked_by, s.name AS asked_name,
       w.asked_at, w.document, w.document_last4, w.reason,
       a.cod_amount
FROM window_requests w JOIN articles a ON a.id = w.article_id JOIN staff s ON s.id = w.asked_by
WHERE w.decided_at IS NULL
"""


def ask(
    conn: Conn, article_id: int, staff_row: int, document: Document, reason: str, now: datetime
) -> None:
    """Asks for the second person. Raises `AskedAlready`."""
    try:
        with conn.transaction():
            conn.execute(
                "INSERT INTO window_requests (article_id, asked_by, asked_at, document,"
                " document_last4, reason) VALUES (%s, %s, %s, %s, %s, %s)",
                (article_id, staff_row, now, document.type, document.last4, reason),
            )
    except psycopg.errors.UniqueViolation as again:
        raise AskedAlready from again


def waiting(conn: Conn) -> list[WindowRequest]:
    """What waits for a second person, the oldest first."""
    with conn.cursor(row_factory=class_row(WindowRequest)) as cursor:
        return cursor.execute(_READ + "ORDER BY w.asked_at").fetchall()


def of_article(conn: Conn, article_id: int) -> WindowRequest | None:
    """What waits for this article."""
    with conn.cursor(row_factory=class_row(WindowRequest)) as cursor:
        return cursor.execute(_READ + "AND w.article_id = %s", (article_id,)).fetchone()


def agree(
    conn: Conn,
    id_: int,
    staff_row: int,
    staff_id: str,
    now: datetime,
    master_key: bytes,
    payment: Method | None = None,
) -> WindowRequest:
    """The second person agrees: the article is handed out. Announce `Collected` with it.

    `payment`: how the COD was paid to whoever asked.

    Raises `Decided`, `SamePerson`, and what `postal.collect.collect` raises.
    """
    asked = _decide(conn, id_, staff_row, staff_id, now, "agreed")
    document = Document(asked.document, asked.document_last4)
    by = ByDocument(document, asked.asked_by, staff_id)
    collect(conn, asked.article, by, now, master_key, code_length=6, payment=payment)
    return asked


def decline(conn: Conn, id_: int, staff_row: int, staff_id: str, now: datetime) -> WindowRequest:
    """The second person does not agree. Raises `Decided` and `SamePerson`."""
    return _decide(conn, id_, staff_row, staff_id, now, "declined")


def _decide(
    conn: Conn, id_: int, staff_row: int, staff_id: str, now: datetime, word: str
) -> WindowRequest:
    with conn.cursor(row_factory=class_row(WindowRequest)) as cursor:
        asked = cursor.execute(_READ + "AND w.id = %s FOR UPDATE OF w", (id_,)).fetchone()
    if asked is None:
        raise Decided
    if asked.asked_by == staff_id:
        raise SamePerson
    conn.execute(
        "UPDATE window_requests SET decided_by = %s, decided_at = %s, agreed = %s WHERE id = %s",
        (staff_row, now, word == "agreed", id_),
    )
    return asked
