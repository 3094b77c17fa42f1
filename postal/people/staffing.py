"""Accounts as an administrator keeps them: added, moved, let in again; and all of them, listed.

A password that somebody else saw opens one page, on which its owner chooses another. It is handed
over on paper or by word of mouth: a link in a text would be a secret in an address, and just what
people are warned of. docs/developing/trust.md rule 11
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import psycopg
from psycopg.rows import class_row

from postal.people import accounts, notices, passwords, tries
from postal.people.accounts import Role
from postal.people.factor_secret import COLUMN as SECRET
from postal.people.people import StaffIdTaken, read_names
from postal.people.pins import UnknownStaff
from postal.people.sign_ins import SignIn
from store.database import Conn
from store.refusals import Conflict, Invalid

HANDED_OVER_FOR: Final = timedelta(days=3)
# Without what is mistaken for another sign: 16 of 31 are 79 bits.
_SIGNS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_GROUPS: Final = 4


@dataclass(frozen=True)
class Seat:
    """A role at an office, by its row."""

    role: Role
    office_id: int


@dataclass(frozen=True)
class NewAccount:
    """An account that is to be added. `phone`: E.164, texted about it; None: nobody is."""

    staff_id: str
    name: str
    seat: Seat
    phone: str | None = None


@dataclass(frozen=True)
class StaffEntry:
    """An account as the list of the staff has it. `last_at`: the last sign-in with both factors.

    `handed_over`: its password is one that its owner has not replaced yet.
    """

    row: int
    staff_id: str
    name: str
    role: Role
    office_id: int
    office: str
    office_pin: str
    district: str
    phone: str | None
    active: bool
    enrolled: bool
    handed_over: bool
    last_at: datetime | None


class CounterOpen(Conflict):
    """Whoever has an open counter stays where it is until it is closed."""

    sentence = "this person's counter is open: it is closed first"
    word = "staff_counter_open"


class LastAdministrator(Conflict):
    """Nobody else who has signed in is an administrator: accounts could not be kept any more."""

    sentence = "nobody else is an administrator and has signed in: another one comes first"
    word = "staff_last_administrator"


class SamePassword(Invalid):
    """The password is the one that was handed over."""

    sentence = "choose another password than the one that was handed over"
    field = "new"
    word = "own_password_same"


def new_password() -> str:
    """Return a password to be handed over, in groups that can be read out."""
    groups = ("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(_GROUPS))
    return "-".join(groups)


def add(conn: Conn, new: NewAccount, password_hash: str, now: datetime) -> None:
    """Add an account, with a password that is handed over.

    Raise `StaffIdTaken`, and `Invalid` for what is no staff id or name.
    """
    staff_id, name = read_names(new.staff_id, new.name)
    try:
        with conn.transaction():
            conn.execute(
                "INSERT INTO staff (staff_id, name, role, office_id, phone, password_hash,"
                " password_until, totp_salt, totp_key) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    staff_id,
                    name,
                    new.seat.role,
                    new.seat.office_id,
                    new.phone,
                    password_hash,
                    now + HANDED_OVER_FOR,
                    *SECRET.new(conn),
                ),
            )
    except psycopg.errors.UniqueViolation as taken:
        raise StaffIdTaken(staff_id) from taken


def move(conn: Conn, staff_id: str, seat: Seat, now: datetime) -> None:
    """Give an account another role or office; its sign-ins end, and its owner is told.

    Raise `UnknownStaff`, `CounterOpen` and `LastAdministrator`.
    """
    if seat.role != "administrator":
        _insist_on_another(conn, staff_id)
    row = accounts.change(
        conn, staff_id, now, "role = %s, office_id = %s", seat.role, seat.office_id
    )
    still_open = conn.execute(
        "SELECT EXISTS (SELECT FROM counter_days WHERE staff_id = %s AND closed_at IS NULL)", (row,)
    ).fetchone()
    if still_open == (True,):
        raise CounterOpen
    notices.note(conn, row, "seat_changed", now)


def end(conn: Conn, staff_id: str, now: datetime) -> None:
    """End an account: it cannot sign in any more. Raise `UnknownStaff`, `LastAdministrator`."""
    _insist_on_another(conn, staff_id)
    accounts.end(conn, staff_id, now)


def _insist_on_another(conn: Conn, staff_id: str) -> None:
    """Raise `LastAdministrator` if this account is the last. Of two who end each other one does."""
    rows = conn.execute(
        "SELECT staff_id FROM staff WHERE role = 'administrator' AND active"
        " AND totp_confirmed_at IS NOT NULL AND password_until IS NULL ORDER BY id FOR UPDATE"
    ).fetchall()
    if rows == [(staff_id,)]:
        raise LastAdministrator


def hand_over(conn: Conn, staff_id: str, password_hash: str, now: datetime) -> None:
    """Set a password that is handed over: sign-ins and locks end, and the owner is told.

    Raise `UnknownStaff`.
    """
    until = now + HANDED_OVER_FOR
    changes = "password_hash = %s, password_until = %s"
    row = accounts.change(conn, staff_id, now, changes, password_hash, until)
    tries.forgive_all(conn, row)
    notices.note(conn, row, "password_changed", now)


def choose_own(conn: Conn, sign_in: SignIn, password: str, now: datetime) -> None:
    """Replace the password that was handed over; this sign-in stays, others end.

    Raise `WeakPassword` and `SamePassword`.
    """
    account = sign_in.account
    password_hash = passwords.hashed(account.staff_id, password)
    handed = conn.execute(
        "SELECT password_hash FROM staff WHERE id = %s FOR NO KEY UPDATE", (account.id,)
    ).fetchone()
    if handed is None:
        raise UnknownStaff(account.staff_id)
    if passwords.is_password(handed[0], password):
        raise SamePassword
    conn.execute(
        "UPDATE staff SET password_hash = %s, password_until = NULL WHERE id = %s",
        (password_hash, account.id),
    )
    conn.execute(
        "UPDATE sign_ins SET ended_at = %s WHERE staff_id = %s AND id <> %s AND ended_at IS NULL",
        (now, account.id, sign_in.id),
    )


def of_one_person(conn: Conn, staff_id: str) -> list[str]:
    """Return the staff ids of all accounts with the telephone of this one; their rows are locked.

    That they are one person's is why no two of them sign (postal/requests/hands.py). Whoever names
    another telephone for one alone would undo that alone: it is named for all of them.
    """
    rows = conn.execute(
        "SELECT s.staff_id FROM staff s JOIN staff o ON o.staff_id = %s"
        " WHERE s.role <> 'postman' AND s.active AND (s.id = o.id OR s.phone = o.phone)"
        " ORDER BY s.id FOR NO KEY UPDATE OF s",
        (staff_id,),
    ).fetchall()
    return [row[0] for row in rows]


_READ: Final = """
SELECT s.id AS row, s.staff_id, s.name, s.role, o.id AS office_id, o.name AS office,
       o.pin AS office_pin, o.district, s.phone, s.active,
       s.totp_confirmed_at IS NOT NULL AS enrolled, s.password_until IS NOT NULL AS handed_over,
       (SELECT max(i.proved_at) FROM sign_ins i WHERE i.staff_id = s.id) AS last_at
FROM staff s JOIN offices o ON o.id = s.office_id
WHERE s.role <> 'postman' AND s.password_hash IS NOT NULL
"""


def everybody(conn: Conn) -> list[StaffEntry]:
    """Return all accounts, those that ended last."""
    with conn.cursor(row_factory=class_row(StaffEntry)) as cursor:
        return cursor.execute(
            _READ + " ORDER BY NOT s.active, o.district, o.name, s.role, s.staff_id"
        ).fetchall()


def entry(conn: Conn, row: int) -> StaffEntry:
    """Return one account. Raise `UnknownStaff`."""
    with conn.cursor(row_factory=class_row(StaffEntry)) as cursor:
        found = cursor.execute(_READ + " AND s.id = %s", (row,)).fetchone()
    if found is None:
        raise UnknownStaff(str(row))
    return found
