"""Accounts of the desk: added, changed, ended, listed.

`passwords` has the first factor, `authenticator` and `factors` the second, `tries` the limits for
guessers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import psycopg

from postal.people import notices, tries
from postal.people.factor_secret import COLUMN as SECRET
from postal.people.passwords import hashed
from postal.people.people import StaffIdTaken, office_of, read_names
from postal.people.pins import UnknownStaff
from postal.people.places import SignInPlace, forget_browsers
from store.database import Conn

Role = Literal["agent", "supervisor", "postmaster", "clerk", "administrator"]  # who signs in
ROLES: tuple[Role, ...] = ("agent", "supervisor", "postmaster", "clerk", "administrator")


@dataclass(frozen=True)
class Account:
    """A member of staff who may sign in. `enrolled`: the authenticator is set up.

    `codes_kept`: the person said that the recovery codes are written down. `handed_over`: the
    password is one that somebody else saw, and opens only the page where another is chosen.
    """

    id: int
    staff_id: str
    name: str
    role: Role
    office: str
    office_id: int
    office_pin: str
    enrolled: bool
    codes_kept: bool
    handed_over: bool


def add(conn: Conn, staff_id: str, name: str, role: Role, office_pin: str, password: str) -> None:
    """Add an account, which must set up its second factor at its first sign-in.

    Raise `UnknownOffice`, `StaffIdTaken`, `WeakPassword`, and `Invalid` for what is no `staff_id`
    or `name`.
    """
    staff_id, name = read_names(staff_id, name)
    password_hash = hashed(staff_id, password)
    office_id, _ = office_of(conn, office_pin)
    try:
        with conn.transaction():
            conn.execute(
                "INSERT INTO staff (staff_id, name, role, office_id, password_hash, totp_salt,"
                " totp_key) VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (staff_id, name, role, office_id, password_hash, *SECRET.new(conn)),
            )
    except psycopg.errors.UniqueViolation as taken:
        raise StaffIdTaken(staff_id) from taken


def set_password(
    conn: Conn, staff_id: str, password: str, now: datetime, place: SignInPlace | None = None
) -> None:
    """Set another password; end every lock and every earlier sign-in of the account; tell it.

    Raise `UnknownStaff` and `WeakPassword`.
    """
    staff_row = change(
        conn, staff_id, now, "password_hash = %s, password_until = NULL", hashed(staff_id, password)
    )
    tries.forgive_all(conn, staff_row)
    notices.note(conn, staff_row, "password_changed", now, place)


def set_phone(conn: Conn, staff_id: str, phone: str | None, now: datetime) -> str | None:
    """Set the telephone (E.164) that is texted about the account; None: none.

    Return the one before; where it is the same nothing is changed. Somebody with two accounts has
    it with both. Raise `UnknownStaff`.
    """
    before = conn.execute(
        "SELECT id, phone FROM staff WHERE staff_id = %s AND active AND role <> 'postman'"
        " FOR NO KEY UPDATE",
        (staff_id,),
    ).fetchone()
    if before is None:
        raise UnknownStaff(staff_id)
    if before[1] != phone:
        conn.execute("UPDATE staff SET phone = %s WHERE id = %s", (phone, before[0]))
        notices.note(conn, before[0], "phone_changed", now)
    return before[1] if before[1] is None else str(before[1])


def unlock(conn: Conn, staff_id: str) -> None:
    """Forget all wrong tries at the account. Raise `UnknownStaff`."""
    row = conn.execute(
        "SELECT id FROM staff WHERE staff_id = %s AND active AND role <> 'postman'", (staff_id,)
    ).fetchone()
    if row is None:
        raise UnknownStaff(staff_id)
    tries.forgive_all(conn, row[0])


def forget_second_factor(conn: Conn, staff_id: str, now: datetime) -> None:
    """Void authenticator, passkeys and recovery codes: the account must set up a new one.

    Its browsers are strange ones again, and its owner is told. Raise `UnknownStaff`.
    """
    changes = (
        "totp_salt = %s, totp_key = %s, totp_sealed = NULL, totp_confirmed_at = NULL,"
        " totp_step = NULL, recovery_confirmed_at = NULL"
    )
    staff_row = change(conn, staff_id, now, changes, *SECRET.new(conn))
    conn.execute("DELETE FROM recovery_codes WHERE staff_id = %s", (staff_row,))
    conn.execute("DELETE FROM passkeys WHERE staff_id = %s", (staff_row,))
    forget_browsers(conn, staff_row)
    tries.forgive_all(conn, staff_row)
    notices.note(conn, staff_row, "factors_forgotten", now)


def end(conn: Conn, staff_id: str, now: datetime) -> None:
    """End the account: it cannot sign in any more. Raise `UnknownStaff`."""
    change(conn, staff_id, now, "active = false")


def listed(conn: Conn) -> list[Account]:
    """Return all accounts that may sign in."""
    rows = conn.execute(_READ + " ORDER BY s.role, s.staff_id").fetchall()
    return [Account(*row) for row in rows]


def get(conn: Conn, staff_row: int) -> Account | None:
    """Return the account with that row id, if it may still sign in."""
    row = conn.execute(_READ + " AND s.id = %s", (staff_row,)).fetchone()
    return Account(*row) if row else None


_READ = """
SELECT s.id, s.staff_id, s.name, s.role, o.name, o.id, o.pin, s.totp_confirmed_at IS NOT NULL,
       s.recovery_confirmed_at IS NOT NULL, s.password_until IS NOT NULL
FROM staff s JOIN offices o ON o.id = s.office_id
WHERE s.active AND s.role <> 'postman' AND s.password_hash IS NOT NULL
"""


def change(conn: Conn, staff_id: str, now: datetime, changes: str, *values: object) -> int:
    """Change an account and end its sign-ins; return its row id. Raise `UnknownStaff`."""
    row = conn.execute(
        f"UPDATE staff SET {changes} WHERE staff_id = %s AND active AND role <> 'postman'"  # noqa: S608
        " RETURNING id",
        (*values, staff_id),
    ).fetchone()
    if row is None:
        raise UnknownStaff(staff_id)
    conn.execute(
        "UPDATE sign_ins SET ended_at = %s WHERE staff_id = %s AND ended_at IS NULL", (now, row[0])
    )
    return int(row[0])
