"""Ways to break the machines of this process, until the context ends.

What is replaced is what machines decide by: a function or a constant of the rules, what a decision
knows, or the decision itself. The promises have their own numbers, and look at the small books.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any, Final

from flows.decision import Act, Decision, Say
from flows.events import Event
from flows.facts import Facts
from flows.machine import Machine, Standing, decide
from flows.proof.world import turn
from flows.proof.world.parcel import Parcel

Broken = Callable[[], AbstractContextManager[None]]
Deciding = Callable[[Machine, Standing, Event, Facts], Decision]
_PROOF: Final = "flows.proof.promises"


@contextmanager
def replaced(where: object, name: str, value: object) -> Iterator[None]:
    """Replace one attribute of a module or class."""
    before = vars(where)[name]
    setattr(where, name, value)
    try:
        yield
    finally:
        setattr(where, name, before)


def everywhere(module: object, name: str, value: object) -> Broken:
    """Return what replaces a function or constant wherever flows/ has imported it."""

    @contextmanager
    def broken() -> Iterator[None]:
        before = vars(module)[name]
        rooms = [
            room
            for path, room in list(sys.modules.items())
            if path.startswith("flows.") and not path.startswith(_PROOF)
            if vars(room).get(name) is before
        ]
        for room in rooms:
            setattr(room, name, value)
        try:
            yield
        finally:
            for room in rooms:
                setattr(room, name, before)

    return broken


def forgets(**changes: Any) -> Broken:
    """Return what lets every decision, and every requirement, see articles so changed."""
    reads = Parcel.fact

    def fact(self: Parcel, *args: Any) -> Any:
        return replace(reads(self, *args), **changes)

    return lambda: replaced(Parcel, "fact", fact)


def decides(change: Callable[[Deciding, Machine, Standing, Event, Facts], Decision]) -> Broken:
    """Return what decides by `change`, which gets the true decision function before all else."""
    true = decide

    def decides(machine: Machine, standing: Standing, event: Event, facts: Facts) -> Decision:
        return change(true, machine, standing, event, facts)

    return lambda: replaced(turn, "decide", decides)


def after(change: Callable[[Decision, Event, Facts], Decision]) -> Broken:
    """Return what changes every decision after it was taken."""
    return decides(
        lambda true, machine, standing, event, facts: change(
            true(machine, standing, event, facts), event, facts
        )
    )


def on(kind: type[Event], change: Callable[[Decision, Any, Any], Decision]) -> Broken:
    """Return what changes the decisions on events of one kind."""
    return after(
        lambda decision, event, facts: (
            change(decision, event, facts) if type(event) is kind else decision
        )
    )


def drops(*kinds: type[Act], on: type[Event] = Event, **fields: object) -> Broken:
    """Return what leaves out the acts of these kinds whose fields are so."""

    def left(act: Act) -> bool:
        hit = isinstance(act, kinds)
        return not (hit and all(getattr(act, name) == value for name, value in fields.items()))

    return after(
        lambda decision, event, facts: (
            replace(decision, acts=tuple(filter(left, decision.acts)))
            if isinstance(event, on)
            else decision
        )
    )


def untold(kind: type[Event], *roles: str) -> Broken:
    """Return what passes such news on to none of these people."""
    return after(
        lambda decision, event, facts: replace(
            decision,
            tells=tuple(
                tell
                for tell in decision.tells
                if not (isinstance(tell.event, kind) and tell.to in roles)
            ),
        )
    )


def says(template: str, change: Callable[[Say], Say | None]) -> Broken:
    """Return what changes one text wherever it is said, or leaves it out (None)."""

    def said(decision: Decision) -> Iterator[Say]:
        for say in decision.says:
            changed = change(say) if say.template == template else say
            if changed is not None:
                yield changed

    return after(lambda decision, event, facts: replace(decision, says=tuple(said(decision))))


def all_of(*broken: Broken) -> Broken:
    """Return what breaks all of these at once: a rule that two places hold."""

    @contextmanager
    def together() -> Iterator[None]:
        if not broken:
            yield
            return
        with broken[0](), all_of(*broken[1:])():
            yield

    return together


def unlocked(*broken: Broken) -> Broken:
    """Return what breaks these, and what the acts require of the facts: the second lock."""
    return all_of(lambda: replaced(turn, "unmet", lambda decision, known: ()), *broken)
