"""`Idempotency-Key`: a POST that is repeated after a lost answer is executed once.

The row of the key is inserted first, in the transaction of the work: a simultaneous repeat waits
for it, then finds the answer. A refusal is rolled back, leaves no key, and is decided again.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field
from typing import Any

from psycopg.types.json import Jsonb

from store.database import Conn
from store.keyring import Keyring, current
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
    """A key as one client (token) sent it, and its request."""

    token_id: int
    key: str
    request: bytes = field(repr=False)

    def digest(self, root: bytes) -> bytes:
        """Return the digest of the request under a key of the ring.

        It is keyed: a body may hold a postman's PIN, and four digits are soon guessed from a plain
        digest.
        """
        return hmac.digest(root, _PURPOSE + self.request, "sha256")


@dataclass(frozen=True)
class Kept:
    """The answer of the first execution."""

    status: int
    answer: Any  # JSON


def read(token_id: int, key: str, request: bytes) -> Key:
    """Return the key of a request. Raises `BadKey`."""
    if _KEY.fullmatch(key) is None:
        raise BadKey
    return Key(token_id, key, request)


def claim(conn: Conn, key: Key, keys: Keyring) -> Kept | None:
    """Claim a new key and return None, else return the answer to repeat. Raises `OtherRequest`.

    Waits while another transaction executes under the same key.
    """
    number = current(conn, "digests")
    ours = conn.execute(
        "INSERT INTO idempotency_keys (token_id, key, request_digest, digest_key, status, answer)"
        " VALUES (%s, %s, %s, %s, 0, 'null') ON CONFLICT DO NOTHING RETURNING 1",
        (key.token_id, key.key, key.digest(keys.root(conn, "digests", number)), number),
    ).fetchone()
    if ours is not None:
        return None
    row = conn.execute(
        "SELECT request_digest, digest_key, status, answer FROM idempotency_keys"
        " WHERE token_id = %s AND key = %s",
        (key.token_id, key.key),
    ).fetchone()
    assert row is not None
    if not hmac.compare_digest(row[0], key.digest(keys.root(conn, "digests", row[1]))):
        raise OtherRequest
    return Kept(row[2], row[3])


def keep(conn: Conn, key: Key, kept: Kept) -> None:
    """Store the answer under a key that `claim` has claimed."""
    conn.execute(
        "UPDATE idempotency_keys SET status = %s, answer = %s WHERE token_id = %s AND key = %s",
        (kept.status, Jsonb(kept.answer), key.token_id, key.key),
    )


def in_use(conn: Conn) -> dict[int, int]:
    """Return how many answers are kept by digests of each key, by its number."""
    rows = conn.execute(
        "SELECT digest_key, count(*) FROM idempotency_keys GROUP BY digest_key"
    ).fetchall()
    return dict(rows)
