"""The first factor of an account: its password, hashed by argon2, checked without a connection."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from postal.people import hashing, tries
from postal.people.places import SignInPlace
from store.database import Conn, Database
from store.refusals import Invalid

SHORTEST_PASSWORD: Final = 12
_LONGEST_PASSWORD: Final = 200
_HASHER = PasswordHasher()  # argon2id with the library's own parameters (RFC 9106, low memory)


class WeakPassword(Invalid):
    """The password is too short, or contains its owner's staff id."""

    field = "password"
    word = "account_weak"


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
