"""The recipient's answer 3, somebody asked for my code; and a code that was texted to us.

The code dies, postman and postmaster are told, and three telephones of one PIN on one day warn
everybody with an article due there (docs/developing/domain.md rules 7 to 9).
"""

from __future__ import annotations

from dataclasses import replace

from flows.acts.codes import KillCode
from flows.acts.reports import MarkDoorOnly, NameNumber, OpenTicket, WarnHerd
from flows.decision import Act, Asked, Decision, Say, Tell
from flows.events import ReportFraud, ToldCode
from flows.facts import ArticleFact, RecipientFacts
from flows.happenings import FraudReported
from flows.machine import SAME, Case
from flows.recipient.states import MACHINE, OPEN, digits, is_open, meant, stay

HERD = 3  # telephones of one PIN that report fraud on one day


def _has_code(article: ArticleFact) -> bool:
    return is_open(article) and article.code == "live"


def _any(article: ArticleFact) -> bool:
    return article.part != "asked"


def _in_danger(case: Case[ReportFraud, Asked, RecipientFacts]) -> tuple[ArticleFact, ...]:
    """Return the articles whose codes are in danger, last the one to answer about.

    Without a named article these are all live codes of the telephone: there is no time to ask back.
    """
    facts = case.facts
    coded = [article for article in facts.articles if _has_code(article)]
    if case.event.which is not None or not coded:
        return ()
    return tuple(sorted(coded, key=lambda each: each.number == case.context.article))


@MACHINE.on(
    ReportFraud,
    to=("reported", SAME),
    says=("fraud_noted", "fraud_heard", "which_article", "which_number"),
    acts=(KillCode, MarkDoorOnly, OpenTicket, WarnHerd, NameNumber),
    tells=("postman", "office"),
)
def report_fraud(case: Case[ReportFraud, Asked, RecipientFacts]) -> Decision[Asked]:
    decision = _reported(case)
    if case.event.named is None:
        return decision
    return replace(decision, acts=(*decision.acts, NameNumber(case.event.named)))


def _reported(case: Case[ReportFraud, Asked, RecipientFacts]) -> Decision[Asked]:
    coded = _in_danger(case)
    if coded:
        return _protect(coded)
    article = meant(case, case.event.which, is_open)
    if isinstance(article, Say) and article.template == "nothing_waiting":
        article = meant(case, case.event.which, _any)
    if isinstance(article, Say):
        heard = article.template == "nothing_waiting"
        return stay(case, Say("fraud_heard") if heard else article)
    number = article.number
    if article.door_only and article.code != "live":  # reported before, and no code is live
        known = digits("fraud_noted", article) if is_open(article) else Say("fraud_heard")
        return Decision("reported", Asked(number), (known,))
    if article.state in OPEN:
        return _protect((article,))
    # "status not updated, tell the code": no code is needed now
    office = Tell("office", FraudReported(number))
    return Decision("reported", Asked(number), (Say("fraud_heard"),), _noted(article), (office,))


def _protect(articles: tuple[ArticleFact, ...]) -> Decision[Asked]:
    """Kill their codes, tell postmen and postmaster, and answer about the last one."""
    spoken = articles[-1]
    kills = tuple(KillCode(each.number, "fraud") for each in articles if each.code == "live")
    return Decision(
        "reported",
        Asked(spoken.number),
        (digits("fraud_noted", spoken),),
        (*kills, *(act for each in articles for act in _noted(each))),
        tuple(
            tell
            for each in articles
            for tell in (
                Tell("postman", FraudReported(each.number)),
                Tell("office", FraudReported(each.number)),
            )
        ),
    )


def _noted(article: ArticleFact) -> tuple[Act, ...]:
    number = article.number
    acts: tuple[Act, ...] = (MarkDoorOnly(number), OpenTicket("fraud", number))
    return (*acts, WarnHerd(number)) if article.fraud_reports + 1 >= HERD else acts


@MACHINE.on(ToldCode, says=("code_kept",))
def told_code(case: Case[ToldCode, Asked, RecipientFacts]) -> Decision[Asked]:
    return stay(case, Say("code_kept"))
