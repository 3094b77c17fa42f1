"""What slips of an outage prove, written into the books (docs/developing/trust.md rule 15)."""

from __future__ import annotations

from flows.acts.paper import CountWrongOnPaper, HandOverOnPaper, KeepOnPaper, LeaveOnPaper
from postal.acts import cod
from postal.acts.books import Books, writes
from postal.acts.door import attempt, times


@writes(HandOverOnPaper)
def hand_over_on_paper(books: Books, act: HandOverOnPaper, whose: str) -> None:
    """Write it as a handover at the door; that a slip proves it, and who typed it, is evidence."""
    article = books.held[act.article]
    if act.shown == "code":
        books.one(
            "UPDATE codes SET used_at = %(now)s WHERE article_id = %(id)s AND purpose = 'handover'"
            " AND used_at IS NULL AND dead_at IS NULL",
            article,
        )
        attempt(books, article, "right")
    books.update_item(
        act.article,
        "state = 'delivered', payment = %(payment)s, proof = %(proof)s, finished_at = %(now)s",
        payment=act.payment,
        proof=act.shown,
    )
    books.update(
        act.article,
        "state = 'delivered', delivered_at = %(now)s",
        "state = 'out_for_delivery'",
    )
    if act.payment == "upi":
        cod.enter_door_upi(books, article)
    evidence = {**times(act.said_at, books.now), "paper": True, "by": act.by}
    books.feed("delivered", article, proof=act.shown, payment=act.payment, **evidence)


@writes(KeepOnPaper)
def keep_on_paper(books: Books, act: KeepOnPaper, whose: str) -> None:
    article = books.held[act.article]
    books.conn.execute(
        "INSERT INTO tickets (kind, article_id, staff_id, at)"
        " VALUES ('paper', %(article)s, %(postman)s, %(now)s) ON CONFLICT DO NOTHING",
        {"article": article.id, "postman": article.postman_id, "now": books.now},
    )
    books.feed("paper_kept", article, why=act.why, by=act.by, **times(act.said_at, books.now))


@writes(CountWrongOnPaper)
def count_wrong_on_paper(books: Books, act: CountWrongOnPaper, whose: str) -> None:
    article = books.held[act.article]
    attempt(books, article, "wrong")
    books.feed("code_wrong", article)
    if act.last:
        books.conn.execute(
            "UPDATE codes SET dead_at = %s, dead_reason = 'tries'"
            " WHERE article_id = %s AND used_at IS NULL AND dead_at IS NULL",
            [books.now, article.id],
        )


@writes(LeaveOnPaper)
def leave_on_paper(books: Books, act: LeaveOnPaper, whose: str) -> None:
    """Write nothing: the sprint says what was typed, and why it was left."""
