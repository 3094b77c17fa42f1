"""A story as a transcript, as tests/transcripts keeps them: who sends what, and what he is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from flows.decision import Say
from flows.machine import FlowError
from flows.proof.explore.search import Breach
from flows.proof.world.books import SmallWorld
from flows.proof.world.doors import play
from flows.proof.world.ledger import RefusedByBooks
from messages.render import CHECK_MASK, CODE_MASK, QUOTE_MASK, render

_DEFAULT: Final = "hi"


def transcript(breach: Breach) -> list[str]:
    """Return the whole story of a breach, from the first booking, with what it breaks above it."""
    promise = breach.promise
    lines = [f"# {promise.rule}, {promise.name}: {breach.why}.", f"# {promise.sentence}"]
    return [*lines, *tell(breach.scene.start, breach.lines)]


def tell(world: SmallWorld, lines: Sequence[str]) -> Iterator[str]:
    """Return `lines` with the texts that go out behind each."""
    for line in lines:
        yield line
        try:
            played = play(world, line)
        except (FlowError, RefusedByBooks, AssertionError, StopIteration):
            return  # the story ends here: the machines, or the books, refuse it
        world = played.world
        for phone, say in played.said:
            yield _told(world, phone, say)


def _told(world: SmallWorld, phone: str, say: Say) -> str:
    if say.channel == "voice":
        return f"{phone} ~ (rings)"
    language = world.phones.get(phone, (None, False))[0] or _DEFAULT
    text = render(say.template, language, say.values).text
    shown = (
        text.replace(CODE_MASK, "{code}")
        .replace(QUOTE_MASK, "{quote}")
        .replace(CHECK_MASK, "{check}")
    )
    return f"{phone} < {shown}".replace("\n", " / ")
