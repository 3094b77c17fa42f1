"""Acts on what is typed from the slips of an outage (docs/developing/trust.md rule 15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flows.acts.conditions import in_state, must
from flows.decision import PaperAct
from flows.events import Payment
from flows.facts import TRIES_PER_DAY, ArticleFact, Changes, ItemFact, PaperFact
from flows.trust import PaperRefusal, paper, signature

# wrong: the code fits none of that time · late: right then, but killed or replaced since · none: no
# code was out for that postman · locked: five wrong ones today · closed: item, list or day is
# closed · disputed: who had the code before a move objects · document: one is wanted besides ·
# fraud: somebody asked for its code
PaperDoubt = Literal["wrong", "late", "none", "locked", "closed", "disputed", "document", "fraud"]
# done: handed over before · not_on_slip: another postman's · unpaid, no_cod: COD and payment do not
# fit · code: a signature is not enough · the others are those of the rule
PaperLeft = Literal["done", "not_on_slip", "unpaid", "no_cod", "code", PaperRefusal]


@dataclass(frozen=True)
class HandOverOnPaper(PaperAct):
    """A handover that a slip proves: the code lived at `said_at`. `by`: who typed it."""

    by: str
    said_at: datetime
    shown: Literal["code", "signature"]
    payment: Payment | None

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "out_for_delivery")
        paid = bool(article.amount) == (self.payment is not None)
        yield from must(paid, "the payment does not fit")
        signed = self.shown == "signature"
        yield from must(not signed or signature(article), "without a code")
        yield from must(not (signed and article.doubted), "after wrong codes")
        yield from must(not article.disputed, "who had the code before objects")
        yield from must(not article.door_only, "fraud was reported")
        yield from must(not article.document, "without the document that is wanted after a move")

    def required_on_paper(self, article: ArticleFact, paper_: PaperFact) -> Iterator[str]:
        yield from must(paper(paper_) is None, f"no evidence: {paper(paper_)}")
        yield from must(paper_.item == "open" and not paper_.closed, "the item is closed")
        right = self.shown == "signature" or paper_.verdict == "right"
        yield from must(right, f"the code is {paper_.verdict}")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        code = "used" if self.shown == "code" else article.code
        return Changes(state="delivered", delivered_at=now, code=code)


@dataclass(frozen=True)
class KeepOnPaper(PaperAct):
    """A line that proves nothing: it is kept as a ticket, for a person to look at."""

    by: str
    said_at: datetime
    why: PaperDoubt

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from must(article.state != "delivered", "it was handed over")

    def required_on_paper(self, article: ArticleFact, paper_: PaperFact) -> Iterator[str]:
        yield from must(paper(paper_) is None, f"no evidence: {paper(paper_)}")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes()


@dataclass(frozen=True)
class CountWrongOnPaper(PaperAct):
    """One of the five tries of the day is used; `last`: the fifth, and no code counts any more."""

    last: bool

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from must(not article.locked, "five wrong codes were given today")
        fifth = article.wrong_tries + 1 >= TRIES_PER_DAY
        yield from must(self.last == fifth, f"after {article.wrong_tries} wrong codes")

    def required_on_paper(self, article: ArticleFact, paper_: PaperFact) -> Iterator[str]:
        yield from must(paper_.verdict == "wrong", f"the code is {paper_.verdict}")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        dies = self.last and article.code in ("live", "expired")
        return Changes(wrong_tries=article.wrong_tries + 1, code="dead" if dies else article.code)


@dataclass(frozen=True)
class LeaveOnPaper(PaperAct):
    """Nothing is written but the sprint: who types is told `why`."""

    why: PaperLeft

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        over = article.state == "delivered"
        yield from must(over or self.why != "done", f"the article is {article.state}")

    def required_on_paper(self, article: ArticleFact, paper_: PaperFact) -> Iterator[str]:
        alone = self.why != "second" or paper(paper_) == "second"
        yield from must(alone, "somebody else vouches for the outage")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes()
