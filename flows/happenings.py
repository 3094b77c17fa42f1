"""Happenings: what one conversation, or the office, tells the others about an article."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from flows.events import DocumentType, Event, ExceptionReason, Payment
from flows.facts import Mover

WINDOW_HOURS = 3
"""How wide a promised window is: every text of one says so in fixed words."""

Verdict = Literal["confirmed", "contested"]


@dataclass(frozen=True)
class Happening(Event):
    """Something that happened to `article` and concerns its people."""

    article: str


@dataclass(frozen=True)
class Booked(Happening):
    pass


@dataclass(frozen=True)
class WentOut(Happening):
    """The article is out for delivery: it is on a postman's list for today.

    `hour`: from which the postman `staff` (letters and digits of his staff id) comes within
    `WINDOW_HOURS`; None where his beat keeps no window.
    """

    hour: int | None = None
    staff: str = ""


@dataclass(frozen=True)
class Approached(Happening):
    """The postman is coming to the door."""


@dataclass(frozen=True)
class HandedOver(Happening):
    """`missing`: the pieces of it that were not there, 1 to how many there are.

    `on`: the earlier day on which it was, where that was told later; None: today.
    """

    missing: tuple[int, ...] = ()
    on: date | None = None


@dataclass(frozen=True)
class SignedFor(HandedOver):
    """The article was handed over on a signature, though its code was asked: a pilot."""


@dataclass(frozen=True)
class Excepted(HandedOver):
    """The article was handed over without its code: the office agreed to an exception."""


@dataclass(frozen=True)
class GivenOnWord(HandedOver):
    """The article was handed over on the household's word, without its code."""


@dataclass(frozen=True)
class WordTried(Happening):
    """The postman entered a wrong household word. `last`: today none counts for it any more."""

    last: bool


@dataclass(frozen=True)
class ExceptionAsked(Happening):
    """The postman cannot be told the code and asks the office whether it may be done without.

    `renumber`: he asks for another telephone instead, which whoever is at the door named.
    `document`: the kind that he was shown.
    """

    reason: ExceptionReason
    renumber: bool = False
    document: DocumentType = "aadhaar"


@dataclass(frozen=True)
class AboveAsked(Happening):
    """What is asked of an office is agreed to above it: a text about the article arrived."""


@dataclass(frozen=True)
class ExceptionAnswered(Happening):
    """The office agrees or does not. `by`: a staff id; "": whoever has the office's telephone.

    `question`: which of its article (1, 2, …) was read; None: the digits tell which, or its no is
    about whatever is asked.
    """

    granted: bool
    by: str = ""
    question: int | None = None


@dataclass(frozen=True)
class ExceptionDenied(Happening):
    """The holder or the addressee says no to what a postman asks: nobody is at his door."""


@dataclass(frozen=True)
class ExceptionOver(Happening):
    """The visit ended for which an exception was asked: handed over otherwise, or a remark."""


@dataclass(frozen=True)
class ExceptionGranted(Happening):
    pass


@dataclass(frozen=True)
class ExceptionEnded(Happening):
    """There is no exception: the office refused it, or did not answer in time; or whoever has the
    telephone said no.
    """

    why: Literal["refused", "lapsed", "denied"]


@dataclass(frozen=True)
class QuestionOpened(Happening):
    """The office opens one more question for the article and who carries it, beyond every limit.

    `by`: the staff id of who signed it.
    """

    by: str


@dataclass(frozen=True)
class NamedAtDoor(Happening):
    """This telephone was named at the door as the right one, and the office is asked."""


@dataclass(frozen=True)
class NumberAgreed(Happening):
    """The office agreed to the telephone that was named at the door.

    `asked`: the present one is asked first; else it was changed.
    """

    asked: bool = False


@dataclass(frozen=True)
class ExceptionContested(Happening):
    """The addressee says that what was handed over without its code was not for whoever got it."""


