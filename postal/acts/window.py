"""The acts at the office window, written into the books."""

from __future__ import annotations

from flows.acts.window import CountWrongAtWindow, HandOut, RefuseAtWindow
from flows.grammar.postman import LAST4
from postal.acts import cod
from postal.acts.books import Books, Held, writes


@writes(HandOut)
def hand_out(books: Books, act: HandOut, whose: str) -> None:
    article = books.held[act.article]
    if act.document is None:
        books.one(
            "UPDATE codes SET used_at = %(now)s WHERE article_id = %(id)s AND purpose = 'window'"
            " AND used_at IS NULL AND dead_at IS NULL AND expires_at > %(now)s",
            article,
        )
        _attempt(books, article, "right")
    _withdraw(books, article, "withdrawn")
    books.one(
        "UPDATE articles SET state = 'delivered', delivered_at = %(now)s, updated_at = %(now)s,"
        " pieces_missing = %(missing)s, collected = %(how)s, document = %(document)s,"
        " document_last4 = %(last4)s"
        " WHERE id = %(id)s AND state = 'at_office'",
        article,
        missing=list(act.missing) or None,
        how="document" if act.document else "code",
        document=act.document or act.beside,
        last4=books.apart[LAST4] if act.document or act.beside else None,
    )
    if act.payment is not None:
        cod.enter_at_window(books, article, act.payment, act.by)
    books.feed(
        "collected",
        article,
        by="document" if act.document else "code",
        document=act.document or act.beside,
        **({"missing": list(act.missing)} if act.missing else {}),
    )


@writes(CountWrongAtWindow)
def count_wrong_at_window(books: Books, act: CountWrongAtWindow, whose: str) -> None:
    article = books.held[act.article]
    _attempt(books, article, "wrong")
    books.feed("code_wrong", article)
    if act.last:
        _withdraw(books, article, "tries")


@writes(RefuseAtWindow)
def refuse_at_window(books: Books, act: RefuseAtWindow, whose: str) -> None:
    """Write nothing: the sprint says who was refused, and why."""


def _withdraw(books: Books, article: Held, reason: str) -> None:
    """End whatever code of the article still counts, if one does."""
    books.conn.execute(
        "UPDATE codes SET dead_at = %s, dead_reason = %s"
        " WHERE article_id = %s AND used_at IS NULL AND dead_at IS NULL",
        [books.now, reason, article.id],
    )


def _attempt(books: Books, article: Held, outcome: str) -> None:
    """Note that a code was tried at the window, without a postman."""
    books.one(
        "INSERT INTO code_attempts (article_id, day, at, outcome)"
        " VALUES (%(id)s, %(today)s, %(now)s, %(outcome)s)",
        article,
        outcome=outcome,
    )
