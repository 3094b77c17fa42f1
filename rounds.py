"""What postmen are told without having texted first: a new telephone, their list, their day.

Beside `conversation.py`, at the same door (`turn.py`).
"""

from __future__ import annotations

from datetime import time

from flows.events import DayEnded, PhoneNamed
from outbox.wake import wake
from postal import handsets, walk
from postal.calendar import INDIA, day_of
from runtime import Runtime
from store.conversations import Place
from store.database import Conn
from turn import Turn


def name_phone(runtime: Runtime, conn: Conn, staff_id: str, phone: str) -> None:
    """Names `phone` (E.164) as the new one of a postman, and asks it for his PIN.

    Within the caller's transaction: wake the outbox after the commit. Raises as
    `postal.handsets.name_phone` does.
    """
    now = runtime.now()
    handsets.name_phone(conn, staff_id, phone, now)
    place = Place(phone, "new_phone")
    turn = Turn(runtime, conn, now)
    turn.begin(place, PhoneNamed())
    turn.take(place, PhoneNamed())
    turn.finish(message_id=None)


def end_day(runtime: Runtime) -> int:
    """Tells each postman, once, what became of his list of today, when the delivery day is over.

    Gives how many were told. Each in a transaction of its own; a day that nobody ended before
    midnight is not told any more.
    """
    now = runtime.now()
    local = now.astimezone(INDIA)
    if local.time() < time.fromisoformat(runtime.settings.delivery_day_end):
        return 0
    unsummed = runtime.database.run(lambda conn: walk.unsummed(conn, day_of(now)))
    told = 0
    for list_id in unsummed:
        told += runtime.database.run(lambda conn, id_=list_id: _end_day(runtime, conn, id_))  # type: ignore[misc]
    if told:
        wake(runtime.redis)
    return told


def _end_day(runtime: Runtime, conn: Conn, list_id: int) -> int:
    now = runtime.now()
    walker = walk.sum_up(conn, list_id, now)
    if walker is None:
        return 0
    place = Place(walker.phone, "postman")
    turn = Turn(runtime, conn, now, walker.postman_id)
    turn.begin(place, DayEnded())
    turn.take(place, DayEnded())
    turn.finish(message_id=None)
    return 1
