"""COD at the door: what postmen took, and the cash that they hand in, counted by the office.

The items of a postman's list hold what he took (`payment`), without what he undid. Each handing-in
is a row that is never edited, with an entry in the ledger; a correction is a new row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from psycopg.rows import class_row

from postal.counter import ledger
from postal.counter.ledger import NewEntry
from postal.office.returning import UnknownList
from postal.once import insist_same
from postal.people.doer import Doer
from store import feed
from store.database import Conn
from store.refusals import Conflict, Invalid, Unknown

LONGEST_EXPLANATION: Final = 300
MOST_PAISE: Final = 100_000_000  # ten lakh rupees; more is a typing error


@dataclass(frozen=True)
class Owing:
    """The COD of one list, in paise. `covered`: what its handings-in should have brought;
    `counted`: what they brought, with corrections."""

    list_id: int
    date: date
    office_id: int
    staff_id: str
    name: str
    beat: int | None
    cash: int
    upi: int
    covered: int
    counted: int
    handings: int

    @property
    def open(self) -> int:
        """The sum still to be handed in; negative if he undid what he had handed in for."""
        return self.cash - self.covered

    @property
    def difference(self) -> int:
        """The shortage (negative) or surplus, explained when it was counted."""
        return self.counted - self.covered


@dataclass(frozen=True)
class Handing:
    """One handing-in, or the correction of one (`corrects`), in paise. `by`: who counted."""

    id: int
    list_id: int
    at: datetime
    by: str
    expected: int
    counted: int
    explanation: str | None
    corrects: int | None


@dataclass(frozen=True)
class UpiTaken:
    """A sum that a postman took by UPI at a door. `amount`: whole rupees."""

    staff_id: str
    name: str
    beat: int | None
    number: str
    amount: int
    at: datetime


class AmountChanged(Conflict):
    """The open sum is not what was shown: a text came meanwhile, or somebody counted."""

    field = "expected"
    word = "cash_changed"

    def __init__(self, open_: int) -> None:
        super().__init__(f"it changed meanwhile: {open_} paise are open now. Look once more")


class Unexplained(Invalid):
    """The counted sum differs from the open one without an explanation."""

    sentence = "the sum differs from what is open: say why"
    field = "explanation"
    word = "cash_unexplained"


class BadSum(Invalid):
    """The counted sum is impossible."""

    sentence = "that cannot be the sum: count again"
    field = "counted"
    word = "cash_bad_sum"


class UnknownHanding(Unknown):
    """No handing-in has this row id."""

    def __init__(self, id_: int) -> None:
        super().__init__(f"there is no handing-in {id_}")


TAKEN_AT_DOORS: Final = """
    SELECT (100 * sum(a.cod_amount) FILTER (WHERE i.payment = 'cash'))::bigint AS cash,
           (100 * sum(a.cod_amount) FILTER (WHERE i.payment = 'upi'))::bigint AS upi
    FROM delivery_items i JOIN articles a ON a.id = i.article_id
    WHERE i.list_id = l.id AND i.payment IS NOT NULL AND i.state = 'delivered'
""".strip()
"""SQL: the COD in paise that the postman of the list `l` took at doors, as `cash` and `upi`."""

_OWING = """
SELECT l.id AS list_id, l.date, s.office_id, s.staff_id, s.name, s.beat,
       coalesce(p.cash, 0) AS cash, coalesce(p.upi, 0) AS upi,
       coalesce(h.covered, 0) AS covered, coalesce(h.counted, 0) AS counted,
       coalesce(h.handings, 0) AS handings
