"""The conversation about an exception: may an article be handed over without its code?

docs/developing/trust.md rule 17. The postman asks at the door; whoever answers for the office does
so within minutes, and never the postman himself. Nothing is handed over by it: that is the
postman's own word, for half an hour.
"""

from __future__ import annotations

from flows import trust
from flows.acts.exception import EndException, ExceptionEnd, GrantException
from flows.decision import Decision, Nothing, Tell
from flows.events import Event, TimedOut
from flows.facts import ExceptionFacts
from flows.happenings import (
    ExceptionAnswered,
    ExceptionAsked,
    ExceptionEnded,
    ExceptionGranted,
)
from flows.machine import SAME, Case, Machine, State

MACHINE = Machine(
    name="exception",
    meaning="whether an article may be handed over without its code",
    states=(
        State("still", "nobody asked for an exception"),
        State("asked", "the office is asked, and has not answered", 3600, times_out=True),
        State(
            "granted",
            "the office agreed, and the postman has not handed it over",
            int(trust.EXCEPTION_USABLE.total_seconds()),
            times_out=True,
        ),
    ),
    context=Nothing(),
    facts=ExceptionFacts,
)


@MACHINE.on(ExceptionAsked, to=("asked",))
def asked(case: Case[ExceptionAsked, Nothing, ExceptionFacts]) -> Decision[Nothing]:
    return Decision("asked", case.context, until=case.facts.until)


@MACHINE.on(
    ExceptionAnswered,
    to=("granted", "still", SAME),
    acts=(GrantException, EndException),
    tells=("postman",),
)
def answered(case: Case[ExceptionAnswered, Nothing, ExceptionFacts]) -> Decision[Nothing]:
    """Take the answer of whoever may give it; one that nobody may give changes nothing.

    A no needs no proof beyond the telephone, and ends an agreement too: it protects.
    """
    facts, article = case.facts, case.facts.article
    if not case.event.granted and article.exception != "none":
        return _end(case, "refused", case.event.by)
    if article.exception != "asked" or not may_grant(facts, case.event.by):
        return _stay(case)
    if trust.exception(article) is not None:  # since he asked: fraud was reported, it was moved
        return _end(case, "refused", case.event.by)
    number = article.number
    return Decision(
        "granted",
        case.context,
        (),
        (GrantException(number, case.event.by, facts.proof),),
        (Tell("postman", ExceptionGranted(number)),),
    )


def may_grant(facts: ExceptionFacts, by: str) -> bool:
    """Tell whether this answer counts as an agreement; `by`: a staff id, "" of the telephone."""
    if facts.same or (by and facts.by not in trust.EXCEPTION_ANSWER):
        return False
    if facts.full and facts.by not in trust.EXCEPTION_ABOVE:
        return False
    return trust.at_least(facts.proof, trust.least_for_exception(facts.article))


@MACHINE.on(TimedOut, states=("asked",), to=("still",), acts=(EndException,), tells=("postman",))
def silent(case: Case[TimedOut, Nothing, ExceptionFacts]) -> Decision[Nothing]:
    return _end(case, "lapsed", "")


@MACHINE.on(TimedOut, states=("granted",), to=("still",), acts=(EndException,))
def unused(case: Case[TimedOut, Nothing, ExceptionFacts]) -> Decision[Nothing]:
    article = case.facts.article
    if article.exception == "none":  # he handed it over
        return Decision("still", case.context)
    return Decision("still", case.context, (), (EndException(article.number, "unused"),))


def _stay(case: Case[Event, Nothing, ExceptionFacts]) -> Decision[Nothing]:
    """Leave the question, and its time limit, as they are."""
    until = case.facts.until if case.state == "asked" else None
    return Decision(case.state, case.context, until=until)


def _end(
    case: Case[Event, Nothing, ExceptionFacts], why: ExceptionEnd, by: str
) -> Decision[Nothing]:
    article = case.facts.article
    if article.exception == "none":
        return Decision("still", case.context)
    number = article.number
    if article.state != "out_for_delivery":  # it ended otherwise meanwhile
        return Decision("still", case.context, (), (EndException(number, "over", by),))
    told = ExceptionEnded(number, "lapsed" if why == "lapsed" else "refused")
    return Decision(
        "still",
        case.context,
        (),
        (EndException(number, why, by),),
        (Tell("postman", told),),
    )
