"""What can come to a conversation: texts that were understood, news for postmen, and time.

No event contains a code: the grammar returns codes separately (`grammar.Understood.codes`), and the
facts say whether a code was right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flows.wishes import DayNamed, PersonWish

Payment = Literal["cash", "upi"]
Language = Literal["hi", "hi-Latn", "en"]
# Identity documents that are accepted at the window.
DocumentType = Literal["aadhaar", "voter", "licence", "passport", "pan", "ration", "job_card"]
# A postman may leave out which it was.
ShownDocument = Literal[
    "aadhaar", "voter", "licence", "passport", "pan", "ration", "job_card", "unnamed"
]
# code: one of the right length was given · signature: remark 10, no code · malformed: neither
# exception: remark 28 alone: the office agreed · offline: a code, and the three digits beside it on
# the slip, texted later from a door without network · word: the household's, by whoever is at home
HandoverProof = Literal["code", "signature", "malformed", "exception", "offline", "word"]
# What a telephone may wish for all its post: anybody at home takes it, or a neighbour too; it comes
# on some weekdays; it is kept at the office; nothing of all that.
HouseholdWish = Literal["household", "neighbour", "days", "keep", "none"]


class Event:
    """Base of all events; machines declare transitions on `type(event)`."""


# ---- texts that anybody may send -------------------------------------------------------------

LAST_OF_MONTH = 31


@dataclass(frozen=True)
class AskStatus(Event):
    """An article number alone."""

    article: str


@dataclass(frozen=True)
class NotUnderstood(Event):
    """A text that the grammar of this person does not know. The text itself is with the message."""


# spelled: a code in several pieces · item: a code, but of which item? · what: an item, but what of
# it? · doors: an item and a remark, or two items? · sure: an item and its code, with a doubt ·
# slip: the same with three digits of the slip · word: two words that may be a household's · cut:
# what came ends where another part begins, which did not come · pieces: which are not there?
AskedBackWhy = Literal[
    "spelled",
    "item",
    "doors",
    "what",
    "sure",
    "slip",
    "word",
    "exception",
    "number",
    "cut",
    "pieces",
]


@dataclass(frozen=True)
class AskedBack(Event):
    """A postman's text with more than one reading, or with too little: he is asked which.

    `item` and `remark`: what he typed, for the question; 0 where the question names none.
    """

    why: AskedBackWhy
    item: int = 0
    remark: int = 0


# ---- recipients' texts -----------------------------------------------------------------------
# `which` names the article: the last four digits or the full number; None: the one asked of last.


@dataclass(frozen=True)
class Yes(Event):
    """`1`: yes. It agrees to a question; without one it asks for the code."""

    which: str | None = None


@dataclass(frozen=True)
class Consent(Event):
    """`1 47`: yes, another telephone may have the code. The two digits travel separately."""

    which: str | None = None


@dataclass(frozen=True)
class RepeatQuestion(Event):
    """A missed call that means yes or no: it brings the question by text, and answers nothing."""

    meaning: Literal["yes", "no"]


@dataclass(frozen=True)
class CallMe(Event):
    """A missed call that means: call me, and let me choose by keys."""


@dataclass(frozen=True)
class SendCode(Event):
    """ "Send my code", in words."""

    which: str | None = None


@dataclass(frozen=True)
class SpeakCode(Event):
    """`6`: call me and say my code, for people who cannot read it."""

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
    """`4`: another day: the next working day; `4 29`, a day of a month; or `named` in full."""

    which: str | None = None
    day: int | None = None
    named: DayNamed | None = None


@dataclass(frozen=True)
class HoldAtOffice(Event):
    """`44`: keep it at the office; if it is there: keep it longer."""

    which: str | None = None


@dataclass(frozen=True)
class SomebodyElse(Event):
    """`5` and a telephone (E.164): this person accepts it. Without one: how is that done?"""

    which: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class OnlyMe(Event):
    """`5 0`: nobody accepts it in my place any more."""

    which: str | None = None


@dataclass(frozen=True)
class AskWishes(Event):
    """`55`: what do I wish for all my post, and how do I change it?"""


@dataclass(frozen=True)
class SetWish(Event):
    """`55 1`: anybody at home; `55 2`: a neighbour too; `55 4 1 3 5`: on these weekdays; `55 44`:
    keep it at the office; `55 0`: none of that. What opens a door takes the two digits that we
    asked with, `55 1 47`; they travel separately.
    """

    wish: HouseholdWish
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True)
class AskWord(Event):
    """`55 6`: a word for who is at home. No text ever has one: where is it shown?"""


@dataclass(frozen=True)
class DrawWord(Event):
    """By dial: draw two words for who is at home, which the screen shows."""


@dataclass(frozen=True)
class TakeWord(Event):
    """On the screen that shows two words: we take these."""


# ---- words that propose ------------------------------------------------------------------------


@dataclass(frozen=True)
class Wished(Event):
    """What was read in a person's own words. It does nothing; it brings the question of `wishes`.

    At most two, the most important first. `version`: of the reading (`reading.understand`).
    """

    wishes: tuple[PersonWish, ...]
    version: int


@dataclass(frozen=True)
class Said(Event):
    """A bare yes or no in words: it answers only what was asked last."""

    answer: Literal["yes", "no"]


# ---- texts that recipients and senders send ----------------------------------------------------


@dataclass(frozen=True)
class AskPerson(Event):
    """`9`: a person, please."""


@dataclass(frozen=True)
class ChooseLanguage(Event):
    """`8 1` Hindi, `8 2` Roman Hindi, `8 3` English, or a name; `8`: which are there?"""

    language: Language | None = None


@dataclass(frozen=True)
class Stop(Event):
    """STOP: no more news, please."""


@dataclass(frozen=True)
class Start(Event):
    """START: news again, please."""


@dataclass(frozen=True)
class Recall(Event):
    """A sender's article number and "wapas": bring it back to me."""

    article: str


