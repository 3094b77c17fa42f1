"""What a text is read as, and why: for people who ask, at the desk and in the terminal. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Final, cast, get_args

from flows import machines
from flows.events import Event
from flows.grammar.text import fold
from flows.reading import understand
from flows.reading.understand import Role

_READ: Final = get_args(Role)
"""The roles whose own words are read; all others only have commands."""


@dataclass(frozen=True)
class ReadingShown:
    """A reading in words. `version`: of the rules; None: the role has exact commands only.

    `wishes`: the kind of each and what it names. `event`: what the grammar makes of the text.
    """

    role: str
    normal: str
    kind: str
    wishes: tuple[str, ...]
    why: tuple[str, ...]
    certain: bool
    version: int | None
    event: Event


def reading_of(role: str, text: str, code_length: int) -> ReadingShown:
    """Return how today's rules read `text` of a person in `role`, a machine's name."""
    event = machines.understand(role, text, code_length).event
    if role not in _READ:
        return ReadingShown(role, fold(text).strip(), "words", (), (), True, None, event)
    found = understand.read(text, cast(Role, role))
    return ReadingShown(
        role,
        found.normal,
        found.kind,
        tuple(map(told, found.wishes)),
        found.why,
        found.certain,
        found.version,
        event,
    )


def told(value: object) -> str:
    """Return a wish, an event or what they name in one line: `another_day (day offset 1)`."""
    if not is_dataclass(value):
        return str(value)
    found: Mapping[str, object] = {each.name: getattr(value, each.name) for each in fields(value)}
    said = [f"{name} {_within(inner)}" for name, inner in found.items() if inner is not None]
    if isinstance(value, Event):
        return f"{type(value).__name__} ({', '.join(said)})" if said else type(value).__name__
    kind = str(next(iter(found.values())))
    return f"{kind} ({', '.join(said[1:])})" if said[1:] else kind


def _within(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_within, value))
    if is_dataclass(value):
        named = ((each.name, getattr(value, each.name)) for each in fields(value))
        return " ".join(f"{name} {_within(inner)}" for name, inner in named if inner is not None)
    return str(value)
