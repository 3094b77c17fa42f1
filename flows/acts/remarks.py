"""Acts on a remark: recorded at the door, undone, confirmed or contested, judged, made final."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flows.acts.conditions import in_state, item_open, must, nothing
from flows.decision import ArticleAct
from flows.facts import ArticleFact, Changes, ItemFact
from flows.happenings import Verdict


@dataclass(frozen=True)
class RecordRemark(ArticleAct):
    """A remark. `counts`: as one of the two door attempts. `proven`: by the refusal code."""

    remark: int
    counts: bool
    proven: bool = False

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from item_open(item)
        assert item is not None
        yield from in_state(article, "out_for_delivery")
        used = self.proven and item.verdict == "right"
        yield from must(used == self.proven, "proven without the right code")
        yield from must(used or article.code != "live", "a code lives on")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(
            state="attempted",
            remark=self.remark,
            witness="confirmed" if self.proven else "unconfirmed",
            final=False,
            judged=False,
            attempts=article.attempts + self.counts,
            code="used" if self.proven else article.code,
        )


@dataclass(frozen=True)
class UndoRemark(ArticleAct):
    """The undoing of a remark: the article is out for delivery again."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "attempted")
        yield from must(not article.final, "the remark is final")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        """Take back an attempt that counted: no fact says whether the remark did."""
        return Changes(
            state="out_for_delivery",
            remark=None,
            witness="none",
            attempts=max(0, article.attempts - 1),
            code="dead" if article.code == "used" else article.code,
        )


@dataclass(frozen=True)
class MakeFinal(ArticleAct):
    """The end of undoing a remark: the office took the return (docs/developing/domain.md rule 5).

    `by`: a staff id, or "api".
    """

    by: str

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "attempted", "at_office")
        yield from must(article.remark is not None, "there is no remark")
        yield from must(not article.final, "it is final already")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(final=True)


@dataclass(frozen=True)
class ConfirmRemark(ArticleAct):
    """The recipient's word that the remark is true."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from _unanswered(article)

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(witness="confirmed")


@dataclass(frozen=True)
class ContestRemark(ArticleAct):
    """The recipient's word that the postman never came: the attempt does not count.

    Also after a yes: that may have been somebody else's, in his name.
    """

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        if article.witness != "confirmed" or article.judged or article.final:
            yield from _unanswered(article)

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return _struck_out(article)


@dataclass(frozen=True)
class JudgeRemark(ArticleAct):
    """The verdict after an inquiry; a contested remark does not count as an attempt."""

    verdict: Verdict

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        return nothing()

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        if self.verdict == "contested":
            return Changes(**_struck_out(article), judged=True)
        return Changes(witness="confirmed", judged=True)


def _unanswered(article: ArticleFact) -> Iterator[str]:
    yield from in_state(article, "attempted", "at_office")
    yield from must(article.witness == "unconfirmed", f"the witness is {article.witness}")
    yield from must(article.part != "asked", "who has not agreed is no witness")


def _struck_out(article: ArticleFact) -> Changes:
    return Changes(
        state="attempted",
        witness="contested",
        attempts=max(0, article.attempts - 1),
        held_until=None,
    )
