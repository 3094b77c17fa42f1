"""The door of the counter: what is posted there is booked, and its people are told."""

from __future__ import annotations

from conversation.announce import announce
from flows.happenings import Booked
from postal.counter import booking
from postal.counter.groups import Group
from postal.counter.ledger import Method
from runtime import Runtime
from store.database import Conn


def book(
    runtime: Runtime,
    conn: Conn,
    group_id: int,
    method: Method,
    given_paise: int | None = None,
) -> Group:
    """Book a group that was paid for by `method`; recipients and sender are told.

    `given_paise`: what the customer gave in cash, where that is known. Within the caller's
    transaction: wake the outbox after the commit. Raises as `postal.counter.booking.book` does.
    """
    group = booking.book(conn, group_id, method, runtime.now(), given_paise)
    announce(runtime, conn, [Booked(item.number) for item in group.items])
    return group
