"""What telephones report, written into the books: fraud, nothing received; and its tickets."""

from __future__ import annotations

from datetime import datetime

from flows.acts.reports import MarkDoorOnly, MarkNotReceived, NameNumber, OpenTicket, WarnHerd
from postal.acts.books import Books, writes
from store.database import Conn


@writes(MarkDoorOnly)
def mark_door_only(books: Books, act: MarkDoorOnly, whose: str) -> None:
    article = books.held[act.article]
    books.one("UPDATE articles SET door_only = true WHERE id = %(id)s", article)
    books.conn.execute(
        "INSERT INTO fraud_reports (phone, day, pin, at)"
        " SELECT %s, %s, recipient_pin, %s FROM articles WHERE id = %s ON CONFLICT DO NOTHING",
        [whose, books.today, books.now, article.id],
    )
    books.feed("fraud_reported", article)


@writes(MarkNotReceived)
def mark_not_received(books: Books, act: MarkNotReceived, whose: str) -> None:
    article = books.held[act.article]
    books.one("UPDATE articles SET not_received_at = %(now)s WHERE id = %(id)s", article)
    books.feed("not_received", article)


@writes(WarnHerd)
def warn_herd(books: Books, act: WarnHerd, whose: str) -> None:
    article = books.held[act.article]
    books.conn.execute(
        "INSERT INTO herd_warnings (pin, day, cause, at)"
        " SELECT recipient_pin, %s, 'reports', %s FROM articles WHERE id = %s"
        " ON CONFLICT DO NOTHING",
        [books.today, books.now, article.id],
    )


@writes(NameNumber)
def name_number(books: Books, act: NameNumber, whose: str) -> None:
    books.conn.execute(
        "INSERT INTO named_numbers (named, phone, day, at) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [act.phone, whose, books.today, books.now],
    )


@writes(OpenTicket)
def open_ticket(books: Books, act: OpenTicket, whose: str) -> None:
    """Open a ticket; one that an article's own time limit opens has no telephone.

    Nor has one about a warning to others: it does not wait for the outcome.
    """
    asks = whose.startswith("+") and act.about != "herd"
    article = books.held[act.article] if act.article is not None else None
    books.conn.execute(
        "INSERT INTO tickets (id, kind, article_id, phone, staff_id, at) OVERRIDING SYSTEM VALUE"
        " VALUES (coalesce(%s, nextval(pg_get_serial_sequence('tickets', 'id'))),"
        " %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [
            act.number,
            act.about,
            article.id if article else None,
            whose if asks else None,
            article.postman_id if article else None,
            books.now,
        ],
    )
    if article is not None:
        books.feed("ticket_opened", article, about=act.about)


def open_unparsed(conn: Conn, phone: str | None, now: datetime) -> None:
    """Open a ticket for something unreadable from `phone`; None: from an unknown caller."""
    conn.execute(
        "INSERT INTO tickets (kind, phone, at) VALUES ('unparsed', %s, %s) ON CONFLICT DO NOTHING",
        [phone, now],
    )


def next_ticket(conn: Conn, phone: str) -> int:
    """Return the number that a ticket "a person, please" of `phone` has or will have."""
    row = conn.execute(
        "SELECT coalesce((SELECT id FROM tickets WHERE phone = %s AND kind = 'person'"
        " AND closed_at IS NULL), nextval(pg_get_serial_sequence('tickets', 'id')))",
        [phone],
    ).fetchone()
    assert row is not None
    return int(row[0])
