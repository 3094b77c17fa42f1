"""Acts that remove an article from a postman's list of today before he has been at the door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flows.acts.conditions import in_state, item_open, no_live_code
from flows.decision import ArticleAct
from flows.facts import ArticleFact, Changes, ItemFact


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
