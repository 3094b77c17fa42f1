"""Acts on when and where an article waits: another day, the office, back to the sender, again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from flows.acts.conditions import in_state, must, no_live_code, nothing
from flows.decision import ArticleAct
from flows.facts import ArticleFact, Changes, ItemFact
from flows.trust import is_proven


@dataclass(frozen=True)
class ChooseDay(ArticleAct):
    """A delivery not before `day`; no later choice may go beyond `until`."""

    day: date
    until: date

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from _is_brought(article)
        yield from must(self.day <= self.until, "a day after the last that may be chosen")
        yield from must(not article.office_next, "a day for what no morning's list takes")
        before = article.choose_until
        yield from must(before is None or self.until <= before, "it is put off for ever")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(chosen_day=self.day, choose_until=self.until)


def _is_brought(article: ArticleFact) -> Iterator[str]:
    """Require that a list takes it: what a wish keeps at the office too, once that wish is over."""
    if not article.by_wish:
        yield from in_state(article, "booked", "attempted")


@dataclass(frozen=True)
class KeepAtOffice(ArticleAct):
    """Storage at the office until the end of `until`, whatever is wished of other post."""

    until: date

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from _is_brought(article)

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(
            state="at_office",
            held_until=self.until,
            extended=article.extended and not article.by_wish,
            by_wish=False,
        )


@dataclass(frozen=True)
class KeepByWish(ArticleAct):
    """Storage at the office until the end of `until`, as the addressee wishes of all his post.

    It cannot be extended: it is the longest already.
    """

    until: date

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "booked")
        yield from must(article.linked, "no telephone of the addressee is known")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(state="at_office", held_until=self.until, extended=True, by_wish=True)


@dataclass(frozen=True)
class BringAgain(ArticleAct):
    """The wish that keeps it is over: the next list may take it, and until then it can be fetched.

    Nothing of it changes, the day included on which it goes back to its sender: who forged the end
    of a wish takes nothing away from the counter.
    """

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "at_office")
        yield from must(article.by_wish, "no wish keeps it")
        yield from must(not article.office_next, "its visits are used up")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes()


@dataclass(frozen=True)
class ExtendHold(ArticleAct):
    """Longer storage at the office, once, until the end of `until`."""

    until: date

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "at_office")
        yield from must(not article.extended, "it was extended before")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(held_until=self.until, extended=True)


@dataclass(frozen=True)
class ReturnToSender(ArticleAct):
    """The return of an article that nobody collected or that was refused."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "attempted", "at_office")
        yield from no_live_code(article)

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(state="returned")


@dataclass(frozen=True)
class RecallArticle(ArticleAct):
    """The sender's recall of an article."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "booked", "attempted", "at_office")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(state="recalled", recalling=False)


@dataclass(frozen=True)
class AskRecall(ArticleAct):
    """A proven sender's wish to have it back, which he can still object to."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "booked", "attempted", "at_office")
        yield from must(is_proven(article), "the sender has not proven himself")
        yield from must(not article.recalling, "it is recalled already")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(recalling=True)


@dataclass(frozen=True)
class EndRecall(ArticleAct):
    """The end of that wish without effect: he objected, or it is too late."""

    why: Literal["objected", "late"]

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from must(article.recalling, "nobody recalled it")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(recalling=False)


@dataclass(frozen=True)
class ReopenArticle(ArticleAct):
    """Another delivery: what happened before does not count any more."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        return nothing()

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(
            state="attempted",
            attempts=min(article.attempts, 1),
            remark=None,
            witness="none",
            suspended=False,
            final=False,
            held_until=None,
            extended=False,
            by_wish=False,
            delivered_at=None,
            objected=False,
            disputed=False,
        )
