"""Outages and what was typed from the slips: somebody vouches, somebody else types.

docs/developing/trust.md rule 15. The lines are kept without their codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from psycopg.rows import class_row

from flows.events import Payment
from flows.trust import PAPER_WITHIN
from india.calendar import bounds, day_of
from postal.once import insist_same
from postal.people.doer import Doer
from store import feed
from store.database import Conn
from store.refusals import Conflict, Invalid, Unknown

LONGEST_REASON: Final = 300
# handed_over: now · done: it was handed over before · all others: a ticket is open
Outcome = Literal[
    "handed_over", "done", "kept", "closed", "disputed", "document", "fraud", "locked"
]


@dataclass(frozen=True)
class Outage:
    """A time in which nothing could be texted. `opener`, `by`: who vouches, by row and name.

    `texts`: how many texts of the office's postmen came in that time all the same.
    """

    id: int
    office_id: int
    office: str
    from_at: datetime
    until_at: datetime
    reason: str
    texts: int
    at: datetime
    opener: int
    by: str

    @property
    def day(self) -> date:
        """Return the day of the outage, in India."""
        return day_of(self.from_at)


@dataclass(frozen=True)
class SlipLine:
    """A line that was typed from a slip. `said_at`: the time on it; `at`, `by`: when, and by whom
    it was typed."""

    id: int
    list_id: int
    serial: int
    number: str
    said_at: datetime
    payment: Payment | None
    outcome: Outcome
    at: datetime
    by: str


class BadTimes(Invalid):
    """An outage begins before it ends, on one day of the last seven, and is over."""

    sentence = "an outage begins before it ends, on one day of the last seven, and is over by now"
    field = "until"
    word = "paper_bad_times"


class NoOutageReason(Invalid):
    """Nobody says what the outage was."""

    sentence = "say in a few words what the outage was"
    field = "reason"
    word = "paper_no_reason"


class NoListThen(Conflict):
    """The office had no list on that day."""

    sentence = "that office had no delivery list on that day"
    word = "paper_no_list"


class UnknownOutage(Unknown):
    """No outage has this row id."""

    def __init__(self, id_: int) -> None:
        super().__init__(f"there is no outage {id_}")


_OUTAGE = """
SELECT d.id, d.office_id, o.name AS office, d.from_at, d.until_at, d.reason, d.texts, d.at,
       d.staff_id AS opener, s.name AS by
FROM paper_days d JOIN offices o ON o.id = d.office_id JOIN staff s ON s.id = d.staff_id
"""


def vouch(
    conn: Conn, office_id: int, from_at: datetime, until_at: datetime, reason: str, by: Doer
) -> Outage:
    """Write down an outage for which `by` vouches; the same form again changes nothing.

    Raise `BadTimes`, `NoOutageReason`, `NoListThen`.
    """
    day = day_of(from_at)
    lately = day_of(by.at) - day <= PAPER_WITHIN
    if not (from_at < until_at <= by.at and day_of(until_at) == day and lately):
        raise BadTimes
    if not reason:
        raise NoOutageReason
    listed = conn.execute(
        "SELECT FROM delivery_lists l JOIN staff s ON s.id = l.postman_id"
        " WHERE s.office_id = %s AND l.date = %s LIMIT 1",
        (office_id, day),
    ).fetchone()
    if listed is None:
        raise NoListThen
    conn.execute("SELECT FROM offices WHERE id = %s FOR NO KEY UPDATE", (office_id,))
    again = conn.execute(
        "SELECT id FROM paper_days WHERE office_id = %s AND from_at = %s AND until_at = %s"
        " AND reason = %s AND staff_id = %s",
        (office_id, from_at, until_at, reason, by.own_staff.row),
    ).fetchone()
    if again is not None:
        return get(conn, again[0])
    texts = texts_meanwhile(conn, office_id, from_at, until_at)
    row = conn.execute(
        "INSERT INTO paper_days (office_id, from_at, until_at, reason, texts, at, staff_id)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
        (office_id, from_at, until_at, reason, texts, by.at, by.own_staff.row),
    ).fetchone()
    assert row is not None
    made = get(conn, row[0])
    data: dict[str, str | int] = {
        "day": day.isoformat(),
        "from": from_at.isoformat(),
        "until": until_at.isoformat(),
        "texts": texts,
        "by": by.known_as,
    }
    pin = conn.execute("SELECT pin FROM offices WHERE id = %s", (office_id,)).fetchone()
    assert pin is not None
    feed.append(conn, "paper_day_opened", None, by.at, {"office": pin[0], **data})
    return made


def texts_meanwhile(conn: Conn, office_id: int, from_at: datetime, until_at: datetime) -> int:
    """Return how many texts of the office's postmen came then: many speak against an outage."""
    row = conn.execute(
        "SELECT count(*) FROM staff s JOIN messages m ON m.phone = s.phone"
        " WHERE s.office_id = %s AND s.role = 'postman' AND m.direction = 'in'"
        " AND m.at >= %s AND m.at < %s",
        (office_id, from_at, until_at),
    ).fetchone()
    assert row is not None
    return int(row[0])


