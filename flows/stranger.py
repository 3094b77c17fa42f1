"""The conversation with a telephone that belongs to no article and to no staff member."""

from __future__ import annotations

from flows.decision import Decision, Nothing, Say
from flows.events import AskStatus, Event, NotUnderstood
from flows.facts import PartyFacts
from flows.machine import SAME, Case, Machine, State

DAY = 24 * 3600

STRANGER = Machine(
    name="stranger",
    meaning="a telephone that belongs to no article and to no staff member",
    states=(
        State("new", "was not answered in the last day"),
        State("greeted", "was answered once: no answer until the day is over", DAY, "new"),
    ),
    context=Nothing(),
    facts=PartyFacts,
)


@STRANGER.on(NotUnderstood, AskStatus, states=("new",), to=("greeted",), says=("stranger",))
def greet(case: Case[Event, Nothing, PartyFacts]) -> Decision[Nothing]:
    return Decision("greeted", case.context, (Say("stranger"),))


@STRANGER.on(NotUnderstood, AskStatus, states=("greeted",), to=(SAME,))
def stay_silent(case: Case[Event, Nothing, PartyFacts]) -> Decision[Nothing]:
    return Decision(case.state, case.context)
