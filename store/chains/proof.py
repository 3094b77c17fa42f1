"""The proof that a row is in the seal of its day: the digests on the way from it to the root.

It holds nothing of any other row but digests, which their salts make impossible to guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from psycopg import sql

from store.chains import merkle, rows
from store.chains.merkle import TreeStep
from store.chains.rows import Chain
from store.database import Conn


@dataclass(frozen=True)
class ProvenRow:
    """A row as it was hashed. `path`: to the root of its chain on `day`; None: not sealed yet.

    `content`: the text that was hashed after the salt. `digest`: as it was written.
    """

    id: int
    day: date
    salt: bytes
    content: str
    digest: bytes
    path: tuple[TreeStep, ...] | None


def prove(conn: Conn, chain: Chain, ids: Sequence[int]) -> list[ProvenRow]:
    """Return the rows with these ids, in their order, each with its proof."""
    conn.execute("SET LOCAL TimeZone = 'UTC'")
    which = sql.SQL("WHERE t.id = ANY({}) ORDER BY t.id").format(sql.Literal(list(ids)))
    found = conn.execute(rows.content(chain, which)).fetchall()
    return [
        ProvenRow(id_, day, salt.bytes, content, digest, _path(conn, chain, day, id_))
        for id_, day, salt, digest, content in found
    ]


def _path(conn: Conn, chain: Chain, day: date, id_: int) -> tuple[TreeStep, ...] | None:
    sealed = conn.execute("SELECT FROM seals WHERE day = %s", [day]).fetchone()
    if sealed is None:
        return None
    part = conn.execute(
        "SELECT part, ids, digests FROM sealed_leaves WHERE chain = %s AND day = %s"
        " AND %s BETWEEN ids[1] AND ids[cardinality(ids)]",
        [chain, day, id_],
    ).fetchone()
    if part is None or id_ not in part[1]:
        return None
    number, ids, joined = part
    leaves = [joined[at : at + merkle.SIZE] for at in range(0, len(joined), merkle.SIZE)]
    roots = conn.execute(
        "SELECT root FROM sealed_leaves WHERE chain = %s AND day = %s ORDER BY part", [chain, day]
    ).fetchall()
    within = merkle.path(leaves, ids.index(id_))
    return (*within, *merkle.path([row[0] for row in roots], number))
