"""What a pure function of facts returned, kept for all facts that agree in what it read of them.

A walk through the menus asks the same screens again in each of hundreds of worlds, which differ in
a few facts. What a screen does not read cannot change what it does, so its answer is kept by what
it read: each is still asked about everything that makes a difference to it, once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from flows.ussd.engine import MenuFacts

A = TypeVar("A", bound=Hashable)
T = TypeVar("T")


class Watched(MenuFacts):
    """Facts that note which of their fields are read."""

    def __getattribute__(self, name: str) -> object:
        own: dict[str, object] = object.__getattribute__(self, "__dict__")
        if name in own and name != "read":
            read: set[str] = own.setdefault("read", set())  # type: ignore[assignment]  # only here
            read.add(name)
        return object.__getattribute__(self, name)


class Remembered(Generic[A, T]):
    """`work(about, facts)`, done once for each `about` and whatever of the facts it reads."""

    def __init__(self, work: Callable[[A, MenuFacts], T]) -> None:
        self._work = work
        # By what it is about: the fields that were read, and what was returned by their values.
        self._kept: dict[A, dict[tuple[str, ...], dict[tuple[object, ...], T]]] = {}

    def __call__(self, about: A, facts: MenuFacts) -> T:
        known = vars(facts)
        patterns = self._kept.setdefault(about, {})
        for names, returned in patterns.items():
            values = tuple([known[name] for name in names])
            if values in returned:
                return returned[values]
        watched = Watched(**known)
        result = self._work(about, watched)
        names = tuple(sorted(object.__getattribute__(watched, "__dict__").get("read", ())))
        patterns.setdefault(names, {})[tuple([known[name] for name in names])] = result
        return result
