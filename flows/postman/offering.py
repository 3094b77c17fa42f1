"""The conversation about what a postman offers to colleagues: their answers, or their silence.

docs/developing/trust.md rule 13. The colleague is asked and answers in his own conversation
(flows/postman/offers.py); whoever offered is told here, whichever way it ends.
"""

from __future__ import annotations

from flows.acts.lists import EndOffer
from flows.decision import Decision, LastOffer, Say
from flows.events import OfferAnswered, OfferSent, TimedOut
from flows.facts import OfferFacts
from flows.machine import SAME, Case, Machine, State
from flows.postman.beats import spoken
from flows.trust import TAKEN_WITHIN

MACHINE = Machine(
    name="offer",
    meaning="what a postman offers to colleagues",
    states=(
        State("still", "no colleague is asked"),
        State(
            "asked",
            "a colleague has not answered",
            int(TAKEN_WITHIN.total_seconds()),
            times_out=True,
        ),
    ),
    context=LastOffer(),
    facts=OfferFacts,
)


@MACHINE.on(OfferSent, to=("asked",))
def sent(case: Case[OfferSent, LastOffer, OfferFacts]) -> Decision[LastOffer]:
    """Wait anew: half an hour from the last offer, for those before it as well."""
    return Decision("asked", LastOffer(case.facts.now))


@MACHINE.on(OfferAnswered, to=("still", SAME), says=("passed", "passed_many", "pass_declined"))
def answered(case: Case[OfferAnswered, LastOffer, OfferFacts]) -> Decision[LastOffer]:
    event = case.event
    say = Say("pass_declined", {"count": event.count, "staff": event.staff})
    if event.taken:
        say = Say("passed_many", {"count": event.count, "staff": event.staff})
        if event.count == 1:
            say = Say("passed", {"serial": event.serial, "staff": event.staff})
    state = case.state if case.facts.offers else "still"
    return Decision(state, case.context, (say,))


@MACHINE.on(TimedOut, states=("asked",), to=("still",), says=("pass_silent",), acts=(EndOffer,))
def silent(case: Case[TimedOut, LastOffer, OfferFacts]) -> Decision[LastOffer]:
    """Take no silence for a yes: the items stay where they are."""
    offers = case.facts.offers
    says = tuple(
        Say("pass_silent", {"count": offer.count, "staff": spoken(offer.to)})
        for offer in offers
        if offer.count
    )
    acts = tuple(EndOffer(offer.id, "lapsed") for offer in offers)
    return Decision("still", case.context, says, acts)
