"""Accounts of the desk: a password, a second factor, recovery codes, and a lock for guessers.

The second factor is TOTP (RFC 6238). Its secret is derived from the master key and a random salt,
as the codes of articles are: the database alone yields none.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

import psycopg
import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from postal.people.people import PhoneTaken, StaffIdTaken, office_of, refuse_name
from postal.people.pins import UnknownStaff
from store.database import Conn
from store.refusals import Invalid

Role = Literal["agent", "supervisor", "postmaster", "clerk", "administrator"]  # who signs in
ROLES: tuple[Role, ...] = ("agent", "supervisor", "postmaster", "clerk", "administrator")

SHORTEST_PASSWORD = 12
TRIES = 5  # of password and second factor together, in a row
LOCKED_FOR = timedelta(minutes=15)
RECOVERY_CODES = 10
_STEP_SECONDS = 30
_LONGEST_PASSWORD = 200
_TOTP, _RECOVERY = b"dakiya/totp/1/", b"dakiya/recovery/1/"
_HASHER = PasswordHasher()  # argon2id with the library's own parameters (RFC 9106, low memory)


@dataclass(frozen=True)
class Account:
    """A member of staff who may sign in. `enrolled`: the second factor is set up."""

    id: int
    staff_id: str
    name: str
    role: Role
    office: str
    office_id: int
    office_pin: str
    enrolled: bool


class WeakPassword(Invalid):
    """The password is too short, or contains its owner's staff id."""

    field = "password"
    word = "account_weak"


def add(conn: Conn, staff_id: str, name: str, role: Role, office_pin: str, password: str) -> None:
    """Add an account, which must set up its second factor at its first sign-in.

    Raise `UnknownOffice`, `StaffIdTaken`, `WeakPassword`, and `Invalid` for what is no `staff_id`
    or `name`.
    """
    refuse_name(staff_id, name)
    password_hash = _hashed(staff_id, password)
    office_id, _ = office_of(conn, office_pin)
    try:
        with conn.transaction():
            conn.execute(
                "INSERT INTO staff (staff_id, name, role, office_id, password_hash, totp_salt)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                (staff_id, name, role, office_id, password_hash, secrets.token_bytes(16)),
            )
    except psycopg.errors.UniqueViolation as taken:
        raise StaffIdTaken(staff_id) from taken


def set_password(conn: Conn, staff_id: str, password: str, now: datetime) -> None:
    """Set another password; end a lock and every earlier sign-in of the account.

    Raise `UnknownStaff` and `WeakPassword`.
    """
    changes = "password_hash = %s, sign_in_wrong = 0, sign_in_locked_until = NULL"
    _change(conn, staff_id, now, changes, _hashed(staff_id, password))


def forget_second_factor(conn: Conn, staff_id: str, now: datetime) -> None:
    """Void the second factor and its recovery codes: the account must set up a new one.

    Raise `UnknownStaff`.
    """
    changes = "totp_salt = %s, totp_confirmed_at = NULL, totp_step = NULL"
    _change(conn, staff_id, now, changes, secrets.token_bytes(16))
    conn.execute(
        "DELETE FROM recovery_codes WHERE staff_id = (SELECT id FROM staff WHERE staff_id = %s)",
        (staff_id,),
    )


def set_phone(conn: Conn, staff_id: str, phone: str) -> None:
    """Note the telephone (E.164) of an account, which is told what waits for a second person.

    Raise `UnknownStaff`, and `PhoneTaken` where it is a postman's.
    """
    taken = conn.execute(
        "SELECT 1 FROM staff WHERE active AND role = 'postman' AND %s IN (phone, next_phone)",
        (phone,),
    ).fetchone()
    if taken is not None:
        raise PhoneTaken(phone)
    done = conn.execute(
        "UPDATE staff SET phone = %s WHERE staff_id = %s AND active AND role <> 'postman'",
        (phone, staff_id),
    )
    if done.rowcount != 1:
        raise UnknownStaff(staff_id)


def end(conn: Conn, staff_id: str, now: datetime) -> None:
    """End the account: it cannot sign in any more. Raise `UnknownStaff`."""
    _change(conn, staff_id, now, "active = false")


def listed(conn: Conn) -> list[Account]:
    """Return all accounts that may sign in."""
    rows = conn.execute(_READ + " ORDER BY s.role, s.staff_id").fetchall()
    return [Account(*row) for row in rows]


def get(conn: Conn, staff_row: int) -> Account | None:
    """Return the account with that row id, if it may still sign in."""
    row = conn.execute(_READ + " AND s.id = %s", (staff_row,)).fetchone()
    return Account(*row) if row else None


_READ = """
SELECT s.id, s.staff_id, s.name, s.role, o.name, o.id, o.pin, s.totp_confirmed_at IS NOT NULL
FROM staff s JOIN offices o ON o.id = s.office_id
WHERE s.active AND s.role <> 'postman' AND s.password_hash IS NOT NULL
"""


# ---- the first factor ----------------------------------------------------------------------------


