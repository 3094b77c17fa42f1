"""The conversation with whoever paid for the delivery."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from flows import status
from flows.decision import (
    Act,
    Decision,
    EndNomination,
    Nothing,
    OpenTicket,
    RecallArticle,
    Relink,
    Say,
    Tell,
)
from flows.events import AskStatus, CorrectNumber, NotUnderstood, Recall
from flows.facts import ArticleFact
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
from flows.machine import Machine, State, Turn
from flows.recipient.states import REMARK_GROUPS
from india import calendar

DAY = 24 * 3600

SENDER = Machine(
    name="sender",
    meaning="whoever paid for the delivery",
    states=(
        State("listening", "hears what becomes of the article"),
        State(
            "told",
            "was told what to ask: other words meet silence until the day is over",
            DAY,
            "listening",
        ),
    ),
    context=Nothing(),
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
def sender_undone(turn: Turn) -> Decision:
    return status.news("sender_undone", turn)


@SENDER.on(
    Attempted,
    says=tuple(
        f"sender_attempted_{group}"
        for group in ("absent", "address", "refused", "money", "code", "other")
    ),
)
def sender_attempted(turn: Turn) -> Decision:
    return status.news(f"sender_attempted_{REMARK_GROUPS.get(turn.event.remark, 'other')}", turn)


@SENDER.on(CameToOffice, says=("sender_office",))
def sender_office(turn: Turn) -> Decision:
    article: ArticleFact = turn.facts.article
    assert article.held_until is not None
    values = {"article": article.number, "day": calendar.name(article.held_until)}
    return Decision(turn.state, turn.context, (Say("sender_office", values, article.number),))


@SENDER.on(AskStatus, says=(*status.TEMPLATES, "sender_menu"))
def sender_asks(turn: Turn) -> Decision:
    return status.answer_or("sender_menu", turn)


@SENDER.on(
    Recall,
    says=("sender_recalled", "sender_not_now", "sender_menu"),
    acts=(RecallArticle,),
    tells=("recipient", "article"),
)
def recall(turn: Turn) -> Decision:
    article: ArticleFact | None = turn.facts.article
    if article is None:
        return Decision(turn.state, turn.context, (Say("sender_menu"),))
    if article.state not in ("booked", "attempted", "at_office"):
        return status.news("sender_not_now", turn)
    event = Recalled(article.number)
    said = status.news("sender_recalled", turn)
    tells = (Tell("recipient", event), Tell("article", event))
    return replace(said, acts=(RecallArticle(article.number),), tells=tells)


@SENDER.on(
    CorrectNumber,
    says=("sender_relinked", "sender_bad_number", "sender_not_now", "sender_menu"),
    acts=(Relink, EndNomination),
    tells=("recipient", "article"),
)
def correct_number(turn: Turn) -> Decision:
    """Only while it is not out: nobody moves a code while the postman is on his way."""
    article: ArticleFact | None = turn.facts.article
    if article is None:
        return Decision(turn.state, turn.context, (Say("sender_menu"),))
    if not turn.event.phone:
        return status.news("sender_bad_number", turn)
    if article.state not in ("booked", "attempted"):
        return status.news("sender_not_now", turn)
    number = article.number
    acts: tuple[Act, ...] = (Relink(number, turn.event.phone),)
    if article.nominee != "none":
        acts = (EndNomination(number, "replaced"), *acts)
    said = status.news("sender_relinked", turn)
    event = Relinked(number)
    return replace(said, acts=acts, tells=(Tell("recipient", event), Tell("article", event)))


@SENDER.on(
    NotUnderstood, states=("listening",), to=("told",), says=("sender_menu",), acts=(OpenTicket,)
)
def tell_sender(turn: Turn) -> Decision:
    acts = (OpenTicket("unparsed"),)
    return Decision("told", turn.context, (Say("sender_menu"),), acts)


@SENDER.on(NotUnderstood, states=("told",))
def sender_silence(turn: Turn) -> Decision:
    return Decision(turn.state, turn.context)
