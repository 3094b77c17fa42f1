"""The articles behind a number: the rows that a part counts, by the same conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from psycopg.rows import class_row

from postal.reports.heads import OF_KIND
from postal.reports.measures import CONDITIONS, Measure, Source
from postal.reports.reading import WITHIN, ReportPeriod, ReportWhere
from postal.reports.sources import (
    CODES,
    EXCEPTIONS,
    ITEMS,
    OFFICE_OF_TICKET,
    PROMISES,
    QUESTIONS,
    TICKETS,
    TOLD,
    WORDS,
    values,
)
from postal.walls import LIES_AT
from store.database import Conn

MOST: Final = 500


@dataclass(frozen=True)
class BehindNumber:
    """One article behind a number, without anything of a person. `ticket`: the ticket itself.

    `number` is None for a ticket that is about no article; `remark` and `kind` where there is one.
    """

    at: datetime | None
    day: date
    article_id: int | None
    number: str | None
    service: str | None
    office: str | None
    beat: str | None
    remark: int | None
    ticket: int | None
    kind: str | None


_PAID: Final = """
delivery_lists l JOIN staff s ON s.id = l.postman_id
JOIN delivery_items i ON i.list_id = l.id JOIN articles a ON a.id = i.article_id
JOIN LATERAL (SELECT
    (SELECT coalesce(sum(expected_paise), 0) FROM cod_handings WHERE list_id = l.id)
    >= (SELECT coalesce(100 * sum(b.cod_amount), 0) FROM delivery_items j
        JOIN articles b ON b.id = j.article_id
        WHERE j.list_id = l.id AND j.payment = 'cash' AND j.state = 'delivered') AS all_of_it
) h ON true
WHERE l.date BETWEEN %(first)s AND %(last)s AND i.payment IS NOT NULL AND i.state = 'delivered'
"""
_COD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "handed": "i.payment = 'cash' AND h.all_of_it",
        "outstanding": "i.payment = 'cash' AND NOT h.all_of_it",
        "upi": "i.payment = 'upi'",
    }
)
# Of each source: what its rows show, and its rows.
_SHOWN: Final[Mapping[Source, tuple[str, str]]] = MappingProxyType(
    {
        "items": (
            "i.finished_at AS at, l.date AS day, i.remark, NULL::bigint AS ticket,"
            " NULL::text AS kind, a.id AS article_id, a.number, a.service, s.office_id,"
            " s.id AS postman_id, NULL::text AS head",
            ITEMS,
        ),
        "cod": (
            "i.finished_at AS at, l.date AS day, i.remark, NULL::bigint AS ticket,"
            " NULL::text AS kind, a.id AS article_id, a.number, a.service, s.office_id,"
            " s.id AS postman_id, NULL::text AS head",
            _PAID,
        ),
        "codes": (
            "c.released_at AS at, (c.released_at AT TIME ZONE 'Asia/Kolkata')::date AS day,"
            " NULL::smallint AS remark, NULL::bigint AS ticket, NULL::text AS kind,"
            " a.id AS article_id, a.number, a.service, s.office_id, s.id AS postman_id,"
            " NULL::text AS head",
            CODES,
        ),
        "told": (
            "b.used_at AS at, (b.used_at AT TIME ZONE 'Asia/Kolkata')::date AS day,"
            " NULL::smallint AS remark, NULL::bigint AS ticket, NULL::text AS kind,"
            " a.id AS article_id, a.number, a.service, s.office_id, s.id AS postman_id,"
            " NULL::text AS head",
            TOLD,
        ),
        "tickets": (
            "t.at, (t.at AT TIME ZONE 'Asia/Kolkata')::date AS day, NULL::smallint AS remark,"
            " t.id AS ticket, t.kind, a.id AS article_id, a.number, a.service,"
            f" {OFFICE_OF_TICKET} AS office_id, t.staff_id AS postman_id, {OF_KIND} AS head",
            TICKETS,
        ),
        "exceptions": (
            "x.asked_at AS at, (x.asked_at AT TIME ZONE 'Asia/Kolkata')::date AS day,"
            " NULL::smallint AS remark, NULL::bigint AS ticket, NULL::text AS kind,"
            " a.id AS article_id, a.number, a.service, x.office_id, s.id AS postman_id,"
            " NULL::text AS head",
            EXCEPTIONS,
        ),
        "words": (
            "y.at, y.day, NULL::smallint AS remark, NULL::bigint AS ticket, NULL::text AS kind,"
            " a.id AS article_id, a.number, a.service, s.office_id, s.id AS postman_id,"
            " NULL::text AS head",
            WORDS,
        ),
        "promises": (
            "a.delivered_at AS at, a.due_by AS day, NULL::smallint AS remark,"
            " NULL::bigint AS ticket,"
            " NULL::text AS kind, a.id AS article_id, a.number, a.service,"
            f" {LIES_AT} AS office_id, NULL::bigint AS postman_id, NULL::text AS head",
            PROMISES,
        ),
        "questions": (
            "q.asked_at AS at, (q.asked_at AT TIME ZONE 'Asia/Kolkata')::date AS day,"
            " NULL::smallint AS remark, t.id AS ticket, t.kind, a.id AS article_id, a.number,"
            f" a.service, {OFFICE_OF_TICKET} AS office_id, t.staff_id AS postman_id,"
            f" {OF_KIND} AS head",
            QUESTIONS,
        ),
    }
)


def behind(
    conn: Conn,
    measure: Measure,
    part: str,
    period: ReportPeriod,
    where: ReportWhere,
    today: date,
) -> tuple[list[BehindNumber], bool]:
    """Return the first `MOST` articles that `part` counts, and whether there are more."""
    shown, rows = _SHOWN[measure.source]
    condition = (_COD if measure.source == "cod" else CONDITIONS)[part]
    query = f"""
        SELECT rows.at, rows.day, rows.article_id, rows.number, rows.service, rows.remark,
               rows.ticket, rows.kind, o.name || ' ' || o.pin AS office,
               p.name || ' (' || p.staff_id || ')' AS beat
        FROM (SELECT {shown} FROM {rows} AND ({condition})) AS rows
        LEFT JOIN offices o ON o.id = rows.office_id LEFT JOIN staff p ON p.id = rows.postman_id
        WHERE {WITHIN} ORDER BY rows.day, rows.at NULLS LAST, rows.number LIMIT %(most)s
    """  # noqa: S608
    given = {
        **values(period.since, period.until),
        **where.values(),
        "most": MOST + 1,
        "today": today,
    }
    with conn.cursor(row_factory=class_row(BehindNumber)) as cursor:
        found = cursor.execute(query.encode(), given).fetchall()
    return found[:MOST], len(found) > MOST
