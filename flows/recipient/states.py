"""The recipient's conversation: its states, and what it is told about the article.

Its answers: answers.py (1, 2), fraud.py (3), wishes.py (4, 5) and anytime.py (8, 9, 0). The state
says what the telephone was told last; `context.article` names the article that a bare digit is
about. Rules: docs/developing/domain.md rules 4 to 9, and "Phone manners" there. A nominee, who
accepts the article in the addressee's place, has the same conversation: what he may do depends on
his `part` in the facts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from flows import remarks
from flows.acts.codes import IssueCode
from flows.decision import Asked, Decision, Say
from flows.events import Event
from flows.facts import ArticleFact, Purpose, RecipientFacts
from flows.happenings import (
    Approached,
    Attempted,
    Booked,
    CameToOffice,
    Collected,
    Excepted,
    ExceptionAsked,
    HandedOver,
    Happening,
    HerdWarned,
    HoldExtended,
    Nominated,
    NominationEnded,
    NomineeAgreed,
    NomineeRefused,
    OfflineClaimed,
    Recalled,
    RefusalClaimed,
    Refused,
    Reminded,
    Returned,
    SignedFor,
    TakenBack,
    TriesRanOut,
    WentOut,
)
from flows.machine import SAME, Case, Handler, Machine, State
from flows.status import named_pieces
from flows.trust import offline
from india import calendar
from messages.catalogue import CHECK, SHOWN

DAY = 24 * 3600
OPEN = ("booked", "out_for_delivery", "attempted", "at_office")

MACHINE = Machine(
    name="recipient",
    meaning="the holder of the telephone given at booking, or the person who agreed to accept it",
    states=(
        State("quiet", "no question waits for an answer"),
        State("booked", "told that an article is coming", 30 * DAY, "quiet"),
        State("out", "told that the article is out for delivery", DAY, "quiet"),
        State("code", "holds a code", DAY, "quiet"),
        State("attempted", "asked whether the postman's remark is true", 3 * DAY, "quiet"),
        State(
            "asked_back",
            "asked what own words meant: only digits answer",
            3 * DAY,
            "quiet",
        ),
        State("asked", "asked to accept the article for somebody", 3 * DAY, "quiet"),
        State("at_office", "told that the article waits at the office", 15 * DAY, "quiet"),
        State("reported", "reported that somebody asked for the code", DAY, "quiet"),
        State("delivered", "told that the article was handed over", DAY, "quiet"),
    ),
    context=Asked(),
    facts=RecipientFacts,
)

Sensible = Callable[[ArticleFact], bool]


def is_open(article: ArticleFact) -> bool:
    """Tell whether the article can still be delivered, returned or recalled."""
    return article.state in OPEN


def fact(case: Case[Event, Asked, RecipientFacts], number: str) -> ArticleFact:
    """Return the article `number` of the facts."""
    facts = case.facts
    return next(article for article in facts.articles if article.number == number)


def meant(
    case: Case[Event, Asked, RecipientFacts], which: str | None, sensible: Sensible = is_open
) -> ArticleFact | Say:
    """Return the article that an answer is about: the one named, else the one asked of last.

    Without either, return the only one for which the answer makes sense; if there are several, or
    none, return the text that says so: nothing is guessed.
    """
    facts = case.facts
    if which is not None:
        named = [a for a in facts.articles if which in (a.number, a.digits)]
        fitting = [a for a in named if sensible(a)] or named
        if len(fitting) > 1:
            return Say("which_number", {"digits": fitting[0].digits})
        return fitting[0] if fitting else Say("nothing_waiting")
    waiting = [a for a in facts.articles if sensible(a)]
    for article in waiting:
        if article.number == case.context.article:
            return article
    if len(waiting) > 1:
        newest = {"digits": waiting[-1].digits, "other": waiting[-2].digits}
        return Say("which_article", newest)
    return waiting[0] if waiting else Say("nothing_waiting")


ASKED_BACK = ("nothing_waiting", "which_article", "which_number")


def digits(template: str, article: ArticleFact) -> Say:
    """Return a text that names the article by its last digits."""
    return Say(template, {"digits": article.digits}, article.number)


def by_day(template: str, article: ArticleFact, day: date) -> Say:
    """Return a text that names the article and a day."""
    return Say(template, {"digits": article.digits, "day": calendar.name(day)}, article.number)


def _to_pay(template: str, article: ArticleFact) -> Say:
    return Say(template, {"digits": article.digits, "amount": article.amount}, article.number)


_CODE_TEMPLATES: dict[Purpose, str] = {
    "handover": "code",
    "window": "window_code",
    "refusal": "refusal_code",
}
CODES = tuple(_CODE_TEMPLATES.values())


def code(article: ArticleFact, facts: RecipientFacts, purpose: Purpose) -> Say:
    """Return the text with a code, the digits that must be said first, and the amount to pay.

    Where a door without network is provided for, it also shows the three digits of the slip.
    """
    say = _to_pay(_CODE_TEMPLATES[purpose], article)
    if purpose == "refusal":
        say = digits("refusal_code", article)
    if purpose == "handover" and facts.offline and offline(article) is None:
        say = replace(say, values={**say.values, CHECK: SHOWN})
    return Say(say.template, say.values, article.number, code_of=article.number)


def issue(article: ArticleFact, facts: RecipientFacts, purpose: Purpose = "handover") -> IssueCode:
    """Return the act for a new code, which lives as long as the office's rules say."""
    expires_at = facts.now + timedelta(seconds=facts.code_ttl)
    if facts.release == "dispatch" and purpose == "handover":
        expires_at = max(expires_at, facts.day_end)
    moves_at = article.holds_from
    if moves_at is not None and moves_at > facts.now:  # then the nominee has the code
        expires_at = min(expires_at, moves_at)
    return IssueCode(article.number, expires_at, purpose)


