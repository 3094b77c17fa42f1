"""Exceptions in the books: asked for, granted, ended (docs/developing/trust.md rule 17)."""

from __future__ import annotations

from flows.acts.exception import AskForException, EndException, GrantException, OpenQuestion
from flows.grammar.postman import LAST4
from postal.acts.books import Books, writes


@writes(AskForException)
def ask_for_exception(books: Books, act: AskForException, whose: str) -> None:
    article = books.held[act.article]
    books.conn.execute(  # of a colleague who carried it before
        "UPDATE exceptions SET ended_at = %s, outcome = 'over'"
        " WHERE article_id = %s AND ended_at IS NULL",
        [books.now, article.id],
    )
    books.one(
        "INSERT INTO exceptions"
        " (article_id, number, postman_id, office_id, reason, document, last4, asked_at, wish,"
        " phone, item_id)"
        " SELECT %(id)s, (SELECT count(*) + 1 FROM exceptions WHERE article_id = %(id)s),"
        " s.id, s.office_id, %(reason)s, %(document)s, %(last4)s, %(now)s, %(wish)s, %(phone)s,"
        " %(item)s"
        " FROM staff s WHERE s.id = %(postman)s",
        article,
        reason=act.reason,
        document=act.document,
        last4=books.apart[LAST4],
        wish=None if act.phone is None else "number",
        phone=act.phone,
        item=article.item_id,
    )
    wish = {} if act.phone is None else {"wish": "number"}
    books.feed("exception_asked", article, reason=act.reason, document=act.document, **wish)


@writes(GrantException)
def grant_exception(books: Books, act: GrantException, whose: str) -> None:
    article = books.held[act.article]
    books.one(
        "UPDATE exceptions SET granted_at = %(now)s, answer_by = %(by)s, answer_proof = %(proof)s"
        " WHERE article_id = %(id)s AND ended_at IS NULL AND granted_at IS NULL",
        article,
        by=act.by,
        proof=act.proof,
    )
    books.feed("exception_granted", article, by=act.by, proof=act.proof)


@writes(OpenQuestion)
def open_question(books: Books, act: OpenQuestion, whose: str) -> None:
    article = books.held[act.article]
    books.one(
        "UPDATE delivery_items SET question_opened_at = %(now)s WHERE id = %(item)s",
        article,
        item=article.item_id,
    )
    books.feed("question_opened", article, by=act.by)


@writes(EndException)
def end_exception(books: Books, act: EndException, whose: str) -> None:
    article = books.held[act.article]
    books.one(
        "UPDATE exceptions SET ended_at = %(now)s, outcome = %(why)s,"
        " answer_by = coalesce(answer_by, %(by)s)"
        " WHERE article_id = %(id)s AND ended_at IS NULL",
        article,
        why=act.why,
        by=act.by if act.why == "refused" else None,
    )
    books.feed("exception_ended", article, why=act.why, by=act.by)
