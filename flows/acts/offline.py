"""Acts on what a postman says that he handed over without network (docs/developing/trust.md 19).

What is proven is a handover as any other (`flows.acts.door.HandOver`, proof `offline`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flows.acts.conditions import must
from flows.decision import ArticleAct
from flows.facts import ArticleFact, Changes, ItemFact
from flows.trust import OfflineRefusal

# wrong: code or digits fit nothing · stale: it was stopped, used, or sent before a move · closed:
# the item was, before the text came · limit: he said so too often today · the others are those of
# the rule
OfflineDoubt = Literal["wrong", "stale", "closed", "limit", OfflineRefusal]


@dataclass(frozen=True)
class ClaimOffline(ArticleAct):
    """The postman's word that he handed it over, which nothing proves: a person looks at it."""

    why: OfflineDoubt

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from must(article.state != "delivered", "it was handed over")
        yield from must(article.coded, "no code is needed")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(claimed=True)


@dataclass(frozen=True)
class SettleOffline(ArticleAct):
    """The end of such a doubt: its code has proven the handover since."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from must(article.claimed, "nobody says so")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(claimed=False)
