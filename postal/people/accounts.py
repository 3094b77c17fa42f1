"""Accounts of the desk: a password, an authenticator as second factor, recovery codes.

The authenticator is TOTP (RFC 6238). Its secret is `postal/people/factor_secret.py`'s: the database
alone yields none. `factors` has the second factor as a whole, `tries` the limits for guessers.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Literal

import psycopg
import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from india import figures
from postal.people import factor_secret, hashing, notices, tries
from postal.people.factor_secret import COLUMN as SECRET
from postal.people.people import StaffIdTaken, office_of, read_names
from postal.people.pins import UnknownStaff
from postal.people.places import SignInPlace, forget_browsers
from store.database import Conn, Database
from store.keyring import Keyring
from store.refusals import Invalid

Role = Literal["agent", "supervisor", "postmaster", "clerk", "administrator"]  # who signs in
ROLES: tuple[Role, ...] = ("agent", "supervisor", "postmaster", "clerk", "administrator")

SHORTEST_PASSWORD = 12
RECOVERY_CODES = 10
_STEP_SECONDS = 30
_LONGEST_PASSWORD = 200
_HASHER = PasswordHasher()  # argon2id with the library's own parameters (RFC 9106, low memory)


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


class WeakPassword(Invalid):
    """The password is too short, or contains its owner's staff id."""

    field = "password"
    word = "account_weak"


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


# ---- the first factor ----------------------------------------------------------------------------


@dataclass(frozen=True)
class AskedPassword:
    """Whose password was typed, before it is checked; nobody's, where there is no such account."""

    staff_row: int | None
    password_hash: str = field(repr=False)


@dataclass(frozen=True)
class CheckedPassword:
    """What argon2 said. `fresh`: the hash as made today, where the stored one is weaker."""

    asked: AskedPassword
    right: bool
    fresh: str | None = field(default=None, repr=False)


def check_password(
    database: Database, staff_id: str, password: str, place: SignInPlace, now: datetime
) -> int | None:
    """Return the row id of the account with this password, else None; count the wrong tries.

    A place that is locked, an unknown account and a wrong password take the same time and look the
    same: a guesser learns nothing. No connection is held while the password is checked. Raise
    `TooManyHashes`.
    """
    asked = database.run(lambda conn: password_of(conn, staff_id, now))
    checked = compare(asked, password)
    return database.run(lambda conn: settle(conn, checked, place, now))


def password_of(conn: Conn, staff_id: str, now: datetime) -> AskedPassword:
    """Return the password of an account, to be compared without a connection."""
    row = conn.execute(
        "SELECT id, password_hash FROM staff WHERE staff_id = %s"
        " AND active AND role <> 'postman' AND password_hash IS NOT NULL"
        " AND (password_until IS NULL OR password_until > %s)",
        (staff_id, now),
    ).fetchone()
    return AskedPassword(*row) if row else AskedPassword(None, _nobodys())


def compare(asked: AskedPassword, password: str) -> CheckedPassword:
    """Return what argon2 says, as slowly as it says it. Raise `TooManyHashes`."""
    right = is_password(asked.password_hash, password)
    weak = right and _HASHER.check_needs_rehash(asked.password_hash)
    return CheckedPassword(asked, right, _hash(password) if weak else None)


def settle(conn: Conn, checked: CheckedPassword, place: SignInPlace, now: datetime) -> int | None:
    """Return the account's row id where the password is right and the place is not locked."""
    asked = checked.asked
    if asked.staff_row is None:
        return None
    tried = tries.lock(conn, asked.staff_row, place, now)
    if tried.refused("password", now):
        return None
    same = conn.execute(
        "SELECT password_hash FROM staff WHERE id = %s", (asked.staff_row,)
    ).fetchone()
    if not checked.right or same != (asked.password_hash,):
        tries.count_wrong(conn, tried, "password", now)
        return None
    if checked.fresh is not None:
        conn.execute(
            "UPDATE staff SET password_hash = %s WHERE id = %s", (checked.fresh, asked.staff_row)
        )
    return asked.staff_row


# ---- the second factor ---------------------------------------------------------------------------


def totp(conn: Conn, staff_row: int, keys: Keyring) -> pyotp.TOTP:
    """Return what an authenticator of this account computes. Show it at enrolment, nowhere else."""
    return _totp(SECRET.of(conn, staff_row, keys))


