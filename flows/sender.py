"""The conversation with the person who paid for the delivery."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from flows import remarks, status
from flows.acts.reports import OpenTicket
from flows.decision import Decision, Nothing, Say
from flows.events import AskStatus, NotUnderstood
from flows.facts import PartyFacts
from flows.happenings import (
    Attempted,
    Booked,
    CameToOffice,
    Collected,
    Excepted,
    GivenOnWord,
    HandedOver,
    Happening,
    Recalled,
    Refused,
    Returned,
    SignedFor,
    TakenBack,
    Unlinked,
)
from flows.machine import Case, Machine, State
from india import calendar

DAY = 24 * 3600

SENDER = Machine(
    name="sender",
    meaning="the person who paid for the delivery",
    states=(
        State("listening", "receives news of the article"),
        State(
            "told",
            "was told what to ask: other words are not answered until the day is over",
            DAY,
            "listening",
        ),
    ),
    context=Nothing(),
    facts=PartyFacts,
)


@SENDER.on(Booked, says=("sender_booked",))
def sender_booked(case: Case[Booked, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Show the two digits by which the sender proves himself (docs/developing/trust.md rule 7)."""
    number = case.event.article
    say = Say("sender_booked", {"article": number}, number, quote=0)
    return Decision(case.state, case.context, (say,))


_SENDER_NEWS: dict[type[Happening], str] = {
    Returned: "sender_returned",
    Unlinked: "sender_unlinked",
    Refused: "sender_attempted_refused",
    Recalled: "sender_recalled",
}
for _event, _template in _SENDER_NEWS.items():
    SENDER.on(_event, says=(_template,))(partial(status.news, _template))


_GIVEN: dict[type[HandedOver], str] = {
    SignedFor: "sender_signed",
    Excepted: "sender_excepted",
    GivenOnWord: "sender_on_word",
}


def _given(template: str, case: Case[HandedOver, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Say how it was handed over, and name the pieces that were not there."""
    said, without = status.news(template, case), _without(case.event.missing, case)
    return said if without is None else replace(said, says=(*said.says, *without.says))


for _how, _template in _GIVEN.items():
    SENDER.on(_how, says=(_template, "sender_missing"))(partial(_given, _template))


@SENDER.on(HandedOver, says=("sender_delivered", "sender_delivered_on", "sender_missing"))
def sender_delivered(case: Case[HandedOver, Nothing, PartyFacts]) -> Decision[Nothing]:
    return _without(case.event.missing, case) or _delivered(case)


def _delivered(case: Case[HandedOver, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Say that it came, and on which day if not today."""
    number, on = case.event.article, case.event.on
    if on is None:
        return status.news("sender_delivered", case)
    values = {"article": number, "day": calendar.name(on)}
    say = Say("sender_delivered_on", values, number)
    return Decision(case.state, case.context, (say,))


@SENDER.on(Collected, says=("sender_collected", "sender_missing"))
def sender_collected(case: Case[Collected, Nothing, PartyFacts]) -> Decision[Nothing]:
    return _without(case.event.missing, case) or status.news("sender_collected", case)


def _without(
    missing: tuple[int, ...], case: Case[HandedOver | Collected, Nothing, PartyFacts]
) -> Decision[Nothing] | None:
    """Name the pieces that were not there; None: all were."""
    if not missing:
        return None
    number = case.event.article
    values = {"article": number, "pieces": status.named_pieces(missing)}
    return Decision(case.state, case.context, (Say("sender_missing", values, number),))


@SENDER.on(TakenBack, says=("sender_undone",))
def sender_undone(case: Case[TakenBack, Nothing, PartyFacts]) -> Decision[Nothing]:
    return status.news("sender_undone", case)


@SENDER.on(
    Attempted,
    says=(*(f"sender_attempted_{group}" for group in remarks.GROUPS), "sender_absent_again"),
)
def sender_attempted(case: Case[Attempted, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Say why, and how another visit is wished where nobody was at home and one is left."""
    article, group = case.facts.article, remarks.group_of(case.event.remark)
    if group == "absent" and article is not None and not article.office_next:
        return status.news("sender_absent_again", case)
    return status.news(f"sender_attempted_{group}", case)


@SENDER.on(CameToOffice, says=("sender_office",))
def sender_office(case: Case[CameToOffice, Nothing, PartyFacts]) -> Decision[Nothing]:
    article = case.facts.article
    assert article is not None
    assert article.held_until is not None
    values = {"article": article.number, "day": calendar.name(article.held_until)}
    return Decision(case.state, case.context, (Say("sender_office", values, article.number),))


@SENDER.on(AskStatus, says=(*status.TEMPLATES, "sender_menu"))
def sender_asks(case: Case[AskStatus, Nothing, PartyFacts]) -> Decision[Nothing]:
    return status.answer_or("sender_menu", case)


@SENDER.on(
    NotUnderstood, states=("listening",), to=("told",), says=("sender_menu",), acts=(OpenTicket,)
)
def tell_sender(case: Case[NotUnderstood, Nothing, PartyFacts]) -> Decision[Nothing]:
    acts = (OpenTicket("unparsed"),)
    return Decision("told", case.context, (Say("sender_menu"),), acts)


@SENDER.on(NotUnderstood, states=("told",))
def sender_silence(case: Case[NotUnderstood, Nothing, PartyFacts]) -> Decision[Nothing]:
    return Decision(case.state, case.context)
