"""The door of the office's answer to an exception, given on its page (docs/developing/trust.md 17).

Within the caller's transaction; wake the outbox after the commit.
"""

from __future__ import annotations

from conversation.turn import take_turn
from flows.acts.exception import EndException, GrantException
from flows.happenings import ExceptionAnswered
from postal.people.doer import Doer
from runtime import Runtime
from store.conversations import ConversationPlace
from store.database import Conn
from store.refusals import Conflict


class NotAnswered(Conflict):
    """The answer changed nothing: it is answered, over, or not this person's to give."""

    sentence = "nothing is changed: it is answered or over, or somebody else must answer"
    word = "exception_not_answered"


def answer(runtime: Runtime, conn: Conn, number: str, granted: bool, by: Doer) -> None:
    """Agree that the article `number` goes without its code, or refuse. Raise `NotAnswered`.

    `by` signed it with a second factor.
    """
    place = ConversationPlace(number, "exception")
    event = ExceptionAnswered(number, granted, by.known_as)
    turn = take_turn(runtime, conn, place, event, proof="fresh")
    acts = turn.sprints[0].decision.acts
    wanted = GrantException if granted else EndException
    if not any(isinstance(act, wanted) for act in acts):
        raise NotAnswered
