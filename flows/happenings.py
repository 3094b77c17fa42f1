"""Happenings: what one conversation, or the office, tells the others of an article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flows.events import DocumentType, Event, Payment

Verdict = Literal["confirmed", "contested"]


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
class GivenBack(Happening):
    """The postman gave it back to the office, to be delivered another time."""


@dataclass(frozen=True)
class TakenIn(Happening):
    """The office took it from the postman at the end of his day: not visited, or with a remark.

    `by`: who took it, a staff id, or "api". `verdict`: the postmaster's on a remark that the
    recipient contests; without it such a remark stays provisional.
    """

    by: str
    verdict: Verdict | None = None


@dataclass(frozen=True)
class ItemsCame(Happening):
    """A colleague's items, `article` the first of them, stand on this postman's list now."""

    count: int


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


@dataclass(frozen=True)
class RefusalClaimed(Happening):
    """The postman says that the recipient refuses it; only the refusal code proves that."""


@dataclass(frozen=True)
class Refused(Happening):
    """Refused, proven by the refusal code."""


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
    """The addressee chose another day; what was out comes back today."""


@dataclass(frozen=True)
class CameToOffice(Happening):
    """It lies at the office, to be fetched: after two attempts, or because the addressee wishes."""


@dataclass(frozen=True)
class HoldExtended(Happening):
    """It lies there seven days longer."""


@dataclass(frozen=True)
class Reminded(Happening):
    """It still lies at the office."""


@dataclass(frozen=True)
class Returned(Happening):
    """It goes back to the sender."""


@dataclass(frozen=True)
class Recalled(Happening):
    """The sender took it back."""


@dataclass(frozen=True)
class Collected(Happening):
    """Fetched at the office window, against a code or an identity document."""


@dataclass(frozen=True)
class AtWindow(Happening):
    """Somebody stands at the office window for it. `by`: the staff id of who serves him.

    `payment`: how he paid the COD, where there is some.
    """

    by: str
    payment: Payment | None


@dataclass(frozen=True)
class ToldCodeAtWindow(AtWindow):
    """He said a code. The code itself travels apart, and what it was worth is in the facts."""


@dataclass(frozen=True)
class DocumentShown(AtWindow):
    """He showed an identity document. `second`: the staff id of the other who saw it, if any.

    The last four of its number travel apart: they are kept with the article alone.
    """

    document: DocumentType
    second: str | None


@dataclass(frozen=True)
class Unlinked(Happening):
    """The telephone given at booking was a wrong one; nobody is linked to the article now."""


@dataclass(frozen=True)
class Relinked(Happening):
    """The sender gave the recipient's right telephone."""


@dataclass(frozen=True)
class Nominated(Happening):
    """The addressee wishes this telephone's person to take the article."""


@dataclass(frozen=True)
class NomineeAgreed(Happening):
    pass


@dataclass(frozen=True)
class NomineeRefused(Happening):
    pass


@dataclass(frozen=True)
class NominationEnded(Happening):
    """The addressee takes the article himself after all."""


@dataclass(frozen=True)
class Overlooked(Happening):
    """Nothing has become of it for too long."""


@dataclass(frozen=True)
class HerdWarned(Happening):
    """Fraud goes round where this article is due today."""


# ---- what the help desk and the office do ------------------------------------------------------


@dataclass(frozen=True)
class CodeWanted(Happening):
    """The help desk sends the code once more; nobody there sees it."""


@dataclass(frozen=True)
class CodeStopped(Happening):
    """The help desk killed the code."""


@dataclass(frozen=True)
class DestinationMoved(Happening):
    """The help desk asks another telephone (E.164) to take the article, and with it the code."""

    phone: str


@dataclass(frozen=True)
class NumberCorrected(Happening):
    """The help desk gives the recipient's right telephone (E.164)."""

    phone: str


@dataclass(frozen=True)
class RemarkJudged(Happening):
    """The help desk looked into a remark."""

    verdict: Verdict


@dataclass(frozen=True)
class Reopened(Happening):
    """It is to be brought once more, whatever stood in the books."""
