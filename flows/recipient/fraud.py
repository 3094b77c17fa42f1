"""The recipient's answer 3, somebody asked for my code; and a code that was texted to us.

The code dies, postman and postmaster are told, and three telephones of one PIN that had a live code
that day warn everybody with an article due there (docs/developing/trust.md rule 13).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flows.acts.codes import KillCode
from flows.acts.household import CloseHousehold
from flows.acts.moves import DisputeMove
from flows.acts.nominee import EndNomination
from flows.acts.reports import MarkDoorOnly, MarkNotReceived, NameNumber, OpenTicket, WarnHerd
from flows.decision import Act, Asked, Decision, Say, Tell
from flows.events import ReportFraud, ToldCode
from flows.facts import ArticleFact, RecipientFacts
from flows.happenings import (
    CodeStopped,
    Excepted,
    ExceptionDenied,
    FraudReported,
    HandedOver,
    HerdWaits,
    MoveDenied,
    MoveDisputed,
    NominationEnded,
    RecallEnded,
)
from flows.machine import SAME, Case
from flows.recipient.answers import (
    contest_exception,
    contest_move,
    is_contestable,
    is_on_word,
    lost_and_handed_over,
    not_received,
    which_of,
)
from flows.recipient.states import MACHINE, OPEN, digits, is_open, meant, stay
from flows.trust import HERD, MOST_WARNED


def _any(article: ArticleFact) -> bool:
    return article.part != "asked"


def _in_peril(article: ArticleFact) -> bool:
    """Tell whether "3" can be meant for it: a code lives, or somebody else is to get the next, or
    it may be handed over without one.
    """
    named = article.part == "addressee" and article.nominee != "none"
    perilled = article.code == "live" or article.asked or named or article.exception != "none"
    return is_open(article) and _any(article) and perilled


def _in_danger(case: Case[ReportFraud, Asked, RecipientFacts]) -> tuple[ArticleFact, ...]:
    """Return the articles whose codes are in danger, last the one to answer about.

    Without a named article these are all of the telephone: there is no time to ask back.
    """
    facts = case.facts
    perilled = [article for article in facts.articles if _in_peril(article)]
    if case.event.which is not None or not perilled:
        return ()
    return tuple(sorted(perilled, key=lambda each: each.number == case.context.article))


@MACHINE.on(
    ReportFraud,
    to=("reported", SAME),
    says=(
        "fraud_noted", "fraud_heard", "which_article", "which_number", "move_kept", "move_disputed",
        "nominee_back", "sender_recall_stopped", "exception_contested", "household_closed",
        "not_received",
    ),
    acts=(
        KillCode, MarkDoorOnly, OpenTicket, WarnHerd, NameNumber, EndNomination, DisputeMove,
        MarkNotReceived, CloseHousehold,
    ),
    tells=("postman", "office", "move", "nominee", "recall", "exception", "holder", "recipient"),
)  # fmt: skip
def report_fraud(case: Case[ReportFraud, Asked, RecipientFacts]) -> Decision[Asked]:
    """Protect what is in danger, in this order: what is here, what was moved away, recalls.

    What was handed over without its code, or after a move, comes before it only where that was
    mentioned last; else it is said again how that was.
    """
    lost, recalled, handed_over = _lost(case), _recalled(case), _handed_over(case)
    perilled = _in_danger(case)
    if handed_over and (_is_last(case, handed_over) or not (perilled or lost or recalled)):
        decision = _and_protect(_contest(case, handed_over), perilled)
    elif lost and (not perilled or _is_last(case, lost)):
        decision = _and_protect(_dispute(lost), perilled)
    elif recalled and not perilled:
        decision = _stop_recall(case, recalled)
    else:
        new = (each for each in handed_over if not each.objected)
        gone = tuple(each for each in new if each not in case.facts.lost)
        decision = _and_ask(_reported(case), gone if perilled else ())
    if case.facts.household.opens:  # whoever let somebody in may not have been the owner
        heard = [say.template for say in decision.says] == ["fraud_heard"]
        said = (Say("household_closed"),) if heard else decision.says
        decision = replace(decision, says=said, acts=(*decision.acts, CloseHousehold()))
    if case.event.named is None:
        return decision
    return replace(decision, acts=(*decision.acts, NameNumber(case.event.named)))


def _is_last(
    case: Case[ReportFraud, Asked, RecipientFacts], articles: tuple[ArticleFact, ...]
) -> bool:
    """Tell whether the last of them is what was mentioned last."""
    return articles[-1].number == case.context.article


def _contest(
    case: Case[ReportFraud, Asked, RecipientFacts], articles: tuple[ArticleFact, ...]
) -> Decision[Asked]:
    """Contest what was handed over: what was mentioned last, or the only one of them."""
    article = articles[-1]
    if len(articles) > 1 and not _is_last(case, articles):
        return stay(case, which_of(articles))
    if article in case.facts.lost:
        contested = contest_move(article)
    else:
        contested = contest_exception(article) if article.excepted else not_received(article)
    return replace(contested, state="reported")


def _and_protect(decision: Decision[Asked], perilled: tuple[ArticleFact, ...]) -> Decision[Asked]:
    """Return the decision with which other codes that live die all the same: fraud wins.

    A text has one answer; of the codes their holder hears as of any that is stopped.
    """
    if not perilled:
        return decision
    protected = _protect(perilled)
    return replace(
        decision,
        state="reported",
        acts=(*decision.acts, *protected.acts),
        tells=(
            *decision.tells,
            *protected.tells,
            *_stopped(perilled[-1:]),
        ),
    )


def _and_ask(decision: Decision[Asked], gone: tuple[ArticleFact, ...]) -> Decision[Asked]:
    """Return the decision after which it is said again how the last of these was handed over.

    A bare 3 or 2 is about that from then on.
    """
    mine = [each for each in gone if each.part == "addressee"]
    if not mine:
        return decision
    number = mine[-1].number
    how = Excepted(number) if mine[-1].excepted else HandedOver(number)
    return replace(decision, tells=(*decision.tells, Tell("recipient", how)))


def _handed_over(case: Case[ReportFraud, Asked, RecipientFacts]) -> tuple[ArticleFact, ...]:
    """Return what was handed over and can still be contested; what was mentioned last, last.

    What was contested before only where it was named, or is the last, or nothing else can be meant.
    """
    now = case.facts.now
    found = [
        each
        for each in case.facts.articles
        if _named(case, each) and (is_contestable(each, now) or is_on_word(each, now))
    ]
    found += lost_and_handed_over(case, case.event.which)
    named = case.event.which is not None
    fresh = [each for each in found if named or not each.objected or _is_last(case, (each,))]
    return tuple(sorted(fresh or found, key=lambda each: _is_last(case, (each,))))


# ---- what is here ------------------------------------------------------------------------------


def _reported(case: Case[ReportFraud, Asked, RecipientFacts]) -> Decision[Asked]:
    perilled = _in_danger(case)
    if perilled:
        return _protect(perilled)
    article = meant(case, case.event.which, is_open)
    if isinstance(article, Say) and article.template == "nothing_waiting":
        article = meant(case, case.event.which, _any)
    if isinstance(article, Say):
        heard = article.template == "nothing_waiting"
        return stay(case, Say("fraud_heard") if heard else article)
    number = article.number
    if article.door_only and not _in_peril(article):  # reported before, and nothing is in danger
        known = digits("fraud_noted", article) if is_open(article) else Say("fraud_heard")
        return Decision("reported", Asked(number), (known,))
    if article.state in OPEN:
        return _protect((article,))
    # "status not updated, tell the code": no code is needed now
    tells = (Tell("office", FraudReported(number)), *_herd_waits(article))
    return Decision("reported", Asked(number), (Say("fraud_heard"),), _noted(article), tells)


def _protect(articles: tuple[ArticleFact, ...]) -> Decision[Asked]:
    """Kill their codes, end what would move them, tell postmen and postmaster.

    The answer is about the last one; of the others whose codes die their holder hears as of any
    that is stopped: who comes to the next door must not be told a dead code.
    """
    spoken = articles[-1]
    kills = tuple(KillCode(each.number, "fraud") for each in articles if each.code == "live")
    return Decision(
        "reported",
        Asked(spoken.number),
        (digits(_answer(spoken), spoken),),
        (*kills, *(act for each in articles for act in (*_unnamed(each), *_written(each)))),
        (*(tell for each in articles for tell in _told(each)), *_stopped(articles[:-1])),
    )


def _stopped(articles: tuple[ArticleFact, ...]) -> Iterator[Tell]:
    """Yield to whoever has the codes of these that live which of them are stopped."""
    for each in articles:
        if each.code == "live":
            yield Tell("holder", CodeStopped(each.number))


def _of_code(article: ArticleFact) -> bool:
    """Tell whether the report is about a code, and not about who gets the next one."""
    return article.code == "live" or article.exception != "none" or not _in_peril(article)


def _answer(article: ArticleFact) -> str:
    if _of_code(article):
        return "fraud_noted"
    return "move_kept" if article.asked else "nominee_back"


def _written(article: ArticleFact) -> tuple[Act, ...]:
    if _of_code(article):
        return _noted(article)
    # flows/move.py opens the ticket about a question; a nomination has no conversation of its own.
    return () if article.asked else (OpenTicket("move", article.number),)


def _unnamed(article: ArticleFact) -> tuple[Act, ...]:
    """End a nomination: if he did not wish it himself, somebody texts in his name."""
    named = article.part == "addressee" and article.nominee != "none"
    return (EndNomination(article.number, "taken_back"),) if named else ()


def _told(article: ArticleFact) -> tuple[Tell, ...]:
    number = article.number
    tells: tuple[Tell, ...] = ()
    if _of_code(article):
        fraud = FraudReported(number)
        tells = (Tell("postman", fraud), Tell("office", fraud), *_herd_waits(article))
    elif not article.asked:
        tells = (Tell("office", MoveDenied(number)),)
    if article.asked:
        tells = (*tells, Tell("move", MoveDenied(number)))
    if article.exception != "none":
        tells = (*tells, Tell("exception", ExceptionDenied(number)))
    if _unnamed(article):
        tells = (*tells, Tell("nominee", NominationEnded(number)))
    return tells


def _noted(article: ArticleFact) -> tuple[Act, ...]:
    number = article.number
    acts: tuple[Act, ...] = (MarkDoorOnly(number), OpenTicket("fraud", number))
    if not _warns(article):
        return acts
    return (*acts, OpenTicket("herd", number) if _are_many(article) else WarnHerd(number))


def _warns(article: ArticleFact) -> bool:
    """Tell whether this report is the one that warns everybody around.

    Whoever had no code cannot have been asked for it: anybody can say that he was.
    """
    return article.had_code and article.fraud_reports + 1 >= HERD and article.herd is not None


def _are_many(article: ArticleFact) -> bool:
    return article.herd is not None and article.herd > MOST_WARNED


def _herd_waits(article: ArticleFact) -> tuple[Tell, ...]:
    """Tell the office that a supervisor has to look before so many people are warned."""
    waits = _warns(article) and _are_many(article)
    return (Tell("office", HerdWaits(article.number)),) if waits else ()


# ---- what was moved away, and what the sender is said to want back -------------------------------


def _named(case: Case[ReportFraud, Asked, RecipientFacts], article: ArticleFact) -> bool:
    return case.event.which in (None, article.number, article.digits)


def _lost(case: Case[ReportFraud, Asked, RecipientFacts]) -> tuple[ArticleFact, ...]:
    """Return what left this telephone lately and can be stopped; what was mentioned last, last."""
    lost = [
        each
        for each in case.facts.lost
        if _named(case, each) and is_open(each) and not each.disputed
    ]
    return tuple(sorted(lost, key=lambda each: each.number == case.context.article))


def _dispute(lost: tuple[ArticleFact, ...]) -> Decision[Asked]:
    """Stop what was moved away from here: an office looks at it before anybody gets it."""
    spoken = lost[-1]
    acts: list[Act] = []
    tells: list[Tell] = []
    for each in lost:
        number = each.number
        if each.code == "live":
            acts.append(KillCode(number, "fraud"))
        acts += (DisputeMove(number), OpenTicket("move", number))
        tells.append(Tell("office", MoveDisputed(number)))
        if each.state == "out_for_delivery":
            tells.append(Tell("postman", MoveDisputed(number)))
        if each.exception != "none":
            tells.append(Tell("exception", ExceptionDenied(number)))
    return Decision(
        "reported",
        Asked(spoken.number),
        (digits("move_disputed", spoken),),
        tuple(acts),
        tuple(tells),
    )


def _recalled(case: Case[ReportFraud, Asked, RecipientFacts]) -> tuple[ArticleFact, ...]:
    return tuple(each for each in case.facts.recalls if _named(case, each) and each.recalling)


def _stop_recall(
    case: Case[ReportFraud, Asked, RecipientFacts], recalled: tuple[ArticleFact, ...]
) -> Decision[Asked]:
    """Leave what this telephone sent on its way: it was not he who wanted it back."""
    number = recalled[-1].number
    return Decision(
        case.state,
        case.context,
        (Say("sender_recall_stopped", {"article": number}, number),),
        tuple(OpenTicket("move", each.number) for each in recalled),
        tuple(Tell("recall", RecallEnded(each.number)) for each in recalled),
    )


@MACHINE.on(ToldCode, says=("code_kept",))
def told_code(case: Case[ToldCode, Asked, RecipientFacts]) -> Decision[Asked]:
    return stay(case, Say("code_kept"))
