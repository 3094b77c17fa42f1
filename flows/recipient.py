"""The recipient's conversation: news of the article, the code, and answers of one digit.

The state says what the telephone was told last; `context.article` names the article that a bare
digit is about. Rules: DOMAIN.md 6-9, phone manners.
"""

from __future__ import annotations

from datetime import timedelta

from flows import status
from flows.decision import (
    Act,
    Asked,
    Decision,
    IssueCode,
    KillCode,
    MarkDenied,
    MarkDoorOnly,
    MarkNotReceived,
    Say,
    Tell,
)
from flows.events import (
    Approached,
    AskMenu,
    AskStatus,
    Attempted,
    Booked,
    Denied,
    Deny,
    FraudReported,
    HandedOver,
    NotReceived,
    NotUnderstood,
    ReportFraud,
    SendCode,
    TakenBack,
    ToldCode,
    TriesRanOut,
    WentOut,
)
from flows.facts import ArticleFact, RecipientFacts
from flows.machine import SAME, Machine, State, Turn

DAY = 24 * 3600
MOST_SENDS = 5  # of one code: whoever asks more often is told to read the last text
OPEN = ("booked", "out_for_delivery", "attempted", "at_office")

MACHINE = Machine(
    name="recipient",
    meaning="whoever holds the telephone that was given at booking",
    states=(
        State("quiet", "nothing was said that waits for an answer"),
        State("booked", "told that an article is coming", 30 * DAY, "quiet"),
        State("out", "told that the article is out for delivery", DAY, "quiet"),
        State("code", "holds a code", DAY, "quiet"),
        State("attempted", "told that the handover failed", DAY, "quiet"),
        State("reported", "reported that somebody asked for the code", DAY, "quiet"),
        State("delivered", "told that the article was handed over", DAY, "quiet"),
    ),
    context=Asked(),
)

# Words for the remark groups of DOMAIN rule 5; what is not here is told as `attempted_other`.
_ATTEMPTED = {
    **dict.fromkeys((11, 12, 16), "attempted_absent"),
    **dict.fromkeys((13, 14, 15), "attempted_address"),
    17: "attempted_refused",
    **dict.fromkeys((19, 20), "attempted_money"),
    **dict.fromkeys((26, 27), "attempted_code"),
}


def _fact(turn: Turn, number: str) -> ArticleFact:
    facts: RecipientFacts = turn.facts
    return next(article for article in facts.articles if article.number == number)


def _meant(turn: Turn, which: str | None) -> ArticleFact | None:
    """The article that an answer is about: the one named, else the one asked of last.

    Without either, the only one open; None where that would be a guess or there is none.
    """
    facts: RecipientFacts = turn.facts
    if which is not None:
        named = [a for a in facts.articles if which in (a.number, a.digits)]
        return named[-1] if len(named) == 1 else None
    asked = next((a for a in facts.articles if a.number == turn.context.article), None)
    if asked is not None and (asked.state in OPEN or turn.state == "delivered"):
        return asked
    waiting = [a for a in facts.articles if a.state in OPEN]
    return waiting[0] if len(waiting) == 1 else None


def _digits(template: str, article: ArticleFact) -> Say:
    return Say(template, {"digits": article.digits}, article.number)


def _to_pay(template: str, article: ArticleFact) -> Say:
    return Say(template, {"digits": article.digits, "amount": article.amount}, article.number)


def _code(article: ArticleFact) -> Say:
    """The one text that carries a code, with the digits that the postman must say first."""
    return Say(
        "code",
        {"digits": article.digits, "amount": article.amount},
        article.number,
        code_of=article.number,
    )


def _stay(turn: Turn, *says: Say) -> Decision:
    return Decision(turn.state, turn.context, says)


# ---- what happens to the article ---------------------------------------------------------------


@MACHINE.on(Booked, to=("booked",), says=("booked", "booked_plain"))
def booked(turn: Turn) -> Decision:
    article = _fact(turn, turn.event.article)
    template = "booked" if article.otp_required else "booked_plain"
    say = Say(template, {"article": article.number}, article.number)
    return Decision("booked", Asked(article.number), (say,))


@MACHINE.on(
    WentOut,
    to=("out", "code"),
    says=("out_for_delivery", "out_plain", "code"),
    acts=(IssueCode,),
)
def went_out(turn: Turn) -> Decision:
    article, facts = _fact(turn, turn.event.article), turn.facts
    asked = Asked(article.number)
    if not article.otp_required:
        return Decision("out", asked, (_to_pay("out_plain", article),))
    if facts.release == "dispatch" and not article.door_only and not article.locked:
        return Decision("code", asked, (_code(article),), (_issue(article, facts),))
    return Decision("out", asked, (_to_pay("out_for_delivery", article),))


@MACHINE.on(
    Approached,
    to=("code", SAME),
    says=("code",),
    acts=(IssueCode,),
)
def approached(turn: Turn) -> Decision:
    article, facts = _fact(turn, turn.event.article), turn.facts
    if not article.otp_required or article.locked:
        return _stay(turn)
    acts = () if _lives_long_enough(article, facts) else (_issue(article, facts),)
    return Decision("code", Asked(article.number), (_code(article),), acts)


def _issue(article: ArticleFact, facts: RecipientFacts) -> IssueCode:
    expires_at = facts.now + timedelta(seconds=facts.code_ttl)
    if facts.release == "dispatch":
        expires_at = max(expires_at, facts.day_end)
    return IssueCode(article.number, expires_at)


