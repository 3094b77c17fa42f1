"""Acts at the door: the postman comes, hands over, and undoes either."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flows.acts.conditions import in_state, item_open, must
from flows.decision import ArticleAct
from flows.events import HandoverProof, Payment, ShownDocument
from flows.facts import ArticleFact, Changes, ItemFact
from flows.trust import may_go_without, offline, signature, word


@dataclass(frozen=True)
class MarkApproached(ArticleAct):
    """The postman's word that he is coming."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from item_open(item)

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes()


@dataclass(frozen=True)
class UndoApproach(ArticleAct):
    """The end of an approach: the postman is not coming after all."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from item_open(item)

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes()


@dataclass(frozen=True)
class HandOver(ArticleAct):
    """A handover. `written_at`: by the carrier, if known; the code was live then.

    `document`: the one that was shown besides; the end of its number is kept with the article.
    """

    proof: HandoverProof
    payment: Payment | None
    written_at: datetime | None = None
    document: ShownDocument | None = None
    missing: tuple[int, ...] = ()  # pieces, 1 to how many there are

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from item_open(item)
        assert item is not None
        yield from in_state(article, "out_for_delivery")
        by_code = item.verdict == "right" and self.proof == "code"
        right = by_code and article.code_for == "handover"
        compared = item.check == "right" and item.verdict in ("right", "offline")
        later = self.proof == "offline" and compared and offline(article) is None
        signed = self.proof == "signature" and item.approached and signature(article)
        excepted = self.proof == "exception" and item.approached and may_go_without(article)
        told = self.proof == "word" and item.word == "right" and item.approached
        worded = told and word(article) is None
        proven = right or later or signed or excepted or worded or not article.coded
        yield from must(proven, "without the right code")
        paid = bool(article.amount) == (self.payment is not None)
        yield from must(paid, "the payment does not fit")
        yield from must(not article.disputed, "who had the code before objects")
        shown = self.document is not None or self.proof == "exception" or not article.document
        yield from must(shown, "without the document that is wanted after a move")
        yield from must(can_miss(article.pieces, self.missing), "pieces that it does not have")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        code = "used" if self.proof in ("code", "offline") else article.code
        changes = Changes(state="delivered", delivered_at=now, code=code)
        if self.proof == "exception":
            changes |= Changes(exception="none", excepted=True)
        return changes


def can_miss(pieces: int, missing: tuple[int, ...]) -> bool:
    """Tell whether these of so many `pieces` can be missing while others are handed over."""
    if not missing:
        return True
    each_once = len(set(missing)) == len(missing) < pieces
    return each_once and all(1 <= each <= pieces for each in missing)


@dataclass(frozen=True)
class UndoHandOver(ArticleAct):
    """The undoing of a handover: the article is out for delivery again."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "delivered")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(
            state="out_for_delivery",
            delivered_at=None,
            objected=False,
            excepted=False,
            code="dead" if article.code == "used" else article.code,
        )
