"""What a machine can decide: words to say, acts on the post office's books, news for others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from flows.events import Language, News, Payment, Proof
from flows.facts import Purpose
from flows.happenings import Happening, Verdict
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
DeadReason = Literal[
    "expired", "fraud", "undone", "remark", "tries", "withdrawn", "moved", "passed", "desk"
]
TicketKind = Literal[
    "person",
    "fraud",
    "contested",
    "not_received",
    "late_handover",
    "wrong_number",
    "overlooked",
    "unparsed",
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


# ---- acts: the only changes that a decision can make -------------------------------------------


class Act:
    """Base of all acts."""


@dataclass(frozen=True)
class ArticleAct(Act):
    """Base of the acts that concern one article."""

    article: str


@dataclass(frozen=True)
class IssueCode(ArticleAct):
    """A new code, the next issue, bound to the postman who carries the article.

    A code that still lived dies by it: an article never has two.
    """

    expires_at: datetime
    purpose: Purpose = "handover"


@dataclass(frozen=True)
class KillCode(ArticleAct):
    reason: DeadReason


@dataclass(frozen=True)
class CountWrongCode(ArticleAct):
    """One of the five tries of the day is used."""


@dataclass(frozen=True)
class MarkApproached(ArticleAct):
    pass


@dataclass(frozen=True)
class HandOver(ArticleAct):
    """`written_at`: when the text was written, where the carrier says so; its code lived then."""

    proof: Proof
    payment: Payment | None
    written_at: datetime | None = None


@dataclass(frozen=True)
class ReportLate(ArticleAct):
    """A handover that came too late to be one: somebody must look at it."""

    written_at: datetime | None


@dataclass(frozen=True)
class RecordRemark(ArticleAct):
    """`counts`: whether it is one of the two door attempts. `proven`: by the refusal code."""

    remark: int
    counts: bool
    proven: bool = False


@dataclass(frozen=True)
class PassItem(ArticleAct):
    """It goes on to the list of today of the colleague with that staff id."""

    to: str


@dataclass(frozen=True)
class GiveBack(ArticleAct):
    """It goes back to the office, to be delivered another time."""


@dataclass(frozen=True)
class MakeFinal(ArticleAct):
    """The remark is final: the office took the return (docs/developing/domain.md rule 5).

    `by`: a staff id, "api".
    """

    by: str


@dataclass(frozen=True)
class UndoHandOver(ArticleAct):
    pass


@dataclass(frozen=True)
class UndoRemark(ArticleAct):
    pass


@dataclass(frozen=True)
class UndoApproach(ArticleAct):
    pass


@dataclass(frozen=True)
class MarkDoorOnly(ArticleAct):
    """Fraud was reported: from now on a code goes out only when the postman approaches."""


@dataclass(frozen=True)
class MarkDenied(ArticleAct):
    """The telephone says that the article is not for it."""


@dataclass(frozen=True)
class MarkNotReceived(ArticleAct):
    """The telephone says that a delivered article never came."""


@dataclass(frozen=True)
class ConfirmRemark(ArticleAct):
    """The recipient says that the remark is true."""


@dataclass(frozen=True)
class ContestRemark(ArticleAct):
    """The recipient says that the postman never came: the attempt does not count."""


@dataclass(frozen=True)
class JudgeRemark(ArticleAct):
    """Somebody looked into it; a contested remark is no attempt that counts."""

    verdict: Verdict


@dataclass(frozen=True)
class ReopenArticle(ArticleAct):
    """It is to be carried once more: what was, counts no more."""


@dataclass(frozen=True)
class ChooseDay(ArticleAct):
    """Not before `day`; no later choice may go beyond `until`."""

    day: date
    until: date


@dataclass(frozen=True)
class TakeOffList(ArticleAct):
    """It is not delivered on today's list, by the addressee's own wish."""


@dataclass(frozen=True)
class KeepAtOffice(ArticleAct):
    """It lies at the office until the end of that day."""

    until: date


@dataclass(frozen=True)
class ExtendHold(ArticleAct):
    until: date


@dataclass(frozen=True)
class ReturnToSender(ArticleAct):
    pass


@dataclass(frozen=True)
class RecallArticle(ArticleAct):
    pass


@dataclass(frozen=True)
class Nominate(ArticleAct):
    phone: str


@dataclass(frozen=True)
class AcceptNomination(ArticleAct):
    pass


@dataclass(frozen=True)
class EndNomination(ArticleAct):
    why: Literal["refused", "taken_back", "replaced"]


@dataclass(frozen=True)
class Unlink(ArticleAct):
    """The recipient's telephone is a wrong one: it is the article's no more."""


@dataclass(frozen=True)
class Relink(ArticleAct):
    """The recipient's telephone is this one."""

    phone: str


@dataclass(frozen=True)
class WarnHerd(ArticleAct):
    """Everybody with an article due today in the same PIN is to be warned."""


@dataclass(frozen=True)
class NameNumber(Act):
    """Somebody called from this number (E.164) and asked for a code."""

    phone: str


@dataclass(frozen=True)
class OpenTicket(Act):
    """Somebody must look at it. An open ticket of the same kind, article and telephone serves."""

    about: TicketKind
    article: str | None = None
    number: int | None = None  # the ticket's own, where it was told to the person


@dataclass(frozen=True)
class TakePhone(Act):
    """This telephone speaks for the postman from now on, no other; a block is over."""


@dataclass(frozen=True)
class SetLanguage(Act):
    """This telephone is spoken to in `language` from now on."""

    language: Language


@dataclass(frozen=True)
class OptOut(Act):
    """This telephone gets no more news that law and contract do not require."""


@dataclass(frozen=True)
class OptIn(Act):
    pass


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
    until: datetime | None = None  # an earlier time-out than the state's own