def lives_long_enough(article: ArticleFact, facts: RecipientFacts, purpose: Purpose) -> bool:
    """Tell whether half of a code's life is left: then the same code is used again.

    A life is never extended (docs/developing/domain.md rule 6).
    """
    if article.code != "live" or article.code_expires_at is None or article.code_for != purpose:
        return False
    return article.code_expires_at - facts.now >= timedelta(seconds=facts.code_ttl / 2)


def stay(case: Case[Event, Asked, RecipientFacts], *says: Say) -> Decision[Asked]:
    """Leave the conversation as it is."""
    return Decision(case.state, case.context, says)


# ---- on its way --------------------------------------------------------------------------------


@MACHINE.on(Booked, to=("booked",), says=("booked", "booked_plain", "privacy_notice"))
def booked(case: Case[Happening, Asked, RecipientFacts]) -> Decision[Asked]:
    article = fact(case, case.event.article)
    template = "booked" if article.coded else "booked_plain"
    says = [Say(template, {"article": article.number}, article.number)]
    if case.facts.notice:  # of the data protection law, in the words of this person
        says.append(Say("privacy_notice", {"days": case.facts.notice}))
    return Decision("booked", Asked(article.number), tuple(says))


@MACHINE.on(
    WentOut,
    to=("out", "code"),
    says=(
        *("out_for_delivery", "out_window", "out_window_staff", "out_plain", "code"),
        "number_asked",
    ),
    acts=(IssueCode,),
)
def went_out(case: Case[WentOut, Asked, RecipientFacts]) -> Decision[Asked]:
    article, facts = fact(case, case.event.article), case.facts
    asked = Asked(article.number)
    if not article.coded:
        return Decision("out", asked, (_to_pay("out_plain", article),))
    if article.unsure:
        return ask_number(article)
    kept = article.door_only or article.locked or article.disputed
    if facts.release == "dispatch" and not kept:
        says = (code(article, facts, "handover"),)
        return Decision("code", asked, says, (issue(article, facts),))
    return Decision("out", asked, (_out(case.event, article),))


_LONGEST_POSTMAN = 8  # of his staff id, in a text of one segment


def _out(event: WentOut, article: ArticleFact) -> Say:
    """Return the morning's text: with the hours of the visit where the beat keeps them.

    DLT takes three variables at most: what is to be paid is worth more than who comes.
    """
    if event.hour is None:
        return _to_pay("out_for_delivery", article)
    values: dict[str, int | str] = {"digits": article.digits, "hour": event.hour}
    if article.amount or not 0 < len(event.staff) <= _LONGEST_POSTMAN:
        return Say("out_window", {**values, "amount": article.amount}, article.number)
    return Say("out_window_staff", {**values, "postman": event.staff}, article.number)


