"""The check of the machines: declarations are read, and everything that can come is decided once.

Each problem is a sentence. `flask --app app flows check` prints them; the tests demand none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, is_dataclass
from typing import TypeVar

from flows.decision import Act, Decision, Role, Say, Tell
from flows.events import DrawWord, Event, News, Said, TimedOut, Wished
from flows.happenings import Happening
from flows.machine import SAME, Machine, Standing, Transition, decide
from flows.proof.inputs import Inputs, Met, inputs_of
from flows.proof.paths import NOW, Picks, TooManyPaths, paths
from flows.proof.requirements import judges
from messages.catalogue import CatalogueError
from messages.render import render
from messages.speech import render as render_aloud

N = TypeVar("N", bound=Hashable)

_MAY_BE_IDLE = (Said, Wished, DrawWord)  # "thank you" is not answered, a screen shows a word

MOST_PATHS = 500_000  # of one event in one state


@dataclass(frozen=True)
class Checked:
    """The problems of one machine. `tried`: decisions that were made."""

    machine: str
    states: int
    transitions: int
    tried: int
    sampled: str
    problems: tuple[str, ...]


@dataclass
class _Seen:
    """What the transitions of one declaration did in all runs."""

    to: set[str] = field(default_factory=set)
    says: set[str] = field(default_factory=set)
    acts: set[type[Act]] = field(default_factory=set)
    tells: set[Role] = field(default_factory=set)

    def add(self, other: _Seen) -> None:
        self.to |= other.to
        self.says |= other.says
        self.acts |= other.acts
        self.tells |= other.tells


@dataclass
class _Walk:
    """The walk through one machine, and its problems so far."""

    machine: Machine
    inputs: Inputs
    listeners: Mapping[Role, Machine]
    tried: int = 0
    # By problem, so that each is reported once; with the input that caused it.
    found: dict[str, str] = field(default_factory=dict)
    seen: dict[object, _Seen] = field(default_factory=lambda: defaultdict(_Seen))
    fired: set[tuple[str, str]] = field(default_factory=set)  # time-outs: from state to state
    news: set[tuple[str, type[Event], str, type[Event]]] = field(default_factory=set)
    _rendered: dict[object, str | None] = field(default_factory=dict)
    _deaf: dict[object, str] = field(default_factory=dict)  # states that do not answer some news

    def go(self) -> None:
        for transition in self.machine.transitions:
            for state in transition.states:
                self._go(transition, state)

    def _go(self, transition: Transition, state: str) -> None:
        where = f"{transition.event.__name__} in {state}"
        thorough = state == transition.states[0]
        did = _Seen()

        def run(picks: Picks) -> None:
            met = self.inputs.meet(picks, state, transition.event, thorough)

            def note(problems: Iterable[str]) -> None:
                for problem in problems:
                    self.found.setdefault(f"{where}: {problem}", described(met))

            def go_on() -> None:
                self.tried += 1
                try:
                    decision = self._decided(state, met)
                except Exception as error:  # whatever a handler raises would lose somebody's text
                    note([f"{type(error).__name__}: {error}".removesuffix(": ")])
                    return
                note(self._judge(transition, state, met, decision, did))
                for judge in judges(decision):
                    picks.each_way_on(lambda: note(judge(met.facts)))  # noqa: B023  # at once

            picks.each_way_on(go_on)

        try:
            for _ in paths(run, MOST_PATHS):
                pass
        except TooManyPaths:
            self.found.setdefault(f"{where}: more than {MOST_PATHS} paths, not all were tried", "")
        if did.to:
            self.seen[_declaration(transition)].add(did)

    def _decided(self, state: str, met: Met) -> Decision:
        return decide(self.machine, Standing(state, met.context, NOW), met.event, met.facts)

    def _judge(
        self, transition: Transition, state: str, met: Met, decision: Decision, did: _Seen
    ) -> Iterator[str]:
        self._note(transition, state, decision, did)
        yield from filter(None, map(self._say, decision.says))
        yield from filter(None, (self._tell(transition.event, tell) for tell in decision.tells))
        if isinstance(met.event, Happening | News | TimedOut):
            return
        wishes = len(met.event.wishes) if isinstance(met.event, Wished) else 1
        if len(decision.says) > wishes:
            yield f"{len(decision.says)} answers to one text"
        elif not decision.says and transition.says and not isinstance(met.event, _MAY_BE_IDLE):
            yield "no answer to a person's text"

    def _note(self, transition: Transition, state: str, decision: Decision, seen: _Seen) -> None:
        stays = decision.state == state and state not in transition.to
        seen.to.add(SAME if stays else decision.state)
        for say in decision.says:
            seen.says.add(say.template)
        for act in decision.acts:
            seen.acts.add(type(act))
        for tell in decision.tells:
            seen.tells.add(tell.to)
        if transition.event is TimedOut:
            self.fired.add((state, decision.state))

    def _say(self, say: Say) -> str | None:
        key = (say.channel, say.template, tuple(sorted(say.values.items())))
        if key not in self._rendered:
            try:
                said = render_aloud if say.channel == "voice" else render
                said(say.template, "en", say.values)
                self._rendered[key] = None
            except CatalogueError as error:
                self._rendered[key] = f"says what cannot be said: {error}"
        return self._rendered[key]

    def _tell(self, event: type[Event], tell: Tell) -> str | None:
        told, listener = type(tell.event), self.listeners.get(tell.to)
        if listener is None:
            return None
        self.news.add((self.machine.name, event, listener.name, told))
        key = (listener.name, told)
        if key not in self._deaf:
            deaf = [s.name for s in listener.states if listener.transition(s.name, told) is None]
            self._deaf[key] = ", ".join(deaf)
        if self._deaf[key]:
            return f"tells the {tell.to} {told.__name__}, unanswered in {self._deaf[key]}"
        return None


def _declaration(transition: Transition) -> object:
    return (
        transition.handler, transition.to, transition.says, transition.acts, transition.tells
    )  # fmt: skip


def described(met: Met) -> str:
    """Return what came, for a person: the event and every fact that was read."""
    return f"{_shown(met.event)}; remembers {_shown(met.context)}; {_shown(met.facts)}"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_shown, value))})"
    if not is_dataclass(value):
        return str(value)
    name = type(value).__name__.removeprefix("Lazy")
    hidden = ("now", "today", "_picks", "_domains", "_left")
    known = {name: each for name, each in vars(value).items() if name not in hidden}
    said = ", ".join(f"{k}={_shown(v)}" for k, v in known.items())
    return f"{name}({said})"


# ---- one machine -------------------------------------------------------------------------------


def check(
    machine: Machine,
    listeners: Mapping[Role, Machine] | None = None,
    texts: Iterable[type[Event]] = (),
    inputs: Inputs | None = None,
) -> tuple[Checked, set[tuple[str, type[Event], str, type[Event]]]]:
    """Return the problems of `machine`, and the news that it passed on (for `rings`).

    `listeners`: the machines that hear what a role is told. `texts`: the events that a person can
    type. `inputs`: what can come; default: that of `inputs_of`.
    """
    walk = _Walk(machine, inputs or inputs_of(machine), listeners or {})
    walk.go()
    problems = [
        *structure(machine, walk.inputs.rests, texts),
        *endless(machine, walk.fired),
        *_dead(machine, walk.seen),
        *(f"{problem} ({how})" if how else problem for problem, how in walk.found.items()),
    ]
    return (
        Checked(
            machine.name,
            len(machine.states),
            len(machine.transitions),
            walk.tried,
            walk.inputs.sampled,
            tuple(problems),
        ),
        walk.news,
    )


def structure(
    machine: Machine, rests: frozenset[str] = frozenset(), texts: Iterable[type[Event]] = ()
) -> Iterator[str]:
    """Yield unreachable states, states without an exit or a time limit, and unanswered texts."""
    leads: dict[str, set[str]] = {state.name: set() for state in machine.states}
    for transition in machine.transitions:
        for start in transition.states:
            leads[start] |= {to for to in transition.to if to != SAME}
    for state in machine.states:
        leads[state.name] |= {state.lapses_to} if state.lapses_to else set()
    reached, new = {machine.initial}, {machine.initial}
    while new:
        new = {to for start in new for to in leads[start]} - reached
        reached |= new
    for state in machine.states:
        name = state.name
        if name not in reached:
            yield f"the state {name} is never reached"
        if state.times_out and machine.transition(name, TimedOut) is None:
            yield f"the time limit of {name} is answered by nothing"
        if name not in (machine.initial, *rests):
            if leads[name] <= {name}:
                yield f"nothing leads out of {name}"
            if state.after is None:
                yield f"{name} has no time limit"
        for event in texts:
            answer = machine.transition(name, event)
            if answer is None:
                yield f"{event.__name__} is not answered in {name}"
            elif not answer.says and state.after is None:
                yield f"{event.__name__} meets silence in {name}, for ever"


def endless(machine: Machine, fired: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield rings of states that time alone repeats for ever. `fired`: time-outs, from and to."""
    leads: dict[str, set[str]] = defaultdict(set)
    for start, to in fired:
        leads[start].add(to)
    for state in machine.states:
        if state.lapses_to is not None:
            leads[state.name].add(state.lapses_to)
    for name in _on_rings(leads):
        yield f"time alone leads from {name} back to {name}, for ever"


