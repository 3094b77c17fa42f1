"""The recipient's wishes 4 and 5: another day, keep it at the office, somebody else accepts it."""

from __future__ import annotations

from datetime import date, timedelta

from flows import trust
from flows.acts.codes import KillCode
from flows.acts.hold import ChooseDay, ExtendHold, KeepAtOffice
from flows.acts.lists import TakeOffList
from flows.acts.nominee import EndNomination, Nominate
from flows.decision import Act, Asked, Decision, Say, Tell
from flows.events import AnotherDay, Event, HoldAtOffice, OnlyMe, SomebodyElse
from flows.facts import ArticleFact, RecipientFacts
from flows.happenings import (
    CameToOffice,
    DayChosen,
    HoldExtended,
    Nominated,
    NominationEnded,
    SenderChoseDay,
)
from flows.machine import SAME, Case
from flows.recipient import days
from flows.recipient.states import (
    ASKED_BACK,
    MACHINE,
    by_day,
    can_be_brought,
    digits,
    fact,
    is_open,
    meant,
    say_at_office,
    stay,
)
from india import promises

# Of waiting at the office, extendable once (docs/developing/domain.md rule 3).
OFFICE_DAYS = timedelta(days=7)
MOST_NOMINATIONS = 3  # of one article, so that a telephone is not pestered with questions


# ---- 4: another day ----------------------------------------------------------------------------


@MACHINE.on(
    AnotherDay,
    to=("quiet", SAME),
    says=(*ASKED_BACK, "day_chosen", "day_impossible", "day_not_now", "day_recalled",
          "only_addressee", "at_office", "at_office_last"),
    acts=(ChooseDay, TakeOffList, KillCode),
    tells=("postman", "article"),
)  # fmt: skip
def another_day(case: Case[AnotherDay, Asked, RecipientFacts]) -> Decision[Asked]:
    article = _addressees(case, case.event.which)
    if isinstance(article, Say):
        return stay(case, article)
    if article.state == "at_office" and article.office_next:
        return stay(case, say_at_office(article))
    facts = case.facts
    if article.recalling:
        return stay(case, digits("day_recalled", article))
    if not days.may_choose(article, facts):
        return stay(case, digits("day_not_now", article))
    until, day = days.last(article, facts), _day(case.event, facts.today)
    if day is None or not days.is_possible(day, article, facts):
        return stay(case, by_day("day_impossible", article, until))
    number = article.number
    return Decision(
        "quiet",
        Asked(number),
        (by_day("day_chosen", article, day),),
        (
            *_off_the_list(article),
            ChooseDay(number, day, until),
        ),
        _tell_day(article),
    )


def _addressees(case: Case[Event, Asked, RecipientFacts], which: str | None) -> ArticleFact | Say:
    """Return the article that an addressee's wish is about, or the text that refuses it."""
    article = meant(case, which)
    if isinstance(article, Say) or article.part == "addressee":
        return article
    return digits("only_addressee", article)


def _day(event: AnotherDay, today: date) -> date | None:
    """Return the day that `event` names; where it names none, the next one."""
    if event.day is not None:
        return days.of_month(event.day, today)
    return promises.next_working(today) if event.named is None else days.named(event.named, today)


def _off_the_list(article: ArticleFact) -> tuple[Act, ...]:
    if article.state != "out_for_delivery":
        return ()
    kill = (KillCode(article.number, "withdrawn"),) if article.code == "live" else ()
    return (*kill, TakeOffList(article.number))


def _tell_day(article: ArticleFact) -> tuple[Tell, ...]:
    event = DayChosen(article.number)
    if article.state != "out_for_delivery":
        return (Tell("article", event),)
    return (Tell("postman", event), Tell("article", event))


@MACHINE.on(SenderChoseDay, to=("quiet",), says=("day_by_sender",))
def day_by_sender(case: Case[SenderChoseDay, Asked, RecipientFacts]) -> Decision[Asked]:
    """Say on which day it comes; he chooses another by `4`, as always."""
    article = fact(case, case.event.article)
    assert article.chosen_day is not None
    said = by_day("day_by_sender", article, article.chosen_day)
    return Decision("quiet", Asked(article.number), (said,))


# ---- 44: at the office -------------------------------------------------------------------------


