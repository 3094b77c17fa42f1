"""The door of time limits: one of a conversation is over, and its machine decides on that."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from conversation.turn import Turn, postman_at
from flows.events import TimedOut
from outbox.wake import wake
from runtime import Runtime
from store import timers
from store.database import Conn
from store.timers import DueTimer

_AT_ONCE: Final = 200
_PUT_OFF: Final = timedelta(hours=1)  # a time limit that could not be fired


def fire_timers(runtime: Runtime) -> int:
    """Fire the time limits that are over, each in a transaction of its own. Return how many."""
    now = runtime.now()
    due = runtime.database.run(lambda conn: timers.due(conn, now, _AT_ONCE))

    def fire(conn: Conn, timer: DueTimer) -> int:
        _fire(runtime, conn, timer, now)
        return 1

    def put_off(conn: Conn, timer: DueTimer) -> None:
        timers.put_off(conn, timer, now + _PUT_OFF)

    fired = runtime.database.run_each(due, fire, put_off)
    if fired:
        wake(runtime.redis)
    return fired


def _fire(runtime: Runtime, conn: Conn, timer: DueTimer, now: datetime) -> None:
    turn = Turn(runtime, conn, now, postman_at(conn, timer.place))
    turn.begin(timer.place, TimedOut())
    # Under the lock: a conversation that moved on meanwhile is left alone.
    moved_on = turn.standing[timer.place].last_sprint_id != timer.sprint_id
    if moved_on or (turn.postman_id is None and timer.place.machine == "postman"):
        timers.drop(conn, timer)
        return
    turn.take(timer.place, TimedOut())
    turn.finish(message_id=None)
