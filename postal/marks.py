"""What is marked of an article wherever people work with it: fraud, moves, requests, numbers.

A mark stays until the article is over: whoever has it in hand should know, whoever was told before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from psycopg.rows import class_row

from postal.counter.number_check import for_articles
from postal.people import access
from postal.people.access import Onlooker
from postal.walls import ARTICLE, TICKET
from store.database import Conn

# fraud: somebody asked for its code · disputed: who had the code before a move objects · move: its
# holder is asked whether another telephone gets the code · recall: the sender wants it back ·
# request: it waits for a second person · number: its telephone was not reached, denied, or may be
# another person's by now (docs/developing/trust.md rule 18): no code goes to it unasked ·
# unreceived: whoever has its telephone says that he did not get it, while it is out
Mark = Literal["fraud", "disputed", "move", "recall", "request", "number", "unreceived"]
GRAVE: Final[frozenset[Mark]] = frozenset({"fraud", "disputed"})


@dataclass(frozen=True)
class Marked:
    """The marks of an article, the gravest first. `fraud_at`: when fraud was reported last.

    `request`: the row id of what waits for a second person.
    """

    marks: tuple[Mark, ...] = ()
    fraud_at: datetime | None = None
    request: int | None = None

    @property
    def is_grave(self) -> bool:
        """Tell whether whoever has it in hand must know at once."""
        return bool(GRAVE.intersection(self.marks))


NOTHING: Final = Marked()
_OPEN: Final = "a.state IN ('booked', 'out_for_delivery', 'attempted', 'at_office')"
# As the trigger keep_aside has it, whose rows are few.
_TOUCHED: Final = (
    "a.id IN (SELECT article_id FROM articles_aside WHERE why = 'marked')"
    " AND (a.door_only OR a.move_asked_at IS NOT NULL OR a.disputed_at IS NOT NULL"
    " OR a.recall_asked_at IS NOT NULL)"
)
_FRAUD_AT: Final = """
CASE WHEN a.door_only THEN (SELECT max(e.at) FROM events e
     WHERE e.article_id = a.id AND e.kind = 'fraud_reported') END
"""
# Of who gets the code: the addressee, or who agreed to take it.
_UNSURE: Final = """
EXISTS (SELECT FROM phones d WHERE d.doubt IS NOT NULL AND d.phone = coalesce(
    (SELECT n.phone FROM nominees n
     WHERE n.article_id = a.id AND n.agreed_at IS NOT NULL AND n.ended_at IS NULL),
    a.recipient_phone))
