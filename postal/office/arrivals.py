"""Arrivals at an office: numbers scanned one by one, each answered, none counted twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from psycopg.rows import class_row

from flows import number as numbers
from flows.facts import ArticleState
from india.calendar import bounds, day_of
from postal.people.doer import Doer
from store import feed
from store.database import Conn

# here: new, for this office · already: scanned here before · missent: for another PIN ·
# unknown: not booked · no_number: mistyped · unlinked: here, with a wrong telephone number ·
# recalled, returned: here, and goes back to its sender · out: on a postman's open list ·
# late: back now from a postman whose list is closed · kept: it came back before ·
# delivered: recorded as handed over
Answer = Literal[
    "here", "already", "missent", "unknown", "no_number", "unlinked", "recalled", "returned",
    "out", "late", "kept", "delivered",
]  # fmt: skip


@dataclass(frozen=True)
class Arrival:
    """The result of one scan. `why`: what is wrong with a mistyped number, in English.

    `pin` and `office`: where a missent article belongs. `list_id`, `item_id` and `postman`: whose
    list it is on. `since`: when it was first scanned here.
    """

    typed: str
    answer: Answer
    number: str | None = None
    article_id: int | None = None
    why: str | None = None
    pin: str | None = None
    office: str | None = None
    list_id: int | None = None
    item_id: int | None = None
    postman: str | None = None
    since: datetime | None = None
    waits_until: date | None = None  # the addressee chose that day
    kept_until: date | None = None  # he wishes that all his post is kept: it is, from now on


@dataclass(frozen=True)
class _Article:
    id: int
    state: ArticleState
    recipient_pin: str
    unlinked: bool
    chosen_day: date | None
    item_id: int | None
    item_state: str | None
    checked_in: bool
    list_id: int | None
    list_closed: bool
    postman: str | None
    carried_by: int | None  # the office of the list


_READ = """
SELECT a.id, a.state, a.recipient_pin, a.unlinked_at IS NOT NULL AS unlinked, a.chosen_day,
       i.id AS item_id, i.state AS item_state, c.item_id IS NOT NULL AS checked_in,
       l.id AS list_id, z.list_id IS NOT NULL AS list_closed, s.name AS postman,
       s.office_id AS carried_by
FROM articles a
LEFT JOIN LATERAL (
    SELECT * FROM delivery_items WHERE article_id = a.id ORDER BY id DESC LIMIT 1
) i ON true
LEFT JOIN check_ins c ON c.item_id = i.id
LEFT JOIN delivery_lists l ON l.id = i.list_id
LEFT JOIN list_closings z ON z.list_id = l.id
LEFT JOIN staff s ON s.id = l.postman_id
WHERE a.number = %s
"""


@dataclass(frozen=True)
class _Scan:
    """A number that was scanned at an office."""

    typed: str
    number: str
    office_id: int
    office_pin: str


def scan(conn: Conn, office_pin: str, typed: str, by: Doer) -> Arrival:
    """Record that the typed article is at the office, and return what to do with it.

    `late` is only reported: `conversation.office.scan` takes the article in and tells the machines.
    """
    try:
        number = numbers.read(typed)
    except ValueError as error:
        return Arrival(typed, "no_number", why=str(error))
    one, now = _Scan(typed, number, by.own_office, office_pin), by.at
    # Lock first, read with a second statement: the second of two scanners sees the first's scan.
    conn.execute("SELECT 1 FROM articles WHERE number = %s FOR NO KEY UPDATE", (number,))
    with conn.cursor(row_factory=class_row(_Article)) as cursor:
        article = cursor.execute(_READ, (number,)).fetchone()
    if article is None:
        since = _note(conn, one, None, "unknown", by)
        return Arrival(typed, "unknown", number, since=since)
    elsewhere = article.carried_by not in (None, one.office_id)
    if elsewhere and article.recipient_pin != office_pin and article.state != "delivered":
        return _missent(conn, one, article, by)  # whose list it is on is that office's own matter
    if article.list_id is not None and article.state != "delivered":
        return _back(typed, number, article)
    if article.state == "delivered":
        return Arrival(typed, "delivered", number, article.id)
    if article.recipient_pin != office_pin and article.state == "booked":
        return _missent(conn, one, article, by)
    since = _note(conn, one, article.id, "here", by)
    if since is None:
        feed.append(conn, "arrived", article.id, now, {"office": office_pin})
    waits = article.chosen_day if article.chosen_day and article.chosen_day > day_of(now) else None
    answer: Answer = "here" if since is None else "already"
    if article.state in ("recalled", "returned"):
        answer = "recalled" if article.state == "recalled" else "returned"
    elif article.unlinked:
        answer = "unlinked"
    return Arrival(typed, answer, number, article.id, since=since, waits_until=waits)


def _back(typed: str, number: str, article: _Article) -> Arrival:
    """Return the answer for an article on a postman's list, at whose end returns are taken in."""
    answer: Answer = "late" if article.list_closed else "out"
    if article.checked_in:
        answer = "recalled" if article.state == "recalled" else "kept"
        if article.state == "returned":
            answer = "returned"
    return Arrival(
        typed,
        answer,
        number,
        article.id,
        list_id=article.list_id,
        item_id=article.item_id,
        postman=article.postman,
    )


