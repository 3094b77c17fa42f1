"""What a text is read as, and why: for people who ask, at the desk and in the terminal. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import Final, cast, get_args

from flows import machines
from flows.events import Event
from flows.grammar.text import fold
from flows.reading import understand
from flows.reading.rules import Role
from flows.wishes import PersonWish, WishKind

_READ: Final = get_args(Role)
"""The roles whose own words are read; all others only have commands."""


@dataclass(frozen=True)
class WishShown:
    """A wish: its kind, and what it names in one line ("day offset 1"), often nothing."""

    kind: WishKind
    named: str

    def __str__(self) -> str:
        return f"{self.kind} ({self.named})" if self.named else self.kind


@dataclass(frozen=True)
class ReadingShown:
    """A reading in words. `version`: of the rules; None: the role has exact commands only.

    `wishes`: the kind of each and what it names. `event`: what the grammar makes of the text.
    """

    role: str
    normal: str
    kind: str
    wishes: tuple[WishShown, ...]
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
        tuple(WishShown(each.what, _named(each)) for each in found.wishes),
        found.why,
        found.certain,
        found.version,
        event,
    )


def told(event: Event) -> str:
    """Return an event and what it names in one line: `AnotherDay (day 4)`."""
    said = ", ".join(_names(event))
    return f"{type(event).__name__} ({said})" if said else type(event).__name__


def _named(wish: PersonWish) -> str:
    return ", ".join(_names(wish)[1:])  # after its kind


def _within(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_within, value))
    return " ".join(_names(value)) if is_dataclass(value) else str(value)


def _names(value: object) -> list[str]:
    assert is_dataclass(value)
    named = ((each.name, getattr(value, each.name)) for each in fields(value))
    return [f"{name} {_within(inner)}" for name, inner in named if inner is not None]
