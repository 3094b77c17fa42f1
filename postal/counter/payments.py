"""Attempts to be paid by UPI, at most one open one per booking (payment_rules.py).

Changes are conditional updates; attempts begin and end under the booking's row lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from psycopg.rows import class_row

from postal.counter import booking, groups
from postal.counter.groups import Group
from postal.counter.payment_rules import MOVES, AttemptState, next_look
from store.database import Conn
from store.refusals import Unknown

# Longer than the three calls to a provider may last (providers/network.py).
LEASE: Final = timedelta(seconds=60)
# At the end of its time an attempt is closed at the provider and checked once more. If the
# provider does not answer within this time, the attempt expires all the same.
GRACE: Final = timedelta(seconds=15)


@dataclass(frozen=True)
class Payment:
    """An attempt. `provider_ref`: its name there. `qr_text`, `qr_image`: to be shown."""

    id: int
    group_id: int
    tr: str
    provider: str
    state: AttemptState
    paise: int
    provider_ref: str | None
    qr_text: str | None
    qr_image: str | None
    begun_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    closed_at: datetime | None
    looks: int
    error: str | None

    @property
    def open(self) -> bool:
        return self.ended_at is None


@dataclass(frozen=True)
class Claimed:
    """An attempt that only the holder of `lease` asks the provider about until that ends."""

    payment: Payment
    lease: UUID


class UnknownPayment(Unknown):
    """No attempt has this row id."""

    def __init__(self, id_: int) -> None:
        super().__init__(f"there is no payment {id_}")


_READ: Final = """
SELECT p.id, p.group_id, g.tr, p.provider, p.state, p.paise, p.provider_ref, p.qr_text, p.qr_image,
       p.begun_at, p.expires_at, p.ended_at, p.closed_at, p.looks, p.error
FROM payments p JOIN booking_groups g ON g.id = p.group_id
"""


def begin(
    conn: Conn, group_id: int, provider: str, lives: timedelta, now: datetime
) -> Claimed | Payment:
    """Begin an attempt, leased to the caller, who asks the provider for its QR code.

    If one is open already, return it: a second click begins no second attempt. Raises
    `UnknownGroup`, `NotOpen` (booked, cancelled) and `NothingToBook`.
    """
    groups.lock(conn, group_id)
    open_ = of_group(conn, group_id)
    if open_ is not None and open_.open:
        return open_
    group = booking.await_payment(conn, group_id)
    lease = uuid4()
    row = conn.execute(
        "INSERT INTO payments (group_id, provider, paise, begun_at, expires_at, next_look_at,"
        " lease, leased_until) VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
        (group_id, provider, group.paise, now, now + lives, now, lease, now + LEASE),
    ).fetchone()
    assert row is not None
    return Claimed(get(conn, row[0]), lease)


def show(
    conn: Conn,
    claimed: Claimed,
    ref: str | None,
    qr_text: str | None,
    qr_image: str | None,
    watched_from: datetime | None,
) -> bool:
    """Store the QR code, to be shown. False: the attempt ended meanwhile, and nobody will see it.

    `watched_from`: when to ask what came; None for a provider that cannot be asked.
    """
    done = conn.execute(
        "UPDATE payments SET state = 'shown', provider_ref = %s, qr_text = %s, qr_image = %s,"
        " next_look_at = %s, lease = NULL, leased_until = NULL, error = NULL"
        " WHERE id = %s AND state = 'initiated' AND lease = %s",
        (ref, qr_text, qr_image, watched_from, claimed.payment.id, claimed.lease),
    )
    if done.rowcount == 0 and ref is not None:
        # The provider has made it all the same: it is closed there, and watched for money.
        conn.execute(
            "UPDATE payments SET provider_ref = %s, next_look_at = %s, closed_at = NULL"
            " WHERE id = %s AND provider_ref IS NULL AND ended_at IS NOT NULL",
            (ref, watched_from, claimed.payment.id),
        )
    return done.rowcount == 1


def end(conn: Conn, id_: int, state: AttemptState, now: datetime, error: str | None = None) -> bool:
    """Move an attempt to an end state, and reopen the booking if it waits for no other attempt.

    False: the attempt was in an end state that excludes this one. Lock the booking first.
    """
    before = [each for each in MOVES if state in MOVES[each]]
    done = conn.execute(
        "UPDATE payments SET state = %(state)s, ended_at = coalesce(ended_at, %(now)s),"
        " looks = 0, error = coalesce(%(error)s, error), next_look_at = CASE"
        "   WHEN provider_ref IS NULL OR provider = 'static' THEN NULL ELSE %(now)s END"
        " WHERE id = %(id)s AND state = ANY(%(before)s) RETURNING group_id",
        {"state": state, "now": now, "error": error, "id": id_, "before": before},
    ).fetchone()
    if done is None:
        return False
    still = conn.execute(
        "SELECT 1 FROM payments WHERE group_id = %s AND ended_at IS NULL", (done[0],)
    ).fetchone()
    if still is None:
        booking.reopen(conn, done[0])
    return True


def end_others(conn: Conn, group: Group, paid: int | None, now: datetime) -> None:
    """Withdraw a finished booking's open attempts except `paid`: it waits for no more money."""
    rows = conn.execute(
        "SELECT id FROM payments WHERE group_id = %s AND ended_at IS NULL AND id IS DISTINCT"
        " FROM %s",
        (group.id, paid),
    ).fetchall()
    for (id_,) in rows:
        end(conn, id_, "withdrawn", now)


