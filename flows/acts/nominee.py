"""Acts on who accepts an article in the addressee's place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flows.acts.conditions import OPEN, in_state, must, no_live_code
from flows.decision import ArticleAct
from flows.facts import ArticleFact, Changes, ItemFact
from flows.trust import MOST_MOVES


@dataclass(frozen=True)
class Nominate(ArticleAct):
    """The request to a person, by telephone (E.164), to accept the article."""

    phone: str

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, *OPEN)
        yield from must(article.nominee == "none", "somebody is nominated already")
        yield from must(bool(self.phone), "without a telephone")
        yield from no_live_code(article)

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(nominee="asked", nominations=article.nominations + 1)


@dataclass(frozen=True)
class AcceptNomination(ArticleAct):
    """The consent of the person who was asked. He is no holder before the addressee was told."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from must(article.part == "asked", f"the telephone is that of the {article.part}")
        yield from must(article.moves < MOST_MOVES, f"it was moved {article.moves} times")
        yield from no_live_code(article)

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(nominee="agreed", moves=article.moves + 1, holds_from=None)


@dataclass(frozen=True)
class EndNomination(ArticleAct):
    """The end of a nomination: nobody accepts the article in the addressee's place."""

    why: Literal["refused", "taken_back", "replaced"]

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from must(article.nominee != "none", "nobody is nominated")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(nominee="none", holds_from=None)
