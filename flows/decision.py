"""What a machine can decide: words to say, acts (flows/acts) on the books, news for others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, Literal

from typing_extensions import TypeVar  # of Python 3.13: with a default

from flows.events import News
from flows.facts import ArticleFact, Changes, ItemFact, PaperFact, WindowFact
from flows.happenings import Happening
from messages.catalogue import Channel

# holder: receives the code, the nominee who agreed or the recipient · article: its own conversation
# · colleague: named by a postman · giver: the postman who offers him items · old_phone: the
# telephone that was a postman's until now · named: the telephone that a move names · former: the
# one that had the code before it · asked: the telephone that answers for the office what its
# postman asks at a door (docs/developing/trust.md rule 17) · above: that of the office which keeps
# its accounts, where a text arrived at the article's telephone · move, recall, exception: the
# article's conversations about those
Role = Literal[
    "recipient",
    "holder",
    "nominee",
    "sender",
    "postman",
    "colleague",
    "giver",
    "old_phone",
    "office",
    "asked",
    "above",
    "article",
    "named",
    "former",
    "move",
    "recall",
    "exception",
]


@dataclass(frozen=True)
class Say:
    """One text to the person of this conversation, or one call.

    `code_of`: the article whose present code replaces {code} when the message is sent. `article`:
    what the text is about, for the help desk. `quote`: the question of that article whose two
    digits replace {quote} when the message is sent; 0 is the booking's, for its sender. `channel`
    voice: a call, in the words of messages/speech.
    """

    template: str
    values: Mapping[str, int | str] = field(default_factory=dict)
    article: str | None = None
    code_of: str | None = None
    channel: Channel = "text"
    quote: int | None = None


@dataclass(frozen=True)
class Tell:
    """A happening for the conversation of `to`, which decides on it in the same transaction."""

    to: Role
    event: Happening | News


# ---- acts: the bases of those in flows/acts ----------------------------------------------------


class Act:
    """Base of all acts (flows/acts). One that is not an `ArticleAct` changes no article's facts."""


@dataclass(frozen=True)
class ArticleAct(Act, ABC):
    """Base of the acts on one article. Each declares what it requires and what it changes."""

    article: str

    @abstractmethod
    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        """Return a sentence for each reason for which the books would refuse this act.

        `item`: the article's place on the postman's list, if a postman decided.
        """

    @abstractmethod
    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        """Return the fields of `article` that this act changes.

        It mirrors the writer of the act in postal/acts; tests/flows/test_what_if.py compares the
        two.
        """

    def applied(self, article: ArticleFact, now: datetime) -> ArticleFact:
        """Return `article` as it is after this act."""
        return replace(article, **self.effect(article, now))


class WindowAct(ArticleAct):
    """Base of the acts at the office window, which depend on what was said or shown there."""

    @abstractmethod
    def required_there(self, article: ArticleFact, window: WindowFact) -> Iterator[str]:
        """Return a sentence for each thing at the window that does not allow this act."""


class PaperAct(ArticleAct):
    """Base of the acts on what is typed from the slip of an outage."""

    @abstractmethod
    def required_on_paper(self, article: ArticleFact, paper: PaperFact) -> Iterator[str]:
        """Return a sentence for each thing about the slip that does not allow this act."""


# ---- what a conversation remembers between sprints ---------------------------------------------


class Context:
    """Base of what conversations remember; each machine has one kind."""


@dataclass(frozen=True)
class Nothing(Context):
    """The context of machines that remember nothing."""


@dataclass(frozen=True)
class Asked(Context):
    """A recipient's context: the article that was mentioned last."""

    article: str | None = None


@dataclass(frozen=True)
class HelpAsked(Context):
    """The closed ticket about which a telephone was asked last; 0: none."""

    ticket: int = 0


@dataclass(frozen=True)
class Done:
    """One thing that a postman's last text did, kept so that it can be undone."""

    what: Literal["approach", "handover", "remark"]
    serial: int
    article: str


@dataclass(frozen=True)
class LastVisit(Context):
    """A postman's context: what his last text did, and when; and where he is going.

    `at`: when that text came; `written_at`: when it was written, by the carrier. `doors`: many
    items that he was asked about at `doors_at`: is he coming to all of them? `offer`: of a
    colleague, about which he was asked last.
    """

    done: tuple[Done, ...] = ()
    at: datetime | None = None
    visiting: tuple[str, ...] = ()
    written_at: datetime | None = None
    doors: tuple[str, ...] = ()
    doors_at: datetime | None = None
    offer: int | None = None


@dataclass(frozen=True)
class LastOffer(Context):
    """The context of what a postman offers to colleagues: when he did so last."""

    at: datetime | None = None


C = TypeVar("C", bound=Context, default=Context, covariant=True)


@dataclass(frozen=True)
class Decision(Generic[C]):
    """The next state, and all effects, in order."""

    state: str
    context: C
    says: tuple[Say, ...] = ()
    acts: tuple[Act, ...] = ()
    tells: tuple[Tell, ...] = ()
    until: datetime | None = None  # an earlier time-out than the state's own
