"""The message that a call was made for, and the code that is put into its words.

Only here, and only in memory, is a code put into words. A code that died while the telephone rang
is not said, nor is one to another telephone than the message's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from psycopg.rows import kwargs_row

from gateways.base import Pressed, TakenUp
from messages.recordings import SHIPPED, Library
from messages.render import CODE_MASK
from messages.speech import last_words
from postal.codes import code_of
from runtime import Runtime
from store import wording
from store.database import Conn
from store.keyring import UnknownKey


@dataclass(frozen=True)
class CallFor:
    """The message of a call. `alive`: it may still be said. `said_in`: the call that said it.

    `unasked`: nobody asked for this call; its text did not arrive.
    """

    id: int
    template: str
    body: str = field(repr=False)
    language: str
    code_id: int | None
    article: str | None
    unasked: bool
    said_in: str | None
    alive: bool


_FIND = """
    SELECT m.id, m.template, m.body, m.said, m.language, m.code_id, a.number AS article,
           m.again_of IS NOT NULL AS unasked, m.spoken_call AS said_in,
           m.status IN ('sending', 'unknown', 'sent') AND m.not_after > %(now)s
           AND (m.code_id IS NULL OR (c.used_at IS NULL AND c.dead_at IS NULL
                AND c.expires_at > %(now)s)) AS alive
    FROM messages m LEFT JOIN codes c ON c.id = m.code_id
         LEFT JOIN articles a ON a.id = coalesce(c.article_id, m.article_id)
    WHERE m.direction = 'out' AND m.channel = 'voice' AND m.gateway = %(gateway)s
          AND m.phone = %(phone)s
          AND (m.carrier_id = %(carrier_id)s OR m.id = %(message_id)s)
    ORDER BY (m.carrier_id = %(carrier_id)s) IS TRUE DESC LIMIT 1
"""
# One call says it: a carrier that makes two calls of one order says a code in the first alone.
_SAY = """
    UPDATE messages SET spoken_call = %(call)s
    WHERE id = %(id)s AND (NOT %(once)s OR spoken_call IS NULL OR spoken_call = %(call)s)
    RETURNING id
"""
_CODE = """
    SELECT c.issue, c.key, a.code_salt,
           c.used_at IS NULL AND c.dead_at IS NULL AND c.expires_at > %(now)s
    FROM codes c JOIN articles a ON a.id = c.article_id WHERE c.id = %(code)s
"""


_HEARD = "UPDATE codes SET heard_at = %(now)s WHERE id = %(code)s AND heard_at IS NULL"


def find(conn: Conn, came: TakenUp | Pressed, now: datetime) -> CallFor | None:
    """Return the message of the call: by the carrier's id, or by ours where it is proven."""
    with conn.cursor(row_factory=kwargs_row(wording.read(CallFor))) as cursor:
        return cursor.execute(
            _FIND,
            {
                "gateway": came.gateway,
                "phone": came.phone,
                "carrier_id": came.carrier_id,
                "message_id": came.message_id,
                "now": now,
            },
        ).fetchone()


def say(conn: Conn, message: CallFor, call: str) -> bool:
    """Note that `call` says the message; return whether it may.

    A call that was not asked for is said once, by whatever call of its carrier came first. A call
    of which nothing is noted has delivered nothing (`outbox/receipts.py`).
    """
    values = {"call": call, "id": message.id, "once": message.unasked}
    return conn.execute(_SAY, values).fetchone() is not None


def code_for(runtime: Runtime, conn: Conn, code_id: int, now: datetime) -> str | None:
    """Return the code to be said; None: it died, or its key was retired.

    What is said is heard (`codes.heard_at`): a key was pressed for it.
    """
    row = conn.execute(_CODE, {"code": code_id, "now": now}).fetchone()
    if row is None or not row[3]:
        return None
    try:
        root = runtime.keys.root(conn, "codes", row[1])
    except UnknownKey:
        return None
    conn.execute(_HEARD, {"code": code_id, "now": now})
    return code_of(root, row[2], row[0], runtime.settings.code_length)


def too_late(language: str) -> str:
    """Return what is said in the place of a code that died."""
    return "\n".join(last_words(language).lines)


def holds_code(body: str) -> bool:
    """Tell whether `body` has a place for a code."""
    return CODE_MASK in body


def library(runtime: Runtime) -> Library:
    """Return the recordings of this installation (`SPEECH_DIR`)."""
    return _library(runtime.settings.speech_dir or str(SHIPPED))


@cache
def _library(folder: str) -> Library:
    return Library(Path(folder))
