"""What `0` undoes is what a postman's last text did, whatever that text was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flows import events
from flows.decision import Done, LastVisit
from flows.facts import ArticleFact, ItemFact, ItemState, PostmanFacts
from flows.happenings import Happening
from flows.machine import Standing, decide
from flows.postman.states import MACHINE

NOW = datetime(2026, 8, 14, 4, 30, tzinfo=UTC)
NUMBER = "EU123456785IN"
_STATE: dict[str, ItemState] = {"2": "open", "9": "delivered"}
HANDED_OVER = Done("handover", 1, NUMBER)
TEXTS: tuple[events.Event, ...] = (
    events.Visit((events.Handover("2", "malformed", None),)),
    events.Visit((events.Approach("9"),)),
    events.AskException("2", 1, "aadhaar"),
    events.Pass(("2",)),
    events.Pass(("2",), back=True),
    events.TakeOver(),
    events.TurnDown(),
    events.AskStatus("EU473124829IN"),
    events.AskedBack("what", 2),
    events.NotUnderstood(),
)

LOOKS: tuple[events.Event, ...] = (events.AskLeft(), events.AskHelp())


def answered(event: events.Event, minutes: int | None) -> LastVisit:
    """Return what is remembered after a text written so many minutes after the handover."""
    written = None if minutes is None else NOW + timedelta(minutes=minutes)
    fact = ArticleFact("EU473124829IN", "out_for_delivery", True, 0, "none", None, 0, 0, 0, False)
    items: tuple[ItemFact, ...] = ()
    if hasattr(event, "item"):
        items = (ItemFact("2", 2, "open", fact),)
    if isinstance(event, events.Visit):
        items = tuple(ItemFact(act.item, 2, _STATE[act.item], fact) for act in event.acts)
    context = LastVisit((HANDED_OVER,), NOW, (), NOW)
    facts = PostmanFacts(NOW, items, True, 1, 2, written)
    decision = decide(MACHINE, Standing("ready", context, NOW), event, facts)
    assert isinstance(decision.context, LastVisit)
    return decision.context


@pytest.mark.parametrize("event", TEXTS, ids=str)
@pytest.mark.parametrize("minutes", [None, 1])
def test_a_text_without_effect_leaves_nothing_to_undo(
    event: events.Event, minutes: int | None
) -> None:
    assert answered(event, minutes).done == ()


@pytest.mark.parametrize("event", TEXTS, ids=str)
def test_a_text_that_was_written_before_is_not_the_last(event: events.Event) -> None:
    assert answered(event, -1).done == (HANDED_OVER,)


@pytest.mark.parametrize("event", LOOKS, ids=str)
def test_who_looks_what_he_wrote_can_still_take_it_back(event: events.Event) -> None:
    assert answered(event, 1).done == (HANDED_OVER,)


def test_every_text_is_tried() -> None:
    beside = (Happening, events.News, events.TimedOut, events.Undo)
    taken = {each.event for each in MACHINE.transitions if not issubclass(each.event, beside)}
    assert taken == {type(event) for event in (*TEXTS, *LOOKS)}