def _missent(conn: Conn, one: _Scan, article: _Article, by: Doer) -> Arrival:
    since = _note(conn, one, article.id, "missent", by)
    if since is None:
        data = {"office": one.office_pin, "to": article.recipient_pin}
        feed.append(conn, "missent", article.id, by.at, data)
    row = conn.execute(
        "SELECT name FROM offices WHERE pin = %s"
        " ORDER BY array_position(ARRAY['head', 'sub', 'branch'], branch_type), id LIMIT 1",
        (article.recipient_pin,),
    ).fetchone()
    return Arrival(
        one.typed,
        "missent",
        one.number,
        article.id,
        pin=article.recipient_pin,
        office=row[0] if row else None,
        since=since,
    )


def _note(conn: Conn, one: _Scan, article_id: int | None, kind: str, by: Doer) -> datetime | None:
    """Record the scan; return when it was recorded before with the same kind, else None."""
    written = conn.execute(
        "INSERT INTO arrivals (office_id, number, article_id, kind, at, staff_id, token_id)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (office_id, number) DO UPDATE"
        " SET article_id = excluded.article_id, kind = excluded.kind, at = excluded.at,"
        " staff_id = excluded.staff_id, token_id = excluded.token_id"
        " WHERE arrivals.kind <> excluded.kind RETURNING 1",
        (one.office_id, one.number, article_id, kind, by.at, by.staff_row, by.token_id),
    ).fetchone()
    if written is not None:
        return None
    row = conn.execute(
        "SELECT at FROM arrivals WHERE office_id = %s AND number = %s",
        (one.office_id, one.number),
    ).fetchone()
    assert row is not None
    at: datetime = row[0]
    return at


# ---- what was scanned ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Counted:
    """The numbers of a day's scans by kind."""

    here: int
    missent: int
    unknown: int


def counted(conn: Conn, office_id: int, day: date) -> Counted:
    """Return how many of each kind were scanned on `day` (in India)."""
    with conn.cursor(row_factory=class_row(Counted)) as cursor:
        row = cursor.execute(
            "SELECT count(*) FILTER (WHERE kind = 'here') AS here,"
            " count(*) FILTER (WHERE kind = 'missent') AS missent,"
            " count(*) FILTER (WHERE kind = 'unknown') AS unknown FROM arrivals"
            " WHERE office_id = %s AND at >= %s AND at < %s",
            (office_id, *bounds(day)),
        ).fetchone()
    assert row is not None
    return row
