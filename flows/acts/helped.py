"""Acts on a closed ticket whose person was asked whether that helped. None touches an article."""

from __future__ import annotations

from dataclasses import dataclass

from flows.decision import Act


@dataclass(frozen=True)
class NoteAnswer(Act):
    """The answer to "did that help?" about the ticket with that number."""

    ticket: int
    helped: bool


@dataclass(frozen=True)
class OpenAgain(Act):
    """A closed ticket that waits for a person again, in nobody's hands."""

    ticket: int


@dataclass(frozen=True)
class NoteWords(Act):
    """The words of the text that is decided, as a note of the ticket with that number."""

    ticket: int
