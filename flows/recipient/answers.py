"""The recipient's answers 1, 6 and 2: yes and my code, say my code, and no.

The facts of the article decide what an answer means: a yes to "is the remark true?" is not a yes to
"shall the code come?" (docs/developing/domain.md, "Phone manners").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from flows import remarks, trust
from flows.acts.codes import IssueCode, KillCode
from flows.acts.nominee import AcceptNomination, EndNomination
from flows.acts.phone import ConfirmNumber, Unlink
from flows.acts.remarks import ConfirmRemark, ContestRemark
from flows.acts.reports import MarkDoorOnly, MarkNotReceived, OpenTicket
from flows.decision import Act, Asked, Decision, Say, Tell
from flows.events import Deny, Event, SendCode, SpeakCode, Yes
from flows.facts import ArticleFact, Purpose, RecipientFacts
from flows.happenings import (
    Denied,
    ExceptionContested,
    ExceptionDenied,
    MoveAgreed,
    MoveDisputed,
    NominationEnded,
    NomineeAgreed,
    NomineeRefused,
    NotReceived,
    RefusalDenied,
    RemarkConfirmed,
    RemarkContested,
    Unlinked,
)
from flows.machine import SAME, Case
from flows.recipient.household import ASK_TAKERS, ask_again, is_wish_asked
from flows.recipient.states import (
    ASKED_BACK,
    CODES,
    MACHINE,
    OPEN,
    Sensible,
    ask_number,
    code,
    digits,
    is_open,
    issue,
    meant,
    stay,
)
from messages.speech import speech

# Whoever has the telephone wrote; a caller's number is easily faked, and a desk is not its owner.
_OWN_WORD = ("text", "quoted")


def wrote(facts: RecipientFacts) -> bool:
    """Tell whether this is the telephone's own text, which alone ends a doubt (rule 18)."""
    return facts.proof in _OWN_WORD and not facts.dialled


MOST_SENDS = 5  # of one code; more requests are referred to the last text
OBJECT_WITHIN = timedelta(hours=24)

ASK_CODE = (*CODES, "no_code_needed", "code_not_yet", "code_locked", "code_at_door", "code_wait",
            "nominee_agreed", "code_disputed", "number_asked")  # fmt: skip


def asks_witness(article: ArticleFact) -> bool:
    """Tell whether the postman's remark still waits for the recipient's answer."""
    return article.state in ("attempted", "at_office") and article.witness == "unconfirmed"


def is_witness(article: ArticleFact, state: str, context: Asked) -> bool:
    """Tell whether a telephone was asked: a nominee only if that was his last news."""
    asked = state in ("attempted", "asked_back") and context.article == article.number
    may = article.part == "addressee" or (article.part == "nominee" and asked)
    return asks_witness(article) and may


def unsaid(article: ArticleFact) -> bool:
    """Tell whether the addressee can still deny what was confirmed, perhaps in his name.

    His own code proved a refusal, and an office's verdict or what it took in is no more his alone.
    """
    said = article.state in ("attempted", "at_office") and article.witness == "confirmed"
    more = article.judged or article.final or article.remark == remarks.REFUSED
    return said and not more and article.part == "addressee"


# ---- 1: yes, my code ---------------------------------------------------------------------------


@MACHINE.on(
    Yes,
    to=("code", "quiet", "out", SAME),
    says=(
        *ASKED_BACK,
        *ASK_CODE,
        "remark_confirmed",
        "remark_confirmed_last",
        "nominee_not_now",
        "nominee_thanks",
        *ASK_TAKERS,
    ),
    acts=(IssueCode, ConfirmNumber, ConfirmRemark, AcceptNomination, KillCode),
    tells=("recipient", "article"),
)
def yes(case: Case[Yes, Asked, RecipientFacts]) -> Decision[Asked]:
    """Answer what was asked, or send the code; where neither is, say how a wish is agreed to."""
    decision = _yes(case)
    empty = [each.template for each in decision.says] in (["nothing_waiting"], ["code_not_yet"])
    if empty and case.event.which is None and is_wish_asked(case.facts) and wrote(case.facts):
        return replace(decision, says=(ask_again(case.facts.household),))
    return decision


