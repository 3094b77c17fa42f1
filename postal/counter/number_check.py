"""Did the text that the recipient's telephone got while the article travels reach it?

A bad number surfaces at the office before the visit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from store.database import Conn

# not_known: no receipt came so far, or none will; nothing is said against the number
NumberCheck = Literal["reached", "not_reached", "not_known", "no_number"]

_CHECKED = """
SELECT a.id, CASE
    WHEN a.recipient_phone IS NULL THEN 'no_number'
    WHEN bool_or(m.status = 'delivered') THEN 'reached'
    WHEN bool_or(m.status IN ('failed', 'expired')) THEN 'not_reached'
    ELSE 'not_known' END
FROM articles a LEFT JOIN messages m
    ON m.article_id = a.id AND m.direction = 'out' AND m.template = 'booked'
   AND m.phone = a.recipient_phone
WHERE a.id = ANY(%s) GROUP BY a.id
"""


def for_articles(conn: Conn, article_ids: Sequence[int]) -> Mapping[int, NumberCheck]:
    """How the telephone of each article's recipient answered, by the article's row id."""
    if not article_ids:
        return {}
    rows = conn.execute(_CHECKED, [list(article_ids)]).fetchall()
    return {id_: check for id_, check in rows}
