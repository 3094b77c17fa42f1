"""The engine: machines declare their states and transitions, and `decide` enforces them.

A transition names the event type, the states it starts from, the states it may lead to, the
templates it may say, the acts it may make and whom it may tell. A handler that deviates from its
declaration raises `FlowError`, so the declarations, and what is drawn and checked from them, are
true. Vocabulary (event, sprint, wait) after goflow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Generic

from typing_extensions import TypeVar  # of Python 3.13: with a default

from flows.decision import Act, C, Context, Decision, Role
from flows.events import Event, TimedOut
from flows.facts import Facts

SAME = "="  # as a target: the state remains


class FlowError(Exception):
    """An error of a machine: it did what it does not declare, or got what it does not answer."""


@dataclass(frozen=True)
class State:
    """A wait. After `after` seconds it either lapses silently to `lapses_to`, or fires `TimedOut`.

    A lapse needs no timer: it is computed when the next event comes. A state whose time limit must
    *do* something has `times_out=True` and a transition on `TimedOut`.
    """

    name: str
    meaning: str
    after: int | None = None
    lapses_to: str | None = None
    times_out: bool = False

    def __post_init__(self) -> None:
        if (self.after is None) != (self.lapses_to is None and not self.times_out):
            raise FlowError(f"state {self.name}: a time limit needs a lapse or a time-out")
        if self.lapses_to is not None and self.times_out:
            raise FlowError(f"state {self.name}: either a lapse or a time-out, not both")


@dataclass(frozen=True)
class Standing:
    """The state and context of a conversation before an event."""

    state: str
    context: Context
    entered_at: datetime


# A case of one event is a case of its base, and any machine can be used as a `Machine` of any
# context and facts; `_hold_to_kinds` checks them at the decision.
E = TypeVar("E", bound=Event, default=Event, covariant=True)
F = TypeVar("F", bound=Facts, default=Facts, covariant=True)


@dataclass(frozen=True)
class Case(Generic[E, C, F]):
    """The input of a handler: the event, the facts, and the conversation's state and context."""

    state: str
    context: C
    event: E
    facts: F


Handler = Callable[[Case[E, C, F]], Decision[C]]


@dataclass(frozen=True)
class Transition(Generic[E, C, F]):
    """One declared step of a machine."""

    event: type[E]
    states: tuple[str, ...]
    to: tuple[str, ...]
    says: tuple[str, ...]
    acts: tuple[type[Act], ...]
    tells: tuple[Role, ...]
    handler: Handler[E, C, F]


