"""A postman's PIN: four to six digits that only he knows, kept as an argon2 hash."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from store.database import Conn
from store.refusals import Invalid, Unknown

TRIES = 3  # wrong ones in a row, however many dials they take
LOCKED_FOR = timedelta(minutes=30)
_PIN = re.compile(r"[0-9]{4,6}", re.ASCII)
# OWASP's parameters for argon2id (7 MiB, five passes, one lane): 27 ms on two virtual cores. The
# library's own take 160 ms and four threads, and people wait for a screen; what guards four digits
# is the lock after three tries, whatever a hash costs.
_HASHER = PasswordHasher(time_cost=5, memory_cost=7 * 1024, parallelism=1)


@dataclass(frozen=True)
class CheckedPin:
    """The verdict on a PIN. `left`: the tries that are left, where it was wrong."""

    verdict: Literal["right", "wrong", "locked"]
    left: int = 0


class BadPin(Invalid):
    """The PIN does not have the form of a postman's secret."""

    sentence = "a postman's PIN has 4 to 6 digits"
    field = "pin"
    word = "act_no_pin"


def hashed(pin: str) -> str:
    """Return `pin` as it is stored. Raise `BadPin`."""
    if _PIN.fullmatch(pin) is None:
        raise BadPin
    return _HASHER.hash(pin)


class UnknownStaff(Unknown):
    """No active member of staff has this staff id."""

    def __init__(self, staff_id: str) -> None:
        super().__init__(f"nobody who works here has the staff id {staff_id}")


def set_pin(conn: Conn, staff_id: str, pin: str) -> None:
    """Set a new PIN for a member of staff and end a lock. Raise `BadPin` and `UnknownStaff`."""
    set_hash(conn, staff_id, hashed(pin))


def set_hash(conn: Conn, staff_id: str, pin_hash: str) -> None:
    """Set a PIN of which only the hash is known (`hashed`) and end a lock. Raise `UnknownStaff`."""
    changed = conn.execute(
        "UPDATE staff SET pin_hash = %s, pin_wrong = 0, pin_locked_until = NULL"
        " WHERE staff_id = %s AND active",
        [pin_hash, staff_id],
    )
    if changed.rowcount != 1:
        raise UnknownStaff(staff_id)


def check(conn: Conn, staff_id: int, pin: str, now: datetime) -> CheckedPin:
    """Check `pin` against the PIN of the staff row `staff_id`; count the wrong ones.

    The third wrong one locks it for half an hour, even for the right one. A member of staff without
    a PIN is locked as well. Nothing is raised, whatever was typed.
    """
    # No stronger lock: a text that issues a code to this postman must not wait for his PIN.
    row = conn.execute(
        "SELECT pin_hash, pin_wrong, pin_locked_until FROM staff WHERE id = %s AND active"
        " FOR NO KEY UPDATE",
        [staff_id],
    ).fetchone()
    if row is None or row[0] is None:
        return CheckedPin("locked")
    pin_hash, wrong, locked_until = row
    if locked_until is not None and now < locked_until:
        return CheckedPin("locked")
    if _PIN.fullmatch(pin) is not None and _equal(pin_hash, pin):
        _note(conn, staff_id, 0, None)
        return CheckedPin("right")
    wrong = 1 if locked_until is not None else wrong + 1
    if wrong >= TRIES:
        _note(conn, staff_id, wrong, now + LOCKED_FOR)
        return CheckedPin("locked")
    _note(conn, staff_id, wrong, None)
    return CheckedPin("wrong", TRIES - wrong)


def _equal(pin_hash: str, pin: str) -> bool:
    try:
        return _HASHER.verify(pin_hash, pin)
    except (VerificationError, InvalidHashError):
        return False


def _note(conn: Conn, staff_id: int, wrong: int, locked_until: datetime | None) -> None:
    conn.execute(
        "UPDATE staff SET pin_wrong = %s, pin_locked_until = %s WHERE id = %s",
        [wrong, locked_until, staff_id],
    )
