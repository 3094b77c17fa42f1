"""Acts that remove an article from a postman's list of today before he has been at the door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flows.acts.conditions import in_state, item_open, must, no_live_code
from flows.decision import Act, ArticleAct
from flows.facts import ArticleFact, Changes, ItemFact


@dataclass(frozen=True)
class OfferItem(ArticleAct):
    """The question to the colleague with the staff id `to` whether he takes it over.

    Nothing moves: until he agrees, the item and its code are whose they were. An earlier offer of
    the same item is over. All that one text offers to one colleague is one offer.
    """

    to: str

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from item_open(item)
        yield from in_state(article, "out_for_delivery")
        yield from must(item is None or item.offered_to != self.to, "he is asked already")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes()


# gone: nothing of it was left to be taken over, or it does not fit on the colleague's list
OfferEnd = Literal["taken", "declined", "lapsed", "gone"]


@dataclass(frozen=True)
class EndOffer(Act):
    """The end of an offer to a colleague: his answer, or none in time."""

    offer: int
    why: OfferEnd


@dataclass(frozen=True)
class PassItem(ArticleAct):
    """A move to today's list of the colleague with the staff id `to`."""

    to: str

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from _carried(article, item)

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes()


@dataclass(frozen=True)
class GiveBack(ArticleAct):
    """A return to the office, to be delivered another time."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from _carried(article, item)

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return _unvisited()


@dataclass(frozen=True)
class TakeOffList(ArticleAct):
    """A removal from today's list at the addressee's own wish."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "out_for_delivery")
        yield from no_live_code(article)

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return _unvisited()


def _carried(article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
    if item is not None:  # the office takes what the postman has, item or not
        yield from item_open(item)
    yield from in_state(article, "out_for_delivery")
    yield from no_live_code(article)


def _unvisited() -> Changes:
    return Changes(state="attempted", remark=None, witness="none", final=False)
