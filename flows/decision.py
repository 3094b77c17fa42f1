"""What a machine can decide: words to say, acts on the post office's books, news for others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from flows.events import Happening, Payment, Proof

# what a code is for: handing over at the door, refusing there, or taking it at the office window
Purpose = Literal["handover", "refusal", "window"]
Role = Literal["recipient", "sender", "postman", "office"]
DeadReason = Literal["expired", "fraud", "undone", "remark", "tries", "withdrawn"]


@dataclass(frozen=True)
class Say:
    """One text to the person of this conversation.

    `code_of`: the article whose present code the template's {code} stands for; the code itself is
    filled in when the message is sent. `article`: what the text is about, for the help desk.
    """

    template: str
    values: Mapping[str, int | str] = field(default_factory=dict)
    article: str | None = None
    code_of: str | None = None


@dataclass(frozen=True)
class Tell:
    """A happening for the conversation of `to`, decided there in the same transaction."""

    to: Role
    event: Happening


# ---- acts: the only changes that a decision can make -------------------------------------------


@dataclass(frozen=True)
class Act:
    """Base of all acts: each concerns one article."""

    article: str


@dataclass(frozen=True)
class IssueCode(Act):
    """A new code, the next issue, bound to the postman who carries the article.

    A code that still lived dies by it: an article never has two.
    """

    expires_at: datetime
    purpose: Purpose = "handover"


@dataclass(frozen=True)
class KillCode(Act):
    reason: DeadReason


@dataclass(frozen=True)
class CountWrongCode(Act):
    """One of the five tries of the day is used."""


@dataclass(frozen=True)
class MarkApproached(Act):
    pass


@dataclass(frozen=True)
class HandOver(Act):
    """`written_at`: when the text was written, where the carrier says so; its code lived then."""

    proof: Proof
    payment: Payment | None
    written_at: datetime | None = None


@dataclass(frozen=True)
class ReportLate(Act):
    """A handover that came too late to be one: somebody must look at it."""

    written_at: datetime | None


@dataclass(frozen=True)
class RecordRemark(Act):
    """`counts`: whether it is one of the two door attempts."""

    remark: int
    counts: bool


@dataclass(frozen=True)
class UndoHandOver(Act):
    pass


@dataclass(frozen=True)
class UndoRemark(Act):
    pass


@dataclass(frozen=True)
class UndoApproach(Act):
    pass


@dataclass(frozen=True)
class MarkDoorOnly(Act):
    """Fraud was reported: from now on a code goes out only when the postman approaches."""


@dataclass(frozen=True)
class MarkDenied(Act):
    """The telephone says that the article is not for it."""


@dataclass(frozen=True)
class MarkNotReceived(Act):
    """The telephone says that a delivered article never came."""


# ---- what a conversation remembers between sprints ---------------------------------------------


@dataclass(frozen=True)
class Nothing:
    """The context of machines that remember nothing."""


@dataclass(frozen=True)
class Asked:
    """A recipient's context: the article that was spoken of last."""

    article: str | None = None


@dataclass(frozen=True)
class Done:
    """One thing that a postman's last text did, so that it can be undone."""

    what: Literal["approach", "handover", "remark"]
    serial: int
    article: str


@dataclass(frozen=True)
class LastVisit:
    """A postman's context: what his last text did, and when; and whom he is on his way to.

    `at`: when that text came; `written_at`: when it was written, by the carrier.
    """

    done: tuple[Done, ...] = ()
    at: datetime | None = None
    visiting: tuple[str, ...] = ()
    written_at: datetime | None = None


Context = Nothing | Asked | LastVisit


@dataclass(frozen=True)
class Decision:
    """The next state, and everything that follows, in order."""

    state: str
    context: Context
    says: tuple[Say, ...] = ()
    acts: tuple[Act, ...] = ()
    tells: tuple[Tell, ...] = ()
