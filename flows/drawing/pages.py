"""Machines as pages: a state diagram in Mermaid, and tables of what every event leads to."""

from __future__ import annotations

from flows.drawing.svg import ANY, DiagramWords, english, picture
from flows.events import TimedOut
from flows.happenings import Happening
from flows.machine import SAME, Machine, State, Transition


def page(machine: Machine) -> str:
    """Return the Markdown page of `machine`, made from its declarations alone."""
    return "\n".join(
        [
            f"# The {machine.name}'s conversation",
            "",
            f"With {machine.meaning}. Made by `flask --app app flows draw`; do not edit.",
            "",
            f"![The states and what leads from one to another]({machine.name}.svg)",
            "",
            "The same as text, in Mermaid:",
            "",
            "```mermaid",
            diagram(machine),
            "```",
            "",
            "| state | meaning | time limit |",
            "| --- | --- | --- |",
            *(f"| {s.name} | {s.meaning} | {_limit(s)} |" for s in machine.states),
            "",
            "| event | in | leads to | says | does | tells |",
            "| --- | --- | --- | --- | --- | --- |",
            *(_row(machine, transition) for transition in machine.transitions),
            "",
        ]
    )


def diagram(machine: Machine) -> str:
    """Return the Mermaid state diagram, without answers that leave the state as it is.

    Transitions out of every state are drawn once, from the frame around all states.
    """
    drawn = arrows(machine)
    lines = ["stateDiagram-v2", f"    state {ANY} {{", f"        [*] --> {machine.initial}"]
    lines += [f"        {state.name}" for state in machine.states]
    lines += [
        f"        {start} --> {end}: {', '.join(events)}"
        for (start, end), events in drawn.items()
        if start != ANY
    ]
    lines.append("    }")
    lines += [
        f"    {start} --> {end}: {', '.join(events)}"
        for (start, end), events in drawn.items()
        if start == ANY
    ]
    return "\n".join(lines)


def arrows(machine: Machine) -> dict[tuple[str, str], list[str]]:
    """Return the labels by the states from and to. What every state answers is from `ANY`."""
    found: dict[tuple[str, str], list[str]] = {}
    for transition in machine.transitions:
        everywhere = len(transition.states) == len(machine.states) > 1
        for start in (ANY,) if everywhere else transition.states:
            for target in transition.to:
                if target not in (SAME, start):
                    label = _label(machine, transition, start)
                    found.setdefault((start, target), []).append(label)
    for state in machine.states:
        if state.lapses_to is not None:
            found.setdefault((state.name, state.lapses_to), []).append(f"after {_span(state)}")
    return found


def _label(machine: Machine, transition: Transition, start: str) -> str:
    if transition.event is TimedOut and start != ANY:
        return f"after {_span(machine.state(start))}"
    return transition.event.__name__


def svg(machine: Machine, words: DiagramWords | None = None) -> str:
    """Return the picture that every viewer shows, Mermaid or not; in `words`, or the code's own."""
    return picture(machine, arrows(machine), words or english(machine))


def _span(state: State) -> str:
    minutes = (state.after or 0) // 60
    if minutes % 1440 == 0 and minutes > 1440:
        return f"{minutes // 1440} days"
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def _limit(state: State) -> str:
    if state.after is None:
        return "none"
    return f"{_span(state)}, then {state.lapses_to or 'as TimedOut leads'}"


def _row(machine: Machine, transition: Transition) -> str:
    kind = transition.event
    event = kind.__name__
    if issubclass(kind, Happening):
        event += " (happening)"
    elif kind is TimedOut:
        event += " (time)"
    everywhere = len(transition.states) == len(machine.states)
    columns = (
        event,
        "any" if everywhere else ", ".join(transition.states),
        ", ".join("the same" if target == SAME else target for target in transition.to),
        ", ".join(f"`{name}`" for name in transition.says) or "nothing",
        ", ".join(act.__name__ for act in transition.acts) or "nothing",
        ", ".join(transition.tells) or "nobody",
    )
    return f"| {' | '.join(columns)} |"