FROM delivery_lists l JOIN staff s ON s.id = l.postman_id
LEFT JOIN LATERAL (
    {taken}
) p ON true
LEFT JOIN LATERAL (
    SELECT sum(expected_paise)::bigint AS covered, sum(counted_paise)::bigint AS counted,
           count(*) AS handings
    FROM cod_handings WHERE list_id = l.id
) h ON true
""".replace("{taken}", TAKEN_AT_DOORS)
_CONCERNED = "(p.cash IS NOT NULL OR p.upi IS NOT NULL OR h.covered IS NOT NULL)"


def of_list(conn: Conn, list_id: int) -> Owing:
    """Return the COD of a list. Raises `UnknownList`."""
    with conn.cursor(row_factory=class_row(Owing)) as cursor:
        found = cursor.execute(_OWING + "WHERE l.id = %s", (list_id,)).fetchone()
    if found is None:
        raise UnknownList(list_id)
    return found


def of_day(conn: Conn, office_id: int, day: date) -> list[Owing]:
    """Return the lists of a day with COD that was taken or handed in."""
    with conn.cursor(row_factory=class_row(Owing)) as cursor:
        return cursor.execute(
            f"{_OWING} WHERE s.office_id = %s AND l.date = %s AND {_CONCERNED}"
            " ORDER BY s.beat, s.staff_id",
            (office_id, day),
        ).fetchall()


def open_ones(conn: Conn, office_id: int) -> list[Owing]:
    """Return the lists of any day whose cash is open, the oldest first."""
    with conn.cursor(row_factory=class_row(Owing)) as cursor:
        return cursor.execute(
            _OWING + "WHERE s.office_id = %s AND coalesce(p.cash, 0) <> coalesce(h.covered, 0)"
            " ORDER BY l.date, s.beat, s.staff_id",
            (office_id,),
        ).fetchall()


@dataclass(frozen=True)
class CashCount:
    """The counted sum of a form, in paise. `once`: that of the form."""

    once: UUID
    paise: int
    explanation: str | None


def hand_in(conn: Conn, list_id: int, expected: int, said: CashCount, by: Doer) -> Handing:
    """Record the cash of a list, when the page showed `expected` paise as open.

    The same `once` again returns the first handing-in and changes nothing. Raises
    `AmountChanged`, `Unexplained`, `BadSum` and `UnknownList`.
    """
    conn.execute("SELECT 1 FROM delivery_lists WHERE id = %s FOR NO KEY UPDATE", (list_id,))
    owing = of_list(conn, list_id)
    before = _by_once(conn, said.once)
    if before is not None:
        now = (list_id, said.paise, said.explanation or None, None)
        insist_same(((before.list_id, before.counted, before.explanation, before.corrects), now))
        return before
    if expected == 0 or expected != owing.open:
        raise AmountChanged(owing.open)
    low, high = min(0, expected), MOST_PAISE if expected > 0 else 0
    if not low <= said.paise <= high:
        raise BadSum
    if said.paise != expected and not said.explanation:
        raise Unexplained
    entry = NewEntry(
        "cod",
        "cash",
        said.paise,
        owing.office_id,
        staff_row=by.staff_row,
        list_id=list_id,
        note=said.explanation or None,
    )
    handing = _write(conn, said.once, entry, expected, None, by)
    feed.append(
        conn,
        "cod_handed_in",
        None,
        by.at,
        {
            "postman": owing.staff_id,
            "day": owing.date.isoformat(),
            "expected": expected,
            "counted": said.paise,
        },
    )
    return handing


def correct(conn: Conn, handing_id: int, right: CashCount, by: Doer) -> Handing:
    """Correct a handing-in to `right` in all, by a new row and entry.

    Raises `UnknownHanding`, `Unexplained`, `BadSum`; the same `once` again changes nothing.
    """
    row = conn.execute(
        "SELECT h.list_id, h.counted_paise, h.ledger_id, s.office_id FROM cod_handings h"
        " JOIN delivery_lists l ON l.id = h.list_id JOIN staff s ON s.id = l.postman_id"
        " WHERE h.id = %s AND h.corrects IS NULL FOR NO KEY UPDATE OF l",
        (handing_id,),
    ).fetchone()
    if row is None:
        raise UnknownHanding(handing_id)
    list_id, counted, ledger_id, office_id = row
    before = _by_once(conn, right.once)
    if before is not None:
        until = conn.execute(
            "SELECT sum(counted_paise)::bigint FROM cod_handings WHERE corrects = %s AND id <= %s",
            (handing_id, before.id),
        ).fetchone()
        assert until is not None
        now = (handing_id, right.explanation, right.paise - counted)
        insist_same(((before.corrects, before.explanation, until[0]), now))
        return before
    corrected = conn.execute(
        "SELECT coalesce(sum(counted_paise), 0)::bigint FROM cod_handings WHERE corrects = %s",
        (handing_id,),
    ).fetchone()
    assert corrected is not None
    delta = right.paise - counted - corrected[0]
    if not -MOST_PAISE <= right.paise <= MOST_PAISE or delta == 0:
        raise BadSum
    if not right.explanation:
        raise Unexplained
    entry = NewEntry(
        "correction",
        "cash",
        delta,
        office_id,
        staff_row=by.staff_row,
        list_id=list_id,
        corrects=ledger_id,
        note=right.explanation,
    )
    return _write(conn, right.once, entry, 0, handing_id, by)


def _write(
    conn: Conn, once: UUID, entry: NewEntry, expected: int, corrects: int | None, by: Doer
) -> Handing:
    ledger_id = ledger.enter(conn, entry, by.at)
    conn.execute(
        "INSERT INTO cod_handings (once, list_id, at, staff_id, token_id, expected_paise,"
        " counted_paise, explanation, corrects, ledger_id)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            once,
            entry.list_id,
            by.at,
            by.staff_row,
            by.token_id,
            expected,
            entry.paise,
            entry.note,
            corrects,
            ledger_id,
        ),
    )
    written = _by_once(conn, once)
    assert written is not None
    return written


_HANDING = """
SELECT h.id, h.list_id, h.at, coalesce(s.name, t.name) AS by, h.expected_paise AS expected,
       h.counted_paise AS counted, h.explanation, h.corrects
