"""Everything that can come to a conversation: texts that were understood, and happenings.

No event holds a code: the grammar hands codes over apart (`grammar.Understood.codes`), and whether
a code was right arrives in the facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Payment = Literal["cash", "upi"]
# code: a code of the right length was given · signature: remark 10, no code · malformed: neither
Proof = Literal["code", "signature", "malformed"]


class Event:
    """Base of all events; `type(event)` is what machines declare transitions on."""


# ---- texts that anybody may send -------------------------------------------------------------


@dataclass(frozen=True)
class AskStatus(Event):
    """An article number by itself."""

    article: str


@dataclass(frozen=True)
class NotUnderstood(Event):
    """A text that the grammar of this person does not know. The text itself is with the message."""


# ---- recipients' texts -----------------------------------------------------------------------
# `which` names the article: the last four digits or the full number; None: the one asked of last.


@dataclass(frozen=True)
class SendCode(Event):
    """`1`: yes, send my code."""

    which: str | None = None


@dataclass(frozen=True)
class Deny(Event):
    """`2`: no, not me, I did not get it."""

    which: str | None = None


@dataclass(frozen=True)
class ReportFraud(Event):
    """`3`: somebody asked for my code."""

    which: str | None = None


@dataclass(frozen=True)
class AskMenu(Event):
    """`0`: what can I answer?"""


@dataclass(frozen=True)
class ToldCode(Event):
    """A code was texted to us instead of being told at the door."""


# ---- postmen's texts -------------------------------------------------------------------------
# `item` is what the postman typed: a serial ("7") or a full article number.


@dataclass(frozen=True)
class Approach:
    """`7`: I am coming to item 7."""

    item: str


@dataclass(frozen=True)
class Handover:
    """`7 482913 1`: handed over on this code, the COD amount taken in cash (1) or by UPI (2).

    `amount`: the whole rupees that he says he took, where he says it: `7 482913 500 1`.
    """

    item: str
    proof: Proof
    payment: Payment | None = None
    amount: int | None = None


@dataclass(frozen=True)
class Remark:
    """`7 11`: not delivered, with the two-digit remark."""

    item: str
    remark: int


VisitAct = Approach | Handover | Remark


@dataclass(frozen=True)
class Visit(Event):
    """What a postman says of one or more items in one text, in his order."""

    acts: tuple[VisitAct, ...]


@dataclass(frozen=True)
class Undo(Event):
    """`0`: take back my last text."""


@dataclass(frozen=True)
class AskLeft(Event):
    """`00`: what is left of my list?"""


@dataclass(frozen=True)
class AskHelp(Event):
    """`99`: how does this work?"""


# ---- happenings: what one conversation or the office tells another -----------------------------


@dataclass(frozen=True)
class Happening(Event):
    """Something that happened to `article` and concerns the people of it."""

    article: str


@dataclass(frozen=True)
class Booked(Happening):
    pass


@dataclass(frozen=True)
class WentOut(Happening):
    """Out for delivery: it stands on a postman's list for today."""


@dataclass(frozen=True)
class Approached(Happening):
    """The postman is coming to the door."""


@dataclass(frozen=True)
class HandedOver(Happening):
    pass


@dataclass(frozen=True)
class Attempted(Happening):
    """The postman texted a remark instead of a handover."""

    remark: int


@dataclass(frozen=True)
class TakenBack(Happening):
    """The postman undid his last text: a handover, a remark or an approach."""

    what: Literal["handover", "remark", "approach"]


@dataclass(frozen=True)
class FraudReported(Happening):
    """The recipient says that somebody asked for the code."""


@dataclass(frozen=True)
class Denied(Happening):
    """The recipient says that the article is not for this telephone."""


@dataclass(frozen=True)
class NotReceived(Happening):
    """The recipient says that the article never came, though it stands as delivered."""


@dataclass(frozen=True)
class TriesRanOut(Happening):
    """Five wrong codes today."""


# ---- time ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TimedOut(Event):
    """The state that the conversation waits in has reached its time limit."""