# ---- at the door -------------------------------------------------------------------------------


@MACHINE.on(Approached, to=("code", "out", SAME), says=("code", "number_asked"), acts=(IssueCode,))
def approached(case: Case[Approached, Asked, RecipientFacts]) -> Decision[Asked]:
    article = fact(case, case.event.article)
    if not article.coded or article.locked or article.disputed:
        return stay(case)
    return _release(case, article, "handover")


@MACHINE.on(
    RefusalClaimed, to=("code", "out"), says=("refusal_code", "number_asked"), acts=(IssueCode,)
)
def refusal_claimed(case: Case[RefusalClaimed, Asked, RecipientFacts]) -> Decision[Asked]:
    return _release(case, fact(case, case.event.article), "refusal")


def ask_number(article: ArticleFact) -> Decision[Asked]:
    """Ask a telephone in doubt whether the article is for the person who has it.

    Its 1 is a yes that brings the code, its 2 says that the article is not for them.
    """
    return Decision("out", Asked(article.number), (digits("number_asked", article),))


def _release(
    case: Case[Event, Asked, RecipientFacts], article: ArticleFact, purpose: Purpose
) -> Decision[Asked]:
    if article.unsure:
        return ask_number(article)
    lives = lives_long_enough(article, case.facts, purpose)
    acts = () if lives else (issue(article, case.facts, purpose),)
    return Decision("code", Asked(article.number), (code(article, case.facts, purpose),), acts)


def told(state: str, template: str) -> Handler[Happening, Asked, RecipientFacts]:
    """Return a handler that says `template` about the article and goes to `state`.

    `SAME`: what a bare digit is about remains as well.
    """

    def handler(case: Case[Happening, Asked, RecipientFacts]) -> Decision[Asked]:
        article = fact(case, case.event.article)
        if state == SAME:
            return stay(case, digits(template, article))
        return Decision(state, Asked(article.number), (digits(template, article),))

    return handler


@MACHINE.on(HandedOver, to=("delivered",), says=("delivered", "delivered_on", "delivered_missing"))
def handed_over(case: Case[HandedOver, Asked, RecipientFacts]) -> Decision[Asked]:
    """Say that it came, on which day if not today, and name the pieces that did not."""
    article, on = fact(case, case.event.article), case.event.on
    came = digits("delivered", article) if on is None else by_day("delivered_on", article, on)
    say = _without(case.event.missing, article) or came
    return Decision("delivered", Asked(article.number), (say,))


@MACHINE.on(Collected, to=("delivered",), says=("collected", "delivered_missing"))
def collected(case: Case[Collected, Asked, RecipientFacts]) -> Decision[Asked]:
    """Say that it was collected, and name the pieces that were not there."""
    article = fact(case, case.event.article)
    say = _without(case.event.missing, article) or digits("collected", article)
    return Decision("delivered", Asked(article.number), (say,))


def _without(missing: tuple[int, ...], article: ArticleFact) -> Say | None:
    if not missing:
        return None
    values = {"digits": article.digits, "pieces": named_pieces(missing)}
    return Say("delivered_missing", values, article.number)


def given(template: str) -> Handler[HandedOver, Asked, RecipientFacts]:
    """Return a handler that says how it was handed over, and names the pieces that did not come."""

    def handler(case: Case[HandedOver, Asked, RecipientFacts]) -> Decision[Asked]:
        article = fact(case, case.event.article)
        without = _without(case.event.missing, article)
        says = (digits(template, article), *((without,) if without else ()))
        return Decision("delivered", Asked(article.number), says)

    return handler


MACHINE.on(SignedFor, to=("delivered",), says=("signed_for", "delivered_missing"))(
    given("signed_for")
)
MACHINE.on(Excepted, to=("delivered",), says=("exception_done", "delivered_missing"))(
    given("exception_done")
)
MACHINE.on(Refused, to=("quiet",), says=("refused",))(told("quiet", "refused"))
MACHINE.on(TriesRanOut, to=("out",), says=("code_locked",))(told("out", "code_locked"))


