"""Worklists of the data protection law: what people ask of their data, and breaches, with clocks.

Digital Personal Data Protection Act 2023: section 11 (to see), 12 (to correct, to erase), 13
(complaints); DPDP Rules 2025: rule 14 (a complaint is answered within 90 days), rule 7 (a breach:
the Board and the people at once, a detailed report to the Board within 72 hours). The Act sets no
time for seeing, correcting and erasing: `AIM` is our own, which the department publishes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, cast, get_args

from psycopg.rows import class_row

from postal.people import access
from postal.people.access import Onlooker
from postal.people.doer import Doer
from store.database import Conn
from store.refusals import Conflict, Invalid, Unknown

DataWish = Literal["see", "correct", "forget", "complain"]
Identified = Literal["telephone", "document"]
DataOutcome = Literal["done", "refused", "nothing_known"]
BreachStep = Literal["board", "people", "report"]

AIM: Final = timedelta(days=30)
COMPLAINT: Final = timedelta(days=90)
REPORT: Final = timedelta(hours=72)
KEPT: Final = timedelta(days=90)  # on the page, after it is done
LONGEST: Final = 500
_STEPS: Final[dict[BreachStep, str]] = {
    "board": "board_at", "people": "people_at", "report": "report_at",
}  # fmt: skip


@dataclass(frozen=True)
class DataRequest:
    """What somebody asked. `due_at`: by when it is answered."""

    id: int
    what: DataWish
    phone: str
    identified: Identified
    note: str
    asked_at: datetime
    opened_by: str
    due_at: datetime
    done_at: datetime | None
    outcome: DataOutcome | None
    answer: str


@dataclass(frozen=True)
class DataBreach:
    """A breach, and when each of the three who must be told was; None: not yet."""

    id: int
    what: str
    known_at: datetime
    opened_by: str
    due_at: datetime
    board_at: datetime | None
    people_at: datetime | None
    report_at: datetime | None


@dataclass(frozen=True)
class DueData:
    """How much is open, and how much of it is late."""

    open: int
    late: int


class UnknownDataRequest(Unknown):
    """There is no such request, or no such breach."""

    sentence = "there is no such request of data protection"


class DataAskedAlready(Conflict):
    """The same is asked of the same telephone and not answered yet."""

    sentence = "this is asked already, and open"
    word = "data_asked_already"


class AnsweredAlready(Conflict):
    """Somebody was faster."""

    sentence = "it is answered already"
    word = "data_answered_already"


class NotAsked(Invalid):
    """Something is missing in the form, or lies in the future."""

    sentence = "say what is asked, of which telephone, when, and how the person was known"
    field = "what"
    word = "data_not_asked"


class NoAnswer(Invalid):
    """A refusal without a reason."""

    sentence = "a refusal needs its reason"
    field = "answer"
    word = "data_no_answer"


@dataclass(frozen=True)
class NewDataRequest:
    """What a form says; `phone`: E.164, `asked_at`: when the person asked."""

    what: str
    phone: str
    identified: str
    asked_at: datetime
    note: str


def ask(conn: Conn, new: NewDataRequest, by: Doer) -> int:
    """Write down what somebody asked, and return its id. Raise `NotAsked`, `DataAskedAlready`."""
    fits = new.what in get_args(DataWish) and new.identified in get_args(Identified)
    if not fits or new.asked_at > by.at:
        raise NotAsked
    row = conn.execute(
        "INSERT INTO data_requests (what, phone, identified, note, asked_at, opened_by, due_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (what, phone) WHERE done_at IS NULL DO NOTHING RETURNING id",
        (
            new.what,
            new.phone,
            new.identified,
            new.note[:LONGEST],
            new.asked_at,
            by.staff_row,
            new.asked_at + (COMPLAINT if new.what == "complain" else AIM),
        ),
    ).fetchone()
    if row is None:
        raise DataAskedAlready
    access.note(conn, by, "acted", phone=new.phone, reason=f"data request {row[0]}: {new.what}")
    return int(row[0])


def answer(conn: Conn, id_: int, outcome: str, said: str, by: Doer) -> None:
    """Close a request. Raise `UnknownDataRequest`, `AnsweredAlready`, `NotAsked`, `NoAnswer`."""
    if outcome not in get_args(DataOutcome):
        raise NotAsked
    if outcome == "refused" and not said:
        raise NoAnswer
    asked = get(conn, id_)
    done = conn.execute(
        "UPDATE data_requests SET done_at = %s, done_by = %s, outcome = %s, answer = %s"
        " WHERE id = %s AND done_at IS NULL",
        (by.at, by.staff_row, outcome, said[:LONGEST], id_),
    )
    if not done.rowcount:
        raise AnsweredAlready
    access.note(conn, by, "acted", phone=asked.phone, reason=f"data request {id_}: {outcome}")


_REQUEST: Final = """
SELECT d.id, d.what, d.phone, d.identified, d.note, d.asked_at, s.name AS opened_by, d.due_at,
       d.done_at, d.outcome, d.answer FROM data_requests d JOIN staff s ON s.id = d.opened_by
