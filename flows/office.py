"""The conversation with the postmaster's telephone."""

from __future__ import annotations

from functools import partial

from flows import status
from flows.acts.moves import CountWrongQuote
from flows.decision import Act, Decision, Nothing, Say, Tell
from flows.events import AnswerException, AskStatus, Event, NotUnderstood
from flows.facts import PartyFacts
from flows.happenings import (
    Denied,
    ExceptionAnswered,
    ExceptionAsked,
    ExceptionContested,
    FraudReported,
    Happening,
    HerdWaits,
    MoveDenied,
    MoveDisputed,
    NotReceived,
    OfflineClaimed,
    Overlooked,
    RefusalDenied,
    RemarkContested,
    TriesRanOut,
)
from flows.machine import Case, Machine, State
from flows.postman.beats import spoken
from flows.trust import least_for_exception

OFFICE = Machine(
    name="office",
    meaning="the postmaster's telephone",
    states=(State("listening", "receives what needs a postmaster"),),
    context=Nothing(),
    facts=PartyFacts,
)


_OFFICE_NEWS: dict[type[Happening], str] = {
    FraudReported: "office_fraud",
    NotReceived: "office_not_received",
    Denied: "office_denied",
    TriesRanOut: "office_tries_over",
    RemarkContested: "office_contested",
    RefusalDenied: "office_refusal_denied",
    Overlooked: "office_overlooked",
    MoveDenied: "office_move",
    MoveDisputed: "office_move",
    HerdWaits: "office_herd",
    ExceptionContested: "office_exception_contested",
}
for _event, _template in _OFFICE_NEWS.items():
    OFFICE.on(_event, says=(_template,))(partial(status.news, _template))


@OFFICE.on(OfflineClaimed, says=("office_offline", "office_offline_many"))
def offline_claimed(case: Case[OfflineClaimed, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Tell of what nothing proves: of one article, or of the first of all that a text names."""
    number, more = case.event.article, case.event.more
    if not more:
        return status.news("office_offline", case)
    say = Say("office_offline_many", {"article": number, "count": more}, number)
    return Decision(case.state, case.context, (say,))


# ---- exceptions (docs/developing/trust.md rule 17) -----------------------------------------------


@OFFICE.on(
    ExceptionAsked,
    says=(
        *("office_exception", "office_exception_rate", "office_exception_page"),
        *("office_exception_reached", "office_number"),
    ),
)
def exception_asked(case: Case[ExceptionAsked, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Ask whether an article may go without its code, or its code to another telephone.

    With what is known of its postman. By text only where a text may agree to it, and not on the
    telephone of who asks: the page has the others.
    """
    facts, article = case.facts, case.facts.article
    if article is None or facts.rate is None or not facts.answerable:
        return Decision(case.state, case.context)
    who = {"staff": spoken(facts.rate.staff), "digits": article.digits}
    if least_for_exception(article) != "quoted":
        say = Say("office_exception_page", who, article.number)
        if article.within_reach:
            say = Say("office_exception_reached", {"digits": article.digits}, article.number)
        return Decision(case.state, case.context, (say,))
    what = Say("office_exception", {**who, "reason": case.event.reason}, article.number)
    if case.event.renumber:
        what = Say("office_number", who, article.number)
    says = (
        what,
        Say(
            "office_exception_rate",
            {"done": min(999, facts.rate.exceptions), "count": min(999, facts.rate.handovers)},
            article.number,
            quote=article.exceptions,
        ),
    )
    return Decision(case.state, case.context, says)


@OFFICE.on(
    AnswerException,
    says=(
        *("office_exception_yes", "office_exception_no", "office_exception_wrong"),
        *("office_exception_none", "office_exception_page_only"),
        *("office_exception_which", "office_exception_over"),
    ),
    acts=(CountWrongQuote,),
    tells=("exception",),
)
def answer_exception(case: Case[AnswerException, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Pass the office's answer on: a yes with the digits of the question, a no without them too.

    An answer is about one question: of several it must name which, by its last four.
    """
    facts, article, event = case.facts, case.facts.article, case.event
    if facts.several:
        return Decision(case.state, case.context, (Say("office_exception_which"),))
    if article is None or article.exception == "none":
        return Decision(case.state, case.context, (Say("office_exception_none"),))
    number = article.number
    known = {"digits": article.digits}
    tells = (Tell("exception", ExceptionAnswered(number, event.granted)),)
    if not event.granted:
        return Decision(
            case.state, case.context, (Say("office_exception_no", known, number),), (), tells
        )
    page_only = (Say("office_exception_page_only", known, number),)
    if article.exception == "asked" and least_for_exception(article) != "quoted":
        return Decision(case.state, case.context, page_only)  # its text showed no digits to compare
    if article.quote == "locked":
        return Decision(case.state, case.context, (Say("office_exception_over", known, number),))
    if article.quote != "right" or not facts.answerable:
        acts: tuple[Act, ...] = (CountWrongQuote(number),) if article.quote == "wrong" else ()
        return Decision(
            case.state, case.context, (Say("office_exception_wrong", known, number),), acts
        )
    if article.exception != "asked":
        return Decision(case.state, case.context, (Say("office_exception_none"),))
    if facts.full:
        return Decision(case.state, case.context, page_only)
    return Decision(
        case.state, case.context, (Say("office_exception_yes", known, number),), (), tells
    )


@OFFICE.on(AskStatus, NotUnderstood, says=(*status.TEMPLATES, "office_help"))
def office_asks(case: Case[Event, Nothing, PartyFacts]) -> Decision[Nothing]:
    return status.answer_or("office_help", case)
