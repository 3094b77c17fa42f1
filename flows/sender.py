"""The conversation with the person who paid for the delivery."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from flows import remarks, status
from flows.acts.hold import RecallArticle
from flows.acts.nominee import EndNomination
from flows.acts.phone import Relink
from flows.acts.reports import OpenTicket
from flows.decision import Act, Decision, Nothing, Say, Tell
from flows.events import AskStatus, CorrectNumber, NotUnderstood, Recall
from flows.facts import PartyFacts
from flows.happenings import (
    Attempted,
    Booked,
    CameToOffice,
    Collected,
    HandedOver,
    Happening,
    Recalled,
    Refused,
    Relinked,
    Returned,
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


_SENDER_NEWS: dict[type[Happening], str] = {
    Booked: "sender_booked",
    HandedOver: "sender_delivered",
    Collected: "sender_collected",
    Returned: "sender_returned",
    Unlinked: "sender_unlinked",
    Refused: "sender_attempted_refused",
    Recalled: "sender_recalled",
}
for _event, _template in _SENDER_NEWS.items():
    SENDER.on(_event, says=(_template,))(partial(status.news, _template))


@SENDER.on(TakenBack, says=("sender_undone",))
def sender_undone(case: Case[TakenBack, Nothing, PartyFacts]) -> Decision[Nothing]:
    return status.news("sender_undone", case)


@SENDER.on(
    Attempted,
    says=tuple(f"sender_attempted_{group}" for group in remarks.GROUPS),
)
def sender_attempted(case: Case[Attempted, Nothing, PartyFacts]) -> Decision[Nothing]:
    return status.news(f"sender_attempted_{remarks.group_of(case.event.remark)}", case)


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
    Recall,
    says=("sender_recalled", "sender_not_now", "sender_menu"),
    acts=(RecallArticle,),
    tells=("recipient", "article"),
)
def recall(case: Case[Recall, Nothing, PartyFacts]) -> Decision[Nothing]:
    article = case.facts.article
    if article is None:
        return Decision(case.state, case.context, (Say("sender_menu"),))
    if article.state not in ("booked", "attempted", "at_office"):
        return status.news("sender_not_now", case)
    event = Recalled(article.number)
    said = status.news("sender_recalled", case)
    tells = (Tell("recipient", event), Tell("article", event))
    return replace(said, acts=(RecallArticle(article.number),), tells=tells)


@SENDER.on(
    CorrectNumber,
    says=("sender_relinked", "sender_bad_number", "sender_not_now", "sender_menu"),
    acts=(Relink, EndNomination),
    tells=("recipient", "article"),
)
def correct_number(case: Case[CorrectNumber, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Change the number unless the article is out: no code moves while a postman is on his way."""
    article = case.facts.article
    if article is None:
        return Decision(case.state, case.context, (Say("sender_menu"),))
    if not case.event.phone:
        return status.news("sender_bad_number", case)
    if article.state not in ("booked", "attempted"):
        return status.news("sender_not_now", case)
    number = article.number
    acts: tuple[Act, ...] = (Relink(number, case.event.phone),)
    if article.nominee != "none":
        acts = (EndNomination(number, "replaced"), *acts)
    said = status.news("sender_relinked", case)
    event = Relinked(number)
    return replace(said, acts=acts, tells=(Tell("recipient", event), Tell("article", event)))


@SENDER.on(
    NotUnderstood, states=("listening",), to=("told",), says=("sender_menu",), acts=(OpenTicket,)
)
def tell_sender(case: Case[NotUnderstood, Nothing, PartyFacts]) -> Decision[Nothing]:
    acts = (OpenTicket("unparsed"),)
    return Decision("told", case.context, (Say("sender_menu"),), acts)


@SENDER.on(NotUnderstood, states=("told",))
def sender_silence(case: Case[NotUnderstood, Nothing, PartyFacts]) -> Decision[Nothing]:
    return Decision(case.state, case.context)