def _yes(case: Case[Yes, Asked, RecipientFacts]) -> Decision[Asked]:
    article = _meant_by_yes(case)
    if isinstance(article, Say):
        return stay(case, article)
    if article.part == "asked":
        return _accept(case, article)
    if article.state == "attempted" and is_witness(article, case.state, case.context):
        template = "remark_confirmed_last" if article.office_next else "remark_confirmed"
        return Decision(
            "quiet",
            Asked(article.number),
            (digits(template, article),),
            (ConfirmRemark(article.number),),
            (Tell("article", RemarkConfirmed(article.number)),),
        )
    return release_code(case, article)


def _accept(case: Case[Yes, Asked, RecipientFacts], article: ArticleFact) -> Decision[Asked]:
    """Take the article for somebody; the addressee has ten minutes to object."""
    number = article.number
    if article.moves >= trust.MOST_MOVES or article.unsure:  # whose say it was is in doubt
        return stay(case, digits("nominee_not_now", article))
    kill = (KillCode(number, "moved"),) if article.code == "live" else ()
    return Decision(
        "quiet",
        Asked(number),
        (digits("nominee_thanks", article),),
        (*kill, AcceptNomination(number)),
        (Tell("recipient", NomineeAgreed(number)),),
    )


def send_code(case: Case[SendCode | SpeakCode, Asked, RecipientFacts]) -> Decision[Asked]:
    article = _meant_by_yes(case)
    return stay(case, article) if isinstance(article, Say) else release_code(case, article)


_ASKED_FOR = (*ASKED_BACK, *ASK_CODE, "nominee_thanks")
_SENDS = (IssueCode, ConfirmNumber)
MACHINE.on(SendCode, to=("code", "out", SAME), says=_ASKED_FOR, acts=_SENDS)(send_code)


@MACHINE.on(SpeakCode, to=("code", "out", SAME), says=_ASKED_FOR, acts=_SENDS)
def speak_code(case: Case[SpeakCode, Asked, RecipientFacts]) -> Decision[Asked]:
    """Answer as to "send my code", but by a call; by text only what has no spoken words.

    A call costs more than a text: none is made beyond the limit, or to people without post.
    """
    decision, facts = send_code(case), case.facts
    if not (facts.may_call and facts.may_send_code and facts.articles):
        return decision
    return replace(decision, says=tuple(map(_aloud, decision.says)))


def _aloud(say: Say) -> Say:
    return replace(say, channel="voice") if speech().has(say.template) else say


def _meant_by_yes(
    case: Case[Yes | SendCode | SpeakCode, Asked, RecipientFacts],
) -> ArticleFact | Say:
    """Return the article meant, among those that a yes affects or else among open ones."""
    article = meant(case, case.event.which, _answers_yes)
    if isinstance(article, Say) and article.template == "nothing_waiting":
        return meant(case, case.event.which)
    return article


def _answers_yes(article: ArticleFact) -> bool:
    here = article.state in ("out_for_delivery", "at_office")
    return is_open(article) and (here or article.part == "asked" or asks_witness(article))


def release_code(case: Case[Event, Asked, RecipientFacts], article: ArticleFact) -> Decision[Asked]:
    if article.state not in OPEN or article.part == "asked" or not article.linked:
        return stay(case, Say("nothing_waiting"))
    purpose = _purpose(article)
    refusal = _refuse_code(case.facts, article, purpose)
    if refusal is not None:
        decision = stay(case, digits(refusal, article))
        # Before its day there is no code to send, and the doubt ends all the same.
        ends = article.unsure and refusal == "code_not_yet" and wrote(case.facts)
        return replace(decision, acts=(ConfirmNumber(article.number),)) if ends else decision
    if article.unsure and not wrote(case.facts):
        return ask_number(article)
    lives = article.code == "live" and article.code_for == purpose
    acts: tuple[Act, ...] = () if lives else (issue(article, case.facts, purpose),)
    if article.unsure:
        acts = (ConfirmNumber(article.number), *acts)
    return Decision("code", Asked(article.number), (code(article, case.facts, purpose),), acts)


