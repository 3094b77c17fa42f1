"""What can come to a conversation: texts that were understood, news for postmen, and time.

No event holds a code: the grammar hands codes over apart (`grammar.Understood.codes`), and whether
a code was right arrives in the facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Payment = Literal["cash", "upi"]
Language = Literal["hi", "hi-Latn", "en"]
# Identity documents that are accepted at the window.
DocumentType = Literal["aadhaar", "voter", "licence", "passport", "pan", "ration", "job_card"]
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
class Yes(Event):
    """`1`: yes. To a question it agrees; without one it asks for the code."""

    which: str | None = None


@dataclass(frozen=True)
class SendCode(Event):
    """ "Send my code", in words."""

    which: str | None = None


@dataclass(frozen=True)
class SpeakCode(Event):
    """`6`: call me and say my code: for whoever cannot read it."""

    which: str | None = None


@dataclass(frozen=True)
class Deny(Event):
    """`2`: no, not me, I did not get it."""

    which: str | None = None


@dataclass(frozen=True)
class ReportFraud(Event):
    """`3`: somebody asked for my code; `3 9876543210`: from this number (E.164)."""

    which: str | None = None
    named: str | None = None


@dataclass(frozen=True)
class AnotherDay(Event):
    """`4`: another day: the next working day, or `4 29`, the day of a month."""

    which: str | None = None
    day: int | None = None


@dataclass(frozen=True)
class HoldAtOffice(Event):
    """`44`: keep it at the office; there once more: keep it longer."""

    which: str | None = None


@dataclass(frozen=True)
class SomebodyElse(Event):
    """`5` and a telephone (E.164): who is at home takes it. Without one: how does that go?"""

    which: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class OnlyMe(Event):
    """`5 0`: nobody takes it in my place any more."""

    which: str | None = None


# ---- texts that recipients and senders send ----------------------------------------------------


@dataclass(frozen=True)
class AskPerson(Event):
    """`9`: a person, please."""


@dataclass(frozen=True)
class ChooseLanguage(Event):
    """`8 1` Hindi, `8 2` Roman Hindi, `8 3` English, or its name; `8`: which are there?"""

    language: Language | None = None


@dataclass(frozen=True)
class Stop(Event):
    """STOP: no more news, please."""


@dataclass(frozen=True)
class Start(Event):
    """START: news again, please."""


@dataclass(frozen=True)
class Recall(Event):
    """A sender: an article number and "wapas": bring it back to me."""

    article: str


@dataclass(frozen=True)
class CorrectNumber(Event):
    """A sender: an article number and the recipient's right telephone (E.164)."""

    article: str
    phone: str


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
class Pass(Event):
    """`7 8 > 45`: items for the colleague 45; `7 > 0`: back to the office.

    What was typed for the colleague travels apart, as codes do: it may have been one.
    """

    items: tuple[str, ...]
    back: bool = False


@dataclass(frozen=True)
class Undo(Event):
    """`0`: take back my last text."""


@dataclass(frozen=True)
class AskLeft(Event):
    """`00`: what is left of my list?"""


@dataclass(frozen=True)
class AskHelp(Event):
    """`99`: how does this work?"""


# ---- a telephone that is to be a postman's -----------------------------------------------------


class News(Event):
    """Something that a telephone is told and that is about no article."""


@dataclass(frozen=True)
class PhoneNamed(News):
    """The office names this telephone as a postman's new one: his PIN is asked for."""


@dataclass(frozen=True)
class GivePin(Event):
    """Four to six digits. The PIN itself travels apart, as codes do."""


@dataclass(frozen=True)
class PhoneMoved(News):
    """From now on another telephone speaks for the postman whose this was."""


# ---- a postman's day ---------------------------------------------------------------------------


@dataclass(frozen=True)
class ListMade(News):
    """`count` items were put on his list of today, from `serial` on."""

    count: int
    serial: int


@dataclass(frozen=True)
class DayEnded(News):
    """The delivery day is over: what became of his list?"""


# ---- what the help desk does -------------------------------------------------------------------

# explained: answered by telephone · corrected: put right · brought_again: it comes once more ·
# upheld/not_upheld: the person was right, or the postman · unreached: nobody answered ·
# nothing_to_do: nobody is told
Outcome = Literal[
    "explained",
    "corrected",
    "brought_again",
    "upheld",
    "not_upheld",
    "unreached",
    "nothing_to_do",
]


@dataclass(frozen=True)
class TicketClosed(News):
    """What this telephone asked or reported is settled."""

    ticket: int
    outcome: Outcome


@dataclass(frozen=True)
class LanguageSet(News):
    """The help desk chose the language of this telephone."""

    language: Language


@dataclass(frozen=True)
class PinChanged(News):
    """A postman has a new PIN."""


@dataclass(frozen=True)
class PhoneBlocked(News):
    """The telephone of the postman with that staff id (its letters and digits) is lost."""

    staff: str


# ---- time ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TimedOut(Event):
    """The state that the conversation waits in has reached its time limit."""
