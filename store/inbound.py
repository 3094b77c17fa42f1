"""The texts that came, as rows: each is kept once, and known when it comes again.

What a text means is decided above, in `conversation/inbound.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

from gateways.storable import clean
from india.calendar import is_usable
from logs import request_id
from messages.catalogue import Channel
from store import packing
from store.database import PLANNED_ONCE, Conn
from store.together import Awaited

RINGS_ON: Final = timedelta(seconds=30)  # within which a missed call is one, however often it rings
_LONGEST_BODY: Final = 10_000
# In `messages.error` of a text that came and did nothing, because it repeats the one before:
REPEAT: Final = "repeat"
# … and of one that has no answer, because a machine seems to write:
LOOP: Final = "loop"  # the one with which the rest began
RESTING: Final = "resting"  # within it
# In `messages.error` of a text that came and is a part of another, which was read in its place:
PART: Final = "part"


@dataclass(frozen=True)
class InboundRow:
    """A text that came, as it is kept. `body`: codes are masked; `unreadable`: why, if it is."""

    at: datetime
    gateway: str
    carrier_id: str | None
    phone: str | None
    channel: Channel
    body: str = field(repr=False)
    carrier_at: datetime | None = None
    unreadable: str | None = None


def storable(text: str) -> str:
    """Return `text` as PostgreSQL can keep it: no NUL, no lone surrogates, not endless."""
    return clean(text)[:_LONGEST_BODY]


def ask_keep(conn: Conn, text: InboundRow) -> Awaited[int | None]:
    """Keep `text` with the id of the request that brought it; ask for its id.

    None: a repeat, the carrier's id is kept already.
    """
    # The carrier's id is once over all months of messages: carrier_ids says whether it is new.
    cursor = conn.execute(
        "WITH new AS (INSERT INTO carrier_ids (kind, gateway, carrier_id)"
        " SELECT 'in', %s, %s WHERE %s::text IS NOT NULL ON CONFLICT DO NOTHING RETURNING kind)"
        " INSERT INTO messages (direction, phone, gateway, carrier_id, at, carrier_at, body,"
        " status, error, channel, request_id)"
        " SELECT 'in', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s"
        " WHERE %s::text IS NULL OR EXISTS (SELECT FROM new) RETURNING id",
        [
            text.gateway,
            text.carrier_id,
            text.carrier_id,
            text.phone,
            text.gateway,
            text.carrier_id,
            text.at,
            text.carrier_at if text.carrier_at and is_usable(text.carrier_at) else None,
            text.body,
            "received" if text.unreadable is None else "unreadable",
            text.unreadable,
            text.channel,
            request_id(),
            text.carrier_id,
        ],
    )
    return Awaited(cursor.fetchone).then(lambda row: int(row[0]) if row else None)


def keep(conn: Conn, text: InboundRow) -> int | None:
    """Keep `text`, and return its id; None for a repeat."""
    return ask_keep(conn, text).answer()


def mark(conn: Conn, message_id: int, why: str | None) -> None:
    """Write into the row of a text why it has no answer of its own; None: it has one."""
    conn.execute("UPDATE messages SET error = %s WHERE id = %s", [why, message_id])


def set_unreadable(conn: Conn, message_ids: Sequence[int], why: str) -> None:
    """Write into the rows of texts that they could not be read."""
    conn.execute(
        "UPDATE messages SET status = 'unreadable', error = %s WHERE id = ANY(%s)",
        [why, list(message_ids)],
    )


def is_kept(conn: Conn, gateway: str, carrier_id: str) -> bool:
    """Tell whether the text of that carrier's id was kept before."""
    row = conn.execute(
        "SELECT FROM carrier_ids WHERE kind = 'in' AND gateway = %s AND carrier_id = %s",
        (gateway, carrier_id),
    ).fetchone()
    return row is not None


def rings_on(conn: Conn, message_id: int, call: InboundRow) -> bool:
    """Tell whether the missed `call`, kept as `message_id`, rang before; its row then says so.

    A caller who is not answered calls again: calls to the same number a moment later are one
    message. Two calls of one telephone wait for each other.
    """
    conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"ring:{call.phone}"])
    again = conn.execute(
        "UPDATE messages SET error = 'rang again' WHERE id = %s AND EXISTS (SELECT FROM messages"
        " WHERE phone = %s AND direction = 'in' AND channel = 'voice' AND body = %s AND at > %s"
        " AND id <> %s AND error IS NULL) RETURNING id",
        [message_id, call.phone, call.body, call.at - RINGS_ON, message_id],
    )
    return again.fetchone() is not None


