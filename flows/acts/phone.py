"""Acts on a telephone: whose it is, its language, and whether it wants news."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flows.acts.conditions import in_state, must, no_live_code
from flows.decision import Act, ArticleAct
from flows.events import Language
from flows.facts import ArticleFact, Changes, ItemFact


@dataclass(frozen=True)
class Unlink(ArticleAct):
    """The recipient's telephone is a wrong one: it is the article's no more."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from must(article.part == "addressee", f"the telephone is that of the {article.part}")
        yield from no_live_code(article)

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(linked=False)


@dataclass(frozen=True)
class Relink(ArticleAct):
    """The recipient's telephone is this one."""

    phone: str

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "booked", "attempted", "at_office")
        yield from must(bool(self.phone), "without a telephone")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(linked=True)


@dataclass(frozen=True)
class TakePhone(Act):
    """This telephone speaks for the postman from now on, no other; a block is over."""


@dataclass(frozen=True)
class SetLanguage(Act):
    """This telephone is spoken to in `language` from now on."""

    language: Language


@dataclass(frozen=True)
class OptOut(Act):
    """This telephone gets no more news that law and contract do not require."""


@dataclass(frozen=True)
class OptIn(Act):
    """This telephone gets all news again."""
