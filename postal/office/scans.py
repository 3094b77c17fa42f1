"""The log of an office's scans: every one with its answer, also what could not be read.

`postal/office/arrivals.py` counts each number once; here a second look finds what the first missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from psycopg.rows import class_row

from flows.facts import ArticleState
from flows.number import last_digits
from india import signs
from india.calendar import bounds
from india.masks import veiled
from postal import walls
from postal.office.arrivals import Answer, Arrival
from postal.people import access
from postal.people.access import Onlooker
from postal.people.doer import Doer
from store.database import Conn
from store.refusals import Invalid

_LONGEST: Final = 64


@dataclass(frozen=True)
class Scan:
    """A scan and its answer. `name`, `cod` (whole rupees), `last_beat`: of the article, if it is
    booked and concerns the office; the beat is the last one that carried it."""

    id: int
    at: datetime
    typed: str
    answer: Answer
    number: str | None
    state: ArticleState | None
    pin: str | None
    name: str | None
    cod: int | None
    last_beat: int | None


class SeveralEndSo(Invalid):
    """Several articles that are expected here end in the typed digits."""

    field = "number"
    word = "draft_ambiguous"

    def __init__(self, numbers: list[str]) -> None:
        about = ", ".join(numbers)
        super().__init__(f"several end in these digits: {about}", about=about)


def note(conn: Conn, arrival: Arrival, by: Doer) -> None:
    """Write down a scan, whatever it was."""
    conn.execute(
        "INSERT INTO scans (office_id, at, typed, answer, article_id, staff_id, token_id)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            by.own_office,
            by.at,
            veiled(arrival.number or arrival.typed)[:_LONGEST],
            arrival.answer,
            arrival.article_id,
            by.staff_row,
            by.token_id,
        ),
    )


def expected(conn: Conn, office_id: int, pin: str, typed: str) -> str:
    """Return the number of the one expected article that ends in the typed four digits.

    Expected are what is booked for the office's PIN and was not scanned here, and what its postmen
    still have. What is no four digits is returned as it is. Raise `SeveralEndSo`.
    """
    bare = signs.bare(typed)
    if len(bare) != 4 or not bare.isdigit():
        return typed
    rows = conn.execute(
        "SELECT a.number FROM articles a"
        " WHERE reverse(substr(a.number, 3, 9)) LIKE reverse(%(digits)s) || '%%'"
        " AND ((a.state = 'booked' AND a.recipient_pin = %(pin)s) OR EXISTS ("
        "  SELECT FROM delivery_items i JOIN delivery_lists l ON l.id = i.list_id"
        "  JOIN staff s ON s.id = l.postman_id WHERE i.article_id = a.id"
        "  AND s.office_id = %(office)s AND i.state IN ('open', 'attempted', 'withdrawn')"
        "  AND NOT EXISTS (SELECT FROM check_ins c WHERE c.item_id = i.id)))"
        " ORDER BY EXISTS (SELECT FROM arrivals r WHERE r.office_id = %(office)s"
        "  AND r.number = a.number), a.number LIMIT 20",
        {"digits": bare, "pin": pin, "office": office_id},
    ).fetchall()
    found = [number for (number,) in rows if last_digits(number) == bare]
    if len(found) > 1:
        raise SeveralEndSo(found)
    return found[0] if found else typed


# Whoever types a number has not the article in hand: of what concerns another office alone, its
# number says where it goes, and nothing of a person (docs/developing/trust.md rule 11).
_OF_DAY: Final = f"""
SELECT r.id, r.at, r.typed, r.answer, a.number, a.state, a.recipient_pin AS pin,
       CASE WHEN {walls.ARTICLE} THEN a.recipient_name END AS name,
       CASE WHEN {walls.ARTICLE} THEN a.cod_amount END AS cod,
       (SELECT s.beat FROM delivery_items i JOIN delivery_lists l ON l.id = i.list_id
        JOIN staff s ON s.id = l.postman_id WHERE i.article_id = a.id
        AND s.office_id = r.office_id ORDER BY i.id DESC LIMIT 1) AS last_beat
FROM scans r LEFT JOIN articles a ON a.id = r.article_id
WHERE r.office_id = %(office)s AND r.at >= %(since)s AND r.at < %(until)s
ORDER BY r.id DESC LIMIT %(most)s
"""  # noqa: S608


def of_day(conn: Conn, office_id: int, day: date, most: int, reader: Onlooker) -> list[Scan]:
    """Return at most `most` scans of `day` (in India), the latest first.

    That they were read is written down.
    """
    since, until = bounds(day)
    with conn.cursor(row_factory=class_row(Scan)) as cursor:
        found = cursor.execute(
            _OF_DAY,
            {"office": office_id, "since": since, "until": until, "most": most},
        ).fetchall()
    access.listed(conn, reader, sum(each.name is not None for each in found), f"scans {day}")
    return found
