"""The list on which an article was last, for whoever looks for the article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from psycopg.rows import class_row

from store.database import Conn


@dataclass(frozen=True)
class LastList:
    """A delivery list; `id` is that of its page."""

    id: int
    article_id: int
    postman: str
    date: date


def last_lists(conn: Conn, articles: Sequence[int], office: int | None) -> Mapping[int, LastList]:
    """Return the last list of each of `articles` that had one, by the article.

    `office`: only lists of its postmen; None: of any office's.
    """
    with conn.cursor(row_factory=class_row(LastList)) as cursor:
        found = cursor.execute(
            "SELECT DISTINCT ON (i.article_id) l.id, i.article_id, s.name AS postman, l.date"
            " FROM delivery_items i JOIN delivery_lists l ON l.id = i.list_id"
            " JOIN staff s ON s.id = l.postman_id"
            " WHERE i.article_id = ANY(%s) AND s.office_id = coalesce(%s, s.office_id)"
            " ORDER BY i.article_id, l.date DESC, l.id DESC",
            (list(articles), office),
        ).fetchall()
    return {each.article_id: each for each in found}
