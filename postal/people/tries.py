"""Limits of sign-in: wrong tries count for the account **and** the place, never for everybody.

Why these numbers: docs/developing/trust.md, "How sign-in is limited".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from postal.people import access, notices
from postal.people.allowance import Allowance
from postal.people.doer import Doer, Staff
from postal.people.places import (
    Knows,
    SignInPlace,
    browser_row,
    is_network_known,
    masked_network,
)
from store.database import Conn

TRIES: Final = 5  # of password and second factor together, in a row, from one place
LOCKED_FOR: Final = timedelta(minutes=15)
_MOST_DOUBLINGS: Final = 6  # 16 hours
# Of all places together at which the account was never opened.
PASSWORDS: Final = Allowance(20, timedelta(minutes=3))
# Of all places together but known browsers: of six digits, three are right at any time.
NUMBERS: Final = Allowance(10, timedelta(minutes=30))

# What was typed: a password, the six digits of an authenticator, a recovery code
TriedKind = Literal["password", "number", "recovery"]


@dataclass(frozen=True)
class AccountTries:
    """The tries at one account from one place, and from all strange ones; its row is locked."""

    staff_row: int
    staff_id: str
    place: SignInPlace
    knows: Knows
    key: str
    wrong: int
    locks: int
    locked_until: datetime | None
    passwords_slow: datetime | None
    numbers_slow: datetime | None

    def refused(self, kind: TriedKind, now: datetime) -> bool:
        """Tell whether this place must wait, whatever it types."""
        if self.locked_until is not None and now < self.locked_until:
            return True
        if kind == "password":
            return self.knows == "nothing" and PASSWORDS.spent(self.passwords_slow, now)
        if kind == "number":
            return self.knows != "browser" and NUMBERS.spent(self.numbers_slow, now)
        return False  # nobody guesses a recovery code


def lock(conn: Conn, staff_row: int, place: SignInPlace, now: datetime) -> AccountTries:
    """Lock the account's row and return the tries at it from `place`."""
    slow = conn.execute(
        "SELECT staff_id, passwords_slow, numbers_slow FROM staff WHERE id = %s FOR NO KEY UPDATE",
        (staff_row,),
    ).fetchone()
    assert slow is not None
    staff_id, *slow_until = slow
    browser = browser_row(conn, staff_row, place)
    knows: Knows = "browser" if browser is not None else "nothing"
    if browser is None and is_network_known(conn, staff_row, place, now):
        knows = "network"
    key = f"browser {browser}" if browser is not None else place.network or "nowhere"
    counted = conn.execute(
        "SELECT wrong, locks, locked_until FROM sign_in_tries WHERE staff_id = %s AND place = %s",
        (staff_row, key),
    ).fetchone()
    wrong, locks, locked_until = counted or (0, 0, None)
    return AccountTries(
        staff_row, staff_id, place, knows, key, wrong, locks, locked_until, *slow_until
    )


def count_wrong(conn: Conn, tries: AccountTries, kind: TriedKind, now: datetime) -> None:
    """Count a wrong try; the fifth locks the place, and each further lock is twice as long.

    The owner is told of a lock, and when strange places have used up what they have together. The
    access log has each: what is refused unread, for too many tries, writes nothing into it.
    """
    where = masked_network(tries.place.network) if tries.place.network else "nowhere"
    whose = Doer(Staff(tries.staff_row, tries.staff_id), None, None, None, now)
    access.note(conn, whose, "sign_in_failed", reason=f"{kind}, {where}")
    wrong, locks, until = tries.wrong + 1, tries.locks, None
    if wrong >= TRIES:
        until = now + LOCKED_FOR * 2 ** min(locks, _MOST_DOUBLINGS)
        wrong, locks = 0, locks + 1
        known = kind != "password" and tries.knows != "browser"
        told: notices.NoticeKind = "password_known" if known else "place_locked"
        notices.note(conn, tries.staff_row, told, now, tries.place)
    conn.execute(
        "INSERT INTO sign_in_tries (staff_id, place, wrong, locks, last_at, locked_until)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (staff_id, place) DO UPDATE SET"
        " wrong = excluded.wrong, locks = excluded.locks, last_at = excluded.last_at,"
        " locked_until = excluded.locked_until",
        (tries.staff_row, tries.key, wrong, locks, now, until),
    )
    if kind == "password" and tries.knows == "nothing":
        slow = PASSWORDS.less_one(tries.passwords_slow, now)
        conn.execute("UPDATE staff SET passwords_slow = %s WHERE id = %s", (slow, tries.staff_row))
        if PASSWORDS.spent(slow, now):
            notices.note(conn, tries.staff_row, "guessed", now, tries.place)
    if kind == "number" and tries.knows != "browser":
        slow = NUMBERS.less_one(tries.numbers_slow, now)
        conn.execute("UPDATE staff SET numbers_slow = %s WHERE id = %s", (slow, tries.staff_row))
        if NUMBERS.spent(slow, now):
            notices.note(conn, tries.staff_row, "password_known", now, tries.place)


def forgive(conn: Conn, tries: AccountTries) -> None:
    """Forget the wrong tries of a place after both factors were right there."""
    conn.execute(
        "DELETE FROM sign_in_tries WHERE staff_id = %s AND place = %s",
        (tries.staff_row, tries.key),
    )


def forgive_all(conn: Conn, staff_row: int) -> None:
    """Forget the wrong tries of all places: an operator vouches for the owner."""
    conn.execute("DELETE FROM sign_in_tries WHERE staff_id = %s", (staff_row,))
    conn.execute(
        "UPDATE staff SET passwords_slow = NULL, numbers_slow = NULL WHERE id = %s", (staff_row,)
    )
