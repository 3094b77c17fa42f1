"""What the help desk does to a conversation. The same machines decide, so the same rules hold.

An article's own conversation decides on the article and tells those concerned; codes and nominees
are decided by the recipient's. Nothing here shows a code.
"""

from __future__ import annotations

from functools import partial

from flows import possible, status, trust
from flows.acts.codes import IssueCode, KillCode
from flows.acts.hold import ReopenArticle
from flows.acts.moves import Relink
from flows.acts.nominee import EndNomination, Nominate
from flows.acts.phone import ConfirmNumber, SetLanguage
from flows.acts.remarks import JudgeRemark
from flows.article import MACHINE as ARTICLE
from flows.article import stay as stays
from flows.decision import Asked, C, Decision, LastVisit, Nothing, Say, Tell
from flows.events import LanguageSet, PhoneBlocked, PinChanged, RequestWaiting, TicketClosed
from flows.facts import ClockFacts, PartyFacts, PostmanFacts, RecipientFacts
from flows.happenings import (
    CodeStopped,
    CodeWanted,
    DestinationMoved,
    NamedNoMore,
    NumberCorrected,
    RemarkConfirmed,
    RemarkContested,
    RemarkJudged,
    Reopened,
)
from flows.machine import SAME, Case, F
from flows.move import relinked
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


@RECIPIENT.on(
    CodeWanted,
    to=("code", "out", SAME),
    says=(*ASK_CODE, "nothing_waiting"),
    acts=(IssueCode, ConfirmNumber),
)
def send_code_again(case: Case[CodeWanted, Asked, RecipientFacts]) -> Decision[Asked]:
    """Answer as if the person had asked; a reason against a code is told to the person."""
    return release_code(case, fact(case, case.event.article))


@ARTICLE.on(CodeStopped, acts=(KillCode,), tells=("holder", "postman"))
def stop_code(case: Case[CodeStopped, Nothing, ClockFacts]) -> Decision[Nothing]:
    article = case.facts.article
    if possible.stop_code(article) is not None:
        return stays(case)
    event = CodeStopped(article.number)
    acts = (KillCode(article.number, "desk"),)
    return stays(case, Tell("holder", event), Tell("postman", event), acts=acts)


@RECIPIENT.on(CodeStopped, says=("code_stopped",))
def code_stopped(case: Case[CodeStopped, Asked, RecipientFacts]) -> Decision[Asked]:
    return stay(case, digits("code_stopped", fact(case, case.event.article)))