@MACHINE.on(ExceptionAsked, says=("exception_asked", "number_wrong"))
def exception_asked(case: Case[ExceptionAsked, Asked, RecipientFacts]) -> Decision[Asked]:
    """Tell that the office is asked to do without a code, or to change the telephone.

    A bare 3 is about that.
    """
    article = fact(case, case.event.article)
    template = "number_wrong" if case.event.renumber else "exception_asked"
    return Decision(case.state, Asked(article.number), (digits(template, article),))


@MACHINE.on(OfflineClaimed, says=("offline_claimed", "offline_unproven"))
def offline_claimed(case: Case[OfflineClaimed, Asked, RecipientFacts]) -> Decision[Asked]:
    """Tell what the postman says, and ask: a bare 2 is about that."""
    article = fact(case, case.event.article)
    template = "offline_claimed" if case.event.wrong else "offline_unproven"
    return Decision(case.state, Asked(article.number), (digits(template, article),))


@MACHINE.on(
    Attempted,
    to=("attempted",),
    says=tuple(f"attempted_{each}" for each in remarks.QUESTIONS),
)
def attempted(case: Case[Attempted, Asked, RecipientFacts]) -> Decision[Asked]:
    """Ask the witness whether the remark is true (docs/developing/domain.md rule 4)."""
    article = fact(case, case.event.article)
    say = question(article, case.event.remark)
    return Decision("attempted", Asked(article.number), (say,))


def question(article: ArticleFact, remark: int) -> Say:
    """Return the question whether the postman's `remark` is true."""
    return digits(f"attempted_{remarks.question_of(remark)}", article)


@MACHINE.on(TakenBack, to=("out", SAME), says=("undone",))
def taken_back(case: Case[TakenBack, Asked, RecipientFacts]) -> Decision[Asked]:
    article = fact(case, case.event.article)
    if case.event.what == "approach":
        return stay(case)  # the dead code is not news: the next one announces itself
    return Decision("out", Asked(article.number), (digits("undone", article),))


# ---- at the office, and back -------------------------------------------------------------------


@MACHINE.on(CameToOffice, HoldExtended, to=("at_office",), says=("at_office", "at_office_last"))
def at_office(case: Case[Happening, Asked, RecipientFacts]) -> Decision[Asked]:
    article = fact(case, case.event.article)
    return Decision("at_office", Asked(article.number), (say_at_office(article),))


def can_be_brought(article: ArticleFact) -> bool:
    """Tell whether it waits at the office for its addressee's wish alone: a visit is left."""
    return article.state == "at_office" and article.part == "addressee" and not article.office_next


def say_at_office(article: ArticleFact) -> Say:
    """Return the text that says until when the article waits at the office."""
    assert article.held_until is not None
    template = "at_office_last" if article.extended else "at_office"
    return by_day(template, article, article.held_until)


@MACHINE.on(Reminded, to=("at_office",), says=("reminder",))
def reminded(case: Case[Reminded, Asked, RecipientFacts]) -> Decision[Asked]:
    article = fact(case, case.event.article)
    assert article.held_until is not None
    say = by_day("reminder", article, article.held_until)
    return Decision("at_office", Asked(article.number), (say,))


MACHINE.on(Returned, to=("quiet",), says=("returned",))(told("quiet", "returned"))
MACHINE.on(Recalled, to=("quiet",), says=("recalled",))(told("quiet", "recalled"))


# ---- somebody else -----------------------------------------------------------------------------

MACHINE.on(Nominated, to=("asked",), says=("nominee_ask",))(told("asked", "nominee_ask"))
MACHINE.on(NominationEnded, to=("quiet",), says=("nominee_ended",))(told("quiet", "nominee_ended"))


@MACHINE.on(NomineeAgreed, says=("nominee_agreed",))
def nominee_agreed(case: Case[NomineeAgreed, Asked, RecipientFacts]) -> Decision[Asked]:
    return stay(case, digits("nominee_agreed", fact(case, case.event.article)))


@MACHINE.on(NomineeRefused, says=("nominee_refused",))
def nominee_refused(case: Case[NomineeRefused, Asked, RecipientFacts]) -> Decision[Asked]:
    return stay(case, digits("nominee_refused", fact(case, case.event.article)))


@MACHINE.on(HerdWarned, says=("herd_warning",))
def herd_warned(case: Case[HerdWarned, Asked, RecipientFacts]) -> Decision[Asked]:
    return stay(case, Say("herd_warning"))
