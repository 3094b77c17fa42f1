"""The facts of an imagined conversation: what acts and time make of what was known.

Codes are not known here: whether one was right is said by whoever plays (flows/replay/what_if.py).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

from flows import machines
from flows.decision import ArticleAct, Decision, Role, Say
from flows.facts import (
    ArticleFact,
    ClockFacts,
    CodeVerdict,
    Facts,
    ItemFact,
    OfferFacts,
    Part,
    PartyFacts,
    PostmanFacts,
    RecipientFacts,
)

Playable = RecipientFacts | PostmanFacts | PartyFacts  # of those who can type
Verdict = Literal["right", "wrong"]


def apply(decision: Decision, articles: dict[str, ArticleFact], now: datetime) -> None:
    """Do the acts of `decision` to `articles`, and count the codes that it sends."""
    for act in decision.acts:
        if isinstance(act, ArticleAct) and act.article in articles:
            articles[act.article] = act.applied(articles[act.article], now)
    for say in decision.says:
        count_sent(articles, say)


def of_told(role: Role, article: ArticleFact, now: datetime) -> Facts:
    """Return what is known to whoever is told of `article` in that role."""
    machine = machines.of_role(role).name
    today = now.date()
    if machine == "recipient":
        asked = role == "nominee" and article.nominee == "asked"
        part: Part = "asked" if asked else "addressee"
        mine = replace(article, part=part)
        return RecipientFacts(now, (mine,), "approach", 600, now, today=today)
    if machine == "postman":
        out = article.state == "out_for_delivery"
        item = ItemFact(article.number, 1, "open" if out else "withdrawn", article)
        return PostmanFacts(now, (item,), True, 1, 1)
    if machine == "article":
        return ClockFacts(now, today, article)
    if machine == "offer":
        return OfferFacts(now, ())
    return PartyFacts(now, article, today)


def judged(article: ArticleFact, verdict: Verdict) -> CodeVerdict:
    """Return what a code is worth that is taken for `verdict` while one lives."""
    if article.locked:
        return "locked"
    return verdict if article.code == "live" else _worth(article)


def _worth(article: ArticleFact) -> CodeVerdict:
    return {"none": "none", "expired": "expired"}.get(article.code, "stale")  # type: ignore[return-value]


def articles_of(facts: Playable) -> dict[str, ArticleFact]:
    """Return the articles that are known, by number."""
    if isinstance(facts, RecipientFacts):
        return {article.number: article for article in facts.articles}
    if isinstance(facts, PostmanFacts):
        return {item.article.number: item.article for item in facts.items if item.article}
    return {facts.article.number: facts.article} if facts.article else {}


def count_sent(articles: dict[str, ArticleFact], say: Say) -> None:
    """Count the code that `say` sends."""
    if say.code_of in articles:
        article = articles[say.code_of]
        articles[article.number] = replace(article, code_sends=article.code_sends + 1)


def with_articles(facts: Playable, articles: dict[str, ArticleFact]) -> Playable:
    """Return the facts with these articles in place of those of before."""
    if isinstance(facts, RecipientFacts):
        return replace(facts, articles=tuple(articles.get(a.number, a) for a in facts.articles))
    if isinstance(facts, PostmanFacts):
        return replace(facts, items=())
    article = facts.article
    return replace(facts, article=articles.get(article.number, article) if article else None)


def item_with(item: ItemFact, articles: dict[str, ArticleFact]) -> ItemFact:
    """Return the item as its article stands now."""
    if item.article is None or item.article.number not in articles:
        return item
    article = articles[item.article.number]
    state = item.state
    if article.state in ("delivered", "attempted"):
        state = "delivered" if article.state == "delivered" else "attempted"
    elif article.state == "out_for_delivery":
        state = "open"
    return replace(item, article=article, state=state, verdict="unchecked")


def aged(facts: Playable, now: datetime) -> Playable:
    """Return the facts as they are at `now`: codes have run out."""
    articles = {number: _old(article, now) for number, article in articles_of(facts).items()}
    return replace(with_articles(facts, articles), now=now)


def aged_item(item: ItemFact, now: datetime) -> ItemFact:
    """As `aged`, for one item."""
    return replace(item, article=_old(item.article, now)) if item.article else item


def _old(article: ArticleFact, now: datetime) -> ArticleFact:
    over = article.code_expires_at is not None and article.code_expires_at <= now
    return replace(article, code="expired") if article.code == "live" and over else article
