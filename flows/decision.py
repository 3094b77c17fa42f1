"""What a machine can decide: words to say, acts (flows/acts) on the books, news for others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, Literal

from typing_extensions import TypeVar  # of Python 3.13: one with a default

from flows.events import News
from flows.facts import ArticleFact, Changes, ItemFact
from flows.happenings import Happening
from messages.catalogue import Channel

# holder: to whom the code goes, the nominee who agreed or the recipient · article: its own clock ·
# colleague: whom a postman names · old_phone: the telephone that was a postman's until now
Role = Literal[
    "recipient",
    "holder",
    "nominee",
    "sender",
    "postman",
    "colleague",
    "old_phone",
    "office",
    "article",
]


@dataclass(frozen=True)
class Say:
    """One text to the person of this conversation, or one call.

    `code_of`: the article whose present code the template's {code} stands for; the code itself is
    filled in when the message is sent. `article`: what the text is about, for the help desk.
    `channel` voice: said in a call, in the words of messages/speech.
    """

    template: str
    values: Mapping[str, int | str] = field(default_factory=dict)
    article: str | None = None
    code_of: str | None = None
    channel: Channel = "text"


@dataclass(frozen=True)
class Tell:
    """A happening for the conversation of `to`, decided there in the same transaction."""

    to: Role
    event: Happening | News


# ---- acts: the bases of those in flows/acts ----------------------------------------------------


class Act:
    """Base of all acts (flows/acts). One that is no `ArticleAct` changes no article's facts."""


@dataclass(frozen=True)
class ArticleAct(Act, ABC):
    """Base of the acts that concern one article. Each declares what must be so and what changes."""

    article: str

    @abstractmethod
    def required(self, article: ArticleFact, item: ItemFact | None) -> Iterator[str]:
        """Return a sentence for each thing that the books would refuse this act for.

        `item`: where it stands on the postman's list, if he is the one who decided.
        """

    @abstractmethod
    def effect(self, article: ArticleFact, now: datetime) -> Changes:
        """Return what of `article` is otherwise after this act. It follows the writer of the act
        in postal/acts; tests/flows/test_what_if.py compares it with what the books really did."""

    def applied(self, article: ArticleFact, now: datetime) -> ArticleFact:
        """Return `article` as it is after this act."""
        return replace(article, **self.effect(article, now))


# ---- what a conversation remembers between sprints ---------------------------------------------


class Context:
    """Base of what conversations remember; each machine has one kind."""


@dataclass(frozen=True)
class Nothing(Context):
    """The context of machines that remember nothing."""


@dataclass(frozen=True)
class Asked(Context):
    """A recipient's context: the article that was spoken of last."""

    article: str | None = None


@dataclass(frozen=True)
class Done:
    """One thing that a postman's last text did, so that it can be undone."""

    what: Literal["approach", "handover", "remark"]
    serial: int
    article: str


@dataclass(frozen=True)
class LastVisit(Context):
    """A postman's context: what his last text did, and when; and whom he is on his way to.

    `at`: when that text came; `written_at`: when it was written, by the carrier.
    """

    done: tuple[Done, ...] = ()
    at: datetime | None = None
    visiting: tuple[str, ...] = ()
    written_at: datetime | None = None


C = TypeVar("C", bound=Context, default=Context, covariant=True)


@dataclass(frozen=True)
class Decision(Generic[C]):
    """The next state, and everything that follows, in order."""

    state: str
    context: C
    says: tuple[Say, ...] = ()
    acts: tuple[Act, ...] = ()
    tells: tuple[Tell, ...] = ()
    until: datetime | None = None  # an earlier time-out than the state's own
