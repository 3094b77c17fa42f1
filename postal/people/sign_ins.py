"""Sign-ins of the desk, stored here and not in the cookie, so that the service can end them.

The cookie holds a random token; the database holds its SHA-256. Each has the place that it was
begun at, so that its owner can tell his own from a stranger's.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flows.facts import Proof
from postal.people import notices
from postal.people.accounts import Account, get
from postal.people.doer import FRESH, Doer, Staff
from postal.people.places import SignInPlace, browser_row, is_network_known, remember_browser
from store.database import Conn

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
_NOTED_EVERY = timedelta(minutes=1)
_TO_PROVE = timedelta(minutes=10)  # from the password to the second factor


@dataclass(frozen=True)
class SignIn:
    """A person at the desk. `proved_at`: when the second factor was shown first.

    `factor_at`: when it was shown last. `ends_at`: when it ends if nothing is done any more;
    `latest`: when it ends at the latest. `unseen`: how many notices about the account the person
    has not seen.
    """

    id: int
    account: Account
    proved_at: datetime | None
    unseen: int
    factor_at: datetime | None
    ends_at: datetime
    latest: datetime

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


def begin(conn: Conn, staff_row: int, place: SignInPlace, now: datetime) -> str:
    """Begin a sign-in after the right password; the returned token opens nothing before `prove`."""
    token = secrets.token_urlsafe(32)
    conn.execute(
        "INSERT INTO sign_ins (staff_id, digest, at, seen_at, network, program, system)"
        " VALUES (%s, %s, %s, %s, %s::cidr, %s, %s)",
        (staff_row, _digest(token), now, now, place.network, place.program, place.system),
    )
    return token


def prove(conn: Conn, sign_in: SignIn, place: SignInPlace, now: datetime) -> str:
    """Note the right second factor and return another token: the earlier one opens nothing.

    Its owner is told of a browser, or a network, where the account was not opened before. A browser
    is told by text too; networks change by themselves.
    """
    staff_row = sign_in.account.id
    known = browser_row(conn, staff_row, place) is not None
    if not known and sign_in.account.enrolled:
        notices.note(conn, staff_row, "opened_browser", now, place)
    elif known and not is_network_known(conn, staff_row, place, now):
        notices.note(conn, staff_row, "opened_network", now, place)
    token = secrets.token_urlsafe(32)
    conn.execute(
        "UPDATE sign_ins SET digest = %s, proved_at = %s, factor_at = %s, seen_at = %s,"
        " browser_id = %s WHERE id = %s AND ended_at IS NULL",
        (_digest(token), now, now, now, remember_browser(conn, staff_row, place, now), sign_in.id),
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
        "SELECT id, staff_id, at, seen_at, proved_at, (SELECT count(*) FROM staff_notices n"
        "    WHERE n.staff_id = s.staff_id AND seen_at IS NULL), factor_at"
        " FROM sign_ins s WHERE digest = %s AND ended_at IS NULL",
        (_digest(token),),
    ).fetchone()
    if row is None:
        return None
    id_, staff_row, at, seen_at, proved_at, unseen, factor_at = row
    latest = at + (LONGEST if proved_at else _TO_PROVE)
    ends_at = min(latest, seen_at + IDLE)
    account = get(conn, staff_row)
    if now > ends_at or account is None:
        return None
    return SignIn(id_, account, proved_at, unseen, factor_at, ends_at, latest)


def note_seen(conn: Conn, sign_in: SignIn, now: datetime) -> SignIn:
    """Restart the idle time after an action. Written once a minute at most."""
    noted = conn.execute(
        "UPDATE sign_ins SET seen_at = %s WHERE id = %s AND seen_at < %s",
        (now, sign_in.id, now - _NOTED_EVERY),
    )
    if noted.rowcount != 1:
        return sign_in
    return replace(sign_in, ends_at=min(sign_in.latest, now + IDLE))


def end(conn: Conn, sign_in: SignIn, now: datetime) -> None:
    """Sign out."""
    conn.execute(
        "UPDATE sign_ins SET ended_at = %s WHERE id = %s AND ended_at IS NULL", (now, sign_in.id)
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogateescape")).digest()