def rings(news: Iterable[tuple[str, type[Event], str, type[Event]]]) -> Iterator[str]:
    """Yield news that lead to the same news in the same conversation again."""
    leads: dict[tuple[str, type[Event]], set[tuple[str, type[Event]]]] = defaultdict(set)
    for machine, event, listener, told in news:
        leads[machine, event].add((listener, told))
    for machine, event in _on_rings(leads):
        yield f"{event.__name__} told to the {machine} leads to itself again, for ever"


def _on_rings(leads: Mapping[N, set[N]]) -> list[N]:
    """Return the nodes that lead to themselves."""
    found = []
    for node in list(leads):
        reached: set[N] = set()
        new = set(leads[node])
        while new:
            reached |= new
            new = {to for one in new for to in leads.get(one, ())} - reached
        if node in reached:
            found.append(node)
    return found


def _dead(machine: Machine, seen: Mapping[object, _Seen]) -> Iterator[str]:
    """Yield what is declared and never happens."""
    told: set[object] = set()
    for transition in machine.transitions:
        declaration = _declaration(transition)
        if declaration in told or declaration not in seen:  # it fails, which is reported
            continue
        told.add(declaration)
        did, name = seen[declaration], transition.event.__name__
        for what, unused in (
            ("lead to", set(transition.to) - did.to),
            ("say", set(transition.says) - did.says),
            ("do", {a.__name__ for a in transition.acts} - {a.__name__ for a in did.acts}),
            ("tell", set(transition.tells) - did.tells),
        ):
            for each in sorted(unused):
                yield f"{name} is declared to {what} {each}, and never does"
