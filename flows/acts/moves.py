"""Acts on who gets the code: another telephone is asked for, agreed to, refused, disputed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flows.acts.conditions import in_state, must, no_live_code
from flows.decision import ArticleAct
from flows.facts import ArticleFact, Changes, ItemFact, Mover, Proof
from flows.trust import MOST_MOVES


@dataclass(frozen=True)
class AskMove(ArticleAct):
    """The question to the holder whether `phone` (E.164) may have the code."""

    phone: str
    by: Mover

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from must(bool(self.phone), "without a telephone")
        yield from must(article.linked, "nobody holds it: there is nobody to ask")
        yield from must(not article.asked, "its holder is asked already")
        yield from must(article.moves < MOST_MOVES, f"it was moved {article.moves} times")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(asked=True, asked_by=self.by, questions=article.questions + 1)


@dataclass(frozen=True)
class EndMove(ArticleAct):
    """The end of a question without a move. denied: it is his; he keeps it, and an office moves it.

    lapsed: he did not answer, and silence is not enough any more.
    """

    why: Literal["denied", "lapsed"]

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from must(article.asked, "nobody is asked")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(asked=False, frozen=article.frozen or self.why == "denied")


@dataclass(frozen=True)
class Relink(ArticleAct):
    """A new telephone of the recipient. `by`: who wished it.

    `consent`: the proof of whoever agreed; None: the holder was silent, or had said that it is not
    his. `document`: door and window want one besides the code for 48 hours.
    """

    phone: str
    by: Mover = "sender"
    consent: Proof | None = None
    document: bool = True

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        out = ("out_for_delivery",) if self.by == "door" else ()
        yield from in_state(article, "booked", "attempted", "at_office", *out)
        yield from must(bool(self.phone), "without a telephone")
        yield from must(article.moves < MOST_MOVES, f"it was moved {article.moves} times")
        yield from no_live_code(article)

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(
            linked=True,
            moves=article.moves + 1,
            asked=False,
            unsure=False,
            disputed=False,
            document=self.document or article.document,
        )


@dataclass(frozen=True)
class DisputeMove(ArticleAct):
    """The objection of whoever had the code before: nothing is handed out until an office looks."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from must(not article.disputed, "it is disputed already")
        yield from no_live_code(article)

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(disputed=True, frozen=True)


@dataclass(frozen=True)
class CountWrongQuote(ArticleAct):
    """The use of one of the three tries of the article, and of the telephone, today."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from must(article.quote == "wrong", f"the digits are {article.quote}")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes()


@dataclass(frozen=True)
class MarkSenderProven(ArticleAct):
    """The proof that the sender is who posted the article. `how`: where the digits were given."""

    how: Literal["text", "counter", "software"] = "text"

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from must(article.quote == "right", f"the digits are {article.quote}")
        yield from must(not article.proven, "he is proven already")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(proven=True)
