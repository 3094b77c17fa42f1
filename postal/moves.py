"""How often the code of an article went to another telephone, when, and how that was proven."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psycopg.rows import class_row

from flows.facts import Mover, Proof
from store.database import Conn


@dataclass(frozen=True)
class MoveMade:
    """One wish that another telephone gets the code. It names no telephone.

    `by`: who wished it; denial: the holder said that the article is not his. `outcome`: None while
    he is asked. `consent`: the proof of whoever agreed; None: nobody did, or he was silent.
    """

    by: Mover | Literal["denial"]
    asked_at: datetime
    asked_proof: Proof | None
    ended_at: datetime | None
    outcome: Literal["done", "denied", "lapsed"] | None
    consent: Proof | None


def of_article(conn: Conn, article_id: int) -> list[MoveMade]:
    """Return the moves of the article with that row id, oldest first."""
    with conn.cursor(row_factory=class_row(MoveMade)) as cursor:
        return cursor.execute(
            "SELECT by, asked_at, asked_proof, ended_at, outcome, consent FROM moves"
            " WHERE article_id = %s ORDER BY id",
            [article_id],
        ).fetchall()