FROM cod_handings h LEFT JOIN staff s ON s.id = h.staff_id LEFT JOIN tokens t ON t.id = h.token_id
"""


def _by_once(conn: Conn, once: UUID) -> Handing | None:
    with conn.cursor(row_factory=class_row(Handing)) as cursor:
        return cursor.execute(_HANDING + "WHERE h.once = %s", (once,)).fetchone()


def handing(conn: Conn, id_: int) -> Handing:
    """Return the handing-in with that row id. Raises `UnknownHanding`."""
    with conn.cursor(row_factory=class_row(Handing)) as cursor:
        found = cursor.execute(_HANDING + "WHERE h.id = %s", (id_,)).fetchone()
    if found is None:
        raise UnknownHanding(id_)
    return found


def handings(conn: Conn, list_ids: list[int]) -> list[Handing]:
    """Return the handings-in of these lists, in order."""
    with conn.cursor(row_factory=class_row(Handing)) as cursor:
        return cursor.execute(
            _HANDING + "WHERE h.list_id = ANY(%s) ORDER BY h.id", (list_ids,)
        ).fetchall()


def upi(conn: Conn, office_id: int, day: date) -> list[UpiTaken]:
    """Return each sum that postmen took by UPI on a day, for comparison with the bank's list."""
    with conn.cursor(row_factory=class_row(UpiTaken)) as cursor:
        return cursor.execute(
            "SELECT s.staff_id, s.name, s.beat, a.number, a.cod_amount AS amount,"
            " i.finished_at AS at FROM staff s JOIN delivery_lists l ON l.postman_id = s.id"
            " JOIN delivery_items i ON i.list_id = l.id JOIN articles a ON a.id = i.article_id"
            " WHERE s.office_id = %s AND l.date = %s AND i.payment = 'upi'"
            " AND i.state = 'delivered' ORDER BY s.beat, s.staff_id, i.finished_at",
            (office_id, day),
        ).fetchall()
