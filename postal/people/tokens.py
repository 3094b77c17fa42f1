"""Bearer tokens of the API: 256 random bits, of which only the SHA-256 is stored.

With that much randomness a plain digest is enough, and the look-up by digest takes the same time
for every wrong token: a guesser learns nothing of a digest that he cannot choose. What a token may
do, for how long, is its grant (docs/developing/trust.md rule 14).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from psycopg.rows import class_row

from india import pincode
from postal.people.people import UnknownOffice
from store.database import Conn
from store.refusals import Conflict, Invalid, Unknown
from store.together import Awaited

_PREFIX = "dakiya_"
_BYTES = 32
LIFE: Final = timedelta(days=365)
LONGEST_LIFE: Final = timedelta(days=5 * 365)


class TokenNameTaken(Conflict):
    """A token of this name exists, perhaps a revoked one: names are never reused."""

    field = "name"
    word = "token_name_taken"


class UnknownToken(Unknown):
    """No token of this name holds."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no token called {name} holds: see `flask token list`")


@dataclass(frozen=True)
class TokenGrant:
    """What a new token may do. None: everything, for every office, as often as it likes."""

    scopes: Sequence[str] | None = None
    office_pins: Sequence[str] | None = None
    life: timedelta = LIFE
    calls_a_minute: int | None = None


@dataclass(frozen=True)
class Token:
    """What may be shown of a token: never the token itself. `offices`: their rows."""

    id: int
    name: str
    created_at: datetime
    revoked_at: datetime | None
    scopes: list[str] | None
    offices: list[int] | None
    expires_at: datetime
    calls_a_minute: int | None

    def expired(self, now: datetime) -> bool:
        """Tell whether its time is over."""
        return self.expires_at <= now

    def may(self, scope: str) -> bool:
        """Tell whether it may do what needs `scope`, as articles:read."""
        return self.scopes is None or scope in self.scopes

    def acts_for(self, offices: Sequence[int]) -> bool:
        """Tell whether it acts for one of these offices."""
        return self.offices is None or not set(self.offices).isdisjoint(offices)


def create(
    conn: Conn, name: str, grant: TokenGrant | None = None, now: datetime | None = None
) -> str:
    """Return a new token called `name`; it cannot be read later. `now`: the database's.

    Raise `TokenNameTaken`, `UnknownOffice`, and `Invalid` where the name is empty or over 100
    characters, or the life is none or more than five years.
    """
    given = grant or TokenGrant()
    if not 1 <= len(name) <= 100 or not name.isprintable():
        says = "a token's name has 1 to 100 printable characters"
        raise Invalid(says, field="name", word="token_bad_name")
    _check_life(given.life)
    token = _PREFIX + secrets.token_urlsafe(_BYTES)
    made = conn.execute(
        "INSERT INTO tokens (name, digest, scopes, offices, expires_at, calls_a_minute)"
        " VALUES (%s, %s, %s, %s, coalesce(%s, now()) + %s, %s) ON CONFLICT (name) DO NOTHING"
        " RETURNING id",
        (
            name,
            _digest(token),
            sorted(set(given.scopes)) if given.scopes is not None else None,
            _offices(conn, given.office_pins) if given.office_pins is not None else None,
            now,
            given.life,
            given.calls_a_minute,
        ),
    ).fetchone()
    if made is None:
        raise TokenNameTaken(f"there is already a token called {name}: choose another name")
    return token


def renew(conn: Conn, name: str, life: timedelta, now: datetime) -> datetime:
    """Let the token called `name` hold for `life` from `now`, and return until when.

    Raise `UnknownToken` and, as `create`, `Invalid`.
    """
    _check_life(life)
    row = conn.execute(
        "UPDATE tokens SET expires_at = %s WHERE name = %s AND revoked_at IS NULL"
        " RETURNING expires_at",
        (now + life, name),
    ).fetchone()
    if row is None:
        raise UnknownToken(name)
    until: datetime = row[0]
    return until


def revoke(conn: Conn, name: str) -> bool:
    """End the token called `name`; False where there is none, or it was ended before."""
    ended = conn.execute(
        "UPDATE tokens SET revoked_at = now() WHERE name = %s AND revoked_at IS NULL", (name,)
    )
    return ended.rowcount == 1


_READ: Final = (
    "SELECT id, name, created_at, revoked_at, scopes, offices, expires_at, calls_a_minute"
    " FROM tokens"
)


def listed(conn: Conn) -> list[Token]:
    """Return all tokens, oldest first, revoked and expired ones too."""
    with conn.cursor(row_factory=class_row(Token)) as cursor:
        return cursor.execute(f"{_READ} ORDER BY id").fetchall()


def named(conn: Conn, name: str) -> Token:
    """Return the token called `name`, also where it was revoked. Raise `UnknownToken`."""
    with conn.cursor(row_factory=class_row(Token)) as cursor:
        found = cursor.execute(f"{_READ} WHERE name = %s", (name,)).fetchone()
    if found is None:
        raise UnknownToken(name)
    return found


def by_row(conn: Conn, row: int) -> Token:
    """Return the token with this row, also where it was revoked. Raise `UnknownToken`."""
    with conn.cursor(row_factory=class_row(Token)) as cursor:
        found = cursor.execute(f"{_READ} WHERE id = %s", (row,)).fetchone()
    if found is None:
        raise UnknownToken(str(row))
    return found


def identify(conn: Conn, token: str) -> Token | None:
    """Return the token that this is, expired or not; None where it is unknown or revoked."""
    return ask_identify(conn, token).answer()


def ask_identify(conn: Conn, token: str) -> Awaited[Token | None]:
    """Ask for the token that this is, as `identify`."""
    cursor = conn.cursor(row_factory=class_row(Token))
    cursor.execute(f"{_READ} WHERE digest = %s AND revoked_at IS NULL", (_digest(token),))
    return Awaited(cursor.fetchone)


def pins_of(conn: Conn, token: Token) -> list[str]:
    """Return the PINs of the offices that a token acts for; none where it does for every one."""
    rows = conn.execute(
        "SELECT DISTINCT pin FROM offices WHERE id = ANY(%s) ORDER BY pin", (token.offices or [],)
    ).fetchall()
    return [pin for (pin,) in rows]


def _offices(conn: Conn, pins: Sequence[str]) -> list[int]:
    """Return the rows of all offices with these PINs. Raise `UnknownOffice`."""
    found: list[int] = []
    for pin in pins:
        rows = conn.execute(
            "SELECT id FROM offices WHERE pin = %s ORDER BY id", (pincode.parse(pin),)
        ).fetchall()
        if not rows:
            raise UnknownOffice(pin)
        found += [row for (row,) in rows]
    return sorted(set(found))


def _check_life(life: timedelta) -> None:
    if not timedelta() < life <= LONGEST_LIFE:
        says = "a token holds for 1 to 1825 days"
        raise Invalid(says, field="expires", word="token_bad_life")


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogateescape")).digest()
