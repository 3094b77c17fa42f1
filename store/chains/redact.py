"""Removing content from a row that has a digest: the digest stays, and who removed it is written.

Only the role that purges may do this (store/rights.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString

from psycopg import sql

from store.chains.rows import Chain
from store.database import Conn


@dataclass(frozen=True)
class Removing:
    """Who removes, at which moment and why. `operator`: the account at the server."""

    operator: str
    reason: str
    at: datetime


_NOTE: Final = sql.SQL(
    """
WITH touched AS ({change})
INSERT INTO redactions (at, chain, row_id, row_day, digest_was, digest_now, operator, reason)
SELECT %(removed_at)s, %(chain)s, id, day_written, digest, {now}, %(operator)s, %(why)s
FROM touched ORDER BY id
"""
)
_REWRITTEN: Final = sql.SQL("row_digest(salt, to_json(touched))")
_NOTHING: Final = sql.SQL("NULL")


def rewrite(
    conn: Conn, chain: Chain, change: LiteralString, values: Mapping[str, object], by: Removing
) -> int:
    """Do `change`, an UPDATE with a new salt that returns the whole rows; return how many."""
    conn.execute("SET LOCAL TimeZone = 'UTC'")  # digests have times as UTC
    return _note(conn, chain, change, _REWRITTEN, {**values, **_written(chain, by)})


def remove(
    conn: Conn, chain: Chain, change: LiteralString, values: Mapping[str, object], by: Removing
) -> int:
    """Do `change`, a DELETE that returns the whole rows; return how many."""
    return _note(conn, chain, change, _NOTHING, {**values, **_written(chain, by)})


def _note(
    conn: Conn,
    chain: Chain,
    change: LiteralString,
    now: sql.Composable,
    values: Mapping[str, object],
) -> int:
    return conn.execute(_NOTE.format(change=sql.SQL(change), now=now), values).rowcount


def _written(chain: Chain, by: Removing) -> Mapping[str, object]:
    return {
        "chain": chain,
        "removed_at": by.at,
        "operator": by.operator,
        "why": by.reason,
    }
