"""Sums that came in by UPI, each in exactly one state: booked, refund due or refunded.

A sum is unique by provider and the provider's id, so a hook, a poll, a clerk and the
reconciliation may all report it at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from psycopg.rows import class_row

from india.calendar import bounds
from postal.counter.payment_rules import Cause, CreditState, Way
from store.database import Conn
from store.refusals import Conflict, Unknown

Source = Literal["hook", "poll", "clerk", "software", "reconciled"]


@dataclass(frozen=True)
class NewCredit:
    """A sum that came and is not judged yet. `came_at`: by the provider's clock."""

    provider: str
    provider_payment_id: str
    payment_id: int | None
    group_id: int | None
    office_id: int | None
    paise: int
    rrn: str | None
    source: Source
    staff_row: int | None
    came_at: datetime


@dataclass(frozen=True)
class Credit:
    """A sum that came. `price`: that of its booking. `ref`: the provider's name for its attempt."""

    id: int
    provider: str
    provider_payment_id: str
    payment_id: int | None
    group_id: int | None
    tr: str | None
    office_id: int | None
    office: str | None
    paise: int
    price: int | None
    ref: str | None
    rrn: str | None
    source: Source
    came_at: datetime
    taken_at: datetime
    state: CreditState
    cause: Cause | None
    settled_at: datetime | None
    refund_way: Way | None
    refund_asked_at: datetime | None
    refund_ref: str | None
    refund_error: str | None
    refunded_at: datetime | None
    refund_by: str | None  # the staff id of who ordered the refund or paid it out

    @property
    def refunding(self) -> bool:
        """Tell whether the provider has the refund order and has not carried it out yet."""
        return self.state == "refund_due" and self.refund_way is not None


class UnknownCredit(Unknown):
    """No sum has this row id."""

    def __init__(self, id_: int) -> None:
        super().__init__(f"there is no sum {id_}")


class CountedAlready(Conflict):
    """The bank's reference was counted before, from a clerk or a provider: it counts only once."""

    field = "reference"
    word = "upi_reference_used"

    def __init__(self, rrn: str) -> None:
        super().__init__(
            f"the reference {rrn} was counted already: it stands for one payment only."
            " Compare all 12 digits with the customer's telephone"
        )


_READ = """
SELECT c.id, c.provider, c.provider_payment_id, c.payment_id, c.group_id, g.tr, c.office_id,
       o.name AS office, c.paise, p.paise AS price, p.provider_ref AS ref, c.rrn, c.source,
       c.came_at, c.taken_at, c.state, c.cause, c.settled_at, c.refund_way, c.refund_asked_at,
       c.refund_ref, c.refund_error, c.refunded_at, s.staff_id AS refund_by
FROM credits c LEFT JOIN booking_groups g ON g.id = c.group_id
LEFT JOIN staff s ON s.id = c.refund_asked_by
LEFT JOIN offices o ON o.id = c.office_id LEFT JOIN payments p ON p.id = c.payment_id
"""


def take(conn: Conn, new: NewCredit, cause: Cause, now: datetime) -> int | None:
    """Record a sum as due to go back because of `cause`, until it is `booked`; return its row id.

    None: it was recorded before. Waits for a transaction that is recording the same sum.
    """
    row = conn.execute(
        "INSERT INTO credits (provider, provider_payment_id, payment_id, group_id, office_id,"
        " paise, rrn, source, staff_id, came_at, taken_at, state, cause)"
        " VALUES (%(provider)s, %(provider_payment_id)s, %(payment_id)s, %(group_id)s,"
        " %(office_id)s, %(paise)s, %(rrn)s, %(source)s, %(staff_row)s, %(came_at)s, %(now)s,"
        " 'refund_due', %(cause)s)"
        " ON CONFLICT (provider, provider_payment_id) DO NOTHING RETURNING id",
        {**vars(new), "now": now, "cause": cause},
    ).fetchone()
    return int(row[0]) if row else None


def booked(conn: Conn, id_: int) -> None:
    """Mark the sum as booked, in the transaction that took it and books the group."""
    done = conn.execute(
        "UPDATE credits SET state = 'booked', cause = NULL"
        " WHERE id = %s AND state = 'refund_due' AND refund_way IS NULL",
        (id_,),
    )
    assert done.rowcount == 1


def insist_unseen(conn: Conn, rrn: str) -> None:
    """Raise `CountedAlready` if a sum with this bank reference is known from any source."""
    if conn.execute("SELECT 1 FROM credits WHERE rrn = %s", (rrn,)).fetchone():
        raise CountedAlready(rrn)


def get(conn: Conn, id_: int) -> Credit:
    """Return the sum with that row id. Raises `UnknownCredit`."""
    found = _read(conn, "WHERE c.id = %s", id_)
    if not found:
        raise UnknownCredit(id_)
    return found[0]


def find(conn: Conn, provider: str, provider_payment_id: str) -> Credit | None:
    """Return the sum with that id at the provider."""
    found = _read(
        conn, "WHERE c.provider = %s AND c.provider_payment_id = %s", provider, provider_payment_id
    )
    return found[0] if found else None


def of_group(conn: Conn, group_id: int) -> Sequence[Credit]:
    """Return all sums that came for a booking, oldest first."""
    return _read(conn, "WHERE c.group_id = %s ORDER BY c.id", group_id)


def due(conn: Conn, office_id: int | None, limit: int) -> Sequence[Credit]:
    """Return sums due to go back, oldest first: an office's and those of no office; None: all."""
    return _read(
        conn,
        "WHERE c.state = 'refund_due' AND (%s::bigint IS NULL OR c.office_id IS NULL"
        " OR c.office_id = %s) ORDER BY c.came_at, c.id LIMIT %s",
        office_id,
        office_id,
        limit,
    )


def of_day(conn: Conn, office_id: int | None, day: date) -> Sequence[Credit]:
    """Return the sums that came on a day (in India), oldest first: an office's; None: all."""
    return _read(
        conn,
        "WHERE c.came_at >= %s AND c.came_at < %s"
        " AND (%s::bigint IS NULL OR c.office_id = %s) ORDER BY c.came_at, c.id",
        *bounds(day),
        office_id,
        office_id,
    )


def mark_settled(conn: Conn, provider: str, provider_payment_id: str, at: datetime) -> bool:
    """Mark a sum as paid out by the bank. False: it was marked before, or is not known."""
    done = conn.execute(
        "UPDATE credits SET settled_at = %s"
        " WHERE provider = %s AND provider_payment_id = %s AND settled_at IS NULL",
        (at, provider, provider_payment_id),
    )
    return done.rowcount == 1


def _read(conn: Conn, where: str, *values: object) -> list[Credit]:
    with conn.cursor(row_factory=class_row(Credit)) as cursor:
        return cursor.execute(f"{_READ} {where}", values).fetchall()
