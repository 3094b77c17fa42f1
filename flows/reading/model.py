"""The guess of a small model where no rule fits. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Guess:
    """A wish by the sum of its features' weights. `margin`: by how much before the next one."""

    kind: str
    margin: int
    features: str


def guess(normal: str) -> Guess | None:
    """Return the model's wish for a normal form, or None where it is not sure."""
    return None
