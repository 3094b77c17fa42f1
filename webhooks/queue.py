"""The queue of webhook deliveries: taken from the feed, claimed one by one, settled.

A subscription has at most one delivery under way, the first that is due: so its events arrive in
the order of their positions, and a later one overtakes only one that is failing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from psycopg.rows import class_row

from postal import belonging
from store import feed
from store.database import Conn
from store.sealing import Hidden
from webhooks import subscriptions
from webhooks.secret import COLUMN as SECRET
from webhooks.subscriptions import PING

# Seconds from the first failed attempt to the second, and so on; the last repeats.
BACK_OFF: Final = (5, 30, 120, 600, 1_800, 3_600)
# A delivery is dead this long after its first attempt.
GIVE_UP: Final = timedelta(hours=24)
# After this many failures in a row the receiver counts as down and rests; after each rest one
# delivery is tried. Those that wait were not tried, so their 24 hours have not begun.
_PATIENCE: Final = 3
_RESTS: Final = (30, 120, 600)  # seconds
# Longer than an attempt may last: when a lease ends, its worker is gone.
LEASE: Final = timedelta(seconds=60)
# At most this many wait; then the cursor waits in the feed, which keeps everything.
WINDOW: Final = 5_000
_AT_ONCE: Final = 500


@dataclass(frozen=True)
class TakenDelivery:
    """A delivery that this worker has until its lease ends, and its event."""

    id: int
    subscription_id: int
    url: str = field(repr=False)
    secret_key: int
    secret_salt: bytes = field(repr=False)
    secret_sealed: bytes | None = field(repr=False)
    lease: UUID
    attempts: int  # the one about to be made included
    first_tried_at: datetime
    position: int  # 0: a ping
    at: datetime
    kind: str
    article: str | None
    data: Mapping[str, Any]

    @property
    def secret(self) -> Hidden:
        """Return the secret that signs it, as the subscription's row holds it."""
        return SECRET.kept(
            self.subscription_id, self.secret_key, self.secret_salt, self.secret_sealed
        )


@dataclass(frozen=True)
class Delivered:
    """The receiver accepted it."""


@dataclass(frozen=True)
class Gone:
    """The receiver wants no more deliveries."""


@dataclass(frozen=True)
class Failed:
    """The attempt failed. `error` is short, printable and holds no address."""

    error: str


Outcome = Delivered | Gone | Failed


def end_revoked(conn: Conn, now: datetime) -> None:
    """End the subscriptions of tokens that were revoked."""
    found = conn.execute(
        "SELECT s.id FROM webhook_subscriptions s JOIN tokens t ON t.id = s.token_id"
        " WHERE s.ended_at IS NULL AND t.revoked_at IS NOT NULL"
    ).fetchall()
    for (id_,) in found:
        subscriptions.end(conn, id_, "token_revoked", now)


def take(conn: Conn, now: datetime) -> int:
    """Add deliveries of new events, for the subscription that is furthest behind in the feed.

    Return how many events were read; 0: none is behind. Use a short transaction of its own: see
    `feed.read`.
    """
    behind = conn.execute(
        """
        SELECT s.id, s.cursor, s.kinds, s.created_at, t.offices
        FROM webhook_subscriptions s JOIN tokens t ON t.id = s.token_id
        WHERE s.ended_at IS NULL AND t.expires_at > %(now)s AND %(window)s >
              (SELECT count(*) FROM (SELECT FROM webhook_deliveries d WHERE d.subscription_id = s.id
                                     AND d.state = 'pending' LIMIT %(window)s) AS waiting)
        ORDER BY s.cursor, s.id LIMIT 1 FOR NO KEY UPDATE OF s SKIP LOCKED
        """,
        {"window": WINDOW, "now": now},
    ).fetchone()
    if behind is None:
        return 0
    id_, after, kinds, since, offices = behind
    events = feed.read(conn, after, _AT_ONCE)
    if not events:
        return 0
    wanted = [
        event.position
        for event in belonging.events_within(conn, events, offices)
        if event.at >= since and (not kinds or event.kind in kinds)
    ]
    conn.execute(
        "INSERT INTO webhook_deliveries (subscription_id, position, created_at, next_attempt_at)"
        " SELECT %s, position, %s, %s FROM unnest(%s::bigint[]) AS wanted (position)"
        " ORDER BY position ON CONFLICT DO NOTHING",
        (id_, now, now, wanted),
    )
    conn.execute(
        "UPDATE webhook_subscriptions SET cursor = %s WHERE id = %s", (events[-1].position, id_)
    )
    return len(events)


def claim(conn: Conn, besides: Collection[int], now: datetime) -> TakenDelivery | None:
    """Lease the first due delivery of the subscription that was tried longest ago.

    Those in `besides` are left out, and those that rest or have a delivery under way.
    """
    row = conn.execute(
        """
        SELECT id FROM webhook_subscriptions s
        WHERE ended_at IS NULL AND (rested_until IS NULL OR rested_until <= %(now)s)
              AND id <> ALL (%(besides)s)
              AND EXISTS (SELECT FROM tokens t WHERE t.id = s.token_id AND t.expires_at > %(now)s)
              AND EXISTS (SELECT FROM webhook_deliveries d WHERE d.subscription_id = s.id
                          AND d.state = 'pending' AND d.next_attempt_at <= %(now)s)
              AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.subscription_id = s.id
                              AND d.state = 'pending' AND d.leased_until > %(now)s)
        ORDER BY tried_at NULLS FIRST, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
        """,
        {"now": now, "besides": list(besides)},
    ).fetchone()
    return None if row is None else _lease(conn, row[0], now)


