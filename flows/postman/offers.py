"""A colleague's offer: this postman's `01` takes the items over, his `02` leaves them.

docs/developing/trust.md rule 13. The digits answer the question that he was asked last; where he
answered that, or it is over, an older one is asked again before they answer it. Until his `01` the
items, and the codes that were sent for them, are the colleague's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flows.acts.codes import KillCode
from flows.acts.lists import EndOffer, PassItem
from flows.decision import Act, Decision, LastVisit, Say, Tell
from flows.events import ItemsOffered, OfferAnswered, TakeOver, TurnDown
from flows.facts import ArticleFact, ItemFact, OfferFact, PostmanFacts
from flows.machine import Case
from flows.postman.beats import spoken


def offered(case: Case[ItemsOffered, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    """Ask him whether he takes over what a colleague offers."""
    offer = case.facts.offer
    if offer is None:
        return Decision(case.state, case.context)
    return _ask(case, offer)


def _ask(
    case: Case[ItemsOffered | TakeOver | TurnDown, LastVisit, PostmanFacts], offer: OfferFact
) -> Decision[LastVisit]:
    items = [item for item in case.facts.items if item.article is not None]
    staff = spoken(offer.by)
    first = items[0].article if items else None
    say = Say("offer_asked_many", {"staff": staff, "count": len(items)})
    if len(items) == 1 and first is not None:
        say = Say("offer_asked", {"staff": staff, "digits": first.digits}, first.number)
    return Decision(case.state, replace(case.context, offer=offer.id), (say,))


def _to_answer(
    case: Case[TakeOver | TurnDown, LastVisit, PostmanFacts],
) -> OfferFact | Decision[LastVisit]:
    """Return the offer that is answered, or what is said where none can be.

    Who answers by a screen saw which it is. A text that was written before the question came
    answers another one.
    """
    facts, offer = case.facts, case.facts.offer
    if offer is None:
        return Decision(case.state, case.context, (Say("offer_none"),))
    before = facts.written_at is not None and facts.written_at < offer.asked_at
    if case.event.offer is None and (before or case.context.offer != offer.id):
        return _ask(case, offer)
    return offer


def take_over(case: Case[TakeOver, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    """Take over what is still to be had: not what the colleague has closed or goes to himself."""
    offer = _to_answer(case)
    if isinstance(offer, Decision):
        return offer
    going = [item.article for item in _going(case.facts) if item.article is not None]
    if not going or not offer.fits:
        return _gone(case, offer)
    values: dict[str, int | str] = {
        "count": len(going),
        "staff": spoken(offer.by),
        "serial": offer.serial,
    }
    return Decision(
        case.state,
        replace(case.context, offer=None),
        (Say("items_taken", values, going[0].number),),
        (
            *(act for article in going for act in _acts(article, offer)),
            EndOffer(offer.id, "taken"),
        ),
        (Tell("giver", _answered(offer, _going(case.facts), taken=True)),),
    )


def _going(facts: PostmanFacts) -> list[ItemFact]:
    return [item for item in facts.items if item.state == "open" and not item.approached_since]


def _acts(article: ArticleFact, offer: OfferFact) -> tuple[Act, ...]:
    kill = (KillCode(article.number, "passed"),) if article.code == "live" else ()
    return (*kill, PassItem(article.number, offer.to))


def _gone(case: Case[TakeOver, LastVisit, PostmanFacts], offer: OfferFact) -> Decision[LastVisit]:
    stays = [item for item in case.facts.items if item.state == "open"]
    tells = (Tell("giver", _answered(offer, stays, taken=False)),) if stays else ()
    say = Say("offer_gone", {"staff": spoken(offer.by)})
    context = replace(case.context, offer=None)
    return Decision(case.state, context, (say,), (EndOffer(offer.id, "gone"),), tells)


def turn_down(case: Case[TurnDown, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    """Leave the items where they are."""
    offer = _to_answer(case)
    if isinstance(offer, Decision):
        return offer
    say = Say("offer_declined", {"staff": spoken(offer.by)})
    tells = (Tell("giver", _answered(offer, case.facts.items, taken=False)),)
    context = replace(case.context, offer=None)
    return Decision(case.state, context, (say,), (EndOffer(offer.id, "declined"),), tells)


def _answered(offer: OfferFact, items: Sequence[ItemFact], *, taken: bool) -> OfferAnswered:
    serial = items[0].serial if items else 0
    return OfferAnswered(spoken(offer.to), len(items), serial, taken)
