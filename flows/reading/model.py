"""The guess of a small model where no rule fits: sums of whole weights over pieces of a text. Pure.

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
_TOLD: Final = 3  # pieces that are told as the reason


@dataclass(frozen=True)
class Model:
    """Weights in hundredths. `sure`: the sum by which the best wish must lead the next."""

    kinds: tuple[str, ...]
    bias: tuple[int, ...]
    weights: Mapping[str, Mapping[int, int]]  # piece → place of the kind → weight
    sure: int


@dataclass(frozen=True)
class Guess:
    """A wish, by how much it leads before the next one, and the pieces that weighed most."""

    kind: str
    lead: int
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
        table["sure"],
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


def guess(normal: str) -> Guess | None:
    """Return the model's wish for a normal form, or None where it is not sure of one."""
    trained = model()
    found = [piece for piece in pieces(normal) if piece in trained.weights]
    if not normal or not found:
        return None
    sums = list(trained.bias)
    for piece in found:
        for at, weight in trained.weights[piece].items():
            sums[at] += weight
    best, second = sorted(range(len(sums)), key=lambda at: (-sums[at], at))[:2]
    lead = sums[best] - sums[second]
    if lead < trained.sure:
        return None
    weighed = sorted(found, key=lambda piece: (-trained.weights[piece].get(best, 0), piece))
    return Guess(trained.kinds[best], lead, tuple(weighed[:_TOLD]))