@dataclass(frozen=True)
class OfflineClaimed(Happening):
    """The postman says that he handed it over without network, and nothing proves it.

    `wrong`: with a code, or three digits, that fit nothing. `more`: of how many others the same
    text says so; the office is told of all at once.
    """

    wrong: bool
    more: int = 0


@dataclass(frozen=True)
class Attempted(Happening):
    """The postman texted a remark instead of a handover."""

    remark: int


@dataclass(frozen=True)
class TakenBack(Happening):
    """The postman undid his last text: a handover, a remark or an approach."""

    what: Literal["handover", "remark", "approach"]


@dataclass(frozen=True)
class GivenBack(Happening):
    """The postman gave the article back to the office, to be delivered another time."""


@dataclass(frozen=True)
class TakenIn(Happening):
    """The office took the article at the end of the postman's day: not visited, or with a remark.

    `by`: who took it, a staff id, or "api". `verdict`: the postmaster's on a remark that the
    recipient contests; without it such a remark remains provisional.
    """

    by: str
    verdict: Verdict | None = None


@dataclass(frozen=True)
class ItemsCame(Happening):
    """A colleague's items, the first of them `article`, are on this postman's list now."""

    count: int


@dataclass(frozen=True)
class FraudReported(Happening):
    """The recipient says that somebody asked for the code."""


@dataclass(frozen=True)
class Denied(Happening):
    """The recipient says that the article is not for this telephone."""


@dataclass(frozen=True)
class NotReceived(Happening):
    """The recipient says that the article never came, though it is marked delivered."""


@dataclass(frozen=True)
class TriesRanOut(Happening):
    """The article had five wrong codes today."""


@dataclass(frozen=True)
class RefusalClaimed(Happening):
    """The postman says that the recipient refuses it; only the refusal code proves that."""


@dataclass(frozen=True)
class Refused(Happening):
    """The article was refused, proven by the refusal code."""


@dataclass(frozen=True)
class RefusalDenied(Happening):
    """The recipient says that he does not refuse it."""


@dataclass(frozen=True)
class RemarkConfirmed(Happening):
    """The recipient says that the postman's remark is true."""


@dataclass(frozen=True)
class RemarkContested(Happening):
    """The recipient says that the postman never came."""


@dataclass(frozen=True)
class DayChosen(Happening):
    """The addressee chose another day, or that it is brought on any; what was out comes back."""


@dataclass(frozen=True)
class SenderChoseDay(Happening):
    """The proven sender chose the day of the next visit; the addressee can choose another one."""


@dataclass(frozen=True)
class DueMoved(Happening):
    """It is not late before `moved_to`: a day, or to fetch it, was wished before it was due."""

    moved_to: date


@dataclass(frozen=True)
class CameToOffice(Happening):
    """The article waits at the office: after two attempts, or because the addressee wishes it."""


@dataclass(frozen=True)
class WishKeeps(Happening):
    """The article came to its office, and its addressee wishes that all his post is kept there."""


@dataclass(frozen=True)
class HoldExtended(Happening):
    """The article waits at the office seven days longer."""


@dataclass(frozen=True)
class Reminded(Happening):
    """The article still waits at the office."""


@dataclass(frozen=True)
class Returned(Happening):
    """The article goes back to the sender."""


@dataclass(frozen=True)
class Recalled(Happening):
    """The sender took the article back."""


@dataclass(frozen=True)
class Collected(Happening):
    """The article was collected at the office window, with a code or an identity document.

    `missing`: the pieces of it that were not there.
    """

    missing: tuple[int, ...] = ()


@dataclass(frozen=True)
class AtWindow(Happening):
    """Somebody stands at the office window for it. `by`: the staff id of who serves him.

    `payment`: how he paid the COD, where there is some. `missing`: the pieces that are not there.
    """

    by: str
    payment: Payment | None
    missing: tuple[int, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True)
class ToldCodeAtWindow(AtWindow):
    """The person at the window said a code. The facts say whether it is right, never the code.

    `document`: what he showed besides, where the code alone is not enough.
    """

    document: DocumentType | None = None


