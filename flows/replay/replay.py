"""Stored sprints compared with today's decisions (docs/developing/architecture.md rule 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flows import machines
from flows.decision import Context, Decision
from flows.events import Event
from flows.facts import Facts
from flows.machine import FlowError, Standing, decide
from flows.replay.record import decode, encode

Json = Mapping[str, object]

# In the order of their interest to a person.
_FIELDS = ("state", "says", "acts", "tells", "context", "until")


@dataclass(frozen=True)
class Difference:
    """One part of a decision that today's code decides otherwise: as it was, and as it is now."""

    field: str
    was: object
    now: object


class Undecidable(Exception):
    """A record that today's code cannot read any more, or to which it has no answer."""


def decided_today(machine: str, event: Json, state_before: Json, facts: Json) -> Json:
    """Return today's decision on a stored sprint, as the JSON that would be stored.

    Raise `Undecidable` if there is none.
    """
    try:
        standing = Standing(
            str(state_before["state"]),
            decode(state_before["context"], Context),
            datetime.fromisoformat(str(state_before["entered_at"])),
        )
        came, then = decode(event, Event), decode(facts, Facts)
        decision = encode(decide(machines.ALL[machine], standing, came, then))
    except FlowError as refused:
        raise Undecidable(str(refused)) from refused
    except (KeyError, TypeError, ValueError, AttributeError, AssertionError) as unreadable:
        raise Undecidable(f"{type(unreadable).__name__}: the record is not one of today's") from (
            unreadable
        )
    assert isinstance(decision, dict)
    return decision


def differences(was: Json, now: Json) -> tuple[Difference, ...]:
    """Return where two decisions differ. A field that one of them lacks has its default."""
    if was == now:
        return ()
    before, today = _renewed(was), _renewed(now)
    return tuple(
        Difference(name, before.get(name), today.get(name))
        for name in _FIELDS
        if before.get(name) != today.get(name)
    )


def replay(
    machine: str, event: Json, state_before: Json, facts: Json, decision: Json
) -> tuple[Difference, ...]:
    """Return where today's decision differs from the stored one. Raise nothing.

    A sprint that cannot be decided again differs in everything, and `now` says why.
    """
    try:
        today = decided_today(machine, event, state_before, facts)
    except Undecidable as reason:
        return (Difference("decision", decision.get("state"), str(reason)),)
    return differences(decision, today)


def _renewed(decision: Json) -> Json:
    """Return `decision` as today's code would write it."""
    try:
        renewed = encode(decode(decision, Decision))
    except (KeyError, TypeError, ValueError, AttributeError, AssertionError):
        return decision
    return renewed if isinstance(renewed, dict) else decision
