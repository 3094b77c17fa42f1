"""A postman's PIN: four to six digits that only he knows, kept as an argon2 hash.

Tries are counted for the telephone that sends them: one that somebody else named as a postman's new
one never spends those of his own. All strange ones together have a few a day.
docs/developing/trust.md rule 10
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from india import figures
from postal.people import hashing, notices
from postal.people.allowance import Allowance
from postal.people.weak_pins import PinBearer, is_weak
from store.database import Conn
from store.refusals import Invalid, Unknown

TRIES: Final = 3  # wrong ones of one telephone in a row, however many dials they take
LOCKED_FOR: Final = timedelta(minutes=30)
OWN: Final = Allowance(12, timedelta(hours=2))  # of his own telephone: 12 a day in the long run
OTHERS: Final = Allowance(6, timedelta(hours=4))  # of all others together: 6 a day
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


class WeakPin(Invalid):
    """The PIN is among the first that somebody would try."""

    sentence = (
        "this PIN is too easy to guess: no row of digits, nothing repeated, no year, nothing of his"
        " telephone, staff id or office"
    )
    field = "pin"
    word = "act_weak_pin"


def hashed(pin: str, bearer: PinBearer) -> str:
    """Return `pin` as it is stored. Raise `BadPin`, and `WeakPin` for what `bearer` cannot have."""
    typed = figures.digits(pin)
    if _PIN.fullmatch(typed) is None:
        raise BadPin
    if is_weak(typed, bearer):
        raise WeakPin
    return hashing.PASSWORDS.compute(lambda: _HASHER.hash(typed))


class UnknownStaff(Unknown):
    """No active member of staff has this staff id."""

    def __init__(self, staff_id: str) -> None:
        super().__init__(f"nobody who works here has the staff id {staff_id}")


def set_pin(conn: Conn, staff_id: str, pin: str) -> None:
    """Set a new PIN for a member of staff and end every lock.

    Raise `BadPin`, `WeakPin` and `UnknownStaff`.
    """
    set_hash(conn, staff_id, hashed(pin, bearer(conn, staff_id)))


def bearer(conn: Conn, staff_id: str) -> PinBearer:
    """Return what nobody may take for the PIN of this member of staff. Raise `UnknownStaff`."""
    row = conn.execute(
        "SELECT coalesce(s.phone, ''), o.pin FROM staff s"
        " JOIN offices o ON o.id = s.office_id WHERE staff_id = %s AND active",
        (staff_id,),
    ).fetchone()
    if row is None:
        raise UnknownStaff(staff_id)
    return PinBearer(staff_id, *row)


def set_hash(conn: Conn, staff_id: str, pin_hash: str) -> None:
    """Set a PIN of which only the hash is known (`hashed`); end every lock.

    Raise `UnknownStaff`.
    """
    row = conn.execute(
        "UPDATE staff SET pin_hash = %s, pin_own_slow = NULL, pin_others_slow = NULL"
        " WHERE staff_id = %s AND active RETURNING id",
        (pin_hash, staff_id),
    ).fetchone()
    if row is None:
        raise UnknownStaff(staff_id)
    conn.execute("DELETE FROM pin_tries WHERE staff_id = %s", row)


def check(conn: Conn, staff_id: int, pin: str, phone: str, now: datetime) -> CheckedPin:
    """Check `pin`, sent by `phone` (E.164), against that of the staff row; count the wrong ones.

    The third wrong one of a telephone locks the PIN for it for half an hour, even the right one;
    so does the last of what own or strange telephones have, until there is one again. Whose
    telephone it is is told when a strange one is locked. A member of staff without a PIN is locked
    as well. Nothing is raised, whatever was typed, but `TooManyHashes`.
    """
    # No stronger lock: a text that issues a code to this postman must not wait for his PIN.
    row = conn.execute(
        "SELECT pin_hash, phone IS NOT DISTINCT FROM %s, pin_own_slow, pin_others_slow FROM staff"
        " WHERE id = %s AND active FOR NO KEY UPDATE",
        (phone, staff_id),
    ).fetchone()
    if row is None or row[0] is None:
        return CheckedPin("locked")
    pin_hash, own, own_slow, others_slow = row
    allowance, slow = (OWN, own_slow) if own else (OTHERS, others_slow)
    tried = conn.execute(
        "SELECT wrong, locked_until FROM pin_tries WHERE staff_id = %s AND phone = %s",
        (staff_id, phone),
    ).fetchone()
    wrong, locked_until = tried or (0, None)
    if allowance.spent(slow, now) or (locked_until is not None and now < locked_until):
        return CheckedPin("locked")
    if _PIN.fullmatch(pin) is not None and _equal(pin_hash, pin):
        conn.execute("DELETE FROM pin_tries WHERE staff_id = %s AND phone = %s", (staff_id, phone))
        return CheckedPin("right")
    wrong = 1 if locked_until is not None else wrong + 1
    slow = allowance.less_one(slow, now)
    _spend(conn, staff_id, slow, own=own)
    locked = wrong >= TRIES or allowance.spent(slow, now)
    conn.execute(
        "INSERT INTO pin_tries (staff_id, phone, wrong, last_at, locked_until)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (staff_id, phone) DO UPDATE SET"
        " wrong = excluded.wrong, last_at = excluded.last_at, locked_until = excluded.locked_until",
        (staff_id, phone, wrong, now, now + LOCKED_FOR if locked else None),
    )
    if not locked:
        return CheckedPin("wrong", TRIES - wrong)
    if not own:
        notices.note(conn, staff_id, "pin_guessed", now)
    return CheckedPin("locked")


def _spend(conn: Conn, staff_id: int, slow: datetime, *, own: bool) -> None:
    conn.execute(
        "UPDATE staff SET pin_own_slow = CASE WHEN %(own)s THEN %(slow)s ELSE pin_own_slow END,"
        " pin_others_slow = CASE WHEN %(own)s THEN pin_others_slow ELSE %(slow)s END"
        " WHERE id = %(id)s",
        {"own": own, "slow": slow, "id": staff_id},
    )


def _equal(pin_hash: str, pin: str) -> bool:
    try:
        return hashing.PINS.compute(lambda: _HASHER.verify(pin_hash, pin))
    except (VerificationError, InvalidHashError):
        return False
