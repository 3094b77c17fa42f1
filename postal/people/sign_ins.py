"""Sign-ins of the desk, stored here and not in the cookie, so that the service can end them.

The cookie holds a random token; the database holds its SHA-256.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from postal.people.accounts import Account, get
from postal.people.doer import FRESH, Doer, Proof, Staff
from store.database import Conn

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
_NOTED_EVERY = timedelta(minutes=1)
_TO_PROVE = timedelta(minutes=10)  # from the password to the second factor


@dataclass(frozen=True)
class SignIn:
    """A person at the desk. `proved_at`: when the second factor was shown first.

    `factor_at`: when it was shown last.
    """

    id: int
    account: Account
    proved_at: datetime | None
    factor_at: datetime | None

    @property
    def proved(self) -> bool:
        """Tell whether the second factor was shown."""
        return self.proved_at is not None

    def doer(self, at: datetime) -> Doer:
        """Return who acts in this session, for their own office, `at` that time."""
        account = self.account
        who = Staff(account.id, account.staff_id)
        proof: Proof = "fresh" if self.is_fresh(at) else "pin"
        return Doer(who, account.office_id, account.role, proof, at)

    def is_fresh(self, at: datetime) -> bool:
        """Tell whether the second factor was shown within the five minutes before `at`."""
        return self.factor_at is not None and at - self.factor_at <= FRESH


def begin(conn: Conn, staff_row: int, now: datetime) -> str:
    """Begin a sign-in after the right password; the returned token opens nothing before `prove`."""
    token = secrets.token_urlsafe(32)
    conn.execute(
        "INSERT INTO sign_ins (staff_id, digest, at, seen_at) VALUES (%s, %s, %s, %s)",
        (staff_row, _digest(token), now, now),
    )
    return token


def prove(conn: Conn, sign_in: SignIn, now: datetime) -> str:
    """Note the right second factor and return another token: the earlier one opens nothing."""
    token = secrets.token_urlsafe(32)
    conn.execute(
        "UPDATE sign_ins SET digest = %s, proved_at = %s, factor_at = %s, seen_at = %s"
        " WHERE id = %s AND ended_at IS NULL",
        (_digest(token), now, now, now, sign_in.id),
    )
    return token


def note_factor(conn: Conn, sign_in: SignIn, now: datetime) -> SignIn:
    """Note that the second factor was shown again: for five minutes its person signs with it."""
    conn.execute(
        "UPDATE sign_ins SET factor_at = %s, seen_at = %s WHERE id = %s AND ended_at IS NULL",
        (now, now, sign_in.id),
    )
    return replace(sign_in, factor_at=now)


def find(conn: Conn, token: str, now: datetime) -> SignIn | None:
    """Return the sign-in of this token, unless it was ended, was idle too long or is too old."""
    row = conn.execute(
        "SELECT id, staff_id, at, seen_at, proved_at, factor_at FROM sign_ins"
        " WHERE digest = %s AND ended_at IS NULL",
        (_digest(token),),
    ).fetchone()
    if row is None:
        return None
    id_, staff_row, at, seen_at, proved_at, factor_at = row
    over = now - at > (LONGEST if proved_at else _TO_PROVE) or now - seen_at > IDLE
    account = get(conn, staff_row)
    if over or account is None:
        return None
    return SignIn(id_, account, proved_at, factor_at)


def note_seen(conn: Conn, sign_in: SignIn, now: datetime) -> None:
    """Restart the idle time after an action. Written once a minute at most."""
    conn.execute(
        "UPDATE sign_ins SET seen_at = %s WHERE id = %s AND seen_at < %s",
        (now, sign_in.id, now - _NOTED_EVERY),
    )


def end(conn: Conn, sign_in: SignIn, now: datetime) -> None:
    """Sign out."""
    conn.execute(
        "UPDATE sign_ins SET ended_at = %s WHERE id = %s AND ended_at IS NULL", (now, sign_in.id)
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogateescape")).digest()