"""


@dataclass(frozen=True)
class _Row:
    id: int
    fraud: bool
    fraud_at: datetime | None
    disputed: bool
    move: bool
    recall: bool
    request: int | None
    unsure: bool
    unreceived: bool

    def marked(self, bad: bool) -> Marked:
        found: list[tuple[Mark, bool]] = [
            ("fraud", self.fraud),
            ("disputed", self.disputed),
            ("move", self.move),
            ("recall", self.recall),
            ("request", self.request is not None),
            ("number", bad or self.unsure),
            ("unreceived", self.unreceived),
        ]
        marks = tuple(mark for mark, holds in found if holds)
        return Marked(marks, self.fraud_at, self.request)


def of_articles(conn: Conn, article_ids: Collection[int]) -> Mapping[int, Marked]:
    """Return the marks of those of the articles that are not over, by their row ids."""
    with conn.cursor(row_factory=class_row(_Row)) as cursor:
        rows = cursor.execute(
            f"SELECT a.id, a.door_only AS fraud, {_FRAUD_AT} AS fraud_at,"  # noqa: S608
            " a.disputed_at IS NOT NULL AS disputed, a.move_asked_at IS NOT NULL AS move,"
            " a.recall_asked_at IS NOT NULL AS recall,"
            " (SELECT min(r.id) FROM requests r WHERE r.article_id = a.id AND r.state = 'waiting')"
            f" AS request, {_UNSURE} AS unsure,"
            " a.state = 'out_for_delivery' AND EXISTS (SELECT FROM tickets t WHERE"
            " t.article_id = a.id AND t.kind = 'not_received' AND t.closed_at IS NULL)"
            " AS unreceived"
            f" FROM articles a WHERE a.id = ANY(%s) AND {_OPEN}",
            (list(article_ids),),
        ).fetchall()
    checks = for_articles(conn, [row.id for row in rows])
    return {row.id: row.marked(checks[row.id].bad) for row in rows}


@dataclass(frozen=True)
class MarkedArticle:
    """A marked article at an office. `list_id`, `serial`, `postman`: of the list that it is on."""

    id: int
    number: str
    name: str
    list_id: int | None
    serial: int | None
    postman: str | None
    marked: Marked


@dataclass(frozen=True)
class _Place:
    id: int
    number: str
    name: str
    list_id: int | None
    serial: int | None
    postman: str | None


def at_office(conn: Conn, office_id: int, day: date, reader: Onlooker) -> list[MarkedArticle]:
    """Return what is marked of what concerns the office and is not over, the gravest first.

    Doubtful telephones of what is on a list of `day` are among it. That it was read is written
    down.
    """
    with conn.cursor(row_factory=class_row(_Place)) as cursor:
        rows = cursor.execute(
            "SELECT a.id, a.number, a.recipient_name AS name, i.list_id, i.serial,"  # noqa: S608
            " s.name AS postman FROM articles a"
            " LEFT JOIN delivery_items i ON i.article_id = a.id AND i.state = 'open'"
            " LEFT JOIN delivery_lists l ON l.id = i.list_id LEFT JOIN staff s"
            f" ON s.id = l.postman_id WHERE a.id IN ({_CONCERNED}) AND {_OPEN} ORDER BY a.id",
            {"office": office_id, "day": day},
        ).fetchall()
    marks = of_articles(conn, [row.id for row in rows])
    found = [
        MarkedArticle(**vars(row), marked=marks[row.id])
        for row in rows
        if row.id in marks and marks[row.id].marks
    ]
    access.listed(conn, reader, len(found), f"marked articles {day}")
    return sorted(found, key=lambda each: (not each.marked.is_grave, each.list_id is None))


_CONCERNED: Final = f"""
    SELECT a.id FROM articles a WHERE {_OPEN} AND {_TOUCHED} AND {ARTICLE}
  UNION
    SELECT r.article_id FROM requests r JOIN articles a ON a.id = r.article_id
    WHERE r.state = 'waiting' AND {_OPEN} AND {ARTICLE}
  UNION
    SELECT i.article_id FROM staff s
    JOIN delivery_lists l ON l.postman_id = s.id AND l.date = %(day)s
    JOIN delivery_items i ON i.list_id = l.id AND i.state = 'open'
    WHERE s.office_id = %(office)s
"""  # noqa: S608


def grave(conn: Conn, office_id: int) -> int:
    """Return how many articles that concern the office have a grave mark: on every page."""
    row = conn.execute(
        "SELECT count(*) FROM articles a"  # noqa: S608
        f" WHERE {_OPEN} AND {_TOUCHED} AND (a.door_only OR a.disputed_at IS NOT NULL)"
        f" AND {ARTICLE}",
        {"office": office_id},
    ).fetchone()
    assert row is not None
    return int(row[0])


def fraud_tickets(conn: Conn, office_id: int | None) -> int:
    """Return how many tickets about fraud are open that concern the office; None: every one."""
    row = conn.execute(
        "SELECT count(*) FROM tickets t WHERE t.closed_at IS NULL"  # noqa: S608
        f" AND t.kind IN ('fraud', 'herd') AND {TICKET}",
        {"office": office_id},
    ).fetchone()
    assert row is not None
    return int(row[0])
