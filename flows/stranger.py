"""The conversation with a telephone that no article and nobody of the staff has."""

from __future__ import annotations

from flows.decision import (
    Decision,
    Nothing,
    Say,
)
from flows.events import AskStatus, NotUnderstood
from flows.machine import SAME, Machine, State, Turn

DAY = 24 * 3600

STRANGER = Machine(
    name="stranger",
    meaning="a telephone that no article and nobody of the staff has",
    states=(
        State("new", "was not answered in the last day"),
        State("greeted", "was answered once: silence until the day is over", DAY, "new"),
    ),
    context=Nothing(),
)


@STRANGER.on(NotUnderstood, AskStatus, states=("new",), to=("greeted",), says=("stranger",))
def greet(turn: Turn) -> Decision:
    return Decision("greeted", turn.context, (Say("stranger"),))


@STRANGER.on(NotUnderstood, AskStatus, states=("greeted",), to=(SAME,))
def stay_silent(turn: Turn) -> Decision:
    return Decision(turn.state, turn.context)
