"""Slips of an outage: what a decision may know of a line that is typed from one.

flows/paper_day.py decides, postal/acts/paper.py writes it into the books.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from psycopg.rows import class_row

from flows.facts import ArticleFact, ItemState, PaperFact, StaffRole
from flows.happenings import WrittenOnPaper
from flows.trust import PAPER_WITHIN
from india.calendar import day_of
from postal import codes
from postal.closed_days import HOLDS
from postal.facts import Reader


@dataclass(frozen=True)
class _Slip:
    """The list, the outage, and the people of both."""

    date: date
    postman_id: int
    code_salt: bytes
    item: ItemState
    closed: bool
    from_at: datetime
    until_at: datetime
    of_office: bool
    opener: StaffRole | None
    by: StaffRole | None
    alone: bool


# Two accounts with one telephone are one person, as for requests (postal/requests/hands.py).
_READ = f"""
SELECT l.date, l.postman_id, a.code_salt,
       CASE WHEN i.id IS NULL THEN 'elsewhere'
            WHEN EXISTS (SELECT FROM delivery_items j WHERE j.article_id = a.id AND j.id > i.id)
                 THEN 'withdrawn' ELSE i.state END AS item,
       EXISTS (SELECT FROM list_closings z WHERE z.list_id = l.id)
       OR EXISTS (SELECT FROM office_closings z
                  WHERE z.office_id = s.office_id AND z.day = l.date AND {HOLDS}) AS closed,
       o.from_at, o.until_at, o.office_id = s.office_id AS of_office,
       CASE WHEN opener.active THEN opener.role END AS opener, typist.role AS by,
       opener.staff_id = %(by)s OR coalesce(
           coalesce(opener.phone, opener.next_phone) = coalesce(typist.phone, typist.next_phone),
           false) AS alone
FROM articles a, delivery_lists l JOIN staff s ON s.id = l.postman_id,
     paper_days o JOIN staff opener ON opener.id = o.staff_id
     LEFT JOIN staff typist ON typist.staff_id = %(by)s AND typist.active,
     LATERAL (SELECT max(id) AS id FROM delivery_items
              WHERE list_id = l.id AND article_id = a.id) last
     LEFT JOIN delivery_items i ON i.id = last.id
WHERE a.number = %(number)s AND l.id = %(slip)s AND o.id = %(outage)s
"""  # noqa: S608


def on_paper(reader: Reader, article: ArticleFact, event: WrittenOnPaper, code: str) -> PaperFact:
    """Read who types and who vouches, and judge the `code`, which goes no further.

    Call under the row locks of the article and of the list.
    """
    with reader.conn.cursor(row_factory=class_row(_Slip)) as cursor:
        row = cursor.execute(
            _READ,
            {
                "number": article.number,
                "by": event.by,
                "slip": event.slip,
                "outage": event.outage,
            },
        ).fetchone()
    assert row is not None  # the door has found the list and the outage
    fact = PaperFact(
        item=row.item,
        closed=row.closed,
        covered=row.of_office and _covered(event.said_at, reader, row),
        by=row.by,
        opener=row.opener,
        alone=row.alone,
    )
    if event.shown == "signature" or not article.coded or article.state == "delivered":
        return fact
    if article.locked:
        return replace(fact, verdict="locked")
    roots = codes.roots(reader.conn, reader.keys, article.number)
    last = codes.Issue(article.code_issue, article.code, row.code_salt, roots)
    past = reader.past_codes(article.number, row.postman_id)
    verdict = codes.judge_on_paper(code, past, last, event.said_at, reader.code_length)
    return replace(fact, verdict=verdict)


def _covered(said_at: datetime, reader: Reader, slip: _Slip) -> bool:
    """Tell whether the time is over, within the outage, and of the slip's day."""
    within = slip.from_at <= said_at <= min(slip.until_at, reader.now)
    lately = reader.today - slip.date <= PAPER_WITHIN
    return within and day_of(said_at) == slip.date and lately
