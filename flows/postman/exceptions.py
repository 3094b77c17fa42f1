"""The postman's remarks 28 and 29: at this door no code can be told, and the office is asked.

docs/developing/trust.md rule 17. He asks with a reason, the kind of a document that he was shown
and the last four of its number; what the office agreed to he then hands over by `7 28`. By 29 he
names the telephone that whoever is at the door says is the right one.
"""

from __future__ import annotations

from flows import trust
from flows.acts.exception import AskForException
from flows.decision import Decision, LastVisit, Say, Tell
from flows.events import AskException
from flows.facts import ArticleFact, ItemFact, PostmanFacts
from flows.happenings import (
    AboveAsked,
    ExceptionAsked,
    ExceptionEnded,
    ExceptionGranted,
    NamedAtDoor,
    NumberAgreed,
    QuestionOpened,
)
from flows.machine import Case
from flows.postman.visit import closed, is_over, say_first, say_item, say_no_exception


def ask_exception(case: Case[AskException, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    """Ask the office, and tell the holder that it is asked: his telephone may well work.

    Where a nominee holds it the addressee is told too, and where somebody said "not mine", he.
    """
    (item,) = case.facts.items
    article = item.article
    refusal = _refusal(case, item)
    if refusal is not None or article is None:
        return Decision(case.state, case.context, (refusal or say_item("not_on_list", item),))
    number, event = article.number, case.event
    said = "exception_reached" if article.within_reach else "exception_sent"
    asked = ExceptionAsked(number, event.reason, event.phone is not None, event.document)
    named: tuple[Tell, ...] = ()
    if event.phone is not None:
        named = (Tell("named", NamedAtDoor(number)), Tell("sender", asked))
    alarmed = [Tell("holder", asked)]
    if not article.linked:  # who disowned it may not have been its owner
        alarmed = [Tell("former", asked)]
    elif trust.held_by_nominee(article, case.facts.now):
        alarmed.append(Tell("recipient", asked))
    above = (Tell("above", AboveAsked(number)),) if article.within_reach else ()
    return Decision(
        case.state,
        case.context,
        (say_item(said, item),),
        (AskForException(number, event.reason, event.document, event.phone),),
        (Tell("exception", asked), *alarmed, Tell("asked", asked), *above, *named),
    )


def _refusal(case: Case[AskException, LastVisit, PostmanFacts], item: ItemFact) -> Say | None:
    """Return why nothing is asked: a text of long ago, or of an earlier day, comes too late."""
    article, facts = item.article, case.facts
    if not facts.has_list and item.ref.isdigit():
        return Say("no_list")
    if item.state == "elsewhere" or article is None:
        if item.ref.isdigit():
            return say_item("not_on_list", item)
        return Say("not_yours", {"article": item.ref})
    if item.state != "open":
        return closed(item, article)
    if not article.coded:
        return say_first("approach_plain", item, article)
    if case.event.phone is not None:
        refusal = _no_number(case, item, article)
    else:
        refusal = _no_exception(item, article)
    if refusal is None and is_over(item, facts):
        return say_item("approach_late", item)
    if refusal is None and facts.exceptions_left <= 0:
        return say_item("exception_often", item)
    return refusal


def _no_exception(item: ItemFact, article: ArticleFact) -> Say | None:
    if trust.may_go_without(article):
        return say_item("exception_yes", item)
    if trust.exception(article) is not None or article.exception != "none" or not item.approached:
        return say_no_exception(item, article)
    return None


def _no_number(
    case: Case[AskException, LastVisit, PostmanFacts], item: ItemFact, article: ArticleFact
) -> Say | None:
    """Return why no other telephone is asked for.

    One that has the code already is asked for as any other: he must not find out whose it is. What
    has a telephone is asked of that telephone first, as by 28: its code, or whose it is.
    """
    if trust.renumber(article) is not None:
        return say_item("number_office", item)
    if not case.event.phone or case.facts.named_is_staff:
        return say_item("number_bad", item)
    if article.exception != "none":
        return say_item("exception_waits", item)
    return say_item("code_first", item) if article.linked and not item.approached else None


def _about(template: str, facts: PostmanFacts) -> tuple[Say, ...]:
    items = ((item, item.article) for item in facts.items)
    return tuple(say_item(template, item) for item, article in items if _concerns(item, article))


def _concerns(item: ItemFact, article: ArticleFact | None) -> bool:
    return item.state == "open" and article is not None


def granted(case: Case[ExceptionGranted, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    """Tell him that he may hand it over, and how he says that he did."""
    return Decision(case.state, case.context, _about("exception_yes", case.facts))


def ended(case: Case[ExceptionEnded, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    """Tell him that it is not to be handed over without the code, and who said so."""
    template = "exception_no" if case.event.why == "refused" else f"exception_{case.event.why}"
    return Decision(case.state, case.context, _about(template, case.facts))


def opened(case: Case[QuestionOpened, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    """Tell him that he may ask once more, or how he asks what alone can be asked."""
    says: list[Say] = []
    for item in case.facts.items:
        if item.article is None or not _concerns(item, item.article):
            continue
        without = trust.exception(item.article) is None
        both = without and trust.renumber(item.article) is None
        alone = "exception_how" if without else "number_how"
        says.append(say_item("exception_opened" if both else alone, item))
    return Decision(case.state, case.context, tuple(says))


def renumbered(case: Case[NumberAgreed, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    """Tell him that the code goes to the new telephone when he comes, or who is asked first."""
    template = "number_asked_first" if case.event.asked else "number_changed"
    return Decision(case.state, case.context, _about(template, case.facts))
