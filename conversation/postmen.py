"""The door of news to postmen: a new telephone, their list, the result of their day."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from conversation.announce import announce
from conversation.turn import take_turn
from flows.events import DayEnded, PhoneNamed
from flows.happenings import DueMoved, WentOut
from india import calendar
from india.calendar import INDIA, day_of
from outbox.wake import wake
from postal import carry, promises, todays_list
from postal.acts import handsets
from postal.promises import Moved
from runtime import Runtime
from store.conversations import ConversationPlace
from store.database import Conn

_PUT_OFF: Final = timedelta(hours=1)  # a list that could not be made


def name_phone(runtime: Runtime, conn: Conn, staff_id: str, phone: str) -> None:
    """Name `phone` (E.164) as the new one of a postman, and ask it for his PIN.

    Within the caller's transaction: wake the outbox after the commit. Raises as
    `postal.acts.handsets.name_phone` does.
    """
    handsets.name_phone(conn, staff_id, phone, runtime.now())
    take_turn(runtime, conn, ConversationPlace(phone, "new_phone"), PhoneNamed())


def begin_day(runtime: Runtime) -> int:
    """Make today's lists of what is due again, once, when the delivery day has begun.

    Return how many articles went out. Each postman's list in a transaction of its own.
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
        carry.put_off(conn, postman, today, now + _PUT_OFF)

    def tell_moved(conn: Conn, each: Moved) -> int:
        promises.note_moved(conn, each, now)
        announce(runtime, conn, [DueMoved(each.number, each.day)])
        return 1

    def leave(conn: Conn, each: Moved) -> None:
        """The next morning finds it again."""

    moved = runtime.database.run(lambda conn: carry.open_morning(conn, now))
    told = runtime.database.run_each(moved, tell_moved, leave)
    due = runtime.database.run(lambda conn: carry.postmen_due(conn, now))
    carried = runtime.database.run_each(due, make, put_off)
    if carried or told:
        wake(runtime.redis)
    return carried


def end_day(runtime: Runtime) -> int:
    """Tell each postman, once, the result of his list of today, when the delivery day is over.

    Return how many were told. Each in a transaction of its own; a day that was not ended before
    midnight is not reported any more.
    """
    now = runtime.now()
    local = now.astimezone(INDIA)
    if local.time() < time.fromisoformat(runtime.settings.delivery_day_end):
        return 0

    def sum_up(conn: Conn, list_id: int) -> int:
        return _sum_up(runtime, conn, list_id, now)

    def give_up(conn: Conn, list_id: int) -> None:
        todays_list.sum_up(conn, list_id, now)  # as if told: tomorrow it is no news

    unsummed = runtime.database.run(lambda conn: todays_list.unsummed(conn, day_of(now)))
    told = runtime.database.run_each(unsummed, sum_up, give_up)
    if told:
        wake(runtime.redis)
    return told


def _sum_up(runtime: Runtime, conn: Conn, list_id: int, now: datetime) -> int:
    walker = todays_list.sum_up(conn, list_id, now)
    if walker is None:
        return 0
    take_turn(
        runtime, conn, ConversationPlace(walker.phone, "postman"), DayEnded(), walker.postman_id
    )
    return 1
