"""Handed over without network, in the books (docs/developing/trust.md rule 19)."""

from __future__ import annotations

from flows.acts.offline import ClaimOffline, OfflineDoubt, SettleOffline
from postal.acts.books import Books, Held, writes

_SAY = """
    INSERT INTO offline_claims
        (article_id, postman_id, office_id, day, at, why, outcome, ended_at)
    SELECT %(id)s, s.id, s.office_id, %(today)s, %(now)s, %(why)s, %(outcome)s,
           CASE WHEN %(outcome)s <> 'unproven' THEN %(now)s END
    FROM staff s WHERE s.id = %(postman)s
    ON CONFLICT (article_id, postman_id, day) DO UPDATE
    SET said = offline_claims.said + 1, outcome = excluded.outcome, ended_at = excluded.ended_at,
        why = coalesce(excluded.why, offline_claims.why)
"""


@writes(ClaimOffline)
def claim_offline(books: Books, act: ClaimOffline, whose: str) -> None:
    article = books.held[act.article]
    _say(books, article, act.why)
    books.conn.execute(
        "INSERT INTO tickets (kind, article_id, staff_id, at)"
        " VALUES ('offline', %(article)s, %(postman)s, %(now)s) ON CONFLICT DO NOTHING",
        {"article": article.id, "postman": article.postman_id, "now": books.now},
    )
    books.feed("offline_claimed", article, why=act.why)


@writes(SettleOffline)
def settle_offline(books: Books, act: SettleOffline, whose: str) -> None:
    article = books.held[act.article]
    settled = {"article": article.id, "now": books.now}
    books.conn.execute(
        "UPDATE offline_claims SET outcome = 'settled', ended_at = %(now)s"
        " WHERE article_id = %(article)s AND outcome = 'unproven'",
        settled,
    )
    books.conn.execute(
        "UPDATE tickets SET closed_at = %(now)s, outcome = 'nothing_to_do'"
        " WHERE article_id = %(article)s AND kind = 'offline' AND closed_at IS NULL",
        settled,
    )
    books.feed("offline_settled", article)


def stands(books: Books, article: Held) -> None:
    """Note that code and digits proved a handover without network, however late it was told."""
    _say(books, article, None)
    books.conn.execute(
        "UPDATE tickets SET closed_at = %s, outcome = 'nothing_to_do'"
        " WHERE article_id = %s AND kind = 'late_handover' AND closed_at IS NULL",
        [books.now, article.id],
    )


def undone(books: Books, article: Held) -> None:
    """Note that such a handover, if it was one, was taken back."""
    books.conn.execute(
        "UPDATE offline_claims SET outcome = 'undone', ended_at = %s"
        " WHERE article_id = %s AND outcome = 'stands'",
        [books.now, article.id],
    )


def _say(books: Books, article: Held, why: OfflineDoubt | None) -> None:
    books.one(_SAY, article, why=why, outcome="stands" if why is None else "unproven")
