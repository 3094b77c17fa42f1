"""Who gets the code, in the books: asked for, moved, refused, disputed; and wrong quotes."""

from __future__ import annotations

from flows.acts.moves import (
    AskMove,
    CountWrongQuote,
    DisputeMove,
    EndMove,
    MarkSenderProven,
    Relink,
)
from flows.trust import DOCUMENT_FOR
from postal.acts.books import Books, writes
from postal.people import numbers


@writes(AskMove)
def ask_move(books: Books, act: AskMove, whose: str) -> None:
    article = books.update(
        act.article,
        "move_asked_at = %(now)s, questions = questions + 1",
        "move_asked_at IS NULL",
    )
    books.one(
        "INSERT INTO moves (article_id, by, from_phone, to_phone, asked_at, asked_proof)"
        " VALUES (%(id)s, %(by)s, %(from_phone)s, %(phone)s, %(now)s, %(proof)s)",
        article,
        by=act.by,
        from_phone=article.holder_phone,
        phone=act.phone,
        proof=books.proof,
    )
    books.feed("move_asked", article, by=act.by)


@writes(EndMove)
def end_move(books: Books, act: EndMove, whose: str) -> None:
    article = books.update(
        act.article,
        "move_asked_at = NULL,"
        " frozen_at = CASE WHEN %(why)s = 'denied' THEN coalesce(frozen_at, %(now)s)"
        " ELSE frozen_at END",
        "move_asked_at IS NOT NULL",
        why=act.why,
    )
    books.one(
        "UPDATE moves SET ended_at = %(now)s, outcome = %(why)s"
        " WHERE article_id = %(id)s AND ended_at IS NULL",
        article,
        why=act.why,
    )
    books.feed("move_ended", article, why=act.why)


@writes(Relink)
def relink(books: Books, act: Relink, whose: str) -> None:
    article = books.update(
        act.article,
        "recipient_phone = %(phone)s, unlinked_at = NULL, moves = moves + 1, move_asked_at = NULL,"
        " disputed_at = NULL,"
        " document_until = CASE WHEN %(document)s THEN %(until)s ELSE document_until END",
        phone=act.phone,
        document=act.document,
        until=books.now + DOCUMENT_FOR,
    )
    books.conn.execute(  # a question about another telephone is over, and led to nothing
        "WITH asked AS (SELECT id, by = %(by)s AND to_phone = %(phone)s AS this FROM moves"
        " WHERE article_id = %(id)s AND ended_at IS NULL),"
        " ended AS (UPDATE moves m SET ended_at = %(now)s,"
        " outcome = CASE WHEN this THEN 'done' ELSE 'lapsed' END,"
        " consent = CASE WHEN this THEN %(consent)s END FROM asked WHERE asked.id = m.id)"
        " INSERT INTO moves (article_id, by, from_phone, to_phone, asked_at, asked_proof,"
        " ended_at, outcome, consent)"
        " SELECT %(id)s, %(by)s, %(from_phone)s, %(phone)s, %(now)s, %(proof)s, %(now)s, 'done',"
        " %(consent)s WHERE NOT EXISTS (SELECT FROM asked WHERE this)",
        {
            "id": article.id,
            "by": act.by,
            "from_phone": article.holder_phone,
            "phone": act.phone,
            "now": books.now,
            "proof": books.proof,
            "consent": act.consent,
        },
    )
    numbers.doubt_named(books.conn, act.phone, books.default_language, books.now)
    books.feed("recipient_corrected", article, by=act.by, proof=books.proof, consent=act.consent)


@writes(DisputeMove)
def dispute_move(books: Books, act: DisputeMove, whose: str) -> None:
    article = books.update(
        act.article,
        "disputed_at = %(now)s, frozen_at = coalesce(frozen_at, %(now)s)",
        "disputed_at IS NULL",
    )
    books.feed("move_disputed", article)


@writes(CountWrongQuote)
def count_wrong_quote(books: Books, act: CountWrongQuote, whose: str) -> None:
    article = books.held[act.article]
    books.one(
        "INSERT INTO wrong_quotes (article_id, phone, day, at)"
        " VALUES (%(id)s, %(whose)s, %(today)s, %(now)s)",
        article,
        whose=whose,
    )
    books.feed("quote_wrong", article)


@writes(MarkSenderProven)
def mark_sender_proven(books: Books, act: MarkSenderProven, whose: str) -> None:
    article = books.update(act.article, "sender_proven_at = %(now)s", "sender_proven_at IS NULL")
    books.feed("sender_proven", article, how=act.how)
