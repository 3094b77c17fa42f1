"""Webhook subscriptions: who receives which events at which address, and their deliveries.

A subscription belongs to the token that created it and ends with it. The secret that signs its
deliveries: `webhooks/secret.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from psycopg.rows import class_row

from store import feed
from store.database import Conn
from store.refusals import Conflict, Unknown
from webhooks.address import canonical
from webhooks.secret import COLUMN as SECRET

State = Literal["pending", "delivered", "dead"]
End = Literal["asked", "gone", "token_revoked"]
MOST_PER_TOKEN: Final = 20
PING: Final = "ping"


class UnknownSubscription(Unknown):
    """No subscription has this id, or another token owns it."""

    sentence = "no such webhook of yours: GET /webhooks lists them"


class SubscriptionEnded(Conflict):
    """The subscription has ended; nothing is sent to it any more."""

    sentence = "this webhook has ended: make a new one with POST /webhooks"
    word = "webhook_has_ended"


class TooManySubscriptions(Conflict):
    """The token has as many subscriptions as one may have."""

    sentence = f"you have {MOST_PER_TOKEN} webhooks: end one of them first"
    word = "webhook_too_many"


class SubscribedAlready(Conflict):
    """The address, in whatever notation, is that of another subscription of the token."""

    word = "webhook_there_already"

    def __init__(self, id_: int) -> None:
        super().__init__(
            f"webhook {id_} goes to this address already: end it first, or go on with it",
            field="url",
        )


@dataclass(frozen=True)
class Subscription:
    """A subscription and its condition. `kinds` empty: all. `token` is the token's name."""

    id: int
    token: str
    url: str
    kinds: list[str]
    created_at: datetime
    ended_at: datetime | None
    end_reason: End | None
    failures: int
    rested_until: datetime | None
    succeeded_at: datetime | None
    waiting: int
    dead: int


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one subscription. `position` is None for a ping."""

    id: int
    subscription_id: int
    position: int | None
    kind: str
    state: State
    attempts: int
    first_tried_at: datetime | None
    next_attempt_at: datetime
    settled_at: datetime | None
    error: str | None


def subscribe(
    conn: Conn, token_id: int, url: str, kinds: Sequence[str], now: datetime
) -> Subscription:
    """Send events of `kinds` to `url` (checked by the caller) from now on.

    Raises `TooManySubscriptions` and `SubscribedAlready`.
    """
    # Waits for a concurrent subscription of the same token, so that neither counts too few.
    conn.execute("SELECT FROM tokens WHERE id = %s FOR NO KEY UPDATE", (token_id,))
    active = conn.execute(
        "SELECT id, url FROM webhook_subscriptions WHERE token_id = %s AND ended_at IS NULL"
        " ORDER BY id",
        (token_id,),
    ).fetchall()
    for id_, address in active:
        if canonical(address) == canonical(url):
            raise SubscribedAlready(id_)
    if len(active) >= MOST_PER_TOKEN:
        raise TooManySubscriptions
    made = conn.execute(
        "INSERT INTO webhook_subscriptions (token_id, url, kinds, secret_salt, secret_key,"
        " cursor, created_at) VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
        (token_id, url, sorted(set(kinds)), *SECRET.new(conn), feed.last(conn), now),
    ).fetchone()
    assert made is not None
    return get(conn, made[0])


_READ: Final = """
SELECT s.id, t.name AS token, s.url, s.kinds, s.created_at, s.ended_at, s.end_reason, s.failures,
       s.rested_until, s.succeeded_at,
       (SELECT count(*) FROM webhook_deliveries d
        WHERE d.subscription_id = s.id AND d.state = 'pending') AS waiting,
       (SELECT count(*) FROM webhook_deliveries d
        WHERE d.subscription_id = s.id AND d.state = 'dead') AS dead
FROM webhook_subscriptions s JOIN tokens t ON t.id = s.token_id
"""


def get(conn: Conn, id_: int) -> Subscription:
    """Return the subscription with that id, of any token. Raises `UnknownSubscription`."""
    with conn.cursor(row_factory=class_row(Subscription)) as cursor:
        found = cursor.execute(_READ + "WHERE s.id = %s", (id_,)).fetchone()
    if found is None:
        raise UnknownSubscription
    return found


def of_token(conn: Conn, token_id: int) -> list[Subscription]:
    """Return all subscriptions of a token, oldest first, ended ones too."""
    with conn.cursor(row_factory=class_row(Subscription)) as cursor:
        return cursor.execute(_READ + "WHERE s.token_id = %s ORDER BY s.id", (token_id,)).fetchall()


def active(conn: Conn) -> list[Subscription]:
    """Return all that have not ended, oldest first."""
    with conn.cursor(row_factory=class_row(Subscription)) as cursor:
        return cursor.execute(_READ + "WHERE s.ended_at IS NULL ORDER BY s.id").fetchall()


def insist_on(conn: Conn, id_: int, token_id: int) -> None:
    """Raise `UnknownSubscription` where the subscription is not this token's."""
    found = conn.execute(
        "SELECT FROM webhook_subscriptions WHERE id = %s AND token_id = %s", (id_, token_id)
    ).fetchone()
    if found is None:
        raise UnknownSubscription