def check_password(conn: Conn, staff_id: str, password: str, now: datetime) -> int | None:
    """Return the row id of the account with this password, else None; count the wrong tries.

    A locked account, an unknown one and a wrong password take the same time and look the same: a
    guesser learns nothing.
    """
    row = conn.execute(
        "SELECT id, password_hash, sign_in_locked_until FROM staff WHERE staff_id = %s"
        " AND active AND role <> 'postman' AND password_hash IS NOT NULL FOR NO KEY UPDATE",
        (staff_id,),
    ).fetchone()
    right = _equal(row[1] if row else _nobodys(), password)
    if row is None or (row[2] is not None and now < row[2]):
        return None
    if not right:
        _count_wrong(conn, row[0], now)
        return None
    if _HASHER.check_needs_rehash(row[1]):
        conn.execute(
            "UPDATE staff SET password_hash = %s WHERE id = %s", (_HASHER.hash(password), row[0])
        )
    return int(row[0])


# ---- the second factor ---------------------------------------------------------------------------


def totp(conn: Conn, staff_row: int, master_key: bytes) -> pyotp.TOTP:
    """Return what an authenticator of this account computes. Show it at enrolment, nowhere else."""
    row = conn.execute("SELECT totp_salt FROM staff WHERE id = %s", (staff_row,)).fetchone()
    assert row is not None
    return _totp(row[0], master_key)


def check_second_factor(
    conn: Conn, staff_row: int, entered: str, master_key: bytes, now: datetime
) -> bool:
    """Tell whether `entered` is the authenticator's number or an unused recovery code.

    Each counts once. The first right one completes the enrolment. Wrong ones are counted with wrong
    passwords.
    """
    row = conn.execute(
        "SELECT totp_salt, totp_step, sign_in_locked_until FROM staff WHERE id = %s AND active"
        " FOR NO KEY UPDATE",
        (staff_row,),
    ).fetchone()
    if row is None or (row[2] is not None and now < row[2]):
        return False
    typed = "".join(entered.split()).replace("-", "").upper()
    step = _step(_totp(row[0], master_key), typed, row[1], now)
    if step is None and not _spend_recovery_code(conn, staff_row, typed, master_key, now):
        _count_wrong(conn, staff_row, now)
        return False
    conn.execute(
        "UPDATE staff SET totp_step = coalesce(%s, totp_step), sign_in_wrong = 0,"
        " sign_in_locked_until = NULL, totp_confirmed_at = coalesce(totp_confirmed_at, %s)"
        " WHERE id = %s",
        (step, now, staff_row),
    )
    return True


def new_recovery_codes(conn: Conn, staff_row: int, master_key: bytes) -> list[str]:
    """Replace all recovery codes by ten new ones and return them; they cannot be read later."""
    codes = [base64.b32encode(secrets.token_bytes(10)).decode()[:10] for _ in range(RECOVERY_CODES)]
    conn.execute("DELETE FROM recovery_codes WHERE staff_id = %s", (staff_row,))
    with conn.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO recovery_codes (staff_id, digest) VALUES (%s, %s)",
            [(staff_row, _recovery_digest(code, master_key)) for code in codes],
        )
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _totp(salt: bytes, master_key: bytes) -> pyotp.TOTP:
    secret = hmac.new(master_key, _TOTP + salt, hashlib.sha256).digest()[:20]
    return pyotp.TOTP(base64.b32encode(secret).decode(), interval=_STEP_SECONDS)


def _step(totp: pyotp.TOTP, typed: str, last: int | None, now: datetime) -> int | None:
    """Return the time step of the typed number, at most one from now and later than `last`."""
    current = int(now.timestamp()) // _STEP_SECONDS
    for step in (current, current - 1, current + 1):
        given = typed.encode("utf-8", "replace")
        if hmac.compare_digest(given, str(totp.at(step * _STEP_SECONDS)).encode()):
            return step if last is None or step > last else None
    return None


def _spend_recovery_code(
    conn: Conn, staff_row: int, typed: str, master_key: bytes, now: datetime
) -> bool:
    spent = conn.execute(
        "UPDATE recovery_codes SET used_at = %s WHERE staff_id = %s AND digest = %s"
        " AND used_at IS NULL",
        (now, staff_row, _recovery_digest(typed, master_key)),
    )
    return spent.rowcount == 1


def _recovery_digest(code: str, master_key: bytes) -> bytes:
    return hmac.new(master_key, _RECOVERY + code.encode("utf-8", "replace"), "sha256").digest()


def _hashed(staff_id: str, password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
        raise WeakPassword(
            f"a password has {SHORTEST_PASSWORD} to {_LONGEST_PASSWORD} characters: several words"
            " that nobody would guess"
        )
    if len(set(password)) < 5 or (len(staff_id) > 3 and staff_id.lower() in password.lower()):
        raise WeakPassword("choose a password that holds neither your staff id nor one sign only")
    return _HASHER.hash(password)


def _equal(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password[:_LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


def _count_wrong(conn: Conn, staff_row: int, now: datetime) -> None:
    conn.execute(
        "UPDATE staff SET sign_in_wrong = (sign_in_wrong + 1) %% %s, sign_in_locked_until ="
        " CASE WHEN sign_in_wrong + 1 >= %s THEN %s::timestamptz END WHERE id = %s",
        (TRIES, TRIES, now + LOCKED_FOR, staff_row),
    )


def _change(conn: Conn, staff_id: str, now: datetime, changes: str, *values: object) -> None:
    """Change an account and end its sign-ins. Raise `UnknownStaff`."""
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