@dataclass(frozen=True)
class AskVisit(Event):
    """A sender's article number and `4`, or "phir": another attempt; with a day, not before it.

    `day`: of a month, as it is typed alone. One from 32 on (`4 47`) is quoted too: the digits of
    our text, or a day that cannot be.
    """

    article: str
    day: int | None = None
    named: DayNamed | None = None

    @property
    def names_day(self) -> bool:
        return (self.day is not None and not self.may_quote) or self.named is not None

    @property
    def may_quote(self) -> bool:
        return self.day is not None and self.day > LAST_OF_MONTH


@dataclass(frozen=True)
class ProveSender(Event):
    """A sender's article number and two digits: those of the text that said it was booked."""

    article: str


@dataclass(frozen=True)
class StopRecall(Event):
    """A sender's `3`: not I want it back; or `3` and an article number."""

    article: str | None = None


@dataclass(frozen=True)
class CorrectNumber(Event):
    """A sender's article number and the recipient's right telephone (E.164)."""

    article: str
    phone: str


@dataclass(frozen=True)
class AskMenu(Event):
    """`0`: what can I answer?"""


@dataclass(frozen=True)
class ToldCode(Event):
    """A code that was texted to us instead of being told at the door."""


# ---- postmen's texts -------------------------------------------------------------------------
# `item` is what the postman typed: a serial ("7") or a full article number.


@dataclass(frozen=True)
class Approach:
    """`7`: I am coming to item 7."""

    item: str


@dataclass(frozen=True)
class Handover:
    """`7 482913 1`: handed over with this code, the COD amount paid in cash (1) or by UPI (2).

    `amount`: the whole rupees taken, if he writes them: `7 482913 500 1`. `document`: the one shown
    besides, `7 482913 * 1234`; the last four of its number travel separately, as the code does, and
    as the three digits of the slip, `7 482913 417`.
    `missing`: the pieces that were not there, `7 482913 # 2 3`.
    """

    item: str
    proof: HandoverProof
    payment: Payment | None = None
    amount: int | None = None
    document: ShownDocument | None = None
    missing: tuple[int, ...] = ()


@dataclass(frozen=True)
class Remark:
    """`7 11`: not delivered, with a two-digit remark."""

    item: str
    remark: int


VisitAct = Approach | Handover | Remark

# Why no code can be told at the door, as it is typed after 28: 1 no network there · 2 the telephone
# is off or broken · 3 whoever is at home has none · 4 the number is somebody else's by now · 5 who
# is at home cannot read it
ExceptionReason = Literal[1, 2, 3, 4, 5]


