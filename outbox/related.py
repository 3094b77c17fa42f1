"""What other messages say about those that are due: second sends, calls in doubt, engaged lines.

Nothing tells in which month they are, so such a statement opens every month of messages. It is
asked only where there may be any: a text that was never tried has no second send.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from psycopg.rows import class_row

from outbox import probing
from outbox.due import DueMessage
from store.database import Conn

ARRIVED: Final = "arrived by another carrier"

# `first`: the message that is repeated. It is its own first; only that it arrived is asked of it.
_SENDS: Final = """
    SELECT again_of AS first, id, via, status FROM messages WHERE again_of = ANY (%(firsts)s)
    UNION ALL
    SELECT id, id, NULL, status FROM messages
    WHERE id = ANY (%(repeated)s) AND status = 'delivered'
"""
# A look-up finds calls by their telephone alone. These are the ids of other messages' calls, and
# NULL for each that may exist with an unknown id. An earlier call of the message counts too.
_OTHER_CALLS: Final = """
    SELECT due.id, ARRAY(
        SELECT CASE WHEN other.id = due.id OR other.status IN ('sent', 'delivered', 'failed')
               THEN other.carrier_id END
        FROM messages other
        WHERE other.direction = 'out' AND other.channel = 'voice' AND other.phone = due.phone
              AND other.gateway = due.gateway
              AND other.first_tried_at > due.first_tried_at - interval '1 hour'
              AND (other.carrier_id IS NOT NULL
                   OR other.id <> due.id AND other.status IN ('sending', 'unknown', 'expired')))
    FROM messages due WHERE due.id = ANY (%s)
"""
# A call whose end the carrier never tells engages its line for as long as a code takes to be said.
_A_CALL: Final = timedelta(minutes=2)
# Two workers must not begin two calls to one line: whoever has this lock looks, and then begins.
_TAKE_LINES: Final = """
    SELECT phone FROM unnest(%s::text[]) AS phone
    WHERE pg_try_advisory_xact_lock(hashtextextended('line:' || phone, 0))
"""
# Apart, since a statement sees what was committed before it began. A call that is made once more
# was due again when it began.
_ENGAGED: Final = """
    SELECT DISTINCT phone FROM messages
    WHERE phone = ANY (%(phones)s) AND at > %(now)s - interval '1 day' AND direction = 'out'
          AND channel = 'voice' AND status IN ('sending', 'unknown', 'sent')
          AND (status = 'sending' OR greatest(sent_at, first_tried_at,
               CASE status WHEN 'sent' THEN next_attempt_at END) > %(since)s)
"""


@dataclass(frozen=True)
class _Send:
    """A message and what became of it. `via`: of a second send, the carrier."""

    first: int
    id: int
    via: str | None
    status: str


def regarded(conn: Conn, dues: Sequence[DueMessage]) -> list[DueMessage]:
    """Return `dues`, which are locked, with what other messages say about them.

    That is which carriers have or may have the same code, that it arrived (the obstacle ARRIVED),
    and of calls in doubt the other calls of that telephone.
    """
    return _with_calls(conn, _with_sends(conn, _with_routes(conn, dues)))


def _with_routes(conn: Conn, dues: Sequence[DueMessage]) -> list[DueMessage]:
    """Return `dues`, the probes among them bound to the carrier that they try."""
    asked = [due.id for due in dues if due.template == probing.TEMPLATE]
    if not asked:
        return list(dues)
    carriers = probing.carriers_of(conn, asked)
    return [replace(due, via=carriers.get(due.id, due.via)) for due in dues]


def _with_sends(conn: Conn, dues: Sequence[DueMessage]) -> list[DueMessage]:
    asked = {due.id for due in dues if due.code_id is not None and _was_tried(due)}
    if not asked:
        return list(dues)
    values = {
        "firsts": [_first(due) for due in dues if due.id in asked],
        "repeated": [due.again_of for due in dues if due.id in asked and due.again_of is not None],
    }
    sends: dict[int, list[_Send]] = defaultdict(list)
    with conn.cursor(row_factory=class_row(_Send)) as cursor:
        for send in cursor.execute(_SENDS, values):
            sends[send.first].append(send)
    return [_with(due, sends[_first(due)]) if due.id in asked else due for due in dues]


def _with(due: DueMessage, sends: Sequence[_Send]) -> DueMessage:
    """Return `due` with what became of the first message and its second sends."""
    if any(send.status == "delivered" for send in sends):
        due = replace(due, obstacle=ARRIVED)
    if due.again_of is not None:
        return due
    doubtful = [send.via for send in sends if send.via and send.status == "unknown"]
    certain = [send.via for send in sends if send.via and send.status != "unknown"]
    return replace(due, given=[*due.given, *doubtful], elsewhere=certain)


def _was_tried(due: DueMessage) -> bool:
    return due.first_tried_at is not None or due.again_of is not None


def _first(due: DueMessage) -> int:
    return due.again_of or due.id


def _with_calls(conn: Conn, dues: Sequence[DueMessage]) -> list[DueMessage]:
    asked = [due.id for due in dues if due.channel == "voice" and due.status == "unknown"]
    if not asked:
        return list(dues)
    calls = {id_: others for id_, others in conn.execute(_OTHER_CALLS, [asked])}
    return [replace(due, other_calls=calls[due.id]) if due.id in calls else due for due in dues]


def wait_for_line(conn: Conn, dues: Sequence[DueMessage], now: datetime) -> set[int]:
    """Return which calls of `dues`, which are locked, wait, as their line has another call.

    So the calls to one telephone follow each other, and none meets a line that we engaged.
    """
    calls = [due for due in dues if due.channel == "voice" and due.status == "queued"]
    if not calls:
        return set()
    phones = sorted({due.phone for due in calls})
    free = {row[0] for row in conn.execute(_TAKE_LINES, [phones]).fetchall()}
    values = {"phones": phones, "now": now, "since": now - _A_CALL}
    free -= {row[0] for row in conn.execute(_ENGAGED, values).fetchall()}
    waiting = set()
    for due in calls:
        if due.phone in free:
            free.remove(due.phone)
        else:
            waiting.add(due.id)
    return waiting