@dataclass
class Machine(Generic[C, F]):
    """A named set of states and transitions. Filled at import, read-only afterwards.

    `context`: what a new conversation remembers. `facts`: the kind that its handlers receive.
    """

    name: str
    meaning: str
    states: tuple[State, ...]
    context: C
    facts: type[F]
    transitions: list[Transition[Event, C, F]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._by_name = {state.name: state for state in self.states}
        self._index: dict[tuple[str, type[Event]], Transition[Event, C, F]] = {}

    @property
    def initial(self) -> str:
        """The state in which a new conversation begins: the first one declared."""
        return self.states[0].name

    def state(self, name: str) -> State:
        """Return the state of that name. Raise `FlowError` if there is none."""
        try:
            return self._by_name[name]
        except KeyError:
            raise FlowError(f"machine {self.name} has no state {name}") from None

    def on(
        self,
        *events: type[E],
        states: Sequence[str] = (),
        to: Sequence[str] = (SAME,),
        says: Sequence[str] = (),
        acts: Sequence[type[Act]] = (),
        tells: Sequence[Role] = (),
    ) -> Callable[[Handler[E, C, F]], Handler[E, C, F]]:
        """Declare the handler of `events` in `states` (default: all). See `Transition`.

        The handler of several events takes a case of their common base.
        """
        starts = tuple(states) or tuple(self._by_name)
        for name in (*starts, *(target for target in to if target != SAME)):
            self.state(name)

        def declare(handler: Handler[E, C, F]) -> Handler[E, C, F]:
            for event in events:
                transition = Transition(
                    event, starts, tuple(to), tuple(says), tuple(acts), tuple(tells), handler
                )
                for start in starts:
                    if (start, event) in self._index:
                        raise FlowError(
                            f"machine {self.name}: {event.__name__} declared twice in {start}"
                        )
                    self._index[start, event] = transition
                self.transitions.append(transition)
            return handler

        return declare

    def transition(self, state: str, event: type[Event]) -> Transition[Event, C, F] | None:
        """Return the transition that answers `event` in `state`, if one is declared."""
        return self._index.get((state, event))


def settle(machine: Machine, standing: Standing, now: datetime) -> Standing:
    """Return the standing after every silent lapse until `now`."""
    while True:
        state = machine.state(standing.state)
        if state.after is None or state.lapses_to is None:
            return standing
        over = standing.entered_at + timedelta(seconds=state.after)
        if now < over:
            return standing
        standing = replace(standing, state=state.lapses_to, entered_at=over)


def decide(machine: Machine, standing: Standing, event: Event, facts: Facts) -> Decision:
    """Return what `machine` decides on `event` at `facts.now`.

    Raise `FlowError` if the machine does not answer the event in this state, if the context or the
    facts are another machine's, or if the handler says, does, tells or goes what its declaration
    does not name.
    """
    _hold_to_kinds(machine, standing.context, facts)
    state = settle(machine, standing, facts.now).state
    transition = machine.transition(state, type(event))
    if transition is None:
        raise FlowError(f"machine {machine.name}: {type(event).__name__} unanswered in {state}")
    decision = transition.handler(Case(state, standing.context, event, facts))
    _hold_to(machine, transition, state, decision)
    return decision


def entered(machine: Machine, standing: Standing, decision: Decision, now: datetime) -> datetime:
    """Return since when a conversation is in the state of `decision`.

    A conversation that remains as it was does not begin to wait anew: a stranger who writes every
    hour is still answered once a day.
    """
    before = settle(machine, standing, now)
    stays = (decision.state, decision.context) == (before.state, before.context)
    return before.entered_at if stays else now


def deadline(machine: Machine, decision: Decision, since: datetime) -> datetime | None:
    """Return when `TimedOut` is due for a conversation in the decision's state `since`, or None.

    A decision may set an earlier time than the state's own; a state without a time-out has none.
    """
    waits = machine.state(decision.state)
    if not waits.times_out or waits.after is None:
        return None
    latest = since + timedelta(seconds=waits.after)
    return latest if decision.until is None else min(latest, decision.until)


def _hold_to_kinds(machine: Machine, context: Context, facts: Facts) -> None:
    """Raise `FlowError` if the context or the facts are of another machine.

    To the types, a machine that was found by its name is one of any context and any facts.
    """
    if not isinstance(context, type(machine.context)) or not isinstance(facts, machine.facts):
        raise FlowError(
            f"machine {machine.name} remembers {type(machine.context).__name__} and knows"
            f" {machine.facts.__name__}, not {type(context).__name__} and {type(facts).__name__}"
        )


def _hold_to(
    machine: Machine, transition: Transition[Event], state: str, decision: Decision
) -> None:
    to = transition.to
    goes = decision.state in to or (decision.state == state and SAME in to)
    strays = [] if goes else [f"goes to {decision.state}"]
    strays += [f"says {s.template}" for s in decision.says if s.template not in transition.says]
    strays += [f"does {type(a).__name__}" for a in decision.acts if type(a) not in transition.acts]
    strays += [f"tells {t.to}" for t in decision.tells if t.to not in transition.tells]
    if strays:
        raise FlowError(
            f"machine {machine.name}, {transition.event.__name__} in {state}: "
            f"undeclared: {', '.join(strays)}"
        )


__all__ = [
    "SAME",
    "Case",
    "FlowError",
    "Handler",
    "Machine",
    "Standing",
    "State",
    "TimedOut",
    "Transition",
    "deadline",
    "decide",
    "entered",
    "settle",
]
