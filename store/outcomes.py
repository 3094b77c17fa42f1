"""What became of a transaction whose answer was lost: looked up by an id of its own.

A connection that breaks while the server commits leaves unknown whether it did. So each
transaction that writes also writes its id, and whoever lost the answer looks for it. The look-up
writes the same id where there is none: it waits for a transaction that is still under way, and one
that comes later finds the id taken and fails. After it the answer cannot change any more.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import Connection

NOTE: Final[LiteralString] = "SELECT note_outcome(%s)"
"""SQL, the last statement of a transaction: note that it is committed, by its id."""

_AT_ONCE: Final = 10_000
_RANDOM_BITS: Final = 62


def new_id(now: datetime) -> UUID:
    """Return a new id that begins with the time: UUID version 7 (RFC 9562).

    `now`: by PostgreSQL's clock, as `forget` removes by it.
    """
    moment = int(now.timestamp() * 1000) << 80
    return UUID(
        int=moment | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(_RANDOM_BITS)
    )


def settle(conn: Connection[Any], id_: UUID) -> bool:
    """Tell whether the transaction of that id was committed; if not, it never will be."""
    conn.execute("INSERT INTO outcomes (id, done) VALUES (%s, false) ON CONFLICT DO NOTHING", [id_])
    row = conn.execute("SELECT done FROM outcomes WHERE id = %s", [id_]).fetchone()
    assert row is not None
    return bool(row[0])


def forget(conn: Connection[Any]) -> int:
    """Remove some of what is older than an hour: nobody looks for it. Return how many."""
    return conn.execute(
        "DELETE FROM outcomes WHERE id = ANY (ARRAY(SELECT id FROM outcomes WHERE id <"
        " (lpad(to_hex((extract(epoch FROM clock_timestamp() - interval '1 hour') * 1000)::bigint),"
        " 12, '0') || repeat('0', 20))::uuid ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED))",
        [_AT_ONCE],
    ).rowcount