def _purpose(article: ArticleFact) -> Purpose:
    if article.state == "at_office":
        return "window"
    refusing = article.code == "live" and article.code_for == "refusal"
    return "refusal" if refusing else "handover"


def _refuse_code(facts: RecipientFacts, article: ArticleFact, purpose: Purpose) -> str | None:
    """Return the template that says why no code is sent for `article`, or None if it may be."""
    if not article.coded and purpose != "refusal":
        return "no_code_needed"
    if article.state not in ("out_for_delivery", "at_office"):
        return "code_not_yet"
    if article.locked:
        return "code_locked"
    if article.disputed:
        return "code_disputed"
    if article.part == "nominee" and not trust.held_by_nominee(article, facts.now):
        return "nominee_thanks"  # the addressee can still object
    if article.part == "addressee" and trust.held_by_nominee(article, facts.now):
        return "nominee_agreed"  # the code goes there, also one that lives; 5 0 reverses that
    if article.code == "live" and article.code_for == purpose:
        spent = article.code_sends >= MOST_SENDS or not facts.may_send_code
        return "code_wait" if spent else None
    if article.door_only and purpose == "handover":
        return "code_at_door"
    return None if facts.may_send_code else "code_wait"


# ---- 2: no -------------------------------------------------------------------------------------


def _deniable(case: Case[Event, Asked, RecipientFacts]) -> Sensible:
    """Return what "no" can be about: open, just delivered, or the one asked of last."""

    def sensible(article: ArticleFact) -> bool:
        delivered = article.state == "delivered"
        asked = article.number == case.context.article
        return is_open(article) or (delivered and (asked or not article.objected))

    return sensible


def _is_delivered(article: ArticleFact) -> bool:
    """Tell whether "no" can be about it where nothing else is: it may be said again."""
    return article.state == "delivered"


@MACHINE.on(
    Deny,
    to=("quiet", SAME),
    says=(
        *ASKED_BACK, "denied", "not_received", "objection_late", "remark_contested",
        "refusal_denied", "nominee_declined", "exception_contested", "call_no",
    ),
    acts=(
        Unlink, MarkNotReceived, OpenTicket, ContestRemark, KillCode, EndNomination, MarkDoorOnly,
    ),
    tells=("office", "sender", "recipient", "nominee", "article", "move", "exception"),
)  # fmt: skip
def deny(case: Case[Deny, Asked, RecipientFacts]) -> Decision[Asked]:
    article = _denied_of(case, meant(case, case.event.which, _deniable(case)))
    if isinstance(article, Say) and article.template == "nothing_waiting":
        article = meant(case, case.event.which, _is_delivered)
    if isinstance(article, Say):
        return stay(case, article)
    return _and_protest(_denied(case, article), article)


def _and_protest(decision: Decision[Asked], article: ArticleFact) -> Decision[Asked]:
    """Return the decision with which an exception ends too: nobody of his is at the door.

    Not a wish for another telephone: of that, "no" may mean that it is right.
    """
    if article.exception == "none" or article.renumber or not decision.acts:
        return decision
    number = article.number
    return replace(
        decision,
        acts=(*decision.acts, MarkDoorOnly(number)),
        tells=(*decision.tells, Tell("exception", ExceptionDenied(number))),
    )


