"""Acts on what a telephone wishes for all its post, and on its household's word.

docs/developing/trust.md rule 20. All but one are about the telephone of the conversation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flows.acts.conditions import in_state, item_open, must
from flows.decision import Act, ArticleAct
from flows.facts import ArticleFact, Changes, ItemFact, OtherTakers
from flows.trust import word


@dataclass(frozen=True)
class AskTakers(Act):
    """The question, with two digits, whether these may take the post of this telephone."""

    takers: OtherTakers


@dataclass(frozen=True)
class SetTakers(Act):
    """Who may take the post of this telephone, from ten minutes on; it ends the question."""

    takers: OtherTakers


@dataclass(frozen=True)
class SetWeekdays(Act):
    """The weekdays on which its post is brought, 1 Monday to 6 Saturday."""

    weekdays: tuple[int, ...]


@dataclass(frozen=True)
class KeepAlways(Act):
    """Its post is kept at the office, for a month, instead of being brought."""


@dataclass(frozen=True)
class EndWishes(Act):
    """Nothing is wished any more, and there is no word."""


@dataclass(frozen=True)
class CloseHousehold(Act):
    """Nobody else takes its post, and there is no word: fraud was reported."""


@dataclass(frozen=True)
class CountWrongWish(Act):
    """Wrong digits to that question; three end the tries of the telephone for the day."""


@dataclass(frozen=True)
class OfferWord(Act):
    """Two new words, drawn by chance; those of before count until these are taken."""


@dataclass(frozen=True)
class ChooseWord(Act):
    """The words that were shown are the household's; those of before end."""


@dataclass(frozen=True)
class CountWrongWord(ArticleAct):
    """The use of one of the tries of the day, by a wrong household word."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from item_open(item)
        assert item is not None
        yield from in_state(article, "out_for_delivery")
        yield from must(item.word == "wrong", f"the word is {item.word}")
        yield from must(item.approached, "nobody came to the door")
        why = word(article)
        yield from must(why is None, f"no word counts: {why}")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(wrong_tries=article.wrong_tries + 1)