@dataclass(frozen=True)
class DocumentShown(AtWindow):
    """He showed an identity document. `second`: the staff id of the other who saw it, if any.

    The last four of its number travel apart: they are kept with the article alone.
    """

    document: DocumentType
    second: str | None


@dataclass(frozen=True)
class WrittenOnPaper(Happening):
    """The slip of an outage says that it was handed over at `said_at`, on a code or a signature.

    `by`: the staff id of who types it. `slip` and `outage`: the row ids of the postman's list, and
    of the outage for which somebody else vouched. The code travels apart, as at the window.
    """

    by: str
    said_at: datetime
    shown: Literal["code", "signature"]
    payment: Payment | None
    slip: int
    outage: int


@dataclass(frozen=True)
class HandedOverOnPaper(Happening):
    """The office typed from the postman's slip that he handed it over, and how COD was paid."""

    payment: Payment | None


@dataclass(frozen=True)
class Unlinked(Happening):
    """The telephone given at booking was wrong; the article has no telephone now."""


@dataclass(frozen=True)
class Relinked(Happening):
    """This telephone is the recipient's from now on."""


@dataclass(frozen=True)
class MoveAsked(Happening):
    """The holder is asked whether another telephone may have the code."""


@dataclass(frozen=True)
class NamedForMove(Happening):
    """This telephone is to get the code, if its present holder agrees."""


@dataclass(frozen=True)
class NamedNoMore(Happening):
    """This telephone does not get the code after all."""


@dataclass(frozen=True)
class MoveAgreed(Happening):
    """The holder agreed that the other telephone gets the code."""


@dataclass(frozen=True)
class MoveDenied(Happening):
    """The holder says that it is his: the code stays where it is."""


@dataclass(frozen=True)
class MoveLapsed(Happening):
    """The question ended without an answer, and without a move."""


@dataclass(frozen=True)
class MovedAway(Happening):
    """The code goes to another telephone from now on; this one had it before."""


@dataclass(frozen=True)
class MoveDisputed(Happening):
    """Whoever had the code before the move says that it was wrong."""


@dataclass(frozen=True)
class RecallAsked(Happening):
    """The sender wants the article back; half an hour is left to object."""


@dataclass(frozen=True)
class RecallEnded(Happening):
    """The sender does not want it back after all, or it was too late."""


@dataclass(frozen=True)
class SenderProved(Happening):
    """The digits of the sender's booking text were given, at the counter or by software."""

    how: Literal["counter", "software"]


@dataclass(frozen=True)
class Nominated(Happening):
    """The addressee wishes that this telephone's person accepts the article."""


@dataclass(frozen=True)
class NomineeAgreed(Happening):
    pass


@dataclass(frozen=True)
class NomineeRefused(Happening):
    pass


@dataclass(frozen=True)
class NominationEnded(Happening):
    """The addressee accepts the article himself after all."""


@dataclass(frozen=True)
class Overlooked(Happening):
    """The article had no news for too long."""


@dataclass(frozen=True)
class HerdWarned(Happening):
    """Fraud was reported where this article is due today."""


@dataclass(frozen=True)
class HerdWaits(Happening):
    """Fraud was reported often enough there to warn so many people that a supervisor decides."""


# ---- what the help desk and the office do ------------------------------------------------------


@dataclass(frozen=True)
class CodeWanted(Happening):
    """The help desk sends the code again, without seeing it."""


@dataclass(frozen=True)
class CodeStopped(Happening):
    """The help desk killed the code."""


@dataclass(frozen=True)
class DestinationMoved(Happening):
    """The help desk asks another telephone (E.164) to accept the article, and its code."""

    phone: str


@dataclass(frozen=True)
class NumberCorrected(Happening):
    """An office gives the recipient's right telephone (E.164), or whoever typed it at booking."""

    phone: str
    by: Mover = "office"


@dataclass(frozen=True)
class RemarkJudged(Happening):
    """The help desk decided on a remark after an inquiry."""

    verdict: Verdict


@dataclass(frozen=True)
class Reopened(Happening):
    """The article is to be delivered again, whatever was in the books."""
