"""A change of beat: items offered to a colleague, or handed back to the office.

The code of an item that goes dies: a code is bound to the postman who carries the article.
"""

from __future__ import annotations

from dataclasses import replace

from flows.acts.codes import KillCode
from flows.acts.lists import GiveBack, OfferItem
from flows.decision import Act, Decision, LastVisit, Say, Tell
from flows.events import ItemsOffered, OfferSent, Pass
from flows.facts import ArticleFact, ItemFact, PostmanFacts
from flows.happenings import GivenBack, ItemsCame
from flows.machine import Case
from flows.postman.visit import closed, say_item


def hand_on(case: Case[Pass, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    """Answer `7 8 > 45` and `7 > 0`: those items that are open on his list.

    A colleague is offered none of an earlier day's.
    """
    going = [item for item in case.facts.items if item.state == "open" and item.article is not None]
    if case.event.back:
        return _give_back(case, going)
    return _offer(case, [item for item in going if item.listed is None])


# ---- to a colleague ------------------------------------------------------------------------------


def _offer(case: Case[Pass, LastVisit, PostmanFacts], going: list[ItemFact]) -> Decision[LastVisit]:
    """Ask the colleague; he takes them over by his own word (docs/developing/trust.md rule 13).

    What he is asked about already is not asked once more.
    """
    colleague = case.facts.colleague
    if colleague is None:
        return Decision(case.state, case.context, (Say("pass_unknown"),))
    says = (_say_offered(case.facts, going, spoken(colleague)),)
    new = [
        item.article for item in going if item.article is not None and item.offered_to != colleague
    ]
    tells = (Tell("colleague", ItemsOffered()), Tell("giver", OfferSent())) if new else ()
    acts = tuple(OfferItem(article.number, colleague) for article in new)
    return Decision(case.state, case.context, says, acts, tells)


def _say_offered(facts: PostmanFacts, going: list[ItemFact], staff: str) -> Say:
    stays = [item for item in facts.items if item not in going]
    if not going:
        return _stays(stays, going)
    if stays:
        return Say("pass_partly", {"count": len(going), "staff": staff, "serial": stays[0].serial})
    if len(going) > 1:
        return Say("pass_asked_many", {"count": len(going), "staff": staff})
    number = going[0].article.number if going[0].article else None
    return Say("pass_asked", {"serial": going[0].serial, "staff": staff}, number)


# ---- to the office -------------------------------------------------------------------------------


def _give_back(
    case: Case[Pass, LastVisit, PostmanFacts], going: list[ItemFact]
) -> Decision[LastVisit]:
    articles = [item.article for item in going if item.article is not None]
    context = _without(case.context, articles)
    return Decision(
        "visiting" if context.visiting else "ready",
        context,
        (_say_back(case.facts, going),),
        tuple(act for article in articles for act in _acts(article)),
        tuple(Tell("article", GivenBack(article.number)) for article in articles),
    )


def _acts(article: ArticleFact) -> tuple[Act, ...]:
    kill = (KillCode(article.number, "passed"),) if article.code == "live" else ()
    return (*kill, GiveBack(article.number))


def _without(context: LastVisit, articles: list[ArticleFact]) -> LastVisit:
    gone = {article.number for article in articles}
    return replace(
        context,
        done=tuple(done for done in context.done if done.article not in gone),
        visiting=tuple(number for number in context.visiting if number not in gone),
    )


def _say_back(facts: PostmanFacts, going: list[ItemFact]) -> Say:
    stays = [item for item in facts.items if item not in going]
    if stays:
        return _stays(stays, going)
    if len(going) == 1:
        return say_item("given_back", going[0])
    return Say("given_back_many", {"count": len(going)})


def _stays(stays: list[ItemFact], going: list[ItemFact]) -> Say:
    """Return why the only item cannot go, or how many of several cannot."""
    if len(stays) == 1 and not going:
        return _why_not(stays[0])
    values = {"done": len(going), "failed": len(stays), "serial": stays[0].serial}
    return Say("batch_partly", values)


def spoken(staff_id: str) -> str:
    """Return a staff id as texts name it: its letters and digits, at most twenty."""
    return "".join(letter for letter in staff_id if letter.isalnum())[:20]


def _why_not(item: ItemFact) -> Say:
    if item.article is None or item.state == "elsewhere":
        if item.ref.isdigit():
            return say_item("not_on_list", item)
        return Say("not_yours", {"article": item.ref})
    return say_item("item_gone", item) if item.state == "open" else closed(item, item.article)


def items_came(case: Case[ItemsCame, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    """Tell the postman that a colleague's items are on his list now.

    Only in sprints of before the colleague was asked (flows/postman/offers.py).
    """
    facts = case.facts
    event = case.event
    says = tuple(
        Say("items_came", {"count": event.count, "serial": item.serial}, event.article)
        for item in facts.items
    )
    return Decision(case.state, case.context, says)