"""
_BREACH: Final = """
SELECT b.id, b.what, b.known_at, s.name AS opened_by, b.due_at, b.board_at, b.people_at,
       b.report_at FROM data_breaches b JOIN staff s ON s.id = b.opened_by
"""
_OPEN_BREACH: Final = "(board_at IS NULL OR people_at IS NULL OR report_at IS NULL)"


def get(conn: Conn, id_: int) -> DataRequest:
    """Return a request. Raise `UnknownDataRequest`."""
    with conn.cursor(row_factory=class_row(DataRequest)) as cursor:
        found = cursor.execute(_REQUEST + "WHERE d.id = %s", (id_,)).fetchone()
    if found is None:
        raise UnknownDataRequest
    return found


def asked(conn: Conn, now: datetime, reader: Onlooker) -> list[DataRequest]:
    """Return the open requests, the first due first, then those lately done. It is written down."""
    with conn.cursor(row_factory=class_row(DataRequest)) as cursor:
        found = cursor.execute(
            _REQUEST + "WHERE d.done_at IS NULL OR d.done_at >= %s"
            " ORDER BY d.done_at IS NOT NULL, d.due_at, d.id LIMIT 200",
            (now - KEPT,),
        ).fetchall()
    access.listed(conn, reader, len(found), "data requests")
    return found


def breaches(conn: Conn) -> list[DataBreach]:
    """Return the breaches, open ones first."""
    with conn.cursor(row_factory=class_row(DataBreach)) as cursor:
        return cursor.execute(
            (_BREACH + f"ORDER BY {_OPEN_BREACH} DESC, b.due_at DESC LIMIT 50").encode()
        ).fetchall()


def report_breach(conn: Conn, what: str, known_at: datetime, by: Doer) -> int:
    """Write down a breach that became known at `known_at`; return its id. Raise `NotAsked`.

    The same words of the same person are the same breach while it is open: the form came twice.
    """
    if not what or known_at > by.at:
        raise NotAsked
    conn.execute("SELECT FROM staff WHERE id = %s FOR UPDATE", (by.staff_row,))  # one by one
    said = {"what": what[: 2 * LONGEST], "by": by.staff_row}
    same = conn.execute(
        "SELECT id FROM data_breaches WHERE what = %(what)s AND opened_by = %(by)s"  # noqa: S608
        f" AND {_OPEN_BREACH}".encode(),
        said,
    ).fetchone()
    if same is not None:
        return int(same[0])
    row = conn.execute(
        "INSERT INTO data_breaches (what, known_at, opened_by, due_at)"
        " VALUES (%(what)s, %(known)s, %(by)s, %(due)s) RETURNING id",
        {**said, "known": known_at, "due": known_at + REPORT},
    ).fetchone()
    assert row is not None
    access.note(conn, by, "acted", reason=f"breach {row[0]} opened")
    return int(row[0])


def told(conn: Conn, id_: int, step: str, by: Doer) -> None:
    """Note that one of the three was told of a breach. Raise `AnsweredAlready` and others."""
    if step not in get_args(BreachStep):
        raise NotAsked
    column = _STEPS[cast(BreachStep, step)]
    done = conn.execute(
        f"UPDATE data_breaches SET {column} = %s WHERE id = %s AND {column} IS NULL".encode(),  # noqa: S608
        (by.at, id_),
    )
    if not done.rowcount:
        raise AnsweredAlready
    access.note(conn, by, "acted", reason=f"breach {id_}: {step} told")


def due(conn: Conn, now: datetime) -> DueData:
    """Return how many requests and breaches are open, and how many are late."""
    with conn.cursor(row_factory=class_row(DueData)) as cursor:
        found = cursor.execute(
            "SELECT count(*) AS open, count(*) FILTER (WHERE due_at < %s) AS late FROM ("  # noqa: S608
            " SELECT due_at FROM data_requests WHERE done_at IS NULL UNION ALL"
            f" SELECT due_at FROM data_breaches WHERE {_OPEN_BREACH}) AS all_of_them".encode(),
            (now,),
        ).fetchone()
    assert found is not None
    return found