@dataclass(frozen=True)
class FormerText:
    """The text before, and what was decided on it. `is_last`: nothing was said there since.

    What its sprints hold is read where it is asked for: most texts repeat nothing.
    """

    machine: str
    is_last: bool
    _rows: Sequence[tuple[Any, ...]] = field(repr=False)

    @cached_property
    def first(self) -> packing.Records:
        """Return what the sprint of the text itself holds. Raises `Unpackable`."""
        return packing.records(self._rows[0])

    @cached_property
    def decisions(self) -> list[Mapping[str, Any]]:
        """Return what was decided in each of its sprints. Raises `Unpackable`."""
        rest = (packing.records(row).decision for row in self._rows[1:])
        return [self.first.decision, *rest]


_FORMER: Final = f"""
SELECT c.machine, last.message_id IS NOT DISTINCT FROM s.message_id, {packing.COLUMNS}
FROM (
    SELECT id FROM messages
    WHERE phone = %(phone)s AND direction = 'in' AND at > %(since)s
    AND id IS DISTINCT FROM %(but)s::bigint AND channel = 'text' AND error IS NULL
    ORDER BY at DESC, id DESC LIMIT 1
) AS before
JOIN sprints s ON s.message_id = before.id
JOIN conversations c ON c.id = s.conversation_id
JOIN sprints last ON last.id = c.last_sprint_id
ORDER BY s.id
"""  # noqa: S608


def ask_former(
    conn: Conn, phone: str, since: datetime, message_id: int | None
) -> Awaited[FormerText | None]:
    """Ask for the last text of `phone`, if one came after `since`, but that kept as `message_id`.

    None: the next one is not kept yet.
    """
    bound = {"phone": phone, "since": since, "but": message_id}
    return Awaited(conn.execute(_FORMER, bound).fetchall).then(_former)


def _former(rows: Sequence[tuple[Any, ...]]) -> FormerText | None:
    if not rows:
        return None
    machine, is_last = rows[0][:2]
    return FormerText(machine, is_last, [row[2:] for row in rows])


ONE_BY_ONE: Final = "pg_advisory_xact_lock(hashtextextended('text:' || %(phone)s::text, 0))"
"""SQL, a part of a SELECT: texts of a telephone wait for each other, to the transaction's end."""


EARLIER_WAITS: Final = "EXISTS (SELECT FROM waiting_texts WHERE phone = %(phone)s)"
"""SQL: whether an earlier text of the telephone still waits (`store/waiting_texts.py`)."""


def one_by_one(conn: Conn, phone: str) -> None:
    """Let the texts of one telephone wait for each other, to the end of the transaction."""
    conn.execute(f"SELECT {ONE_BY_ONE}, {PLANNED_ONCE}", {"phone": phone})


def count_since(conn: Conn, phone: str, since: datetime, most: int) -> int:
    """Return how many texts of `phone` were kept after `since`, counting up to `most`."""
    row = conn.execute(
        "SELECT count(*) FROM (SELECT FROM messages WHERE phone = %s AND direction = 'in'"
        " AND at > %s LIMIT %s) AS kept",
        (phone, since, most),
    ).fetchone()
    return int(row[0]) if row else 0


# ---- the rest after a loop (conversation/loops.py) -----------------------------------------------


def rested_since(conn: Conn, phone: str, since: datetime) -> list[str]:
    """Return the last texts of `phone` that had no answer in a rest that began after `since`."""
    rows = conn.execute(
        "SELECT body FROM messages WHERE phone = %(phone)s AND direction = 'in'"
        " AND error IN (%(loop)s, %(resting)s) AND id >= (SELECT min(id) FROM messages"
        " WHERE phone = %(phone)s AND direction = 'in' AND at > %(since)s AND error = %(loop)s)"
        " ORDER BY id DESC LIMIT 20",
        {"phone": phone, "since": since, "loop": LOOP, "resting": RESTING},
    ).fetchall()
    return [row[0] for row in rows]


def answered_since(conn: Conn, phone: str, since: datetime) -> list[str]:
    """Return the last texts of `phone` after `since` that had an answer."""
    rows = conn.execute(
        "SELECT m.body FROM messages m WHERE m.phone = %s AND m.direction = 'in'"
        " AND m.channel = 'text' AND m.at > %s AND m.error IS NULL AND EXISTS (SELECT"
        " FROM sprints s JOIN messages o ON o.phone = m.phone AND o.at = s.at"
        " AND o.sprint_id = s.id AND o.direction = 'out' WHERE s.message_id = m.id)"
        " ORDER BY m.at DESC, m.id DESC LIMIT 20",
        [phone, since],
    ).fetchall()
    return [row[0] for row in rows]
