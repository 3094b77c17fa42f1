"""The door of "did that help?": people whose tickets were closed are asked, when they are awake."""

from __future__ import annotations

from typing import Final

from conversation.turn import take_turn
from flows.events import WhetherHelped
from flows.helped import HELPED
from india.calendar import is_awake
from outbox.wake import wake
from postal.desk import questions
from runtime import Runtime
from store.conversations import ConversationPlace
from store.database import Conn

_AT_ONCE: Final = 200


def ask_due(runtime: Runtime) -> int:
    """Ask what is due, each in a transaction of its own; return how many were asked."""
    now = runtime.now()
    if not is_awake(now):
        return 0

    def ask(conn: Conn, id_: int) -> int:
        question = questions.lock(conn, id_, now)
        if question is None:
            return 0
        place = ConversationPlace(question.phone, HELPED.name)
        turn = take_turn(runtime, conn, place, WhetherHelped(question.ticket))
        if not turn.drafts:
            questions.put_off(conn, id_, now)
            return 0
        questions.asked(conn, question, now)
        return 1

    def put_off(conn: Conn, id_: int) -> None:
        questions.put_off(conn, id_, now)

    due = runtime.database.run(lambda conn: questions.due(conn, now, _AT_ONCE))
    done = runtime.database.run_each(due, ask, put_off)
    if done:
        wake(runtime.redis)
    return done
