"""`Idempotency-Key`: a POST that is repeated after a lost answer is executed once.

The row of the key is inserted first, in the transaction of the work: a simultaneous repeat waits
for it, then finds the answer. A refusal is rolled back, leaves no key, and is decided again.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from store.database import Conn
from store.refusals import Invalid

HEADER = "Idempotency-Key"
PATTERN = "^[!-~]{1,255}$"
_PURPOSE = b"dakiya/idempotency/1/"
_KEY = re.compile(PATTERN)


class BadKey(Invalid):
    """A header that is not 1 to 255 visible ASCII characters."""

    sentence = f"{HEADER} has 1 to 255 visible ASCII characters"
    field = HEADER


class OtherRequest(Invalid):
    """A key that was used for another request."""

    sentence = "this key was used for another request: use a new one for each request"
    field = HEADER


@dataclass(frozen=True)
class Key:
    """A key as one client (token) sent it, and the digest of its request."""

    token_id: int
    key: str
    digest: bytes


@dataclass(frozen=True)
class Kept:
    """The answer of the first execution."""

    status: int
    answer: Any  # JSON


def read(token_id: int, key: str, request: bytes, master_key: bytes) -> Key:
    """Return the key of a request. Raises `BadKey`.

    The digest is keyed: a body may hold a postman's PIN, and four digits are soon guessed from
    a plain digest.
    """
    if _KEY.fullmatch(key) is None:
        raise BadKey
    return Key(token_id, key, hmac.new(master_key, _PURPOSE + request, hashlib.sha256).digest())


def claim(conn: Conn, key: Key) -> Kept | None:
    """Claim a new key and return None, else return the answer to repeat. Raises `OtherRequest`.

    Waits while another transaction executes under the same key.
    """
    ours = conn.execute(
        "INSERT INTO idempotency_keys (token_id, key, request_digest, status, answer)"
        " VALUES (%s, %s, %s, 0, 'null') ON CONFLICT DO NOTHING RETURNING 1",
        (key.token_id, key.key, key.digest),
    ).fetchone()
    if ours is not None:
        return None
    row = conn.execute(
        "SELECT request_digest, status, answer FROM idempotency_keys"
        " WHERE token_id = %s AND key = %s",
        (key.token_id, key.key),
    ).fetchone()
    assert row is not None
    if not hmac.compare_digest(row[0], key.digest):
        raise OtherRequest
    return Kept(row[1], row[2])


def keep(conn: Conn, key: Key, kept: Kept) -> None:
    """Store the answer under a key that `claim` has claimed."""
    conn.execute(
        "UPDATE idempotency_keys SET status = %s, answer = %s WHERE token_id = %s AND key = %s",
        (kept.status, Jsonb(kept.answer), key.token_id, key.key),
    )