@MACHINE.on(
    HoldAtOffice,
    to=("at_office", "quiet", SAME),
    says=(*ASKED_BACK, "at_office", "at_office_last", "hold_not_yet", "only_addressee"),
    acts=(KeepAtOffice, ExtendHold, TakeOffList, KillCode),
    tells=("postman", "article"),
)
def hold_at_office(case: Case[HoldAtOffice, Asked, RecipientFacts]) -> Decision[Asked]:
    article = _addressees(case, case.event.which)
    if isinstance(article, Say):
        return stay(case, article)
    brought = can_be_brought(article) and _may_go_out(case, article)
    if article.state == "at_office" and not brought:
        return _extend(case, article)
    if not is_open(article):  # named, and closed
        return stay(case, Say("nothing_waiting"))
    if article.state == "booked":  # not arrived yet: it cannot be kept here
        return stay(case, digits("hold_not_yet", article))
    number, until = article.number, case.facts.today + OFFICE_DAYS
    if article.held_until is not None and brought:  # its clock goes on
        until = article.held_until
    tells: tuple[Tell, ...] = (Tell("article", CameToOffice(number)),)
    if article.state == "out_for_delivery":
        tells = (Tell("postman", DayChosen(number)), *tells)
    return Decision(
        "at_office",
        Asked(number),
        (by_day("at_office_last" if article.extended else "at_office", article, until),),
        (*_off_the_list(article), KeepAtOffice(number, until)),
        tells,
    )


def _may_go_out(case: Case[HoldAtOffice, Asked, RecipientFacts], article: ArticleFact) -> bool:
    """Tell whether a list may take what a wish kept: it is over, or a day was chosen."""
    over = article.chosen_day is not None or not case.facts.household.keeps
    return article.by_wish and over


def _extend(case: Case[Event, Asked, RecipientFacts], article: ArticleFact) -> Decision[Asked]:
    if article.extended or article.held_until is None:
        return stay(case, say_at_office(article))
    number, until = article.number, article.held_until + OFFICE_DAYS
    return Decision(
        "at_office",
        Asked(number),
        (by_day("at_office_last", article, until),),
        (ExtendHold(number, until),),
        (Tell("article", HoldExtended(number)),),
    )


# ---- 5: somebody else --------------------------------------------------------------------------


@MACHINE.on(
    SomebodyElse,
    says=(*ASKED_BACK, "nominee_how", "nominee_asked", "nominee_not_allowed", "nominee_not_now",
          "nominee_bad_number", "only_addressee", "number_asked"),
    acts=(Nominate, EndNomination, KillCode),
    tells=("nominee", "former"),
    to=("quiet", SAME),
)  # fmt: skip
def somebody_else(case: Case[SomebodyElse, Asked, RecipientFacts]) -> Decision[Asked]:
    article = meant(case, case.event.which)
    if isinstance(article, Say):
        return stay(case, article)
    refusal = refuse_nominee(article)
    if refusal is not None:
        return stay(case, digits(refusal, article))
    phone = case.event.phone
    if phone is None:
        return stay(case, digits("nominee_how", article))
    if phone == "" or case.facts.named_is_staff:  # a postman accepts nothing for others
        return stay(case, Say("nominee_bad_number"))
    return nominate(article, phone)


def nominate(article: ArticleFact, phone: str) -> Decision[Asked]:
    """Ask the person with `phone`; the present code dies, an earlier nomination ends.

    Whoever was nominated until now is told: the codes do not come to that telephone any more.
    """
    number = article.number
    acts: tuple[Act, ...] = (Nominate(number, phone),)
    tells: tuple[Tell, ...] = (Tell("nominee", Nominated(number)),)
    if article.nominee != "none":
        acts = (EndNomination(number, "replaced"), *acts)
        tells = (Tell("former", NominationEnded(number)), *tells)
    if article.code == "live":
        acts = (KillCode(number, "moved"), *acts)
    return Decision(
        "quiet",
        Asked(number),
        (digits("nominee_asked", article),),
        acts,
        tells,
    )


def refuse_nominee(article: ArticleFact) -> str | None:
    """Return the template that says why nobody else can be named, or None if somebody can."""
    if article.part != "addressee":
        return "only_addressee"
    if article.unsure:  # it names nobody before it said that the article is for it (rule 18)
        return "number_asked"
    answer = trust.move(article, "holder", "text", to_is_staff=False)
    if answer != "nominee":
        return "nominee_not_allowed" if answer == "personal" else "nominee_not_now"
    return "nominee_not_now" if article.nominations >= MOST_NOMINATIONS else None


@MACHINE.on(
    OnlyMe,
    to=("quiet", SAME),
    says=(*ASKED_BACK, "nominee_back", "nominee_none", "only_addressee"),
    acts=(EndNomination, KillCode),
    tells=("nominee",),
)
def only_me(case: Case[OnlyMe, Asked, RecipientFacts]) -> Decision[Asked]:
    article = _addressees(case, case.event.which)
    if isinstance(article, Say):
        return stay(case, article)
    if article.nominee == "none":
        return stay(case, digits("nominee_none", article))
    number = article.number
    acts: tuple[Act, ...] = (EndNomination(number, "taken_back"),)
    if article.nominee == "agreed" and article.code == "live":
        acts = (KillCode(number, "moved"), *acts)
    return Decision(
        "quiet",
        Asked(number),
        (digits("nominee_back", article),),
        acts,
        (Tell("nominee", NominationEnded(number)),),
    )
