"""The conversation with the postmaster's telephone."""

from __future__ import annotations

from functools import partial

from flows import status
from flows.acts.moves import CountWrongQuote
from flows.decision import Act, Decision, Nothing, Say, Tell
from flows.events import AnswerException, AskStatus, Event, ExceptionReason, NotUnderstood
from flows.facts import ArticleFact, PartyFacts
from flows.happenings import (
    AboveAsked,
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
from flows.trust import has_its_code, least_for_exception

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


# How often he asks, behind the reason that he gives: each is a sentence of its own.
_RATE_AND: dict[ExceptionReason, str] = {
    1: "office_exception_rate_network",
    2: "office_exception_rate_off",
    3: "office_exception_rate_away",
    4: "office_exception_rate_other",
    5: "office_exception_rate_reading",
}
QUESTIONS = ("office_exception_rate", *_RATE_AND.values())
"""The texts that show the digits of an office's yes."""


@OFFICE.on(
    ExceptionAsked,
    says=(
        *("office_exception", "office_exception_parcel", "office_exception_page"),
        *("office_exception_reached", "office_number", "office_number_parcel"),
        *("office_number_page", *QUESTIONS),
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
        if has_its_code(article) and facts.above:  # it is told by `AboveAsked`
            return Decision(case.state, case.context)
        page = "office_number_page" if case.event.renumber else "office_exception_page"
        say = Say(page, who, article.number)
        if has_its_code(article):
            say = Say("office_exception_reached", {"digits": article.digits}, article.number)
        return Decision(case.state, case.context, (say,))
    shown = {**who, "document": case.event.document.replace("_", "").upper()}
    kind = "office_exception_parcel" if article.service == "parcel" else "office_exception"
    what, rate = Say(kind, shown, article.number), _RATE_AND[case.event.reason]
    if case.event.renumber:
        kind = "office_number_parcel" if article.service == "parcel" else "office_number"
        what, rate = Say(kind, shown, article.number), "office_exception_rate"
    says = (
        what,
        Say(
            rate,
            {"done": min(999, facts.rate.exceptions), "count": min(999, facts.rate.handovers)},
            article.number,
            quote=article.exceptions,
        ),
    )
    return Decision(case.state, case.context, says)


@OFFICE.on(AboveAsked, says=("office_exception_above",))
def above_asked(case: Case[AboveAsked, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Tell the office which keeps the accounts that its page, and no text, has a question."""
    article = case.facts.article
    if article is None:
        return Decision(case.state, case.context)
    say = Say("office_exception_above", {"digits": article.digits}, article.number)
    return Decision(case.state, case.context, (say,))


@OFFICE.on(
    AnswerException,
    says=(
        *("office_exception_yes", "office_exception_no", "office_exception_wrong"),
        *("office_exception_none", "office_exception_page_only", "office_exception_how"),
        *("office_exception_which", "office_exception_over", "office_exception_reached"),
        "office_exception_back",
    ),
    acts=(CountWrongQuote,),
    tells=("exception",),
)
def answer_exception(case: Case[AnswerException, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Pass the office's answer on: a yes with the digits of the question, a no without them too.

    An answer is about one question: of several it must name which, by its last four. A bare yes
    agrees to nothing, a bare no takes nothing back that was agreed to, and what was written before
    the question answers another one: all are told how.
    """
    facts, article, event = case.facts, case.facts.article, case.event
    if facts.several:
        return Decision(case.state, case.context, (Say("office_exception_which"),))
    if article is None or article.exception == "none":
        return Decision(case.state, case.context, (Say("office_exception_none"),))
    number = article.number
    known = {"digits": article.digits}
    if facts.above and not facts.answerable:
        return _page_only(case, article)
    tells = (Tell("exception", ExceptionAnswered(number, event.granted)),)
    if facts.before:
        return _say_how(case, article)
    names = event.which is not None or article.quote == "right"
    if not event.granted and article.exception == "granted" and not names:
        return Decision(case.state, case.context, (Say("office_exception_back", known, number),))
    if not event.granted:
        return Decision(
            case.state, case.context, (Say("office_exception_no", known, number),), (), tells
        )
    if article.exception == "asked" and least_for_exception(article) != "quoted":
        return _page_only(case, article)  # its text showed no digits to compare
    if article.quote == "locked":
        return Decision(case.state, case.context, (Say("office_exception_over", known, number),))
    if article.quote == "unchecked":
        return _say_how(case, article)
    if article.quote != "right" or not facts.answerable:
        acts: tuple[Act, ...] = (CountWrongQuote(number),) if article.quote == "wrong" else ()
        return Decision(
            case.state, case.context, (Say("office_exception_wrong", known, number),), acts
        )
    if article.exception != "asked":
        return Decision(case.state, case.context, (Say("office_exception_none"),))
    if facts.full:
        return _page_only(case, article)
    return Decision(
        case.state, case.context, (Say("office_exception_yes", known, number),), (), tells
    )


def _say_how(case: Case[Event, Nothing, PartyFacts], article: ArticleFact) -> Decision[Nothing]:
    """Answer a bare yes: by which digits it is one, or that no text is."""
    if article.exception != "asked":
        return Decision(case.state, case.context, (Say("office_exception_none"),))
    if least_for_exception(article) != "quoted" or case.facts.full:
        return _page_only(case, article)
    known = {"digits": article.digits}
    say = Say("office_exception_how", known, article.number)
    return Decision(case.state, case.context, (say,))


def _page_only(case: Case[Event, Nothing, PartyFacts], article: ArticleFact) -> Decision[Nothing]:
    """Say where it is answered: where a text reached the telephone, above the office alone."""
    template = "office_exception_page_only"
    if has_its_code(article) and not case.facts.above:
        template = "office_exception_reached"
    say = Say(template, {"digits": article.digits}, article.number)
    return Decision(case.state, case.context, (say,))


@OFFICE.on(AskStatus, says=(*status.TEMPLATES, "office_help"))
def office_asks(case: Case[Event, Nothing, PartyFacts]) -> Decision[Nothing]:
    return status.answer_or("office_help", case)


@OFFICE.on(
    NotUnderstood,
    says=(
        *("office_help", "office_exception_which", "office_exception_how"),
        *("office_exception_page_only", "office_exception_reached"),
    ),
)
def unread(case: Case[Event, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Say how a question is answered while one waits: a postman stands at a door."""
    facts, article = case.facts, case.facts.article
    if facts.several:
        return Decision(case.state, case.context, (Say("office_exception_which"),))
    if article is None or article.exception != "asked":
        return Decision(case.state, case.context, (Say("office_help"),))
    if facts.above and not facts.answerable:
        return _page_only(case, article)
    return _say_how(case, article)
