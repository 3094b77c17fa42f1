"""What a person says about a closed ticket, written into the books."""

from __future__ import annotations

from flows.acts.helped import NoteAnswer, NoteWords, OpenAgain
from postal.acts.books import Books, writes


@writes(NoteAnswer)
def note_answer(books: Books, act: NoteAnswer, whose: str) -> None:
    books.conn.execute(
        "UPDATE ticket_questions SET helped = %s, answered_at = %s WHERE id = (SELECT id"
        " FROM ticket_questions WHERE ticket_id = %s AND asked_at IS NOT NULL"
        " ORDER BY id DESC LIMIT 1)",
        [act.helped, books.now, act.ticket],
    )
    books.conn.execute(
        "INSERT INTO ticket_notes (ticket_id, at, did) VALUES (%s, %s, %s)",
        [act.ticket, books.now, "helped" if act.helped else "not_helped"],
    )


@writes(OpenAgain)
def open_again(books: Books, act: OpenAgain, whose: str) -> None:
    """Put it into the queue, in nobody's hands; one that somebody opened meanwhile stays his."""
    books.conn.execute(
        "UPDATE tickets t SET closed_at = NULL, outcome = NULL, assigned_to = NULL WHERE id = %s"
        " AND closed_at IS NOT NULL AND NOT EXISTS (SELECT FROM tickets o WHERE o.kind = t.kind"
        " AND o.article_id IS NOT DISTINCT FROM t.article_id AND o.phone = t.phone"
        " AND o.closed_at IS NULL)",
        [act.ticket],
    )


@writes(NoteWords)
def note_words(books: Books, act: NoteWords, whose: str) -> None:
    """Keep the words as the text itself is kept, with codes masked."""
    books.conn.execute(
        "INSERT INTO ticket_notes (ticket_id, at, did, said)"
        " SELECT %s, %s, 'wrote', coalesce(body, '') FROM messages WHERE id = %s",
        [act.ticket, books.now, books.message_id],
    )