@dataclass(frozen=True)
class Visit(Event):
    """What a postman says of one or more items in one text, in his order."""

    acts: tuple[VisitAct, ...]


@dataclass(frozen=True)
class AskException(Event):
    """`7 28 3 1 1234`: at 7 no code can be told, for reason 3; a document of kind 1 was shown.

    `7 29 9876543210 1 1234`: its number is wrong, `phone` (E.164) is the right one; "": what he
    typed is no mobile's. The last four of the document's number travel separately, as the code
    does.
    """

    item: str
    reason: ExceptionReason
    document: DocumentType
    phone: str | None = None


@dataclass(frozen=True)
class AnswerException(Event):
    """The office's `1 47` to an exception, or its `2`. The two digits travel separately.

    `which`: the last four digits of the article; None: the one that the digits are shown for, or
    that was asked of last.
    """

    granted: bool
    which: str | None = None


@dataclass(frozen=True)
class Pass(Event):
    """`7 8 > 45`: items for the colleague 45; `7 > 0`: back to the office.

    The name typed for the colleague travels separately, as codes do: it may have been one.
    """

    items: tuple[str, ...]
    back: bool = False


@dataclass(frozen=True)
class TakeOver(Event):
    """`01`: I take over what a colleague offers me.

    `offer`: the one that a screen showed; None: the one that was asked about last.
    """

    offer: int | None = None


@dataclass(frozen=True)
class TurnDown(Event):
    """`02`: I do not take it over. `offer`: as of `TakeOver`."""

    offer: int | None = None


@dataclass(frozen=True)
class Undo(Event):
    """`0`: take back my last text."""


@dataclass(frozen=True)
class AskLeft(Event):
    """`00`: which items are open?"""


@dataclass(frozen=True)
class AskHelp(Event):
    """`99`: how does this work?"""


# ---- a telephone that is to be a postman's -----------------------------------------------------


class News(Event):
    """News for a telephone that concerns no article."""


@dataclass(frozen=True)
class PhoneNamed(News):
    """The office names this telephone as a postman's new one and asks for his PIN."""


@dataclass(frozen=True)
class GivePin(Event):
    """Four to six digits. The PIN itself travels separately, as codes do."""


@dataclass(frozen=True)
class PhoneMoved(News):
    """The postman's telephone is another one from now on."""


# ---- a postman's day ---------------------------------------------------------------------------


@dataclass(frozen=True)
class ListMade(News):
    """`count` items were put on his list of today, beginning with `serial`."""

    count: int
    serial: int


@dataclass(frozen=True)
class ItemsOffered(News):
    """A colleague offers items of his list to this postman."""


@dataclass(frozen=True)
class OfferSent(News):
    """A colleague of this postman was asked to take items over; now his answer is waited for."""


@dataclass(frozen=True)
class OfferAnswered(News):
    """The colleague with the staff id `staff` (its letters and digits) took over, or did not.

    `count`: of how many items, the first of them `serial` on the list of whoever offered them.
    """

    staff: str
    count: int
    serial: int
    taken: bool


@dataclass(frozen=True)
class DayEnded(News):
    """The delivery day is over: what happened to his list?"""


# ---- what the help desk does -------------------------------------------------------------------

# explained: answered by telephone · corrected: put right · brought_again: delivered once more ·
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
    """The end of what this telephone asked or reported."""

    ticket: int
    outcome: Outcome


@dataclass(frozen=True)
class WhetherHelped(News):
    """The question whether that helped which was done about a ticket."""

    ticket: int


@dataclass(frozen=True)
class WroteAlso(News):
    """Own words that were answered for what they say of post; they may be about the ticket too."""


@dataclass(frozen=True)
class LanguageSet(News):
    """The help desk's choice of this telephone's language."""

    language: Language


@dataclass(frozen=True)
class PinChanged(News):
    """A postman has a new PIN."""


@dataclass(frozen=True)
class PhoneBlocked(News):
    """The loss of the telephone of the postman with that staff id (its letters and digits)."""

    staff: str


@dataclass(frozen=True)
class RequestWaiting(News):
    """Something waits that this member of staff could agree to as the second person."""


# ---- time ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TimedOut(Event):
    """The time limit of the state in which the conversation waits."""
