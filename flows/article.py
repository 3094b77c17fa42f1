"""The article's own conversation: what the office owes it when nobody writes.

It records what happens to the article and waits; the end of a time limit brings the next step: to
the office after two attempts, a reminder on the fifth day there, back after the seventh
(docs/developing/domain.md rule 3). Every state that is not final has a time limit, so no article is
forgotten.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flows.acts.codes import KillCode
from flows.acts.hold import KeepAtOffice, KeepByWish, ReturnToSender
from flows.acts.lists import GiveBack
from flows.acts.remarks import MakeFinal
from flows.acts.reports import OpenTicket
from flows.decision import Act, Decision, Nothing, Tell
from flows.events import Event, TimedOut
from flows.facts import ClockFacts
from flows.happenings import (
    Attempted,
    Booked,
    CameToOffice,
    Collected,
    DayChosen,
    Excepted,
    GivenBack,
    GivenOnWord,
    HandedOver,
    Happening,
    HoldExtended,
    Overlooked,
    Recalled,
    Refused,
    Relinked,
    RemarkConfirmed,
    RemarkContested,
    Reminded,
    Returned,
    SignedFor,
    TakenBack,
    TakenIn,
    Unlinked,
    WentOut,
    WishKeeps,
)
from flows.machine import SAME, Case, Machine, State
from flows.postman.visit import concerned
from flows.recipient.wishes import OFFICE_DAYS
from flows.trust import KEPT_BY_WISH
from india import calendar

HOUR = 3600
DAY = 24 * HOUR
# How long the recipient may take to answer (docs/developing/domain.md rule 4).
WITNESS_SECONDS = 4 * HOUR
REMIND_BEFORE = timedelta(days=2)  # of seven days: on the fifth

MACHINE = Machine(
    name="article",
    meaning="the article itself: what the office owes it",
    states=(
        State("booked", "on its way to the office", 10 * DAY, times_out=True),
        State("out", "with the postman", 2 * DAY, times_out=True),
        State("witness", "a remark waits for its witness", WITNESS_SECONDS, times_out=True),
        State("waiting", "waits for the next delivery list", 10 * DAY, times_out=True),
        State("at_office", "waits at the office to be collected", 30 * DAY, times_out=True),
        State("reminded", "the recipient was reminded to collect it", 20 * DAY, times_out=True),
        State("refused", "refused by code: the office sends it back", DAY, times_out=True),
        State("unlinked", "no telephone of the recipient is known", 3 * DAY, times_out=True),
        State("searched", "a person looks for it, with a ticket"),
        State("over", "handed over, returned or recalled"),
    ),
    context=Nothing(),
    facts=ClockFacts,
)


def _go(state: str, *tells: Tell, until: datetime | None = None) -> Decision[Nothing]:
    return Decision(state, Nothing(), (), (), tells, until)


@MACHINE.on(Booked, to=("booked",))
def booked(case: Case[Booked, Nothing, ClockFacts]) -> Decision[Nothing]:
    return _go("booked")


@MACHINE.on(WentOut, to=("out",))
def went_out(case: Case[WentOut, Nothing, ClockFacts]) -> Decision[Nothing]:
    return _go("out")


# Collected: only in sprints of before flows/window.py decided what is fetched at the window.
@MACHINE.on(HandedOver, SignedFor, Excepted, GivenOnWord, Recalled, Collected, to=("over",))
def over(case: Case[Happening, Nothing, ClockFacts]) -> Decision[Nothing]:
    return _go("over")


@MACHINE.on(Attempted, to=("witness",))
def attempted(case: Case[Attempted, Nothing, ClockFacts]) -> Decision[Nothing]:
    return _go("witness")


@MACHINE.on(Refused, to=("refused",))
def refused(case: Case[Refused, Nothing, ClockFacts]) -> Decision[Nothing]:
    return _go("refused")


@MACHINE.on(TakenBack, to=("out",))
def taken_back(case: Case[TakenBack, Nothing, ClockFacts]) -> Decision[Nothing]:
    return _go("out")


@MACHINE.on(DayChosen, GivenBack, to=("waiting", SAME))
def day_chosen(case: Case[Happening, Nothing, ClockFacts]) -> Decision[Nothing]:
    """Wait for a list; what lies at the office can be fetched until then, and its clock goes on."""
    return stay(case) if case.facts.article.state == "at_office" else _go("waiting")


@MACHINE.on(Relinked, to=("waiting", SAME))
def relinked(case: Case[Relinked, Nothing, ClockFacts]) -> Decision[Nothing]:
    """Leave an article whose number is corrected at the door with its postman."""
    out = case.facts.article.state == "out_for_delivery"
    return _go(case.state if out else "waiting")


@MACHINE.on(Unlinked, to=("unlinked", SAME))
def unlinked(case: Case[Unlinked, Nothing, ClockFacts]) -> Decision[Nothing]:
    """Leave an article that is with the postman where it is: his remark brings it back first."""
    out = case.facts.article.state == "out_for_delivery"
    return _go(case.state if out else "unlinked")


@MACHINE.on(RemarkContested, to=("waiting",))
def contested(case: Case[RemarkContested, Nothing, ClockFacts]) -> Decision[Nothing]:
    return _go("waiting")


def settled(case: Case[Event, Nothing, ClockFacts]) -> Decision[Nothing]:
    """Decide after the witness's answer or silence; a second attempt that counts was the last.

    An article whose telephone remains unknown is kept for its addressee as well, so none is stuck.
    """
    facts = case.facts
    article = facts.article
    unknown = case.state == "unlinked" and not article.linked
    if case.state != "unlinked" and not article.linked:
        return _go("unlinked")
    if article.state not in ("attempted", "booked") or not (unknown or article.office_next):
        return _go("waiting")
    until = facts.today + OFFICE_DAYS
    event = CameToOffice(article.number)
    return Decision(
        "at_office",
        Nothing(),
        (),
        (KeepAtOffice(article.number, until),),
        (Tell("recipient", event), Tell("sender", event)),
        calendar.morning(until - REMIND_BEFORE),
    )


MACHINE.on(
    TimedOut,
    states=("witness", "unlinked"),
    to=("waiting", "unlinked", "at_office"),
    acts=(KeepAtOffice,),
    tells=("recipient", "sender"),
)(settled)
MACHINE.on(
    RemarkConfirmed,
    to=("waiting", "unlinked", "at_office"),
    acts=(KeepAtOffice,),
    tells=("recipient", "sender"),
)(settled)


@MACHINE.on(CameToOffice, HoldExtended, to=("at_office",))
def at_office(case: Case[Happening, Nothing, ClockFacts]) -> Decision[Nothing]:
    return _go("at_office", until=calendar.morning(_held_until(case) - REMIND_BEFORE))


@MACHINE.on(WishKeeps, to=("at_office", SAME), acts=(KeepByWish,), tells=("recipient", "sender"))
def kept_by_wish(case: Case[WishKeeps, Nothing, ClockFacts]) -> Decision[Nothing]:
    """Keep what has just come, where its addressee wishes that of all his post."""
    article = case.facts.article
    if article.state != "booked" or not article.linked:
        return stay(case)
    until = case.facts.today + KEPT_BY_WISH
    came = CameToOffice(article.number)
    return Decision(
        "at_office",
        Nothing(),
        (),
        (KeepByWish(article.number, until),),
        (Tell("recipient", came), Tell("sender", came)),
        calendar.morning(until - REMIND_BEFORE),
    )


@MACHINE.on(TimedOut, states=("at_office",), to=("reminded",), tells=("recipient",))
def remind(case: Case[TimedOut, Nothing, ClockFacts]) -> Decision[Nothing]:
    tell = Tell("recipient", Reminded(case.facts.article.number))
    return _go("reminded", tell, until=calendar.morning(_held_until(case) + timedelta(days=1)))


@MACHINE.on(
    TimedOut,
    states=("reminded", "refused"),
    to=("over",),
    acts=(ReturnToSender, KillCode),
    tells=("recipient", "nominee", "sender"),
)
def send_back(case: Case[TimedOut, Nothing, ClockFacts]) -> Decision[Nothing]:
    article = case.facts.article
    kill = (KillCode(article.number, "withdrawn"),) if article.code == "live" else ()
    event = Returned(article.number)
    tells: tuple[Tell, ...] = (Tell("sender", event),)
    if case.state != "refused":  # the person who refused it knows
        tells = tuple(Tell(r, event) for r in concerned(article) if r != "article")
    return Decision("over", Nothing(), (), (*kill, ReturnToSender(article.number)), tells)


def stay(
    case: Case[Event, Nothing, ClockFacts], *tells: Tell, acts: tuple[Act, ...] = ()
) -> Decision[Nothing]:
    """Leave the article's conversation, and its time limit, as they are."""
    until = None
    if case.state == "at_office":
        until = calendar.morning(_held_until(case) - REMIND_BEFORE)
    elif case.state == "reminded":
        until = calendar.morning(_held_until(case) + timedelta(days=1))
    return Decision(case.state, Nothing(), (), acts, tells, until)


