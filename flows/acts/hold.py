"""Acts on when and where an article waits: another day, the office, back to the sender, again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from flows.acts.conditions import in_state, must, no_live_code, nothing
from flows.decision import ArticleAct
from flows.facts import ArticleFact, Changes, ItemFact
from flows.trust import is_proven

LISTED_WITHIN: Final = timedelta(days=7)
"""How long what is to be brought from the office waits there for a list, at least."""


@dataclass(frozen=True)
class ChooseDay(ArticleAct):
    """A delivery not before `day`; no later choice may go beyond `until`.

    What lies at the office with a visit left is brought then, and does not go back before.
    """

    day: date
    until: date

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "booked", "attempted", "at_office")
        yield from must(self.day <= self.until, "a day after the last that may be chosen")
        yield from must(not article.office_next, "a day for what no morning's list takes")
        before = article.choose_until
        yield from must(before is None or self.until <= before, "it is put off for ever")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        changes = Changes(chosen_day=self.day, choose_until=self.until)
        if article.state == "at_office" and article.held_until is not None:
            changes["held_until"] = max(article.held_until, self.day + LISTED_WITHIN)
            changes["by_wish"] = True
        return changes


@dataclass(frozen=True)
class KeepAtOffice(ArticleAct):
    """Storage at the office until the end of `until`, whatever is wished of other post.

    Of what a list may take from there the day on which it goes back stays: who forged that its
    month is over, or this, takes nothing of it away.
    """

    until: date

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        if article.by_wish:
            yield from must(article.held_until == self.until, "its clock is changed")
        else:
            yield from in_state(article, "booked", "attempted")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(state="at_office", held_until=self.until, by_wish=False, chosen_day=None)


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
class KeepOn(ArticleAct):
    """The day that was chosen for what lies at the office is none: a wish keeps it as before."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "at_office")
        yield from must(article.by_wish, "no wish keeps it")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(chosen_day=None)


@dataclass(frozen=True)
class BringAgain(ArticleAct):
    """The wish that keeps it is over: the next list may take it, and until then it can be fetched.

    The day on which it goes back to its sender, `until`, is no earlier one: who forged the end of a
    wish takes nothing away from the counter. Where it must be a later one, so that a list can still
    take it, no day beyond `choose_until` may be chosen from then on.
    """

    until: date
    choose_until: date

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "at_office")
        yield from must(not article.office_next, "its visits are used up")
        yield from must(
            article.held_until is not None and article.held_until <= self.until,
            "it goes back earlier",
        )
        before = article.choose_until
        yield from must(before is None or self.choose_until <= before, "it is put off for ever")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        if article.by_wish and article.held_until == self.until:
            return Changes()
        return Changes(held_until=self.until, choose_until=self.choose_until, by_wish=True)


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
