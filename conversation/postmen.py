"""What postmen are told without having texted first: a new telephone, their list, their day.

Above `conversation/inbound.py`, at the same door (`conversation/turn.py`).
"""

from __future__ import annotations

from datetime import datetime, time

from conversation.inbound import PUT_OFF, announce
from conversation.turn import Turn
from flows.events import DayEnded, PhoneNamed
from flows.happenings import WentOut
from india import calendar
from india.calendar import INDIA, day_of
from outbox.wake import wake
from postal import carry, todays_list
from postal.acts import handsets
from runtime import Runtime
from store.conversations import ConversationPlace
from store.database import Conn


def name_phone(runtime: Runtime, conn: Conn, staff_id: str, phone: str) -> None:
    """Names `phone` (E.164) as the new one of a postman, and asks it for his PIN.

    Within the caller's transaction: wake the outbox after the commit. Raises as
    `postal.acts.handsets.name_phone` does.
    """
    now = runtime.now()
    handsets.name_phone(conn, staff_id, phone, now)
    place = ConversationPlace(phone, "new_phone")
    turn = Turn(runtime, conn, now)
    turn.begin(place, PhoneNamed())
    turn.take(place, PhoneNamed())
    turn.finish(message_id=None)


def begin_day(runtime: Runtime) -> int:
    """Makes today's lists of what is due again, once, when the delivery day has begun.

    Gives how many articles went out. Each postman's list in a transaction of its own.
    """
    now = runtime.now()
    today = day_of(now)
    begun = now.astimezone(INDIA).time() >= time.fromisoformat(runtime.settings.delivery_day_start)
    if not begun or not calendar.is_working(today):
        return 0

    def make(conn: Conn, postman: str) -> int:
        numbers = carry.carry_over(conn, postman, now)
        if numbers:
            announce(runtime, conn, [WentOut(number) for number in numbers])
        return len(numbers)

    def put_off(conn: Conn, postman: str) -> None:
        carry.put_off(conn, postman, today, now + PUT_OFF)

    runtime.database.run(lambda conn: carry.open_morning(conn, now))
    due = runtime.database.run(lambda conn: carry.postmen_due(conn, now))
    carried = runtime.database.run_each(due, make, put_off)
    if carried:
        wake(runtime.redis)
    return carried


def end_day(runtime: Runtime) -> int:
    """Tells each postman, once, what became of his list of today, when the delivery day is over.

    Gives how many were told. Each in a transaction of its own; a day that nobody ended before
    midnight is not told any more.
    """
    now = runtime.now()
    local = now.astimezone(INDIA)
    if local.time() < time.fromisoformat(runtime.settings.delivery_day_end):
        return 0

    def sum_up(conn: Conn, list_id: int) -> int:
        return _sum_up(runtime, conn, list_id, now)

    def give_up(conn: Conn, list_id: int) -> None:
        todays_list.sum_up(conn, list_id, now)  # as told: tomorrow it is no news

    unsummed = runtime.database.run(lambda conn: todays_list.unsummed(conn, day_of(now)))
    told = runtime.database.run_each(unsummed, sum_up, give_up)
    if told:
        wake(runtime.redis)
    return told


def _sum_up(runtime: Runtime, conn: Conn, list_id: int, now: datetime) -> int:
    walker = todays_list.sum_up(conn, list_id, now)
    if walker is None:
        return 0
    place = ConversationPlace(walker.phone, "postman")
    turn = Turn(runtime, conn, now, walker.postman_id)
    turn.begin(place, DayEnded())
    turn.take(place, DayEnded())
    turn.finish(message_id=None)
    return 1
