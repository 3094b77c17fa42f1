"""What telephones report, written into the books: fraud, a wrong number, nothing received."""

from __future__ import annotations

from flows.decision import MarkDenied, MarkDoorOnly, MarkNotReceived
from postal.books import Books, writes


@writes(MarkDoorOnly)
def mark_door_only(books: Books, act: MarkDoorOnly, whose: str) -> None:
    article = books.held[act.article]
    books.one("UPDATE articles SET door_only = true WHERE id = %(id)s", article)
    books.feed("fraud_reported", article)


@writes(MarkDenied)
def mark_denied(books: Books, act: MarkDenied, whose: str) -> None:
    books.feed("recipient_denied", books.held[act.article])


@writes(MarkNotReceived)
def mark_not_received(books: Books, act: MarkNotReceived, whose: str) -> None:
    article = books.held[act.article]
    books.one("UPDATE articles SET not_received_at = %(now)s WHERE id = %(id)s", article)
    books.feed("not_received", article)