def claim_next(conn: Conn, subscription_id: int, now: datetime) -> TakenDelivery | None:
    """Lease the next due delivery of this subscription, unless it rests or another has it."""
    row = conn.execute(
        "SELECT FROM webhook_subscriptions WHERE id = %s AND ended_at IS NULL"
        " AND (rested_until IS NULL OR rested_until <= %s) FOR NO KEY UPDATE SKIP LOCKED",
        (subscription_id, now),
    ).fetchone()
    return None if row is None else _lease(conn, subscription_id, now)


def _lease(conn: Conn, subscription_id: int, now: datetime) -> TakenDelivery | None:
    # A statement of its own: its snapshot begins under the lock of the subscription and sees
    # what the holder before has leased.
    with conn.cursor(row_factory=class_row(TakenDelivery)) as cursor:
        taken = cursor.execute(
            """
            UPDATE webhook_deliveries d
            SET lease = %(lease)s, leased_until = %(until)s, attempts = d.attempts + 1,
                first_tried_at = coalesce(d.first_tried_at, %(now)s)
            FROM webhook_deliveries w JOIN webhook_subscriptions s ON s.id = w.subscription_id
                 LEFT JOIN events e ON e.position = w.position
                 LEFT JOIN articles a ON a.id = e.article_id
            WHERE d.id = w.id AND w.id =
                  (SELECT id FROM webhook_deliveries
                   WHERE subscription_id = %(id)s AND state = 'pending'
                         AND next_attempt_at <= %(now)s
                   ORDER BY position NULLS FIRST, id LIMIT 1)
              AND NOT EXISTS (SELECT FROM webhook_deliveries
                              WHERE subscription_id = %(id)s AND state = 'pending'
                                    AND leased_until > %(now)s)
            RETURNING d.id, d.subscription_id, s.url, s.secret_key, s.secret_salt, s.secret_sealed,
                      d.lease, d.attempts,
                      d.first_tried_at, coalesce(d.position, 0) AS position,
                      coalesce(e.at, d.created_at) AS at, coalesce(e.kind, %(ping)s) AS kind,
                      a.number AS article, coalesce(e.data, '{}') AS data
            """,
            {
                "id": subscription_id,
                "lease": uuid4(),
                "until": now + LEASE,
                "now": now,
                "ping": PING,
            },
        ).fetchone()
    conn.execute(
        "UPDATE webhook_subscriptions SET tried_at = %s WHERE id = %s", (now, subscription_id)
    )
    return taken


def settle(conn: Conn, taken: TakenDelivery, outcome: Outcome, now: datetime) -> None:
    """Write the outcome of a delivery, unless another worker has it by now."""
    # Locks are taken in one order: first the subscription.
    conn.execute(
        "SELECT FROM webhook_subscriptions WHERE id = %s FOR NO KEY UPDATE",
        (taken.subscription_id,),
    )
    match outcome:
        case Delivered():
            _delivered(conn, taken, now)
        case Gone():
            if _failed(conn, taken, "answered 410 Gone", now):
                subscriptions.end(conn, taken.subscription_id, "gone", now)
        case Failed(error):
            if _failed(conn, taken, error, now):
                _note_failure(conn, taken.subscription_id, now)


def release(conn: Conn, taken: TakenDelivery) -> None:
    """Release what was not sent after all: another worker may claim it."""
    conn.execute(
        "UPDATE webhook_deliveries SET lease = NULL, leased_until = NULL, attempts = attempts - 1"
        " WHERE id = %s AND lease = %s",
        (taken.id, taken.lease),
    )


def _delivered(conn: Conn, taken: TakenDelivery, now: datetime) -> None:
    settled = conn.execute(
        "UPDATE webhook_deliveries SET state = 'delivered', settled_at = %s, error = NULL,"
        " lease = NULL, leased_until = NULL WHERE id = %s AND lease = %s",
        (now, taken.id, taken.lease),
    )
    if settled.rowcount:
        conn.execute(
            "UPDATE webhook_subscriptions SET failures = 0, rested_until = NULL, succeeded_at = %s"
            " WHERE id = %s",
            (now, taken.subscription_id),
        )


def _failed(conn: Conn, taken: TakenDelivery, error: str, now: datetime) -> bool:
    over = taken.first_tried_at + GIVE_UP
    wait = BACK_OFF[min(taken.attempts, len(BACK_OFF)) - 1]
    return (
        conn.execute(
            "UPDATE webhook_deliveries SET state = %(state)s, settled_at = %(settled)s,"
            " error = %(error)s, next_attempt_at = %(next)s, lease = NULL, leased_until = NULL"
            " WHERE id = %(id)s AND lease = %(lease)s AND state = 'pending'",
            {
                "state": "dead" if now >= over else "pending",
                "settled": now if now >= over else None,
                "error": error,
                "next": min(now + timedelta(seconds=wait), over),
                "id": taken.id,
                "lease": taken.lease,
            },
        ).rowcount
        == 1
    )


def _note_failure(conn: Conn, subscription_id: int, now: datetime) -> None:
    row = conn.execute(
        "UPDATE webhook_subscriptions SET failures = failures + 1 WHERE id = %s RETURNING failures",
        (subscription_id,),
    ).fetchone()
    assert row is not None
    beyond = row[0] - _PATIENCE
    if beyond >= 0:
        rest = _RESTS[min(beyond, len(_RESTS) - 1)]
        conn.execute(
            "UPDATE webhook_subscriptions SET rested_until = %s WHERE id = %s",
            (now + timedelta(seconds=rest), subscription_id),
        )