def _denied(case: Case[Deny, Asked, RecipientFacts], article: ArticleFact) -> Decision[Asked]:
    """Return what "no" means of the article."""
    if article in case.facts.lost:
        return contest_move(article)
    if article.state == "delivered" and case.facts.proof != "keys":
        return _object(case, article)
    if article.state not in OPEN:
        return stay(case, Say("nothing_waiting"))
    if is_witness(article, case.state, case.context) or unsaid(article):
        return _contest(article)
    if article.claimed and article.part != "asked":
        return _complain(article)
    if case.facts.proof == "keys":  # it disowns nothing, and declines nothing (rule 21)
        return stay(case, digits("call_no", article))
    if article.part != "addressee":
        return _decline(article)
    if article.state == "attempted" and article.witness == "contested":
        return stay(case, digits("remark_contested", article))
    if article.code == "live" and article.code_for == "refusal":
        return _deny_refusal(article)
    fresh = (
        article.state == "out_for_delivery"
        and not article.attempts
        # moved here lately, and no code is out
        and (not article.code_issue or (article.document and article.code != "live"))
    )
    # Else a forged no about other post, which puts the telephone in doubt, would take this one too:
    # where a code went there, the operator's word alone makes it an answer to "is it for you?".
    asked = article.unsure and article.whose_asked and article.code != "live"
    asked_whose = asked and (not article.code_issue or article.withdrawn)
    if article.state == "booked" or fresh or (asked_whose and article.state == "out_for_delivery"):
        return _not_mine(article)
    return _complain(article)  # after a code or a visit, "no" does not say whose article it is


def _denied_of(
    case: Case[Deny, Asked, RecipientFacts], found: ArticleFact | Say
) -> ArticleFact | Say:
    """Return what left this telephone, where that was mentioned last or can alone be meant."""
    if case.facts.proof == "keys":  # it says of no handover that it was none (rule 21)
        return found
    lost = lost_and_handed_over(case, case.event.which)
    last = [each for each in lost if each.number == case.context.article]
    if last:
        return last[0]
    nothing = isinstance(found, Say) and found.template == "nothing_waiting"
    if not (nothing and lost):
        return found
    return lost[-1] if len(lost) == 1 else which_of(lost)


def which_of(articles: Sequence[ArticleFact]) -> Say:
    """Return the question which of several articles, of which the last two are named, is meant."""
    newest, other = articles[-1], articles[-2]
    if newest.digits == other.digits:
        return Say("which_number", {"digits": newest.digits})
    return Say("which_article", {"digits": newest.digits, "other": other.digits})


def lost_and_handed_over(
    case: Case[Event, Asked, RecipientFacts], which: str | None
) -> tuple[ArticleFact, ...]:
    """Return what left this telephone, and was handed over so lately that it can be contested."""
    now = case.facts.now
    return tuple(
        each
        for each in case.facts.lost
        if which in (None, each.number, each.digits) and trust.may_object(each, now)
    )


def _object(case: Case[Event, Asked, RecipientFacts], article: ArticleFact) -> Decision[Asked]:
    """Freeze the closure, open a ticket and tell the postmaster: the article was not received.

    Also where it was said before: a text in its telephone's name is not to spend the word of who
    has it, once the ticket of that is closed.
    """
    assert article.delivered_at is not None
    if is_contestable(article, case.facts.now):
        return contest_exception(article)
    plain = case.facts.now - article.delivered_at <= OBJECT_WITHIN
    if not (trust.may_object(article, case.facts.now) if article.on_word else plain):
        return stay(case, digits("objection_late", article))
    return not_received(article)


def not_received(article: ArticleFact) -> Decision[Asked]:
    """Note that what was handed over never came."""
    number = article.number
    return Decision(
        "quiet",
        Asked(number),
        (digits("not_received", article),),
        (*_marked(article), OpenTicket("not_received", number)),
        (Tell("office", NotReceived(number)),),
    )


def _marked(article: ArticleFact) -> tuple[Act, ...]:
    """Return the mark of an objection, which an article has once; its ticket may come again."""
    return () if article.objected else (MarkNotReceived(article.number),)


