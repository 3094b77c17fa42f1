"""What the help desk does to a conversation. The same machines decide, so the same rules hold.

What concerns an article goes to the article's own conversation, which tells whoever is concerned;
a code, and who is to take the article, is the recipient's matter. Nothing here shows a code.
"""

from __future__ import annotations

from flows.article import MACHINE as ARTICLE
from flows.article import stay as stays
from flows.decision import (
    Act,
    Decision,
    EndNomination,
    IssueCode,
    JudgeRemark,
    KillCode,
    Nominate,
    Relink,
    ReopenArticle,
    Say,
    SetLanguage,
    Tell,
)
from flows.events import LanguageSet, PhoneBlocked, PinChanged, TicketClosed
from flows.facts import ArticleFact, PostmanFacts
from flows.happenings import (
    CodeStopped,
    CodeWanted,
    DestinationMoved,
    NumberCorrected,
    Relinked,
    RemarkConfirmed,
    RemarkContested,
    RemarkJudged,
    Reopened,
)
from flows.machine import SAME, Turn
from flows.office import OFFICE
from flows.postman.states import MACHINE as POSTMAN
from flows.postman.visit import say_first
from flows.recipient.answers import ASK_CODE, release_code
from flows.recipient.states import MACHINE as RECIPIENT
from flows.recipient.states import digits, fact, stay
from flows.recipient.wishes import nominate, refuse_nominee
from flows.sender import SENDER
from flows.stranger import STRANGER

# ---- codes, and who gets them ------------------------------------------------------------------


@RECIPIENT.on(CodeWanted, to=("code", SAME), says=(*ASK_CODE, "nothing_waiting"), acts=(IssueCode,))
def send_code_again(turn: Turn) -> Decision:
    """As if the person had asked for it: what speaks against a code is told to the person."""
    return release_code(turn, fact(turn, turn.event.article))


@ARTICLE.on(CodeStopped, acts=(KillCode,), tells=("holder", "postman"))
def stop_code(turn: Turn) -> Decision:
    article: ArticleFact = turn.facts.article
    if article.code != "live":
        return stays(turn)
    event = CodeStopped(article.number)
    acts = (KillCode(article.number, "desk"),)
    return stays(turn, Tell("holder", event), Tell("postman", event), acts=acts)


@RECIPIENT.on(CodeStopped, says=("code_stopped",))
def code_stopped(turn: Turn) -> Decision:
    return stay(turn, digits("code_stopped", fact(turn, turn.event.article)))


@POSTMAN.on(CodeStopped, says=("code_stopped_postman",))
def postmans_code_stopped(turn: Turn) -> Decision:
    facts: PostmanFacts = turn.facts
    says = tuple(
        say_first("code_stopped_postman", item, item.article)
        for item in facts.items
        if item.article and item.state == "open"
    )
    return Decision(turn.state, turn.context, says)


@RECIPIENT.on(
    DestinationMoved,
    to=("quiet", SAME),
    says=("nominee_asked",),
    acts=(Nominate, EndNomination, KillCode),
    tells=("nominee",),
)
def move_destination(turn: Turn) -> Decision:
    """What the recipient himself could not wish for is not done for him either."""
    article = fact(turn, turn.event.article)
    staff = turn.facts.named_is_staff
    if refuse_nominee(article) is not None or staff or not turn.event.phone:
        return stay(turn)
    return nominate(article, turn.event.phone)


@ARTICLE.on(
    NumberCorrected,
    to=("waiting", SAME),
    acts=(Relink, EndNomination, KillCode),
    tells=("recipient", "sender"),
)
def correct_number(turn: Turn) -> Decision:
    """Only while it is not out: nobody moves a code while the postman is on his way."""
    article: ArticleFact = turn.facts.article
    if article.state not in ("booked", "attempted") or not turn.event.phone:
        return stays(turn)
    number = article.number
    acts: tuple[Act, ...] = (Relink(number, turn.event.phone),)
    if article.nominee != "none":
        acts = (EndNomination(number, "replaced"), *acts)
    if article.code == "live":
        acts = (KillCode(number, "moved"), *acts)
    tells = (Tell("recipient", Relinked(number)), Tell("sender", turn.event))
    return Decision("waiting", turn.context, (), acts, tells)


@SENDER.on(NumberCorrected, says=("sender_relinked",))
def number_corrected(turn: Turn) -> Decision:
    return _of_article(turn, "sender_relinked")


# ---- remarks, and another try ------------------------------------------------------------------