def get(conn: Conn, id_: int) -> Outage:
    """Return the outage with that row id. Raise `UnknownOutage`."""
    with conn.cursor(row_factory=class_row(Outage)) as cursor:
        found = cursor.execute(_OUTAGE + "WHERE d.id = %s", (id_,)).fetchone()
    if found is None:
        raise UnknownOutage(id_)
    return found


def lately(conn: Conn, office_id: int | None, today: date) -> list[Outage]:
    """Return the outages of the last seven days, the latest first; of None: at every office."""
    with conn.cursor(row_factory=class_row(Outage)) as cursor:
        return cursor.execute(
            _OUTAGE + "WHERE (%(office)s::bigint IS NULL OR d.office_id = %(office)s)"
            " AND d.from_at >= %(since)s ORDER BY d.from_at DESC, d.id DESC LIMIT 100",
            {"office": office_id, "since": bounds(today - PAPER_WITHIN)[0]},
        ).fetchall()


_LINE = """
SELECT p.id, p.list_id, p.serial, a.number, p.said_at, p.payment, p.outcome, p.at, s.name AS by
FROM paper_lines p JOIN articles a ON a.id = p.article_id JOIN staff s ON s.id = p.staff_id
"""


def lines(conn: Conn, outage_id: int) -> list[SlipLine]:
    """Return what was typed for an outage, the latest first."""
    with conn.cursor(row_factory=class_row(SlipLine)) as cursor:
        return cursor.execute(
            _LINE + "WHERE p.paper_day_id = %s ORDER BY p.id DESC", (outage_id,)
        ).fetchall()


@dataclass(frozen=True)
class NewLine:
    """A line as it is typed. `once`: of its form. `list_id`, `serial`: of the slip."""

    once: UUID
    outage_id: int
    list_id: int
    serial: int
    number: str
    said_at: datetime
    payment: Payment | None


def typed_before(conn: Conn, line: NewLine) -> SlipLine | None:
    """Return what came of the line when it was sent before. Raise `OtherForm` for another one.

    Its code is not kept: of two codes under one `once` the first alone is judged.
    """
    with conn.cursor(row_factory=class_row(SlipLine)) as cursor:
        before = cursor.execute(_LINE + "WHERE p.once = %s", (line.once,)).fetchone()
    if before is not None:
        now = (line.list_id, line.number, line.said_at, line.payment)
        insist_same(((before.list_id, before.number, before.said_at, before.payment), now))
    return before


def note(conn: Conn, line: NewLine, outcome: Outcome, by: Doer) -> SlipLine:
    """Write down what came of a line."""
    conn.execute(
        "INSERT INTO paper_lines (once, paper_day_id, list_id, article_id, serial, said_at,"
        " payment, outcome, at, staff_id) SELECT %s, %s, %s, id, %s, %s, %s, %s, %s, %s"
        " FROM articles WHERE number = %s",
        (
            line.once,
            line.outage_id,
            line.list_id,
            line.serial,
            line.said_at,
            line.payment,
            outcome,
            by.at,
            by.own_staff.row,
            line.number,
        ),
    )
    written = typed_before(conn, line)
    assert written is not None
    return written
