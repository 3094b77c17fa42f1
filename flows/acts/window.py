"""Acts at the office window: an article is handed out, or is not, and the wrong codes count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from flows.acts.conditions import in_state, must
from flows.acts.door import can_miss
from flows.decision import WindowAct
from flows.events import DocumentType, Payment
from flows.facts import TRIES_PER_DAY, ArticleFact, Changes, ItemFact, StaffRole, WindowFact

# not_here: it is not at the office · unpaid, no_cod: COD and payment do not fit · staff_unknown,
# second_unknown: nobody has that id · second_wanted: it takes another one of the staff ·
# second_role: a role that may not be the second · pieces: it does not have the ones that are
# missing, or none would be handed out · document: no code is needed, a document is ·
# document_too: the code is right, and a document is wanted besides · disputed: who had the code
# before a move objects: only by document ·
# the others are what the code was worth
WindowRefusal = Literal[
    "not_here", "unpaid", "no_cod", "staff_unknown", "second_wanted", "second_unknown",
    "second_role", "pieces", "document", "document_too", "disputed", "wrong", "expired",
    "stale", "none", "locked",
]  # fmt: skip
SECONDS: Final[tuple[StaffRole, ...]] = ("postmaster", "supervisor")
"""Who may be the second where a document stands in for the code."""


@dataclass(frozen=True)
class HandOut(WindowAct):
    """Handed out on a code, `document` None, or on an identity document of that type.

    `beside`: the document that was shown besides the code, where the code alone is not enough.

    `by`: the staff id of who hands it out, into whose books goes what was paid.
    """

    by: str
    payment: Payment | None
    document: DocumentType | None = None
    beside: DocumentType | None = None
    missing: tuple[int, ...] = ()  # pieces, 1 to how many there are

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "at_office")
        paid = bool(article.amount) == (self.payment is not None)
        yield from must(paid, "the payment does not fit")
        yield from must(can_miss(article.pieces, self.missing), "pieces that it does not have")
        if self.document is None:
            alive = article.code == "live" and article.code_for == "window"
            yield from must(alive, "no code of the window lives")
            shown = self.beside is not None or not article.document
            yield from must(shown, "without the document that is wanted after a move")
            yield from must(not article.disputed, "who had the code before objects")

    def required_there(self, article: ArticleFact, window: WindowFact) -> Iterator[str]:
        yield from must(window.by is not None, "by nobody of the staff")
        if self.document is None:
            yield from must(window.verdict == "right", f"the code is {window.verdict}")
        elif article.coded:
            yield from must(window.second in SECONDS, "no second saw the document")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        alive = article.code in ("live", "expired")
        code = "used" if self.document is None else "dead" if alive else article.code
        return Changes(state="delivered", delivered_at=now, code=code)


@dataclass(frozen=True)
class CountWrongAtWindow(WindowAct):
    """One of the five tries of the day is used; `last`: the fifth, and no code counts any more."""

    last: bool

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "at_office")
        yield from must(not article.locked, "five wrong codes were given today")
        fifth = article.wrong_tries + 1 >= TRIES_PER_DAY
        yield from must(self.last == fifth, f"after {article.wrong_tries} wrong codes")

    def required_there(self, article: ArticleFact, window: WindowFact) -> Iterator[str]:
        yield from must(window.verdict == "wrong", f"the code is {window.verdict}")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        dies = self.last and article.code in ("live", "expired")
        return Changes(wrong_tries=article.wrong_tries + 1, code="dead" if dies else article.code)


@dataclass(frozen=True)
class RefuseAtWindow(WindowAct):
    """It stays where it is. Nothing is written but the sprint: who serves is told `why`."""

    why: WindowRefusal

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        here = article.state == "at_office"
        yield from must(here != (self.why == "not_here"), f"the article is {article.state}")

    def required_there(self, article: ArticleFact, window: WindowFact) -> Iterator[str]:
        yield from must(
            window.verdict != "right" or self.why in _WHATEVER_WAS_SAID, "the code is right"
        )

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes()


# A right code does not help either.
_WHATEVER_WAS_SAID: Final = (
    "not_here", "unpaid", "no_cod", "staff_unknown", "pieces", "document", "document_too",
    "disputed",
)  # fmt: skip
