"""The short conversations: senders, the postmaster's telephone, and strangers."""

from __future__ import annotations

from flows import status
from flows.decision import Decision, Nothing, Say
from flows.events import (
    AskStatus,
    Booked,
    Denied,
    FraudReported,
    HandedOver,
    NotReceived,
    NotUnderstood,
    TakenBack,
    TriesRanOut,
)
from flows.machine import SAME, Machine, State, Turn

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


def _news(template: str, turn: Turn) -> Decision:
    number = turn.event.article
    return Decision(turn.state, turn.context, (Say(template, {"article": number}, number),))


@SENDER.on(Booked, says=("sender_booked",))
def sender_booked(turn: Turn) -> Decision:
    return _news("sender_booked", turn)


@SENDER.on(HandedOver, says=("sender_delivered",))
def sender_delivered(turn: Turn) -> Decision:
    return _news("sender_delivered", turn)


@SENDER.on(TakenBack, says=("sender_undone",))
def sender_undone(turn: Turn) -> Decision:
    if turn.event.what != "handover":
        return Decision(turn.state, turn.context)
    return _news("sender_undone", turn)


def _status_or(template: str, turn: Turn) -> Decision:
    article = turn.facts.article
    say = Say(template) if article is None else status.say(article)
    return Decision(turn.state, turn.context, (say,))


@SENDER.on(AskStatus, says=(*status.TEMPLATES, "sender_menu"))
def sender_asks(turn: Turn) -> Decision:
    return _status_or("sender_menu", turn)


@SENDER.on(NotUnderstood, states=("listening",), to=("told",), says=("sender_menu",))
def tell_sender(turn: Turn) -> Decision:
    return Decision("told", turn.context, (Say("sender_menu"),))


@SENDER.on(NotUnderstood, states=("told",))
def sender_silence(turn: Turn) -> Decision:
    return Decision(turn.state, turn.context)


@OFFICE.on(FraudReported, says=("office_fraud",))
def office_fraud(turn: Turn) -> Decision:
    return _news("office_fraud", turn)


@OFFICE.on(NotReceived, says=("office_not_received",))
def office_not_received(turn: Turn) -> Decision:
    return _news("office_not_received", turn)


@OFFICE.on(Denied, says=("office_denied",))
def office_denied(turn: Turn) -> Decision:
    return _news("office_denied", turn)


@OFFICE.on(TriesRanOut, says=("office_tries_over",))
def office_tries_over(turn: Turn) -> Decision:
    return _news("office_tries_over", turn)


@OFFICE.on(AskStatus, NotUnderstood, says=(*status.TEMPLATES, "office_help"))
def office_asks(turn: Turn) -> Decision:
    return _status_or("office_help", turn)


@STRANGER.on(NotUnderstood, AskStatus, states=("new",), to=("greeted",), says=("stranger",))
def greet(turn: Turn) -> Decision:
    return Decision("greeted", turn.context, (Say("stranger"),))


@STRANGER.on(NotUnderstood, AskStatus, states=("greeted",), to=(SAME,))
def stay_silent(turn: Turn) -> Decision:
    return Decision(turn.state, turn.context)
