"""The articles that an office can put on a list: arrived, or due again (postal/carry.py)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from psycopg.rows import class_row

from flows.facts import MOST_ATTEMPTS, ArticleState
from flows.number import last_digits
from flows.remarks import NO_OTHER_VISIT
from postal import marks
from postal.counter.number_check import NumberCheck, for_articles
from postal.households import BROUGHT, KEEPS, WEEKDAYS
from postal.marks import NOTHING, Marked
from store.database import Conn

LOOKED_BACK: Final = timedelta(days=60)  # at lists; no article lies at an office longer
# chosen_day: the addressee wants it later · unlinked: its telephone number is wrong ·
# no_visit: two attempts, or a remark that excludes a visit · with_postman: not back yet ·
# out_today: a second attempt is for the next working day (docs/developing/domain.md rule 3)
# other_weekday: the addressee wishes his post on others · wished: to fetch it himself
Why = Literal[
    "chosen_day", "other_weekday", "wished", "unlinked", "no_visit", "with_postman",
    "out_today",
]  # fmt: skip


@dataclass(frozen=True)
class _Row:
    id: int
    number: str
    name: str
    address: str
    pin: str
    service: str
    registration: bool
    passport: bool
    otp_required: bool
    cod: int
    state: ArticleState
    attempts: int
    chosen_day: date | None
    due_by: date | None
    pieces: int
    why: Why | None
    last_beat: int | None
    postman_row: int | None
    place: int | None


@dataclass(frozen=True)
class Piece(_Row):
    """An article that lies at the office. `cod`: whole rupees. `why`: the reason if it must wait.

    `last_beat`: the beat that had it last. `postman_row`, `place`: its position in the draft.
    """

    check: NumberCheck
    marked: Marked

    @property
    def digits(self) -> str:
        return last_digits(self.number)

    @property
    def personal(self) -> bool:
        """Tell whether only the addressee may take it (docs/developing/domain.md rule 2)."""
        return (
            self.registration
            or self.passport
            or self.service in ("registered", "insured", "money_order")
        )


_POOL = f"""
WITH here AS (
    SELECT r.article_id AS id, NULL::bigint AS item_id, NULL::date AS last_out
    FROM arrivals r JOIN articles a ON a.id = r.article_id
    LEFT JOIN households h ON h.phone = a.recipient_phone
    WHERE r.office_id = %(office)s AND r.kind = 'here' AND (a.state = 'booked' OR {BROUGHT})
  UNION
    SELECT i.article_id, i.id, CASE WHEN i.state = 'attempted' THEN l.date END
    FROM staff s JOIN delivery_lists l ON l.postman_id = s.id
    JOIN delivery_items i ON i.list_id = l.id AND i.state IN ('attempted', 'withdrawn')
    JOIN articles a ON a.id = i.article_id
    LEFT JOIN households h ON h.phone = a.recipient_phone
    WHERE s.office_id = %(office)s AND l.date >= %(first)s
      AND (a.state = 'attempted' OR {BROUGHT}) AND NOT EXISTS (
        SELECT FROM delivery_items j WHERE j.article_id = i.article_id AND j.id > i.id)
)
SELECT a.id, a.number, a.recipient_name AS name, a.recipient_address AS address,
       a.recipient_pin AS pin, a.service,
       a.registration, a.passport,
       a.otp_required AND (SELECT mode FROM offices WHERE id = %(office)s) <> 'off' AS otp_required,
       a.cod_amount AS cod, a.state, a.attempts,
       a.chosen_day, a.due_by, a.pieces,
       CASE WHEN a.unlinked_at IS NOT NULL THEN 'unlinked'
            WHEN a.attempts >= %(most)s OR a.state = 'attempted' AND a.remark = ANY(%(no_visit)s)
                 AND a.witness IS DISTINCT FROM 'contested' AND a.suspended_at IS NULL
                 THEN 'no_visit'
            WHEN here.item_id IS NOT NULL AND NOT EXISTS (
                 SELECT FROM check_ins c WHERE c.item_id = here.item_id) THEN 'with_postman'
            WHEN a.chosen_day > %(today)s THEN 'chosen_day'
            WHEN {KEEPS} AND a.state = 'booked' THEN 'wished'
            WHEN a.chosen_day IS NULL
                 AND extract(isodow FROM %(today)s::date)::smallint <> ALL({WEEKDAYS})
                 THEN 'other_weekday'
            WHEN here.last_out = %(today)s AND a.witness IS DISTINCT FROM 'contested'
                 AND a.suspended_at IS NULL THEN 'out_today' END AS why,
       (SELECT s.beat FROM delivery_items i JOIN delivery_lists l ON l.id = i.list_id
        JOIN staff s ON s.id = l.postman_id WHERE i.article_id = a.id
        ORDER BY i.id DESC LIMIT 1) AS last_beat,
       p.postman_id AS postman_row, p.place
FROM here JOIN articles a ON a.id = here.id
LEFT JOIN households h ON h.phone = a.recipient_phone
LEFT JOIN draft_places p ON p.article_id = a.id AND p.office_id = %(office)s
ORDER BY p.place, a.recipient_address, a.id
"""  # noqa: S608


def pieces(conn: Conn, office_id: int, today: date) -> list[Piece]:
    """Return all that lies at the office for a list; what is placed comes in the draft's order."""
    with conn.cursor(row_factory=class_row(_Row)) as cursor:
        rows = cursor.execute(
            _POOL,
            {
                "office": office_id,
                "today": today,
                "first": today - LOOKED_BACK,
                "most": MOST_ATTEMPTS,
                "no_visit": list(NO_OTHER_VISIT),
            },
        ).fetchall()
    checks = for_articles(conn, [row.id for row in rows])
    marked = marks.of_articles(conn, [row.id for row in rows])
    return [
        Piece(**vars(row), check=checks[row.id], marked=marked.get(row.id, NOTHING)) for row in rows
    ]
