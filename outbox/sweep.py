"""The sweep for what a crash, a lost wake-up or a flushed Valkey left. The clock starts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from outbox import carriers
from outbox.due import LEASE
from outbox.lanes import LANES, SPOKEN
from outbox.wake import wake
from outbox.worker_lease import forget, gone_workers
from runtime import Runtime
from store.database import Conn

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 1_000
# A carrier may still be processing the request of a worker that died: an earlier look-up may miss
# it.
_BEGUN: Final = timedelta(seconds=2)


@dataclass(frozen=True)
class Swept:
    """The findings of a sweep: leases that ran out, and whether anything waits to be sent."""

    leases_over: int
    due: bool


def sweep(runtime: Runtime) -> Swept:
    """Take back messages from workers that died, and wake the outbox if anything is due.

    A worker is dead when its row is old (`outbox/worker_lease.py`), at the latest when the lease of
    the message is over. It may have died before or after the send, so the outcome is `unknown` and
    looked up first. Overdue messages need no search: `next_attempt_at` is never later than the
    deadline, so they are due, and the claim lets them expire.
    """
    now = runtime.now()

    settings = runtime.settings
    patience = timedelta(seconds=settings.receipt_seconds)

    def work(conn: Conn) -> Swept:
        carriers.check(conn, runtime.gateways, patience, settings.without_receipts, now)
        taken_back = _take_back(conn, now)
        forget(conn)
        return Swept(taken_back, anything_due(conn, now))

    swept = runtime.database.run(work)
    if swept.leases_over:
        log.warning("leases_over", messages=swept.leases_over)
    if swept.due:
        wake(runtime.redis)
    return swept


def anything_due(conn: Conn, now: datetime) -> bool:
    """Tell whether any message waits for a send or a look-up by `now`."""
    waits = [("text", lane) for lane in LANES] + [("voice", lane) for lane in SPOKEN]
    row = conn.execute(
        """
        SELECT EXISTS (
            SELECT FROM unnest(%s::text[], %s::text[]) AS lanes (channel, lane)
            WHERE EXISTS (SELECT FROM outbox
                          WHERE outbox.channel = lanes.channel AND outbox.lane = lanes.lane
                                AND due <= %s AND held_until IS NULL))
        """,
        ([channel for channel, _ in waits], [lane for _, lane in waits], now),
    ).fetchone()
    return row == (True,)


def _take_back(conn: Conn, now: datetime) -> int:
    # The lease stays in the row: if its worker lives after all, its outcome still counts. With
    # arrays messages are looked up, never all read, whatever the planner expects of the queue.
    return conn.execute(
        """
        UPDATE messages
        SET status = 'unknown', next_attempt_at = %(now)s, error = 'the worker did not come back'
        WHERE id = ANY (ARRAY(
            SELECT id FROM messages
            WHERE id = ANY (ARRAY(SELECT message_id FROM outbox
                                  WHERE held_until <= greatest(%(now)s, %(begun)s)))
                  AND status = 'sending'
                  AND (leased_until <= %(now)s
                       OR leased_until <= %(begun)s AND leased_by = ANY (%(gone)s))
            ORDER BY leased_until LIMIT %(most)s FOR UPDATE SKIP LOCKED))
        """,
        {
            "now": now,
            "begun": now + LEASE - _BEGUN,
            "gone": gone_workers(conn),
            "most": _AT_ONCE,
        },
    ).rowcount