def check_typed(
    conn: Conn, staff_row: int, entered: str, keys: Keyring, place: SignInPlace, now: datetime
) -> Literal["number", "recovery"] | None:
    """Return what `entered` is, the authenticator's number or an unused recovery code; else None.

    Each counts once. The first right number completes the enrolment. Wrong ones are counted with
    wrong passwords; nothing typed is no try.
    """
    typed = figures.digits(entered).upper()
    if not typed:
        return None
    tried = tries.lock(conn, staff_row, place, now)
    row = conn.execute(
        "SELECT totp_step, totp_confirmed_at FROM staff WHERE id = %s AND active",
        (staff_row,),
    ).fetchone()
    kind: Literal["number", "recovery"] = "number" if typed.isdecimal() else "recovery"
    if row is None or tried.refused(kind, now):
        return None
    last, confirmed = row
    secret = SECRET.of(conn, staff_row, keys)
    step = _step(_totp(secret), typed, last, now) if kind == "number" else None
    if step is None and not factor_secret.spend(conn, staff_row, typed, keys, now):
        tries.count_wrong(conn, tried, kind, now)
        return None
    tries.forgive(conn, tried)
    conn.execute(
        "UPDATE staff SET totp_step = coalesce(%s, totp_step),"
        " totp_confirmed_at = coalesce(totp_confirmed_at, %s) WHERE id = %s",
        (step, now, staff_row),
    )
    if confirmed is None:
        notices.note(conn, staff_row, "enrolled", now, place)
    elif kind == "recovery":
        notices.note(conn, staff_row, "recovery_used", now, place)
    return kind


def new_recovery_codes(conn: Conn, staff_row: int, keys: Keyring) -> list[str]:
    """Replace all recovery codes by ten new ones and return them; they cannot be read later.

    Until `keep_recovery_codes` the person is asked to have ten others made: the answer that showed
    these may be lost.
    """
    codes = [base64.b32encode(secrets.token_bytes(10)).decode()[:10] for _ in range(RECOVERY_CODES)]
    conn.execute("UPDATE staff SET recovery_confirmed_at = NULL WHERE id = %s", (staff_row,))
    factor_secret.replace(conn, staff_row, codes, keys)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def keep_recovery_codes(conn: Conn, staff_row: int, now: datetime) -> None:
    """Note that the person has the recovery codes, which were shown."""
    conn.execute(
        "UPDATE staff SET recovery_confirmed_at = coalesce(recovery_confirmed_at, %s)"
        " WHERE id = %s",
        (now, staff_row),
    )


def _totp(secret: bytes) -> pyotp.TOTP:
    return pyotp.TOTP(base64.b32encode(secret[:20]).decode(), interval=_STEP_SECONDS)


def _step(totp: pyotp.TOTP, typed: str, last: int | None, now: datetime) -> int | None:
    """Return the time step of the typed number, at most one from now and later than `last`."""
    current = int(now.timestamp()) // _STEP_SECONDS
    for step in (current, current - 1, current + 1):
        given = typed.encode("utf-8", "replace")
        if hmac.compare_digest(given, str(totp.at(step * _STEP_SECONDS)).encode()):
            return step if last is None or step > last else None
    return None


def hashed(staff_id: str, password: str) -> str:
    """Return the argon2 hash of a password. Raise `WeakPassword`."""
    if not SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
        raise WeakPassword(
            f"a password has {SHORTEST_PASSWORD} to {_LONGEST_PASSWORD} characters: several words"
            " that nobody would guess"
        )
    if len(set(password)) < 5 or (len(staff_id) > 3 and staff_id.lower() in password.lower()):
        raise WeakPassword("choose a password that holds neither your staff id nor one sign only")
    return _hash(password)


def is_password(password_hash: str, password: str) -> bool:
    """Tell whether this is the password, as slowly as argon2 tells it. Raise `TooManyHashes`."""
    try:
        return hashing.PASSWORDS.compute(
            lambda: _HASHER.verify(password_hash, password[:_LONGEST_PASSWORD])
        )
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def _hash(password: str) -> str:
    return hashing.PASSWORDS.compute(lambda: _HASHER.hash(password))


@cache
def _nobodys() -> str:
    return _hash(secrets.token_urlsafe())


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
