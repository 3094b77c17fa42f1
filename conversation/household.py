"""The door of what comes to its office while its addressee wishes that all his post is kept there.

docs/developing/trust.md rule 20. Within the caller's transaction; wake the outbox after the commit.
"""

from __future__ import annotations

from datetime import date

from conversation.turn import take_turn
from flows.acts.hold import KeepByWish
from flows.happenings import WishKeeps
from postal import households
from runtime import Runtime
from store.conversations import ConversationPlace
from store.database import Conn


def arrived(runtime: Runtime, conn: Conn, number: str) -> date | None:
    """Keep the article `number`, if its addressee wishes so; return until when."""
    if not households.keeps(conn, number):
        return None
    turn = take_turn(runtime, conn, ConversationPlace(number, "article"), WishKeeps(number))
    acts = turn.sprints[0].decision.acts
    return next((act.until for act in acts if isinstance(act, KeepByWish)), None)
