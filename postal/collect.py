"""Fetching an article at the office window: by code, or by an identity document.

An article that is handed over against a code only needs two of the staff where a document stands
in for the code; the type of the document and the last four of its number are kept, never more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flows.facts import TRIES_PER_DAY, CodeState
from india.calendar import day_of
from postal import articles, codes
from postal.acts import cod
from postal.counter.ledger import Method
from postal.people.people import StaffMissing
from store import feed
from store.database import Conn
from store.refusals import Conflict, Invalid

DocumentType = Literal["aadhaar", "voter", "licence", "passport", "pan", "ration", "job_card"]


@dataclass(frozen=True)
class Document:
    """An identity document that was shown."""

    type: DocumentType
    last4: str


@dataclass(frozen=True)
class ByCode:
    """The recipient said the code at the window; `staff`: who heard it."""

    code: str
    staff: str

    def __repr__(self) -> str:
        return f"ByCode(staff={self.staff!r})"  # a code in no traceback


@dataclass(frozen=True)
class ByDocument:
    """The recipient, or the authorised person, showed a document to `staff` and `second`."""

    document: Document
    staff: str
    second: str | None


@dataclass(frozen=True)
class Collecting:
    """`why_not` is None where the article is handed out; else what to tell the recipient."""

    why_not: str | None
    tries_left: int


class NotAtOffice(Conflict):
    """The article is not here to be fetched."""

    word = "window_not_here"

    def __init__(self, number: str, state: str) -> None:
        super().__init__(f"{number} is {state}: only what waits at_office can be collected")


class NotPaid(Invalid):
    """There is COD to be paid, `rupees` whole, and nobody says how it was; or there is none."""

    field = "payment"
    word = "window_not_paid"

    def __init__(self, rupees: int) -> None:
        super().__init__(
            f"{rupees} rupees are to be paid for it first: say how, in cash or by UPI"
            if rupees
            else "nothing is to be paid for it: it has no COD"
        )


@dataclass(frozen=True)
class _Here:
    id: int
    otp_required: bool
    cod_amount: int  # whole rupees
    salt: bytes
    issue: codes.Issue
    wrong: int


def collect(
    conn: Conn,
    number: str,
    by: ByCode | ByDocument,
    now: datetime,
    master_key: bytes,
    code_length: int,
    payment: Method | None = None,
) -> Collecting:
    """Hands `number` out at the window, or says why not; a wrong code counts as one of the day's.

    `payment`: how the COD was paid, which goes into the books of whoever hands it out. Announce
    `Collected` in the same transaction where it was. Raises `UnknownArticle`, `NotAtOffice`,
    `NotPaid`, `StaffMissing`.
    """
    here = _here(conn, number, now)
    if (here.cod_amount > 0) != (payment is not None):
        raise NotPaid(here.cod_amount)
    _staff(conn, "staff", by.staff, ())
    if isinstance(by, ByDocument):
        if here.otp_required:
            _second(conn, by)
        _write(conn, here, now, "document", by.document)
        _enter_cod(conn, here, payment, by.staff, now)
        return Collecting(None, TRIES_PER_DAY - here.wrong)
    if not here.otp_required:
        return Collecting("it needs no code: ask for an identity document", TRIES_PER_DAY)
    verdict = codes.judge(by.code, here.issue, here.wrong, master_key, code_length)
    if verdict == "right":
        conn.execute("UPDATE codes SET used_at = %s WHERE article_id = %s AND issue = %s",
                     [now, here.id, here.issue.number])  # fmt: skip
        _attempt(conn, here, now, "right")
        _write(conn, here, now, "code", None)
        _enter_cod(conn, here, payment, by.staff, now)
        return Collecting(None, TRIES_PER_DAY - here.wrong)
    left = TRIES_PER_DAY - here.wrong
    if verdict == "wrong":
        _attempt(conn, here, now, "wrong")
        feed.append(conn, "code_wrong", here.id, now, {})
        left -= 1
        if left == 0:
            conn.execute(
                "UPDATE codes SET dead_at = %s, dead_reason = 'tries'"
                " WHERE article_id = %s AND used_at IS NULL AND dead_at IS NULL",
                [now, here.id],
            )
    return Collecting(_WHY_NOT[verdict], left)


_WHY_NOT = {
    "wrong": "the code is wrong",
    "expired": "the code has expired: the recipient sends 1 for a new one",
    "stale": "that code counts no more: the newest one does",
    "none": "no code is out: the recipient sends 1 for one",
    "locked": "five wrong codes today: by identity document, or tomorrow",
}


def _here(conn: Conn, number: str, now: datetime) -> _Here:
    row = conn.execute(
        "SELECT a.id, a.state, a.otp_required, a.cod_amount, a.code_salt, a.code_issue,"
        " c.expires_at, c.used_at, c.dead_at, c.purpose, (SELECT count(*) FROM code_attempts t"
        " WHERE t.article_id = a.id AND t.day = %s AND t.outcome = 'wrong') FROM articles a"
        " LEFT JOIN codes c ON c.article_id = a.id AND c.issue = a.code_issue"
        " WHERE a.number = %s FOR UPDATE OF a",
        [day_of(now), number],
    ).fetchone()
    if row is None:
        raise articles.UnknownArticle(number)
    id_, state, otp, cod_amount, salt, issue, expires, used, dead, purpose, wrong = row
    if state != "at_office":
        raise NotAtOffice(number, state)
    live: CodeState = "none"
    if purpose == "window":
        live = "used" if used else "dead" if dead else "live" if expires > now else "expired"
    return _Here(id_, otp, cod_amount, bytes(salt), codes.Issue(issue, live, bytes(salt)), wrong)


def _enter_cod(
    conn: Conn, here: _Here, payment: Method | None, staff_id: str, now: datetime
) -> None:
    if payment is not None:
        cod.enter_at_window(conn, here.id, payment, here.cod_amount, staff_id, now)


def _second(conn: Conn, by: ByDocument) -> None:
    if by.second is None or by.second == by.staff:
        raise StaffMissing("second", "without the code two of the staff hand it out: name another")
    _staff(conn, "second", by.second, ("postmaster", "supervisor"))


def _staff(conn: Conn, field: str, staff_id: str, roles: tuple[str, ...]) -> None:
    found = conn.execute(
        "SELECT role FROM staff WHERE staff_id = %s AND active", [staff_id]
    ).fetchone()
    if found is None:
        raise StaffMissing(field, f"nobody of the staff has the id {staff_id}")
    if roles and found[0] not in roles:
        raise StaffMissing(field, f"{staff_id} is a {found[0]}: it takes a {' or '.join(roles)}")


def _attempt(conn: Conn, here: _Here, now: datetime, outcome: str) -> None:
    conn.execute(
        "INSERT INTO code_attempts (article_id, day, at, outcome) VALUES (%s, %s, %s, %s)",
        [here.id, day_of(now), now, outcome],
    )


def _write(
    conn: Conn,
    here: _Here,
    now: datetime,
    how: Literal["code", "document"],
    document: Document | None,
) -> None:
    conn.execute(
        "UPDATE codes SET dead_at = %s, dead_reason = 'withdrawn'"
        " WHERE article_id = %s AND used_at IS NULL AND dead_at IS NULL",
        [now, here.id],
    )
    conn.execute(
        "UPDATE articles SET state = 'delivered', delivered_at = %s, updated_at = %s,"
        " collected = %s, document = %s, document_last4 = %s WHERE id = %s",
        [
            now,
            now,
            how,
            document.type if document else None,
            document.last4 if document else None,
            here.id,
        ],
    )
    feed.append(
        conn,
        "collected",
        here.id,
        now,
        {"by": how, "document": document.type if document else None},
    )
