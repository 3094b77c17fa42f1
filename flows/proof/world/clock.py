"""Time in the small world: limits that are over, and the morning of a working day."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Final

from flows.events import TimedOut
from flows.proof.world.books import SmallWorld, Talk, Whose
from flows.proof.world.turn import SmallTurn
from india.calendar import INDIA, is_working

_DAY_BEGINS: Final = time(7, 0)


def due(world: SmallWorld) -> list[tuple[Whose, Talk]]:
    """Return the conversations whose time limit is over, the oldest first."""
    found = [
        (talk.due_at, whose, talk)
        for whose, talk in world.talks.items()
        if talk.due_at is not None and talk.due_at <= world.now
    ]
    found.sort(key=lambda each: (each[0], each[1]))
    return [(whose, talk) for _, whose, talk in found]


def fire(world: SmallWorld, whose: Whose, talk: Talk) -> SmallTurn:
    """Fire a time limit, unless the conversation has moved on; none of who has no telephone."""
    postman = world.postman_of(whose[0]) if whose[1] == "postman" else None
    turn = SmallTurn(world, postman=postman)
    if world.talks[whose] is not talk:
        return turn
    if whose[1] == "postman" and postman is None:
        still = replace(talk, due_at=None)
        turn.world = replace(world, talks={**world.talks, whose: still})
        return turn
    turn.begin(whose, TimedOut())
    turn.take(whose, TimedOut())
    return turn


def is_new_morning(world: SmallWorld) -> bool:
    """Tell whether today's lists are still to be made."""
    begun = world.now.astimezone(INDIA).time() >= _DAY_BEGINS
    return begun and world.morning != world.today and is_working(world.today)
