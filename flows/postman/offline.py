"""What comes of `7 482913 417`: handed over at a door without network, and texted later.

docs/developing/trust.md rule 19. At the door he compared the three digits with his slip; the code
he wrote down, and here it must fit. What does not fit hands nothing over, and a person looks at it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flows.acts.door import HandOver
from flows.acts.offline import ClaimOffline, OfflineDoubt, SettleOffline
from flows.decision import Role, Tell
from flows.events import Handover, VisitAct
from flows.facts import ArticleFact, ItemFact, PostmanFacts
from flows.happenings import OfflineClaimed
from flows.postman.visit import Outcome, count_wrong, judge, say_item
from flows.trust import offline

_PROVES = ("code", "offline")


def judge_each(acts: Sequence[VisitAct], facts: PostmanFacts) -> list[Outcome]:
    """Return what the postman's word on each item of a text leads to."""
    outcomes: list[Outcome] = []
    left = facts.offline_left
    for act, item in zip(acts, facts.items, strict=True):
        outcome = _judge(act, item, facts, left)
        left -= any(isinstance(each, HandOver) and each.proof == "offline" for each in outcome.acts)
        outcomes.append(outcome)
    return outcomes


def _judge(act: VisitAct, item: ItemFact, facts: PostmanFacts, left: int) -> Outcome:
    article = item.article
    said = isinstance(act, Handover) and act.proof == "offline"
    if not said or article is None or item.state in ("elsewhere", "delivered"):
        return _settled(judge(act, item, facts), article)
    if item.state == "withdrawn" and article.state == "delivered":  # by whoever carries it now
        return judge(act, item, facts)
    assert isinstance(act, Handover)
    if not article.coded or (article.amount and item.state == "open"):
        return judge(replace(act, proof="code"), item, facts)  # says what is asked for instead
    if item.verdict == "right" and item.state == "open":
        return _on_living_code(act, item, facts, left)
    if item.verdict == "none":
        # No code went out for this place of his list, so he wrote none down: the text is a slip of
        # the hand, or forges his number. It is answered, and accuses nobody.
        return judge(replace(act, proof="code"), item, facts)
    doubt = _doubt(item, article, left)
    if doubt is not None:
        return _claimed(item, article, doubt)
    return _settled(judge(act, item, facts), article)


def _on_living_code(act: Handover, item: ItemFact, facts: PostmanFacts, left: int) -> Outcome:
    """Hand over on a code that lives still: it proves the handover without the three digits.

    Wrong ones beside it may be rupees, of which none are due. Where the telephone is in doubt, they
    are compared with nothing.
    """
    article = item.article
    assert article is not None
    if item.check != "right" or article.code_for != "handover":
        doubted = offline(article) == "unsure"
        return Outcome(say_item("offline_unsure" if doubted else "offline_unneeded", item))
    compared = left > 0 and offline(article) is None
    proven = act if compared else replace(act, proof="code")
    return _settled(judge(proven, item, facts), article)


def _doubt(item: ItemFact, article: ArticleFact, left: int) -> OfflineDoubt | None:
    """Return why the text proves no handover; what its code is worth comes last."""
    if item.state != "open":
        return "closed"
    refused = offline(article)
    if refused is not None:
        return refused
    if item.verdict == "stale":
        return "stale"
    if item.verdict != "offline" or item.check != "right":
        return "wrong"
    return None if left > 0 else "limit"


def _claimed(item: ItemFact, article: ArticleFact, why: OfflineDoubt) -> Outcome:
    """Open a ticket, and tell addressee and office what he says; a wrong code is one of his tries.

    Nobody is told whether it was the code or the three digits: a guess teaches nothing.
    """
    number = article.number
    nominee: tuple[Role, ...] = ("nominee",) if article.nominee == "agreed" else ()
    news = OfflineClaimed(number, wrong=why == "wrong")
    tells = tuple(Tell(role, news) for role in ("recipient", *nominee, "office"))
    claim = ClaimOffline(number, why)
    if item.verdict != "wrong":
        return Outcome(say_item("offline_ticket", item), (claim,), tells)
    counted = count_wrong(item, article, "offline_wrong")
    return replace(counted, acts=(claim, *counted.acts), tells=(*tells, *counted.tells))


def told_together(tells: Sequence[Tell]) -> tuple[Tell, ...]:
    """Return `tells` with one to the office about all that a text claims, in the first's place."""
    claims = [each for each in tells if _is_claim(each)]
    if len(claims) < 2:
        return tuple(tells)
    first, more = claims[0], len(claims) - 1
    assert isinstance(first.event, OfflineClaimed)
    told = replace(first, event=replace(first.event, more=more))
    return tuple(told if each is first else each for each in tells if each not in claims[1:])


def _is_claim(tell: Tell) -> bool:
    return tell.to == "office" and isinstance(tell.event, OfflineClaimed)


def _settled(outcome: Outcome, article: ArticleFact | None) -> Outcome:
    """Settle what was doubted before, where the code now proves the handover."""
    proven = any(isinstance(act, HandOver) and act.proof in _PROVES for act in outcome.acts)
    if not proven or article is None or not article.claimed:
        return outcome
    return replace(outcome, acts=(SettleOffline(article.number), *outcome.acts))