@ARTICLE.on(RemarkJudged, acts=(JudgeRemark,), tells=("recipient", "office", "article"))
def judge_remark(turn: Turn) -> Decision:
    """The witness' part, when somebody has looked into it; said once, it can be said otherwise."""
    article: ArticleFact = turn.facts.article
    verdict = turn.event.verdict
    judged = article.state in ("attempted", "at_office") and article.witness not in (
        "none",
        verdict,
    )
    if not judged:
        return stays(turn)
    number = article.number
    told: tuple[Tell, ...] = (Tell("recipient", turn.event),)
    if verdict == "contested":
        contested = RemarkContested(number)
        told = (*told, Tell("office", contested), Tell("article", contested))
    elif article.state == "attempted":
        told = (*told, Tell("article", RemarkConfirmed(number)))
    return stays(turn, *told, acts=(JudgeRemark(number, verdict),))


@RECIPIENT.on(
    RemarkJudged,
    to=("quiet",),
    says=("remark_confirmed", "remark_confirmed_last", "remark_contested"),
)
def remark_judged(turn: Turn) -> Decision:
    article = fact(turn, turn.event.article)
    template = "remark_contested"
    if turn.event.verdict == "confirmed":
        last = article.office_next or article.state == "at_office"
        template = "remark_confirmed_last" if last else "remark_confirmed"
    return Decision("quiet", turn.context, (digits(template, article),))


@ARTICLE.on(
    Reopened,
    to=("waiting", SAME),
    acts=(ReopenArticle, KillCode),
    tells=("recipient", "sender"),
)
def reopen(turn: Turn) -> Decision:
    """What is for the office to keep, or was never received though it stands as delivered."""
    article: ArticleFact = turn.facts.article
    stuck = article.state == "attempted" and article.office_next
    lost = article.state == "delivered" and article.objected
    if not (stuck or lost or article.state == "at_office"):
        return stays(turn)
    number = article.number
    kill = (KillCode(number, "withdrawn"),) if article.code == "live" else ()
    tells = (Tell("recipient", turn.event), Tell("sender", turn.event))
    return Decision("waiting", turn.context, (), (*kill, ReopenArticle(number)), tells)


@RECIPIENT.on(Reopened, to=("quiet",), says=("reopened",))
def reopened(turn: Turn) -> Decision:
    article = fact(turn, turn.event.article)
    return Decision("quiet", turn.context, (digits("reopened", article),))


@SENDER.on(Reopened, says=("sender_reopened",))
def sender_reopened(turn: Turn) -> Decision:
    return _of_article(turn, "sender_reopened")


# ---- telephones --------------------------------------------------------------------------------


def _set_language(turn: Turn) -> Decision:
    template = "staff_language_set" if isinstance(turn.facts, PostmanFacts) else "language_set"
    acts = (SetLanguage(turn.event.language),)
    return Decision(turn.state, turn.context, (Say(template),), acts)


def _ticket_closed(turn: Turn) -> Decision:
    event: TicketClosed = turn.event
    says: tuple[Say, ...] = ()
    if event.outcome != "nothing_to_do":
        says = (Say(f"ticket_{event.outcome}", {"ticket": event.ticket}),)
    return Decision(turn.state, turn.context, says)


def _staffs_ticket_closed(turn: Turn) -> Decision:
    event: TicketClosed = turn.event
    says: tuple[Say, ...] = ()
    if event.outcome != "nothing_to_do":
        says = (Say("staff_ticket_closed", {"ticket": event.ticket}),)
    return Decision(turn.state, turn.context, says)


_OUTCOMES = tuple(
    f"ticket_{outcome}"
    for outcome in (
        "explained", "corrected", "brought_again", "upheld", "not_upheld", "unreached",
    )
)  # fmt: skip
for _machine in (RECIPIENT, SENDER):
    _machine.on(LanguageSet, says=("language_set",), acts=(SetLanguage,))(_set_language)
POSTMAN.on(LanguageSet, says=("staff_language_set",), acts=(SetLanguage,))(_set_language)
for _machine in (RECIPIENT, SENDER, STRANGER):
    _machine.on(TicketClosed, says=_OUTCOMES)(_ticket_closed)
for _machine in (POSTMAN, OFFICE):
    _machine.on(TicketClosed, says=("staff_ticket_closed",))(_staffs_ticket_closed)


@POSTMAN.on(PinChanged, says=("pin_changed",))
def pin_changed(turn: Turn) -> Decision:
    return Decision(turn.state, turn.context, (Say("pin_changed"),))


@OFFICE.on(PhoneBlocked, says=("office_phone_blocked",))
def phone_blocked(turn: Turn) -> Decision:
    says = (Say("office_phone_blocked", {"staff": turn.event.staff}),)
    return Decision(turn.state, turn.context, says)


def _of_article(turn: Turn, template: str) -> Decision:
    number = turn.event.article
    return Decision(turn.state, turn.context, (Say(template, {"article": number}, number),))
