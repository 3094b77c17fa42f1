"""Acts on a telephone: whose it is, its language, and whether it wants news."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flows.acts.conditions import must, no_live_code
from flows.decision import Act, ArticleAct
from flows.events import Language
from flows.facts import ArticleFact, Changes, ItemFact


@dataclass(frozen=True)
class Unlink(ArticleAct):
    """The removal of a wrong number: the telephone is not the recipient's any more."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from must(article.part == "addressee", f"the telephone is that of the {article.part}")
        yield from no_live_code(article)

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(linked=False)


@dataclass(frozen=True)
class ConfirmNumber(ArticleAct):
    """The word of a telephone in doubt that the article is for the person who has it."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from must(article.unsure, "its telephone is not in doubt")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(unsure=False)


@dataclass(frozen=True)
class TakePhone(Act):
    """The only telephone that speaks for the postman from now on; a block ends."""


@dataclass(frozen=True)
class SetLanguage(Act):
    """The language of everything that this telephone is told from now on."""

    language: Language


@dataclass(frozen=True)
class OptOut(Act):
    """The end of all news to this telephone that law and contract do not require."""


@dataclass(frozen=True)
class OptIn(Act):
    """The return of all news to this telephone."""
