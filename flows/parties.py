"""The short conversations: senders, the postmaster's telephone, and strangers."""

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
    Denied,
    FraudReported,
    HandedOver,
    Happening,
    NotReceived,
    Overlooked,
    Recalled,
    RefusalDenied,
    Refused,
    Relinked,
    RemarkContested,
    Returned,
    TakenBack,
    TriesRanOut,
    Unlinked,
)
from flows.machine import SAME, Machine, State, Turn
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

OFFICE = Machine(
    name="office",
    meaning="the postmaster's telephone",
    states=(State("listening", "hears what needs a postmaster"),),
    context=Nothing(),
)

STRANGER = Machine(
    name="stranger",
    meaning="a telephone that no article and nobody of the staff has",
    states=(
        State("new", "was not answered in the last day"),
        State("greeted", "was answered once: silence until the day is over", DAY, "new"),
    ),
    context=Nothing(),
)


# ---- senders -----------------------------------------------------------------------------------


def _news(template: str, turn: Turn) -> Decision:
    number = turn.event.article
    return Decision(turn.state, turn.context, (Say(template, {"article": number}, number),))


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
    SENDER.on(_event, says=(_template,))(partial(_news, _template))


@SENDER.on(TakenBack, says=("sender_undone",))
def sender_undone(turn: Turn) -> Decision:
    return _news("sender_undone", turn)


@SENDER.on(
    Attempted,
    says=tuple(
        f"sender_attempted_{group}"
        for group in ("absent", "address", "refused", "money", "code", "other")
    ),
)
def sender_attempted(turn: Turn) -> Decision:
    return _news(f"sender_attempted_{REMARK_GROUPS.get(turn.event.remark, 'other')}", turn)


@SENDER.on(CameToOffice, says=("sender_office",))
def sender_office(turn: Turn) -> Decision:
    article: ArticleFact = turn.facts.article
    assert article.held_until is not None
    values = {"article": article.number, "day": calendar.name(article.held_until)}
    return Decision(turn.state, turn.context, (Say("sender_office", values, article.number),))


def _status_or(template: str, turn: Turn) -> Decision:
    article = turn.facts.article
    say = Say(template) if article is None else status.say(article)
    return Decision(turn.state, turn.context, (say,))


@SENDER.on(AskStatus, says=(*status.TEMPLATES, "sender_menu"))
def sender_asks(turn: Turn) -> Decision:
    return _status_or("sender_menu", turn)


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
        return _news("sender_not_now", turn)
    event = Recalled(article.number)
    said = _news("sender_recalled", turn)
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
        return _news("sender_bad_number", turn)
    if article.state not in ("booked", "attempted"):
        return _news("sender_not_now", turn)
    number = article.number
    acts: tuple[Act, ...] = (Relink(number, turn.event.phone),)
    if article.nominee != "none":
        acts = (EndNomination(number, "replaced"), *acts)
    said = _news("sender_relinked", turn)
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


# ---- the office, and strangers -----------------------------------------------------------------

_OFFICE_NEWS: dict[type[Happening], str] = {
    FraudReported: "office_fraud",
    NotReceived: "office_not_received",
    Denied: "office_denied",
    TriesRanOut: "office_tries_over",
    RemarkContested: "office_contested",
    RefusalDenied: "office_refusal_denied",
    Overlooked: "office_overlooked",
}
for _event, _template in _OFFICE_NEWS.items():
    OFFICE.on(_event, says=(_template,))(partial(_news, _template))


@OFFICE.on(AskStatus, NotUnderstood, says=(*status.TEMPLATES, "office_help"))
def office_asks(turn: Turn) -> Decision:
    return _status_or("office_help", turn)


@STRANGER.on(NotUnderstood, AskStatus, states=("new",), to=("greeted",), says=("stranger",))
def greet(turn: Turn) -> Decision:
    return Decision("greeted", turn.context, (Say("stranger"),))


@STRANGER.on(NotUnderstood, AskStatus, states=("greeted",), to=(SAME,))
def stay_silent(turn: Turn) -> Decision:
    return Decision(turn.state, turn.context)