def end(conn: Conn, id_: int, reason: End, now: datetime) -> None:
    """End a subscription; deliveries that wait are dead. Ending it again changes nothing."""
    ended = conn.execute(
        "UPDATE webhook_subscriptions SET ended_at = %s, end_reason = %s"
        " WHERE id = %s AND ended_at IS NULL",
        (now, reason, id_),
    )
    if ended.rowcount:
        # A lease stays in its row: if that delivery arrives, it counts as delivered.
        conn.execute(
            "UPDATE webhook_deliveries SET state = 'dead', settled_at = %s,"
            " error = 'the webhook has ended' WHERE subscription_id = %s AND state = 'pending'",
            (now, id_),
        )


def ping(conn: Conn, id_: int, now: datetime) -> int:
    """Queue a delivery of the kind `ping`, to be tried at once; return its id.

    Raises `SubscriptionEnded`.
    """
    _wake(conn, id_)
    made = conn.execute(
        "INSERT INTO webhook_deliveries (subscription_id, created_at, next_attempt_at)"
        " VALUES (%s, %s, %s) RETURNING id",
        (id_, now, now),
    ).fetchone()
    assert made is not None
    return int(made[0])


_DELIVERY: Final = """
SELECT d.id, d.subscription_id, d.position, coalesce(e.kind, 'ping') AS kind, d.state, d.attempts,
       d.first_tried_at, d.next_attempt_at, d.settled_at, d.error
FROM webhook_deliveries d LEFT JOIN events e ON e.position = d.position
"""


def deliveries(conn: Conn, id_: int, state: State | None, after: int, limit: int) -> list[Delivery]:
    """Return deliveries of a subscription after the delivery `after` (0: the first), in order."""
    with conn.cursor(row_factory=class_row(Delivery)) as cursor:
        return cursor.execute(
            _DELIVERY + "WHERE d.subscription_id = %(id)s AND d.id > %(after)s"
            " AND (%(state)s::text IS NULL OR d.state = %(state)s) ORDER BY d.id LIMIT %(limit)s",
            {"id": id_, "after": after, "state": state, "limit": limit},
        ).fetchall()


def dead(conn: Conn, limit: int) -> list[Delivery]:
    """Return the newest dead deliveries of subscriptions that have not ended."""
    with conn.cursor(row_factory=class_row(Delivery)) as cursor:
        return cursor.execute(
            _DELIVERY + "JOIN webhook_subscriptions s ON s.id = d.subscription_id"
            " WHERE d.state = 'dead' AND s.ended_at IS NULL"
            " ORDER BY d.settled_at DESC, d.id DESC LIMIT %s",
            (limit,),
        ).fetchall()


def replay(conn: Conn, id_: int, delivery_id: int | None, now: datetime) -> int:
    """Queue dead deliveries of a subscription again, for another 24 hours: one, or (None) all.

    Return how many. Raises `UnknownSubscription` and `SubscriptionEnded`.
    """
    _wake(conn, id_)
    return conn.execute(
        "UPDATE webhook_deliveries SET state = 'pending', settled_at = NULL, attempts = 0,"
        " first_tried_at = NULL, next_attempt_at = %(now)s, lease = NULL, leased_until = NULL"
        " WHERE subscription_id = %(id)s AND state = 'dead' AND (position IS NULL OR EXISTS"
        " (SELECT FROM events e WHERE e.position = webhook_deliveries.position))"
        " AND (%(one)s::bigint IS NULL OR id = %(one)s)",
        {"now": now, "id": id_, "one": delivery_id},
    ).rowcount


def _wake(conn: Conn, id_: int) -> None:
    """End the rest of a subscription, as a person says that its receiver is up."""
    woken = conn.execute(
        "UPDATE webhook_subscriptions SET rested_until = NULL, failures = 0 WHERE id = %s"
        " RETURNING ended_at",
        (id_,),
    ).fetchone()
    if woken is None:
        raise UnknownSubscription
    if woken[0] is not None:
        raise SubscriptionEnded
