"""The guesses of a small model: sums of whole weights over pieces of a text. Pure.

It was trained by `script/train_reading.py` on labelled texts. A piece is a notion, two that follow
each other (or have one between them), or three or four letters of a word that is no notion. The
weights are whole numbers, so that a text is guessed alike on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from flows.reading.words import find

_FILE: Final = Path(__file__).with_name("model.json")
_MOST_PIECES: Final = 200
_LETTERS: Final = (3, 4)
_RANKED: Final = 2
_TOLD: Final = 3  # pieces that are told as the reason


@dataclass(frozen=True)
class Model:
    """Weights in hundredths."""

    kinds: tuple[str, ...]
    bias: tuple[int, ...]
    weights: Mapping[str, Mapping[int, int]]  # piece → place of the kind → weight


@dataclass(frozen=True)
class Guess:
    """A wish, how far its sum is behind the best one's, and the pieces that weighed most."""

    kind: str
    behind: int
    pieces: tuple[str, ...]


@cache
def model() -> Model:
    """Return the model that is shipped, read once."""
    return made(json.loads(_FILE.read_text(encoding="utf-8")))


def made(table: Mapping[str, Any]) -> Model:
    """Return the model of a table as the file has it."""
    return Model(
        tuple(table["kinds"]),
        tuple(table["bias"]),
        {
            piece: {int(at): weight for at, weight in row.items()}
            for piece, row in table["weights"].items()
        },
    )


def pieces(normal: str) -> list[str]:
    """Return the different pieces of a normal form, in the order in which they come."""
    found: dict[str, None] = {}
    for piece in _pieces(["^", *normal.split(), "$"]):
        found.setdefault(piece)
        if len(found) >= _MOST_PIECES:
            break
    return list(found)


def _pieces(notions: list[str]) -> Iterator[str]:
    for at, notion in enumerate(notions):
        yield notion
        if at + 1 < len(notions):
            yield f"{notion} {notions[at + 1]}"
        if at + 2 < len(notions):
            yield f"{notion} * {notions[at + 2]}"
        if notion.isalpha() and find(notion).tongue == "unknown":
            word = f"<{notion}>"
            for size in _LETTERS:
                yield from (word[start : start + size] for start in range(len(word) - size + 1))


def ranked(normal: str) -> tuple[Guess, ...]:
    """Return the model's two likeliest wishes for a normal form; none where it knows no piece."""
    trained = model()
    found = [piece for piece in pieces(normal) if piece in trained.weights]
    if not normal or not found:
        return ()
    sums = list(trained.bias)
    for piece in found:
        for at, weight in trained.weights[piece].items():
            sums[at] += weight
    first = sorted(range(len(sums)), key=lambda at: (-sums[at], at))[:_RANKED]
    return tuple(
        Guess(trained.kinds[at], sums[first[0]] - sums[at], _weighed(trained, found, at))
        for at in first
    )


def _weighed(trained: Model, found: list[str], at: int) -> tuple[str, ...]:
    by_weight = sorted(found, key=lambda piece: (-trained.weights[piece].get(at, 0), piece))
    return tuple(by_weight[:_TOLD])
