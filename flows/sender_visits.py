"""What a sender may wish of the next visit: another attempt, another day. Never a third attempt.

docs/developing/trust.md rule 7: he is believed once he is proven; the code stays where it is, and
the addressee is told and chooses otherwise by `4`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flows import status, trust
from flows.acts.hold import ChooseDay
from flows.acts.moves import CountWrongQuote, MarkSenderProven
from flows.acts.reports import OpenTicket
from flows.decision import Decision, Nothing, Say, Tell
from flows.events import AskVisit
from flows.facts import ArticleFact, PartyFacts
from flows.happenings import DayChosen, DueMoved, SenderChoseDay
from flows.machine import Case
from flows.recipient import days
from flows.sender import SENDER
from flows.sender_wishes import TOO_LATE, WRONG_QUOTE, proven, unproven, wrong
from india import calendar, promises


@SENDER.on(
    AskVisit,
    says=(
        *WRONG_QUOTE,
        "sender_day_chosen",
        "sender_day_impossible",
        "sender_day_stays",
        "sender_recall_asked",
        "sender_no_visit",
        "sender_not_now",
        *dict.fromkeys(TOO_LATE.values()),
        "sender_untried",
        "sender_unproven",
    ),
    acts=(ChooseDay, MarkSenderProven, CountWrongQuote, OpenTicket),
    tells=("recipient", "article"),
)
def ask_visit(case: Case[AskVisit, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Let the next visit be on that day, unless the addressee chose one, or no visit is left."""
    article, facts = case.facts.article, case.facts
    if article is None:
        return Decision(case.state, case.context, (Say("sender_menu"),))
    refused, acts = wrong(case, article), proven(article)
    if refused is not None and case.event.may_quote and article.proven:
        acts = refused.acts  # who is proven need not quote: it was a day, and there is none such
    elif refused is not None:
        return refused
    if article.recalling:
        return replace(status.news("sender_recall_asked", case), acts=acts)
    is_day = case.event.names_day or (case.event.may_quote and article.quote != "right")
    match trust.visit(article, named=is_day):
        case "no_visit":
            return replace(status.news("sender_no_visit", case), acts=acts)
        case "state":
            return replace(status.news(_why_no_visit(article), case), acts=acts)
        case "unproven":
            return unproven(case)
        case "chosen":
            assert article.chosen_day is not None
            return replace(
                _of_day("sender_day_stays", case, article, article.chosen_day), acts=acts
            )
    until = days.last(article, facts)
    day = _day(case.event, facts.today, quoted=article.quote == "right")
    if not days.may_choose(article, facts):
        return replace(status.news("sender_not_now", case), acts=acts)
    if day is None or not days.is_possible(day, article, facts):
        return replace(_of_day("sender_day_impossible", case, article, until), acts=acts)
    number = article.number
    return replace(
        _of_day("sender_day_chosen", case, article, day),
        acts=(*acts, ChooseDay(number, day, until)),
        tells=(Tell("recipient", SenderChoseDay(number)), Tell("article", DayChosen(number))),
    )


@SENDER.on(DueMoved, says=("sender_day_stays", "sender_office"))
def due_moved(case: Case[DueMoved, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Say once that it comes later than was promised, and is not late: somebody wishes it so."""
    number, article = case.event.article, case.facts.article
    fetched = article is not None and article.state == "at_office"
    values = {"article": number, "day": calendar.name(case.event.moved_to)}
    say = Say("sender_office" if fetched else "sender_day_stays", values, number)
    return Decision(case.state, case.context, (say,))


def _why_no_visit(article: ArticleFact) -> str:
    """Return the text that says why no visit can be wished: what its state tells him anyway."""
    if article.state == "booked" and not article.office_next:
        return "sender_untried"
    return TOO_LATE.get(article.state, "sender_not_now")


def _day(event: AskVisit, today: date, quoted: bool) -> date | None:
    if event.day is not None and not (quoted and event.may_quote):
        return days.of_month(event.day, today)
    return promises.next_working(today) if event.named is None else days.named(event.named, today)


def _of_day(
    template: str, case: Case[AskVisit, Nothing, PartyFacts], article: ArticleFact, day: date
) -> Decision[Nothing]:
    values = {"article": article.number, "day": calendar.name(day)}
    return Decision(case.state, case.context, (Say(template, values, article.number),))
