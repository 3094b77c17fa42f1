"""What a carrier signed a request to a hook with and is good once, so that none can be sent again.

A signature without a time holds for ever. Where it does not cover the form either, whoever
has seen one request could send another in its place. In PostgreSQL, since Valkey may forget.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from store.database import Conn

KEPT: Final = timedelta(days=400)
"""Longer than an account's token is used (docs/voice.md): no signature of an older one is good."""
_AT_ONCE: Final = 1_000


def use(conn: Conn, gateway: str, nonce: str, now: datetime) -> bool:
    """Use up what came at the hook of `gateway`; tell whether it is the first time."""
    return (
        conn.execute(
            "INSERT INTO hook_nonces (gateway, nonce, at) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING RETURNING true",
            [gateway, nonce, now],
        ).fetchone()
        is not None
    )


def give_back(conn: Conn, gateway: str, nonce: str) -> None:
    """Let it come again: its request was not answered, and a carrier may repeat it as it was."""
    conn.execute("DELETE FROM hook_nonces WHERE gateway = %s AND nonce = %s", [gateway, nonce])


def forget(conn: Conn, now: datetime) -> int:
    """Remove some of what is older than `KEPT`; return how many."""
    return conn.execute(
        "DELETE FROM hook_nonces WHERE (gateway, nonce) IN (SELECT gateway, nonce FROM hook_nonces"
        " WHERE at < %s ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED)",
        [now - KEPT, _AT_ONCE],
    ).rowcount
