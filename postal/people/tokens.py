"""Bearer tokens of the API: 256 random bits, of which only the SHA-256 is stored.

With that much randomness a plain digest is enough, and the look-up by digest takes the same time
for every wrong token: a guesser learns nothing of a digest that he cannot choose.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from store.database import Conn
from store.refusals import Conflict, Invalid

_PREFIX = "dakiya_"
_BYTES = 32


class TokenNameTaken(Conflict):
    """A token of this name exists, perhaps a revoked one: names are never reused."""

    field = "name"


@dataclass(frozen=True)
class Token:
    """What may be shown of a token: never the token itself."""

    id: int
    name: str
    created_at: datetime
    revoked_at: datetime | None


def create(conn: Conn, name: str) -> str:
    """Return a new token called `name`; it cannot be read later.

    Raise `TokenNameTaken`, and `Invalid` where the name is empty or over 100 characters.
    """
    if not 1 <= len(name) <= 100 or not name.isprintable():
        raise Invalid("a token's name has 1 to 100 printable characters", field="name")
    token = _PREFIX + secrets.token_urlsafe(_BYTES)
    made = conn.execute(
        "INSERT INTO tokens (name, digest) VALUES (%s, %s) ON CONFLICT (name) DO NOTHING"
        " RETURNING id",
        (name, _digest(token)),
    ).fetchone()
    if made is None:
        raise TokenNameTaken(f"there is already a token called {name}: choose another name")
    return token


def revoke(conn: Conn, name: str) -> bool:
    """End the token called `name`; False where there is none, or it was ended before."""
    ended = conn.execute(
        "UPDATE tokens SET revoked_at = now() WHERE name = %s AND revoked_at IS NULL", (name,)
    )
    return ended.rowcount == 1


def listed(conn: Conn) -> list[Token]:
    """Return all tokens, oldest first, revoked ones too."""
    with conn.cursor(row_factory=class_row(Token)) as cursor:
        return cursor.execute(
            "SELECT id, name, created_at, revoked_at FROM tokens ORDER BY id"
        ).fetchall()


def identify(conn: Conn, token: str) -> int | None:
    """Return the id of a valid token, or None."""
    found = conn.execute(
        "SELECT id FROM tokens WHERE digest = %s AND revoked_at IS NULL", (_digest(token),)
    ).fetchone()
    return None if found is None else int(found[0])


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogateescape")).digest()
