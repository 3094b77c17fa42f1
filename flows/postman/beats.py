"""A change of beat: items handed to a colleague, or back to the office.

The code of such an item dies: a code is bound to the postman who carries the article.
"""

from __future__ import annotations

from flows.acts.codes import KillCode
from flows.acts.lists import GiveBack, PassItem
from flows.decision import Act, Decision, LastVisit, Say, Tell
from flows.events import Pass
from flows.facts import ArticleFact, ItemFact, PostmanFacts
from flows.happenings import GivenBack, ItemsCame
from flows.machine import Case
from flows.postman.visit import closed, say_item


def hand_on(case: Case[Pass, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    """Answer `7 8 > 45` and `7 > 0`: move those items that are open on his list."""
    event = case.event
    facts = case.facts
    if not event.back and facts.colleague is None:
        return Decision(case.state, case.context, (Say("pass_unknown"),))
    going = [item for item in facts.items if item.state == "open" and item.article is not None]
    articles = tuple(item.article for item in going if item.article is not None)
    tells: tuple[Tell, ...] = ()
    if event.back:
        tells = tuple(Tell("article", GivenBack(article.number)) for article in articles)
    elif articles:
        tells = (Tell("colleague", ItemsCame(articles[0].number, len(articles))),)
    context = _without(case.context, articles)
    return Decision(
        "visiting" if context.visiting else "ready",
        context,
        (_answer(event, facts, going),),
        tuple(act for article in articles for act in _acts(event, facts, article)),
        tells,
    )


def _acts(event: Pass, facts: PostmanFacts, article: ArticleFact) -> tuple[Act, ...]:
    kill = (KillCode(article.number, "passed"),) if article.code == "live" else ()
    if event.back or facts.colleague is None:
        return (*kill, GiveBack(article.number))
    return (*kill, PassItem(article.number, facts.colleague))


def _without(context: LastVisit, articles: tuple[ArticleFact, ...]) -> LastVisit:
    gone = {article.number for article in articles}
    return LastVisit(
        tuple(done for done in context.done if done.article not in gone),
        context.at,
        tuple(number for number in context.visiting if number not in gone),
        context.written_at,
    )


def _answer(event: Pass, facts: PostmanFacts, going: list[ItemFact]) -> Say:
    stays = [item for item in facts.items if item not in going]
    if len(facts.items) == 1 and stays:
        return _why_not(stays[0])
    if stays:
        values = {"done": len(going), "failed": len(stays), "serial": stays[0].serial}
        return Say("batch_partly", values)
    one = len(going) == 1
    if event.back:
        return say_item("given_back", going[0]) if one else Say("given_back_many", _count(going))
    staff = spoken(facts.colleague or "")
    if one:
        number = going[0].article.number if going[0].article else None
        return Say("passed", {"serial": going[0].serial, "staff": staff}, number)
    return Say("passed_many", {**_count(going), "staff": staff})


def spoken(staff_id: str) -> str:
    """Return a staff id as texts name it: its letters and digits, at most twenty."""
    return "".join(letter for letter in staff_id if letter.isalnum())[:20]


def _count(items: list[ItemFact]) -> dict[str, int]:
    return {"count": len(items)}


def _why_not(item: ItemFact) -> Say:
    if item.article is None or item.state == "elsewhere":
        if item.ref.isdigit():
            return say_item("not_on_list", item)
        return Say("not_yours", {"article": item.ref})
    return closed(item, item.article)


def items_came(case: Case[ItemsCame, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    """Tell the postman that a colleague's items are on his list now."""
    facts = case.facts
    event = case.event
    says = tuple(
        Say("items_came", {"count": event.count, "serial": item.serial}, event.article)
        for item in facts.items
    )
    return Decision(case.state, case.context, says)
