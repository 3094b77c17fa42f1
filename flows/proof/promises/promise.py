"""An invariant: its rule, its sentence, and the function that looks for breaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar, overload

from flows.decision import Act
from flows.proof.world.books import SmallWorld
from flows.proof.world.doors import Played
from flows.proof.world.parcel import Parcel
from flows.proof.world.turn import Decided

Check = Callable[[SmallWorld, Played], Iterator[str]]
A = TypeVar("A", bound=Act)
B = TypeVar("B", bound=Act)
D = TypeVar("D", bound=Act)


@dataclass(frozen=True)
class Promise:
    """One invariant. `rule`: of docs/developing/trust.md; `check`: yields a sentence per breach."""

    rule: str
    name: str
    sentence: str
    check: Check


@overload
def done(played: Played, first: type[A], /) -> Iterator[tuple[Decided, A]]: ...
@overload
def done(played: Played, first: type[A], second: type[B], /) -> Iterator[tuple[Decided, A | B]]: ...
@overload
def done(
    played: Played, first: type[A], second: type[B], third: type[D], /
) -> Iterator[tuple[Decided, A | B | D]]: ...
def done(played: Played, *kinds: type[Act]) -> Iterator[tuple[Decided, Act]]:
    """Return each act of these kinds that the line led to, with the decision it belongs to."""
    for each in played.decided:
        for act in each.decision.acts:
            if isinstance(act, kinds):
                yield each, act


def pairs(before: SmallWorld, played: Played) -> Iterator[tuple[Parcel, Parcel]]:
    """Return each article that the line changed, as it was and as it is."""
    for number, after in played.world.parcels.items():
        was = before.parcels.get(number)
        if was is not None and was is not after:
            yield was, after


def told(played: Played, number: str) -> set[str]:
    """Return the telephones that the line told something about the article."""
    return {phone for phone, say in played.said if say.article == number}