def _lives_long_enough(article: ArticleFact, facts: RecipientFacts) -> bool:
    """Half of a code's life is left: the same code serves. A life is never made longer (rule 6)."""
    if article.code != "live" or article.code_expires_at is None:
        return False
    return article.code_expires_at - facts.now >= timedelta(seconds=facts.code_ttl / 2)


@MACHINE.on(HandedOver, to=("delivered",), says=("delivered",))
def handed_over(turn: Turn) -> Decision:
    article = _fact(turn, turn.event.article)
    return Decision("delivered", Asked(article.number), (_digits("delivered", article),))


@MACHINE.on(
    Attempted, to=("attempted",), says=(*sorted(set(_ATTEMPTED.values())), "attempted_other")
)
def attempted(turn: Turn) -> Decision:
    article = _fact(turn, turn.event.article)
    template = _ATTEMPTED.get(turn.event.remark, "attempted_other")
    return Decision("attempted", Asked(article.number), (_digits(template, article),))


@MACHINE.on(TakenBack, to=("out", SAME), says=("undone",))
def taken_back(turn: Turn) -> Decision:
    article = _fact(turn, turn.event.article)
    if turn.event.what == "approach":
        return _stay(turn)  # the dead code is no news: the next one says so by coming
    return Decision("out", Asked(article.number), (_digits("undone", article),))


@MACHINE.on(TriesRanOut, to=("out",), says=("code_locked",))
def tries_ran_out(turn: Turn) -> Decision:
    article = _fact(turn, turn.event.article)
    return Decision("out", Asked(article.number), (_digits("code_locked", article),))


# ---- what the recipient answers ----------------------------------------------------------------


@MACHINE.on(
    SendCode,
    to=("code", SAME),
    says=(
        "code",
        "nothing_waiting",
        "no_code_needed",
        "code_not_yet",
        "code_locked",
        "code_at_door",
        "code_wait",
    ),
    acts=(IssueCode,),
)
def send_code(turn: Turn) -> Decision:
    article = _meant(turn, turn.event.which)
    if article is None or article.state not in OPEN:
        return _stay(turn, Say("nothing_waiting"))
    refusal = _refuse_code(turn, article)
    if refusal is not None:
        return _stay(turn, _digits(refusal, article))
    acts = () if article.code == "live" else (_issue(article, turn.facts),)
    return Decision("code", Asked(article.number), (_code(article),), acts)


def _refuse_code(turn: Turn, article: ArticleFact) -> str | None:
    """The template that says why no code goes out for `article`, or None where it may."""
    if not article.otp_required:
        return "no_code_needed"
    if article.state != "out_for_delivery":
        return "code_not_yet"
    if article.locked:
        return "code_locked"
    if article.code == "live":
        spent = article.code_sends >= MOST_SENDS or not turn.facts.may_send_code
        return "code_wait" if spent else None
    if article.door_only:
        return "code_at_door"
    return None if turn.facts.may_send_code else "code_wait"


@MACHINE.on(
    Deny,
    to=("quiet", SAME),
    says=("denied", "not_received", "nothing_waiting"),
    acts=(MarkDenied, MarkNotReceived),
    tells=("office",),
)
def deny(turn: Turn) -> Decision:
    article = _meant(turn, turn.event.which)
    if article is None:
        return _stay(turn, Say("nothing_waiting"))
    number = article.number
    if article.state == "delivered":
        return Decision(
            "quiet",
            Asked(number),
            (_digits("not_received", article),),
            (MarkNotReceived(number),),
            (Tell("office", NotReceived(number)),),
        )
    if article.state not in OPEN:
        return _stay(turn, Say("nothing_waiting"))
    return Decision(
        "quiet",
        Asked(number),
        (_digits("denied", article),),
        (MarkDenied(number),),
        (Tell("office", Denied(number)),),
    )


@MACHINE.on(
    ReportFraud,
    to=("reported", SAME),
    says=("fraud_noted", "fraud_heard"),
    acts=(KillCode, MarkDoorOnly),
    tells=("postman", "office"),
)
def report_fraud(turn: Turn) -> Decision:
    article = _meant(turn, turn.event.which)
    if article is None:
        return _stay(turn, Say("fraud_heard"))
    number = article.number
    acts: tuple[Act, ...] = (MarkDoorOnly(number),)
    office = Tell("office", FraudReported(number))
    if article.state not in OPEN:  # "status not updated, tell the code": no code is needed now
        return Decision("reported", Asked(number), (Say("fraud_heard"),), acts, (office,))
    if article.code == "live":
        acts = (KillCode(number, "fraud"), *acts)
    return Decision(
        "reported",
        Asked(number),
        (_digits("fraud_noted", article),),
        acts,
        (Tell("postman", FraudReported(number)), office),
    )


@MACHINE.on(ToldCode, says=("code_kept",))
def told_code(turn: Turn) -> Decision:
    return _stay(turn, Say("code_kept"))


@MACHINE.on(AskStatus, to=(SAME,), says=(*status.TEMPLATES, "nothing_waiting"))
def ask_status(turn: Turn) -> Decision:
    facts: RecipientFacts = turn.facts
    article = next((a for a in facts.articles if a.number == turn.event.article), None)
    if article is None:
        return _stay(turn, Say("nothing_waiting"))
    return Decision(turn.state, Asked(article.number), (status.say(article),))


@MACHINE.on(AskMenu, NotUnderstood, says=("recipient_menu",))
def menu(turn: Turn) -> Decision:
    return _stay(turn, Say("recipient_menu"))
