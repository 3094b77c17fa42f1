"""The search for a mutant: the shortest story that breaks what it should."""

from __future__ import annotations

from dataclasses import dataclass

from flows.proof.explore.search import Breach, Clock, explore
from flows.proof.explore.story import transcript
from flows.proof.mutants.table import Mutant
from flows.proof.promises import ALL

DEPTH = 2  # after `Mutant.lines`: each is found so soon


@dataclass(frozen=True)
class Hunted:
    """What came of it; `breach` None: it was not found."""

    mutant: Mutant
    breach: Breach | None
    told: tuple[str, ...]
    states: int


def hunt(mutant: Mutant, *, clock: Clock, depth: int = DEPTH, seconds: float = 60) -> Hunted:
    """Break the machines as `mutant` says, and look for a breach of its promise."""
    (promise,) = (each for each in ALL if (each.rule, each.name) == mutant.finds)
    with mutant.broken():
        found = explore(
            mutant.begins,
            depth=depth,
            seconds=seconds,
            clock=clock,
            promises=(promise,),
            first=True,
        )
        hits = [breach for breach in found.breaches.values() if breach.promise is promise]
        breach = hits[0] if hits else None
        told = tuple(transcript(breach)) if breach is not None else ()
    return Hunted(mutant, breach, told, found.states)