def is_contestable(article: ArticleFact, now: datetime) -> bool:
    """Tell whether it was handed over without its code, and he can still say that it was wrong."""
    return article.excepted and _is_late_enough(article, now)


def is_on_word(article: ArticleFact, now: datetime) -> bool:
    """Tell the same of what was handed over on a household's word, or without network."""
    return article.on_word and _is_late_enough(article, now)


def _is_late_enough(article: ArticleFact, now: datetime) -> bool:
    mine = article.part != "asked" and article.state == "delivered"
    return mine and trust.may_object(article, now)


def contest_exception(article: ArticleFact) -> Decision[Asked]:
    """Open a ticket that counts against the postman (docs/developing/trust.md rule 17)."""
    number = article.number
    return Decision(
        "quiet",
        Asked(number),
        (digits("exception_contested", article),),
        (*_marked(article), OpenTicket("exception", number)),
        (Tell("office", ExceptionContested(number)),),
    )


def contest_move(article: ArticleFact) -> Decision[Asked]:
    """Note that it was handed over after its code went to another telephone, against his will.

    Whoever has the other telephone may have said before that it never came. Who disowned it does
    not say whose it was: an office looks, and nobody's figures are changed by it.
    """
    number = article.number
    noted = () if article.disowned else _marked(article)
    return Decision(
        "quiet",
        Asked(number),
        (digits("exception_contested", article),),
        (*noted, OpenTicket("move", number)),
        (Tell("office", MoveDisputed(number)),),
    )


def _complain(article: ArticleFact) -> Decision[Asked]:
    """Open a ticket for an article that was on its way and has not come."""
    number = article.number
    return Decision(
        "quiet",
        Asked(number),
        (digits("not_received", article),),
        (OpenTicket("not_received", number),),
        (Tell("office", RemarkContested(number)),),
    )


def _decline(article: ArticleFact) -> Decision[Asked]:
    """End the nomination of the person who was asked or had agreed."""
    number = article.number
    acts: tuple[Act, ...] = (EndNomination(number, "refused"),)
    if article.part == "nominee" and article.code == "live":
        acts = (KillCode(number, "moved"), *acts)
    return Decision(
        "quiet",
        Asked(number),
        (digits("nominee_declined", article),),
        acts,
        (Tell("recipient", NomineeRefused(number)),),
    )


def _contest(article: ArticleFact) -> Decision[Asked]:
    """Contest the remark: it does not count (docs/developing/domain.md rule 4)."""
    number = article.number
    return Decision(
        "quiet",
        Asked(number),
        (digits("remark_contested", article),),
        (ContestRemark(number), OpenTicket("contested", number)),
        (Tell("office", RemarkContested(number)), Tell("article", RemarkContested(number))),
    )


def _deny_refusal(article: ArticleFact) -> Decision[Asked]:
    number = article.number
    return Decision(
        "quiet",
        Asked(number),
        (digits("refusal_denied", article),),
        (KillCode(number, "remark"), OpenTicket("contested", number)),
        (Tell("office", RefusalDenied(number)),),
    )


def _not_mine(article: ArticleFact) -> Decision[Asked]:
    """Unlink a wrong number at once, without naming anyone."""
    number = article.number
    acts: tuple[Act, ...] = (Unlink(number), OpenTicket("wrong_number", number))
    if article.nominee != "none":
        acts = (EndNomination(number, "taken_back"), *acts)
    if article.code == "live":
        acts = (KillCode(number, "moved"), *acts)
    tells: tuple[Tell, ...] = (
        Tell("office", Denied(number)),
        Tell("sender", Unlinked(number)),
        Tell("article", Unlinked(number)),
    )
    if article.nominee != "none":
        tells = (*tells, Tell("nominee", NominationEnded(number)))
    if article.asked:  # another telephone waits for just that word
        tells = (*tells, Tell("move", MoveAgreed(number)))
    return Decision("quiet", Asked(), (digits("denied", article),), acts, tells)