def get(conn: Conn, id_: int) -> Payment:
    """Return the attempt with that row id. Raises `UnknownPayment`."""
    with conn.cursor(row_factory=class_row(Payment)) as cursor:
        found = cursor.execute(_READ + " WHERE p.id = %s", (id_,)).fetchone()
    if found is None:
        raise UnknownPayment(id_)
    return found


def of_group(conn: Conn, group_id: int) -> Payment | None:
    """Return the newest attempt of a booking."""
    with conn.cursor(row_factory=class_row(Payment)) as cursor:
        return cursor.execute(
            _READ + " WHERE p.group_id = %s ORDER BY p.id DESC LIMIT 1", (group_id,)
        ).fetchone()


def by_ref(conn: Conn, provider: str, ref: str) -> Payment | None:
    """Return the attempt with the provider's own name `ref`."""
    with conn.cursor(row_factory=class_row(Payment)) as cursor:
        return cursor.execute(
            _READ + " WHERE p.provider = %s AND p.provider_ref = %s", (provider, ref)
        ).fetchone()


def by_tr(conn: Conn, provider: str, tr: str) -> Payment | None:
    """Return the newest attempt of the booking `tr` with this provider."""
    with conn.cursor(row_factory=class_row(Payment)) as cursor:
        return cursor.execute(
            _READ + " WHERE p.provider = %s AND g.tr = %s ORDER BY p.id DESC LIMIT 1",
            (provider, tr),
        ).fetchone()


# ---- what the worker does ------------------------------------------------------------------------


def overdue(conn: Conn, now: datetime, limit: int) -> list[Payment]:
    """Return open attempts whose time and grace are over, or whose booking ended otherwise."""
    with conn.cursor(row_factory=class_row(Payment)) as cursor:
        return cursor.execute(
            _READ + " WHERE p.ended_at IS NULL AND (g.finished_at IS NOT NULL OR p.expires_at <="
            " CASE WHEN p.provider = 'static' THEN %s ELSE %s END) ORDER BY p.expires_at LIMIT %s",
            (now, now - GRACE, limit),
        ).fetchall()


def claim(conn: Conn, now: datetime) -> Claimed | None:
    """Lease the attempt that has been due longest; no other worker gets it during the lease."""
    lease = uuid4()
    row = conn.execute(
        """
        UPDATE payments SET lease = %(lease)s, leased_until = %(until)s WHERE id = (
            SELECT id FROM payments WHERE next_look_at <= %(now)s
            AND (leased_until IS NULL OR leased_until <= %(now)s)
            ORDER BY next_look_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id
        """,
        {"lease": lease, "until": now + LEASE, "now": now},
    ).fetchone()
    return Claimed(get(conn, row[0]), lease) if row else None


def looked(conn: Conn, claimed: Claimed, closed: bool, error: str | None, now: datetime) -> None:
    """Record that the provider was asked, and when to ask again. `closed`: it is closed there."""
    current = get(conn, claimed.payment.id)
    looks = current.looks + 1 if current.ended_at else 0
    conn.execute(
        "UPDATE payments SET lease = NULL, leased_until = NULL, looks = %s, next_look_at = %s,"
        " closed_at = CASE WHEN %s THEN coalesce(closed_at, %s) ELSE closed_at END, error = %s"
        " WHERE id = %s AND lease = %s",
        (
            looks,
            next_look(current.ended_at, current.looks, now),
            closed,
            now,
            error,
            claimed.payment.id,
            claimed.lease,
        ),
    )


def hand_over(conn: Conn, claimed: Claimed, now: datetime) -> None:
    """Release an attempt that has begun to the worker, who asks for its QR code at once."""
    conn.execute(
        "UPDATE payments SET lease = NULL, leased_until = NULL, next_look_at = %s"
        " WHERE id = %s AND lease = %s",
        (now, claimed.payment.id, claimed.lease),
    )


def release(conn: Conn, claimed: Claimed, error: str, again_at: datetime) -> None:
    """Release an attempt that cannot be worked on now, until `again_at`."""
    conn.execute(
        "UPDATE payments SET lease = NULL, leased_until = NULL, error = %s, next_look_at = %s"
        " WHERE id = %s AND lease = %s",
        (error, again_at, claimed.payment.id, claimed.lease),
    )
