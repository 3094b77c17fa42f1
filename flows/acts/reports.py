"""Acts that record reports: fraud, nothing received, a late handover; and tickets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flows.acts.conditions import in_state, must, nothing
from flows.decision import Act, ArticleAct
from flows.facts import ArticleFact, Changes, ItemFact

TicketKind = Literal[
    "person",
    "fraud",
    "contested",
    "not_received",
    "late_handover",
    "wrong_number",
    "overlooked",
    "unparsed",
    "move",  # the holder says no to another telephone, or did not answer
    "herd",  # a warning to so many people that a supervisor sends it
    "paper",  # a line on the slip of an outage that proves no handover
    "signed",  # handed over on a signature after wrong codes
    "exception",  # what was handed over without its code was not for whoever got it
    "offline",  # a postman says that it was handed over without network, and nothing proves it
    "untold",  # an alarm that protects its addressee did not arrive (outbox/unheard.py)
    "unproven",  # a sender who has not proven himself wants it moved, or back
]


@dataclass(frozen=True)
class ReportLate(ArticleAct):
    """A handover that came too late to count: a person must look at it."""

    written_at: datetime | None

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        return nothing()

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes()


@dataclass(frozen=True)
class MarkDoorOnly(ArticleAct):
    """The consequence of a fraud report: a code is sent only when the postman approaches."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        return nothing()

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(door_only=True)


@dataclass(frozen=True)
class MarkNotReceived(ArticleAct):
    """The telephone's word that a delivered article never came."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "delivered")
        yield from must(not article.objected, "it was said before")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes(objected=True)


@dataclass(frozen=True)
class NoteHint(ArticleAct):
    """How the place is found, in the recipient's words: those of the text that is decided."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        yield from in_state(article, "booked", "out_for_delivery", "attempted", "at_office")

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes()


@dataclass(frozen=True)
class WarnHerd(ArticleAct):
    """A warning to everybody with an article due today in the same PIN."""

    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        return nothing()

    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        return Changes()


@dataclass(frozen=True)
class NameNumber(Act):
    """The number (E.164) from which somebody called and asked for a code."""

    phone: str


@dataclass(frozen=True)
class OpenTicket(Act):
    """A ticket; an open one of the same kind, article and telephone is used again."""

    about: TicketKind
    article: str | None = None
    number: int | None = None  # the ticket's own, if the person was told it
