"""Acts of an exception: it is asked for, granted or ended (docs/developing/trust.md rule 17).

That it was used is written with the handover (`flows.acts.door.HandOver`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flows import trust
from flows.acts.conditions import in_state, item_open, must
from flows.decision import ArticleAct
from flows.events import DocumentType, ExceptionReason
from flows.facts import ArticleFact, Changes, ItemFact, Proof

# refused: the office said no · denied: who has the telephone did · lapsed: nobody answered ·
# unused: the postman did not hand it over in time · over: the article, or who carries it, is
# another case by now · moved: the office agreed to another telephone, which has the code now, or
# about which the present one is asked
ExceptionEnd = Literal["refused", "denied", "lapsed", "unused", "over", "moved"]


@dataclass(frozen=True)
class AskForException(ArticleAct):
    """The postman's question. The last four of the document's number are kept with it.

    `phone` (E.164): whoever is at the door says that this is the right one; None: he asks to hand
    it over without its code.
    """

    reason: ExceptionReason
    document: DocumentType
    phone: str | None = None

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from item_open(item)
        assert item is not None
        yield from in_state(article, "out_for_delivery")
        yield from must(article.exception == "none", f"it is {article.exception} already")
        yield from must(item.approached or not article.linked, "the code was not asked for first")
        yield from must(self.phone is None or bool(self.phone), "without a telephone")
        yield from possible(article, renumber=self.phone is not None)

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        renumber = self.phone is not None
        return Changes(exception="asked", exceptions=article.exceptions + 1, renumber=renumber)


@dataclass(frozen=True)
class GrantException(ArticleAct):
    """The office's agreement. `by`: a staff id; "": whoever has the office's telephone.

    `proof`: of whoever agreed.
    """

    by: str
    proof: Proof | None

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from must(article.exception == "asked", f"it is {article.exception}")
        yield from possible(article, renumber=article.renumber)
        enough = trust.at_least(self.proof, trust.least_for_exception(article))
        yield from must(enough, f"the agreement is {self.proof}")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(exception="granted")


@dataclass(frozen=True)
class OpenQuestion(ArticleAct):
    """One more question of its postman about it, whatever was asked today. `by`: a staff id."""

    by: str

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "out_for_delivery")
        yield from must(article.exception == "none", f"it is {article.exception} already")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes()


@dataclass(frozen=True)
class EndException(ArticleAct):
    """The end of a question, or of an agreement that was not used. `by`: as of `GrantException`."""

    why: ExceptionEnd
    by: str = ""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from must(article.exception != "none", "there is none")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(exception="none", renumber=False)


def possible(article: ArticleFact, *, renumber: bool) -> Iterator[str]:
    """Yield why an office may not agree to what is asked."""
    why = trust.renumber(article) if renumber else trust.exception(article)
    yield from must(why is None, f"no exception is possible: {why}")
