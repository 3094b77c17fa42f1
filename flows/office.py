"""The conversation with the postmaster's telephone."""

from __future__ import annotations

from functools import partial

from flows import status
from flows.decision import Decision, Nothing
from flows.events import AskStatus, Event, NotUnderstood
from flows.facts import PartyFacts
from flows.happenings import (
    Denied,
    FraudReported,
    Happening,
    HerdWaits,
    MoveDenied,
    MoveDisputed,
    NotReceived,
    Overlooked,
    RefusalDenied,
    RemarkContested,
    TriesRanOut,
)
from flows.machine import Case, Machine, State

OFFICE = Machine(
    name="office",
    meaning="the postmaster's telephone",
    states=(State("listening", "receives what needs a postmaster"),),
    context=Nothing(),
    facts=PartyFacts,
)


_OFFICE_NEWS: dict[type[Happening], str] = {
    FraudReported: "office_fraud",
    NotReceived: "office_not_received",
    Denied: "office_denied",
    TriesRanOut: "office_tries_over",
    RemarkContested: "office_contested",
    RefusalDenied: "office_refusal_denied",
    Overlooked: "office_overlooked",
    MoveDenied: "office_move",
    MoveDisputed: "office_move",
    HerdWaits: "office_herd",
}
for _event, _template in _OFFICE_NEWS.items():
    OFFICE.on(_event, says=(_template,))(partial(status.news, _template))


@OFFICE.on(AskStatus, NotUnderstood, says=(*status.TEMPLATES, "office_help"))
def office_asks(case: Case[Event, Nothing, PartyFacts]) -> Decision[Nothing]:
    return status.answer_or("office_help", case)