@MACHINE.on(TakenIn, to=("waiting", "unlinked", SAME), acts=(GiveBack, KillCode, MakeFinal))
def taken_in(case: Case[TakenIn, Nothing, ClockFacts]) -> Decision[Nothing]:
    """Close the day: what was not visited is delivered another time, a remark becomes final.

    A remark that the recipient contests waits for the postmaster's verdict
    (docs/developing/domain.md rule 4).
    """
    article, event = case.facts.article, case.event
    number = article.number
    if article.state == "out_for_delivery":
        kill = (KillCode(number, "withdrawn"),) if article.code == "live" else ()
        state = "waiting" if article.linked else "unlinked"
        return Decision(state, Nothing(), (), (*kill, GiveBack(number)))
    back = article.state in ("attempted", "at_office") and article.remark is not None
    doubted = article.witness == "contested" or article.suspended
    if not back or article.final or (doubted and event.verdict is None):
        return stay(case)
    return stay(case, acts=(MakeFinal(number, event.by),))


@MACHINE.on(TimedOut, states=("booked",), to=("waiting",), tells=("office",))
@MACHINE.on(TimedOut, states=("out",), to=("waiting",), tells=("office",))
def overlooked(case: Case[TimedOut, Nothing, ClockFacts]) -> Decision[Nothing]:
    return _go("waiting", Tell("office", Overlooked(case.facts.article.number)))


@MACHINE.on(
    TimedOut,
    states=("waiting",),
    to=("searched",),
    acts=(OpenTicket,),
    tells=("office",),
)
def search(case: Case[TimedOut, Nothing, ClockFacts]) -> Decision[Nothing]:
    """Let a person look for an article without news for ten days."""
    number = case.facts.article.number
    tell = Tell("office", Overlooked(number))
    acts = (OpenTicket("overlooked", number),)
    return Decision("searched", Nothing(), (), acts, (tell,))


def _held_until(case: Case[Event, Nothing, ClockFacts]) -> date:
    facts = case.facts
    assert facts.article.held_until is not None
    return facts.article.held_until
