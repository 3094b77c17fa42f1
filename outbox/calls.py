"""The words of a call, which its carrier asks for when the person has answered.

Only here, and only in memory, is a code put into words. A code that died while the telephone rang
is not said, nor is one to another telephone than the message's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from psycopg.rows import kwargs_row

from gateways.base import TakenUp
from messages.speech import Speech, last_words, spoken
from postal.codes import code_of
from runtime import Runtime
from store import wording
from store.database import Conn
from store.keyring import UnknownKey


@dataclass(frozen=True)
class _Ringing:
    id: int
    body: str = field(repr=False)
    language: str
    issue: int | None
    key: int | None
    salt: bytes | None = field(repr=False)
    alive: bool


def words_for(runtime: Runtime, taken_up: TakenUp) -> Speech:
    """Return what to say now; to an unknown or late call, that the code is not valid any more.

    A carrier that asks twice gets the same answer. The question is recorded: a call without it has
    delivered nothing (`outbox/receipts.py`).
    """
    settings = runtime.settings
    ringing = runtime.database.run(lambda conn: _take_up(conn, taken_up, runtime.now()))
    if ringing is None or not ringing.alive:
        language = ringing.language if ringing else settings.default_language
        return last_words(language)
    if ringing.issue is None or ringing.salt is None:
        return spoken(ringing.body, ringing.language, None)
    assert ringing.key is not None
    number = ringing.key
    try:
        root = runtime.database.run(lambda conn: runtime.keys.root(conn, "codes", number))
    except UnknownKey:
        return last_words(ringing.language)
    code = code_of(root, ringing.salt, ringing.issue, settings.code_length)
    return spoken(ringing.body, ringing.language, code)


def _take_up(conn: Conn, taken_up: TakenUp, now: datetime) -> _Ringing | None:
    ringing = _find(conn, taken_up, now)
    if ringing is not None:
        conn.execute(
            "UPDATE messages SET spoken_call = %s WHERE id = %s", (taken_up.carrier_id, ringing.id)
        )
    return ringing


def _find(conn: Conn, taken_up: TakenUp, now: datetime) -> _Ringing | None:
    """Return the message of the call: by the carrier's id, or by ours where it is proven."""
    with conn.cursor(row_factory=kwargs_row(wording.read(_Ringing))) as cursor:
        return cursor.execute(
            """
            SELECT m.id, m.body, m.said, m.language, c.issue, c.key, a.code_salt AS salt,
                   m.status IN ('sending', 'unknown', 'sent') AND m.not_after > %(now)s
                   AND (m.code_id IS NULL OR (c.used_at IS NULL AND c.dead_at IS NULL
                        AND c.expires_at > %(now)s)) AS alive
            FROM messages m LEFT JOIN codes c ON c.id = m.code_id
                 LEFT JOIN articles a ON a.id = c.article_id
            WHERE m.direction = 'out' AND m.channel = 'voice' AND m.gateway = %(gateway)s
                  AND m.phone = %(phone)s
                  AND (m.carrier_id = %(carrier_id)s OR m.id = %(message_id)s)
            ORDER BY (m.carrier_id = %(carrier_id)s) IS TRUE DESC LIMIT 1
            """,
            {
                "gateway": taken_up.gateway,
                "phone": taken_up.phone,
                "carrier_id": taken_up.carrier_id,
                "message_id": taken_up.message_id,
                "now": now,
            },
        ).fetchone()
