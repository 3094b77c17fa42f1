"""What the staff are told about their own accounts, on their pages and by text.

Whatever changes an account writes its notice here, in its own transaction; the texts follow
(`conversation/accounts.py`), whichever door it was. docs/developing/trust.md rule 9, rule 10
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from psycopg.rows import class_row

from postal.people.places import SignInPlace
from settings import Language
from store.database import Conn

# opened_browser, opened_network: signed in where that was not done before · enrolled: an
# authenticator was set up · recovery_used: instead of the second factor · recovery_renewed ·
# passkey_added, passkey_removed · passkey_doubted: its count went back, so there may be a copy ·
# password_changed · factors_forgotten: by an operator, or by two · phone_changed · seat_changed:
# another role or office · ended: another person ended
# a sign-in · place_locked: five wrong tries · guessed: wrong tries from many places ·
# password_known: right password, wrong second factor · pin_guessed: a postman's PIN, from elsewhere
NoticeKind = Literal[
    "opened_browser", "opened_network", "enrolled", "recovery_used", "recovery_renewed",
    "passkey_added", "passkey_removed", "passkey_doubted", "password_changed", "factors_forgotten",
    "phone_changed", "seat_changed", "ended", "place_locked", "guessed", "password_known",
    "pin_guessed",
]  # fmt: skip

# A stranger can cause these as often as he likes: each is told once an hour.
_OF_STRANGERS: Final = ("place_locked", "guessed", "password_known", "pin_guessed")
_TOLD_EVERY: Final = timedelta(hours=1)


@dataclass(frozen=True)
class AccountNotice:
    """A notice about the account of `staff_id`. `name`: of the passkey; `by`: who else did it."""

    id: int
    staff_id: str
    staff_name: str
    kind: NoticeKind
    at: datetime
    network: str | None
    program: str | None
    system: str | None
    name: str | None
    by: str | None
    seen_at: datetime | None


@dataclass(frozen=True)
class UntoldNotice:
    """A notice whose text is due. `phone`: the owner's, if there is one; `left`: recovery codes."""

    id: int
    kind: NoticeKind
    at: datetime
    phone: str | None
    language: Language | None
    left: int


def note(
    conn: Conn,
    staff_row: int,
    kind: NoticeKind,
    now: datetime,
    place: SignInPlace | None = None,
    *,
    name: str | None = None,
    by: int | None = None,
) -> None:
    """Write a notice for the account; what strangers can cause, once an hour."""
    if kind in _OF_STRANGERS:
        told = conn.execute(
            "SELECT EXISTS (SELECT FROM staff_notices WHERE staff_id = %s AND kind = %s"
            " AND at > %s)",
            (staff_row, kind, now - _TOLD_EVERY),
        ).fetchone()
        if told == (True,):
            return
    where = place or SignInPlace(None)
    conn.execute(
        "INSERT INTO staff_notices"
        " (staff_id, kind, at, network, program, system, name, by_staff_id)"
        " VALUES (%s, %s, %s, %s::cidr, %s, %s, %s, %s)",
        (staff_row, kind, now, where.network, where.program, where.system, name, by),
    )


def of(conn: Conn, staff_row: int, most: int) -> list[AccountNotice]:
    """Return the newest notices of one account."""
    with conn.cursor(row_factory=class_row(AccountNotice)) as cursor:
        query = _READ + "WHERE n.staff_id = %s ORDER BY n.id DESC LIMIT %s"
        return cursor.execute(query, (staff_row, most)).fetchall()


def everybodys(conn: Conn, most: int) -> list[AccountNotice]:
    """Return the newest notices of all accounts."""
    with conn.cursor(row_factory=class_row(AccountNotice)) as cursor:
        return cursor.execute(_READ + "ORDER BY n.id DESC LIMIT %s", (most,)).fetchall()


def mark_seen(conn: Conn, staff_row: int, upto: int, now: datetime) -> None:
    """Note that the person has seen all notices up to the row `upto`."""
    conn.execute(
        "UPDATE staff_notices SET seen_at = %s"
        " WHERE staff_id = %s AND id <= %s AND seen_at IS NULL",
        (now, staff_row, upto),
    )


def take_untold(conn: Conn, most: int, now: datetime) -> list[UntoldNotice]:
    """Return notices whose text is due, in order, and note that they are taken up."""
    with conn.cursor(row_factory=class_row(UntoldNotice)) as cursor:
        taken = cursor.execute(
            "WITH due AS (SELECT id FROM staff_notices WHERE texted_at IS NULL ORDER BY id"
            " LIMIT %(most)s FOR UPDATE SKIP LOCKED)"
            " UPDATE staff_notices n SET texted_at = %(now)s FROM due, staff s"
            " LEFT JOIN phones p ON p.phone = s.phone"
            " WHERE n.id = due.id AND s.id = n.staff_id"
            " RETURNING n.id, n.kind, n.at, s.phone, p.language, (SELECT count(*)"
            "    FROM recovery_codes r WHERE r.staff_id = s.id AND r.used_at IS NULL) AS left",
            {"most": most, "now": now},
        ).fetchall()
    return sorted(taken, key=lambda each: each.id)  # RETURNING has no order of its own


_READ: Final = """
SELECT n.id, s.staff_id, s.name AS staff_name, n.kind, n.at, n.network::text, n.program, n.system,
       n.name, b.name AS by, n.seen_at
FROM staff_notices n JOIN staff s ON s.id = n.staff_id LEFT JOIN staff b ON b.id = n.by_staff_id
"""
