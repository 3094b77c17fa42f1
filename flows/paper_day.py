"""What an article's conversation decides on a line that is typed from the slip of an outage.

While nothing could be texted, the postman wrote item, code and time on his slip. Afterwards each
line is judged by the codes of that day at that time, and what proves no handover becomes a ticket:
nothing is lost (docs/developing/trust.md rule 15). A guess teaches nothing: who types is told the
same of every code that does not fit, and wrong ones use up the tries of the day, as at the window.
"""

from __future__ import annotations

from flows.acts.codes import KillCode
from flows.acts.paper import (
    CountWrongOnPaper,
    HandOverOnPaper,
    KeepOnPaper,
    LeaveOnPaper,
    PaperDoubt,
    PaperLeft,
)
from flows.article import MACHINE as ARTICLE
from flows.article import stay
from flows.decision import Act, Decision, Nothing, Tell
from flows.facts import TRIES_PER_DAY, ClockFacts, PaperFact
from flows.happenings import HandedOverOnPaper, WrittenOnPaper
from flows.machine import SAME, Case
from flows.postman.visit import concerned, exception_over, told_how
from flows.trust import paper, signature
from india.calendar import day_of


@ARTICLE.on(
    WrittenOnPaper,
    to=("over", SAME),
    acts=(KillCode, HandOverOnPaper, KeepOnPaper, CountWrongOnPaper, LeaveOnPaper),
    tells=("recipient", "nominee", "sender", "postman", "exception"),
)
def written_on_paper(case: Case[WrittenOnPaper, Nothing, ClockFacts]) -> Decision[Nothing]:
    """Hand it over as at the door, keep it as a ticket, or say what is to be typed differently."""
    number = case.facts.article.number
    left = _left(case)
    if left is not None:
        return stay(case, acts=(LeaveOnPaper(number, left),))
    doubt = _doubt(case)
    if doubt is not None:
        kept = KeepOnPaper(number, case.event.by, case.event.said_at, doubt)
        return stay(case, acts=(*_counted(case), kept))
    return _hand_over(case)


def _left(case: Case[WrittenOnPaper, Nothing, ClockFacts]) -> PaperLeft | None:
    """Return why nothing is written at all, whatever the code is worth: it is not looked at."""
    article, event, slip = case.facts.article, case.event, _slip(case)
    refused = paper(slip)
    if refused is not None:
        return refused
    if article.state == "delivered":
        return "done"
    if slip.item == "elsewhere":
        return "not_on_slip"
    if event.shown == "signature" and not signature(article):
        return "code"
    if bool(article.amount) != (event.payment is not None):
        return "unpaid" if article.amount else "no_cod"
    return None


def _doubt(case: Case[WrittenOnPaper, Nothing, ClockFacts]) -> PaperDoubt | None:
    """Return why the line proves no handover. What the code was worth comes last, and unsaid."""
    article, slip = case.facts.article, _slip(case)
    if slip.item != "open" or slip.closed or article.state != "out_for_delivery":
        return "closed"
    if article.disputed:
        return "disputed"
    if article.door_only:  # whoever asked for the code may have written the slip
        return "fraud"
    if article.document:
        return "document"
    if case.event.shown == "signature":
        return "wrong" if article.doubted else None
    match slip.verdict:
        case "right":
            return None
        case "locked" | "none" | "late" as worth:
            return worth
        case _:
            return "wrong"


def _counted(case: Case[WrittenOnPaper, Nothing, ClockFacts]) -> tuple[Act, ...]:
    """Count a wrong code as one of the day's tries, whatever else speaks against the line."""
    article = case.facts.article
    if _slip(case).verdict != "wrong":
        return ()
    return (CountWrongOnPaper(article.number, article.wrong_tries + 1 >= TRIES_PER_DAY),)


def _hand_over(case: Case[WrittenOnPaper, Nothing, ClockFacts]) -> Decision[Nothing]:
    article, event = case.facts.article, case.event
    number = article.number
    day = day_of(event.said_at)
    news = told_how(article, event.shown, on=None if day == case.facts.today else day)
    told = [Tell(role, news) for role in concerned(article) if role != "article"]  # decided here
    signed = event.shown == "signature" and article.code == "live"
    killed = (KillCode(number, "signed"),) if signed else ()
    return Decision(
        "over",
        Nothing(),
        (),
        (*killed, HandOverOnPaper(number, event.by, event.said_at, event.shown, event.payment)),
        (
            *told,
            Tell("postman", HandedOverOnPaper(number, event.payment)),
            *exception_over(article),
        ),
    )


def _slip(case: Case[WrittenOnPaper, Nothing, ClockFacts]) -> PaperFact:
    slip = case.facts.paper
    assert slip is not None  # read for every line of a slip
    return slip
