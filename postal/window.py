"""Requests for the second person at the window, where a document replaces the code.

One member of staff asks, another one agrees. The type of the identity document and the last four of
its number are kept, never more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from flows.events import DocumentType
from postal.collect import Document
from postal.people import access
from postal.people.access import Onlooker
from postal.people.doer import Doer
from store.database import Conn
from store.refusals import Conflict, Unknown


@dataclass(frozen=True)
class WindowRequest:
    """A request that waits for the second person's decision."""

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
    """The article has a request that is not yet decided."""

    sentence = "somebody asked for this article already"
    word = "window_asked_already"


class Decided(Unknown):
    """The request does not exist any more."""

    sentence = "no such request waits any more"


class SamePerson(Conflict):
    """The person who asked cannot agree."""

    sentence = "whoever asked cannot agree"
    word = "window_same_person"


_READ = """
SELECT w.id, w.article_id, a.number AS article, s.staff_id AS asked_by, s.name AS asked_name,
       w.asked_at, w.document, w.document_last4, w.reason,
       a.cod_amount
FROM window_requests w JOIN articles a ON a.id = w.article_id JOIN staff s ON s.id = w.asked_by
WHERE w.decided_at IS NULL
"""


def ask(conn: Conn, article_id: int, document: Document, reason: str, by: Doer) -> None:
    """Ask for the second person. Raise `AskedAlready`."""
    try:
        with conn.transaction():
            conn.execute(
                "INSERT INTO window_requests (article_id, asked_by, asked_at, document,"
                " document_last4, reason) VALUES (%s, %s, %s, %s, %s, %s)",
                (article_id, by.staff_row, by.at, document.type, document.last4, reason),
            )
    except psycopg.errors.UniqueViolation as again:
        raise AskedAlready from again


def waiting(conn: Conn, reader: Onlooker) -> list[WindowRequest]:
    """Return what waits for a second person, the oldest first; that it was read is written."""
    with conn.cursor(row_factory=class_row(WindowRequest)) as cursor:
        found = cursor.execute(_READ + "ORDER BY w.asked_at").fetchall()
    access.listed(conn, reader, len(found), "documents at the window")
    return found


def of_article(conn: Conn, article_id: int) -> WindowRequest | None:
    """Return what waits for this article."""
    with conn.cursor(row_factory=class_row(WindowRequest)) as cursor:
        return cursor.execute(_READ + "AND w.article_id = %s", (article_id,)).fetchone()


def agree(conn: Conn, id_: int, by: Doer) -> WindowRequest:
    """Note that the second person agrees. Raise `Decided` and `SamePerson`."""
    return _decide(conn, id_, "agreed", by)


def decline(conn: Conn, id_: int, by: Doer) -> WindowRequest:
    """Note that the second person does not agree. Raise `Decided` and `SamePerson`."""
    return _decide(conn, id_, "declined", by)


def _decide(conn: Conn, id_: int, word: str, by: Doer) -> WindowRequest:
    with conn.cursor(row_factory=class_row(WindowRequest)) as cursor:
        asked = cursor.execute(_READ + "AND w.id = %s FOR UPDATE OF w", (id_,)).fetchone()
    if asked is None:
        raise Decided
    if asked.asked_by == by.known_as:
        raise SamePerson
    conn.execute(
        "UPDATE window_requests SET decided_by = %s, decided_at = %s, agreed = %s WHERE id = %s",
        (by.staff_row, by.at, word == "agreed", id_),
    )
    return asked
