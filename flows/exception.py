"""The conversation about an exception: may an article be handed over without its code?

docs/developing/trust.md rule 17. The postman asks at the door; whoever answers for the office does
so within minutes, and never the postman himself. Nothing is handed over by it: that is the
postman's own word, for half an hour.
"""

from __future__ import annotations

from dataclasses import replace

from flows import trust
from flows.acts.codes import KillCode
from flows.acts.exception import EndException, ExceptionEnd, GrantException, OpenQuestion
from flows.acts.moves import AskMove, Relink
from flows.decision import Decision, Nothing, Tell
from flows.events import Event, TimedOut
from flows.facts import ArticleFact, ExceptionFacts
from flows.happenings import (
    ExceptionAnswered,
    ExceptionAsked,
    ExceptionDenied,
    ExceptionEnded,
    ExceptionGranted,
    ExceptionOver,
    MoveAsked,
    MovedAway,
    NamedForMove,
    NamedNoMore,
    NumberAgreed,
    QuestionOpened,
    Relinked,
)
from flows.machine import SAME, Case, Machine, State
from flows.move import relinked

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
    acts=(GrantException, EndException, AskMove, Relink, KillCode),
    tells=("postman", "recipient", "former", "named", "sender", "article", "move"),
)
def answered(case: Case[ExceptionAnswered, Nothing, ExceptionFacts]) -> Decision[Nothing]:
    """Take the answer of whoever may give it; one that nobody may give changes nothing.

    A no needs no proof beyond the telephone, and ends an agreement too: it protects. What was read
    on a page is answered alone, and not what has been asked since.
    """
    facts, article = case.facts, case.facts.article
    if case.event.question not in (None, article.exceptions):
        return _stay(case)
    if not case.event.granted and article.exception != "none":
        return _end(case, "refused", case.event.by)
    if article.exception != "asked" or not may_grant(facts, case.event.by):
        return _stay(case)
    if article.renumber:
        return _renumbered(case)
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


def _renumbered(case: Case[ExceptionAnswered, Nothing, ExceptionFacts]) -> Decision[Nothing]:
    """Change the telephone, where nobody's yes is waited for; else ask who has it now.

    Not waited for are whoever said "not mine" of it, and a number that was withdrawn and that no
    text of ours reached. Any other is, also where none arrives: its inbox may be full for an hour.
    Its silence is no yes (`trust.by_silence`).
    """
    facts, article = case.facts, case.facts.article
    if trust.renumber(article) is not None:
        return _end(case, "refused", case.event.by)
    answer = trust.move(article, "door", facts.proof, facts.named_is_staff)
    if answer not in ("done", "holder"):
        return _end(case, "refused", case.event.by)
    number, by = article.number, case.event.by
    agreed = (GrantException(number, by, facts.proof), EndException(number, "moved", by))
    # Who names the number that has it is answered as of any other: nobody finds out whose it is.
    if answer == "done" and not (facts.named_has_it and article.linked):
        acts, tells = relinked(article, facts.named, "door", None)
        if not article.linked:  # who disowned it may not have been its owner
            tells = (Tell("former", MovedAway(number)), *tells)
        tells = (
            *tells,
            Tell("sender", Relinked(number)),
            Tell("postman", NumberAgreed(number)),
        )
        return Decision("still", case.context, (), (*agreed, *acts), tells)
    asked = MoveAsked(number)
    return Decision(
        "still",
        case.context,
        (),
        (*agreed, AskMove(number, facts.named, "door")),
        (
            Tell("recipient", asked),
            Tell("named", NamedForMove(number)),
            Tell("move", asked),
            Tell("postman", NumberAgreed(number, asked=True)),
        ),
    )


def may_grant(facts: ExceptionFacts, by: str) -> bool:
    """Tell whether this answer counts as an agreement; `by`: a staff id, "" of the telephone."""
    if facts.same or (by and facts.by not in trust.EXCEPTION_ANSWER):
        return False
    if facts.full and facts.by not in trust.EXCEPTION_ABOVE:
        return False
    if trust.has_its_code(facts.article) and not _is_above(facts):
        return False
    return trust.at_least(facts.proof, trust.least_for_exception(facts.article))


def _is_above(facts: ExceptionFacts) -> bool:
    """Tell whether somebody answers who is not of the postman's own office, or stands above it."""
    return facts.by in trust.EXCEPTION_ABOVE or facts.elsewhere


@MACHINE.on(QuestionOpened, acts=(OpenQuestion,), tells=("postman",))
def opened(case: Case[QuestionOpened, Nothing, ExceptionFacts]) -> Decision[Nothing]:
    """Open one more question: what a forger asked in the postman's name is not to cost a door.

    None where the law or an alarm refuses both: he would be sent to ask in vain.
    """
    facts, article = case.facts, case.facts.article
    may_ask = trust.exception(article) is None or trust.renumber(article) is None
    free = article.exception == "none" and article.state == "out_for_delivery" and may_ask
    signed = trust.at_least(facts.proof, "fresh") and facts.by in trust.EXCEPTION_ANSWER
    if not free or not signed or facts.same:
        return _stay(case)
    told = Tell("postman", QuestionOpened(article.number, case.event.by))
    acts = (OpenQuestion(article.number, case.event.by),)
    return replace(_stay(case), acts=acts, tells=(told,))


@MACHINE.on(
    ExceptionDenied,
    to=("still",),
    acts=(EndException,),
    tells=("postman", "named"),
)
def denied(case: Case[ExceptionDenied, Nothing, ExceptionFacts]) -> Decision[Nothing]:
    """End question and agreement: whoever has the telephone says that it is not he at the door."""
    return _end(case, "denied", "")


@MACHINE.on(ExceptionOver, to=("still",), acts=(EndException,), tells=("named",))
def over(case: Case[ExceptionOver, Nothing, ExceptionFacts]) -> Decision[Nothing]:
    """End question and agreement with the visit: nobody is asked about what is done already."""
    article = case.facts.article
    if article.exception == "none":
        return Decision("still", case.context)
    acts = (EndException(article.number, "over"),)
    return Decision("still", case.context, (), acts, _named_no_more(article))


@MACHINE.on(
    TimedOut,
    states=("asked",),
    to=("still",),
    acts=(EndException,),
    tells=("postman", "named"),
)
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
        acts = (EndException(number, "over", by),)
        return Decision("still", case.context, (), acts, _named_no_more(article))
    told = ExceptionEnded(number, why if why in ("lapsed", "denied") else "refused")
    return Decision(
        "still",
        case.context,
        (),
        (EndException(number, why, by),),
        (Tell("postman", told), *_named_no_more(article)),
    )


def _named_no_more(article: ArticleFact) -> tuple[Tell, ...]:
    return (Tell("named", NamedNoMore(article.number)),) if article.renumber else ()