@POSTMAN.on(CodeStopped, says=("code_stopped_postman",))
def postmans_code_stopped(case: Case[CodeStopped, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    facts = case.facts
    says = tuple(
        say_first("code_stopped_postman", item, item.article)
        for item in facts.items
        if item.article and item.state == "open"
    )
    return Decision(case.state, case.context, says)


@RECIPIENT.on(
    DestinationMoved,
    to=("quiet", SAME),
    says=("nominee_asked",),
    acts=(Nominate, EndNomination, KillCode),
    tells=("nominee", "former"),
)
def move_destination(case: Case[DestinationMoved, Asked, RecipientFacts]) -> Decision[Asked]:
    """Refuse what the recipient could not wish for either, and what one person alone wants."""
    article = fact(case, case.event.article)
    facts, phone = case.facts, case.event.phone
    alone = not trust.at_least(facts.proof, trust.MOVES["office"].least)
    if refuse_nominee(article) is not None or facts.named_is_staff or alone or not phone:
        return stay(case)
    return nominate(article, phone)


@ARTICLE.on(
    NumberCorrected,
    to=("waiting", SAME),
    acts=(Relink, EndNomination, KillCode),
    tells=("recipient", "former", "nominee", "sender", "named"),
)
def correct_number(case: Case[NumberCorrected, Nothing, ClockFacts]) -> Decision[Nothing]:
    """Change the number as the office's or the booker's rule allows (flows/trust.py)."""
    event, facts = case.event, case.facts
    answer = trust.move(facts.article, event.by, facts.proof, facts.named_is_staff)
    if answer != "done" or not event.phone or facts.named_has_it:  # which would be no move
        return stays(case)
    acts, tells = relinked(facts.article, event.phone, event.by, facts.proof)
    told = tuple(each for each in tells if each.to != "article")  # it decides here
    if facts.article.asked:  # another telephone waited for the holder's word
        told = (*told, Tell("named", NamedNoMore(facts.article.number)))
    return Decision("waiting", case.context, (), acts, (*told, Tell("sender", event)))


@SENDER.on(NumberCorrected, says=("sender_relinked",))
def number_corrected(case: Case[NumberCorrected, Nothing, PartyFacts]) -> Decision[Nothing]:
    return status.news("sender_relinked", case)


# ---- remarks, and another try ------------------------------------------------------------------


@ARTICLE.on(RemarkJudged, acts=(JudgeRemark,), tells=("recipient", "office", "article"))
def judge_remark(case: Case[RemarkJudged, Nothing, ClockFacts]) -> Decision[Nothing]:
    """Answer in the witness's place, after an inquiry; a later verdict may differ."""
    article = case.facts.article
    verdict = case.event.verdict
    if possible.judge(article, verdict) is not None:
        return stays(case)
    number = article.number
    told: tuple[Tell, ...] = (Tell("recipient", case.event),)
    if verdict == "contested":
        contested = RemarkContested(number)
        told = (*told, Tell("office", contested), Tell("article", contested))
    elif article.state == "attempted":
        told = (*told, Tell("article", RemarkConfirmed(number)))
    return stays(case, *told, acts=(JudgeRemark(number, verdict),))


@RECIPIENT.on(
    RemarkJudged,
    to=("quiet",),
    says=("remark_confirmed", "remark_confirmed_last", "remark_contested"),
)
def remark_judged(case: Case[RemarkJudged, Asked, RecipientFacts]) -> Decision[Asked]:
    article = fact(case, case.event.article)
    template = "remark_contested"
    if case.event.verdict == "confirmed":
        last = article.office_next or article.state == "at_office"
        template = "remark_confirmed_last" if last else "remark_confirmed"
    return Decision("quiet", case.context, (digits(template, article),))


@ARTICLE.on(
    Reopened,
    to=("waiting", SAME),
    acts=(ReopenArticle, KillCode),
    tells=("recipient", "sender"),
)
def reopen(case: Case[Reopened, Nothing, ClockFacts]) -> Decision[Nothing]:
    """Bring what the office should keep, or what was marked delivered but never received."""
    article = case.facts.article
    if possible.reopen(article) is not None:
        return stays(case)
    number = article.number
    kill = (KillCode(number, "withdrawn"),) if article.code == "live" else ()
    tells = (Tell("recipient", case.event), Tell("sender", case.event))
    return Decision("waiting", case.context, (), (*kill, ReopenArticle(number)), tells)


@RECIPIENT.on(Reopened, to=("quiet",), says=("reopened",))
def reopened(case: Case[Reopened, Asked, RecipientFacts]) -> Decision[Asked]:
    article = fact(case, case.event.article)
    return Decision("quiet", case.context, (digits("reopened", article),))


@SENDER.on(Reopened, says=("sender_reopened",))
def sender_reopened(case: Case[Reopened, Nothing, PartyFacts]) -> Decision[Nothing]:
    return status.news("sender_reopened", case)


# ---- telephones --------------------------------------------------------------------------------


def _set_language(case: Case[LanguageSet, C, F]) -> Decision[C]:
    template = "staff_language_set" if isinstance(case.facts, PostmanFacts) else "language_set"
    acts = (SetLanguage(case.event.language),)
    return Decision(case.state, case.context, (Say(template),), acts)


def _ticket_closed(template: str, case: Case[TicketClosed, C, F]) -> Decision[C]:
    event = case.event
    if event.outcome == "nothing_to_do":
        return Decision(case.state, case.context)
    say = Say(template.format(event.outcome), {"ticket": event.ticket})
    return Decision(case.state, case.context, (say,))


_OUTCOMES = tuple(
    f"ticket_{outcome}"
    for outcome in (
        "explained", "corrected", "brought_again", "upheld", "not_upheld", "unreached",
    )
)  # fmt: skip
RECIPIENT.on(LanguageSet, says=("language_set",), acts=(SetLanguage,))(_set_language)
SENDER.on(LanguageSet, says=("language_set",), acts=(SetLanguage,))(_set_language)
POSTMAN.on(LanguageSet, says=("staff_language_set",), acts=(SetLanguage,))(_set_language)
_ticket_outcome = partial(_ticket_closed, "ticket_{}")
RECIPIENT.on(TicketClosed, says=_OUTCOMES)(_ticket_outcome)
SENDER.on(TicketClosed, says=_OUTCOMES)(_ticket_outcome)
STRANGER.on(TicketClosed, says=_OUTCOMES)(_ticket_outcome)
_staffs_ticket = partial(_ticket_closed, "staff_ticket_closed")
POSTMAN.on(TicketClosed, says=("staff_ticket_closed",))(_staffs_ticket)
OFFICE.on(TicketClosed, says=("staff_ticket_closed",))(_staffs_ticket)


@POSTMAN.on(PinChanged, says=("pin_changed",))
def pin_changed(case: Case[PinChanged, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    return Decision(case.state, case.context, (Say("pin_changed"),))


@OFFICE.on(PhoneBlocked, says=("office_phone_blocked",))
def phone_blocked(case: Case[PhoneBlocked, Nothing, PartyFacts]) -> Decision[Nothing]:
    says = (Say("office_phone_blocked", {"staff": case.event.staff}),)
    return Decision(case.state, case.context, says)


@OFFICE.on(RequestWaiting, says=("staff_request_waiting",))
def request_waiting(case: Case[RequestWaiting, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Tell a possible second person; the text names nobody and no article."""
    return Decision(case.state, case.context, (Say("staff_request_waiting"),))
