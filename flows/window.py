"""What the article's conversation decides when somebody stands at the office window for it.

A code is judged like at the door; where an identity document stands in for the code, it takes two
of the staff (docs/developing/trust.md).
"""

from __future__ import annotations

from flows.acts.door import can_miss
from flows.acts.reports import OpenTicket
from flows.acts.window import (
    SECONDS,
    CountWrongAtWindow,
    HandOut,
    RefuseAtWindow,
    WindowRefusal,
)
from flows.article import MACHINE as ARTICLE
from flows.article import stay
from flows.decision import Act, Decision, Nothing, Tell
from flows.events import DocumentType
from flows.facts import TRIES_PER_DAY, ClockFacts, WindowFact
from flows.happenings import AtWindow, Collected, DocumentShown, ToldCodeAtWindow
from flows.machine import SAME, Case
from flows.postman.visit import concerned, looked_for


@ARTICLE.on(
    ToldCodeAtWindow,
    to=("over", SAME),
    acts=(HandOut, CountWrongAtWindow, RefuseAtWindow, OpenTicket),
    tells=("recipient", "nominee", "sender"),
)
def told_code(case: Case[ToldCodeAtWindow, Nothing, ClockFacts]) -> Decision[Nothing]:
    article = case.facts.article
    why_not = _not_served(case)
    if why_not is None and not article.coded:
        why_not = "document"
    if why_not is not None:
        return _refuse(case, why_not)
    match _window(case).verdict:
        case "right" if article.disputed:
            return _refuse(case, "disputed")
        case "right" if article.document and case.event.document is None:
            return _refuse(case, "document_too")
        case "right":
            return _hand_out(case, None, case.event.document)
        case "wrong":
            last = article.wrong_tries + 1 >= TRIES_PER_DAY
            return _refuse(case, "wrong", CountWrongAtWindow(article.number, last))
        case "expired" | "stale" | "locked" as worth:
            return _refuse(case, worth)
        case _:
            return _refuse(case, "none")


@ARTICLE.on(
    DocumentShown,
    to=("over", SAME),
    acts=(HandOut, RefuseAtWindow, OpenTicket),
    tells=("recipient", "nominee", "sender"),
)
def document_shown(case: Case[DocumentShown, Nothing, ClockFacts]) -> Decision[Nothing]:
    """For an article without a code one of the staff is enough."""
    why_not = _not_served(case)
    if why_not is None and case.facts.article.coded:
        why_not = _no_second(case)
    if why_not is not None:
        return _refuse(case, why_not)
    return _hand_out(case, case.event.document)


def _not_served(case: Case[AtWindow, Nothing, ClockFacts]) -> WindowRefusal | None:
    """Return what speaks against it whatever is said or shown."""
    article = case.facts.article
    if article.state != "at_office":
        return "not_here"
    if bool(article.amount) != (case.event.payment is not None):
        return "unpaid" if article.amount else "no_cod"
    if not can_miss(article.pieces, case.event.missing):
        return "pieces"
    return "staff_unknown" if _window(case).by is None else None


def _no_second(case: Case[DocumentShown, Nothing, ClockFacts]) -> WindowRefusal | None:
    second = case.event.second
    if second is None or second == case.event.by:
        return "second_wanted"
    role = _window(case).second
    if role is None:
        return "second_unknown"
    return None if role in SECONDS else "second_role"


def _hand_out(
    case: Case[AtWindow, Nothing, ClockFacts],
    document: DocumentType | None,
    beside: DocumentType | None = None,
) -> Decision[Nothing]:
    number, event = case.facts.article.number, case.event
    collected = Collected(number, event.missing)
    concerns = concerned(case.facts.article)
    return Decision(
        "over",
        Nothing(),
        (),
        (
            HandOut(number, event.by, event.payment, document, beside, event.missing),
            *looked_for(event.missing, number),
        ),
        tuple(Tell(role, collected) for role in concerns if role != "article"),  # decided here
    )


def _refuse(
    case: Case[AtWindow, Nothing, ClockFacts], why: WindowRefusal, *counted: Act
) -> Decision[Nothing]:
    return stay(case, acts=(*counted, RefuseAtWindow(case.facts.article.number, why)))


def _window(case: Case[AtWindow, Nothing, ClockFacts]) -> WindowFact:
    window = case.facts.window
    assert window is not None  # read for every event at the window
    return window
