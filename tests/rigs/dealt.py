"""The order of the tests, so that several workers end at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TypeVar

T = TypeVar("T")


def dealt(long: Sequence[Sequence[T]], short: Sequence[T], workers: int) -> list[T]:
    """Return all of them so that each worker's part begins with its share of the long ones.

    `long`: in groups that one worker does, such as the tests that share what is made for a module:
    each worker would make it anew.

    xdist's worksteal gives each worker one part of the list (`check_schedule`), of equal length but
    for what does not divide; whoever is done takes from the end of the longest part that is left.
    """
    shares = [list(chain.from_iterable(long[worker::workers])) for worker in range(workers)]
    rest, at, order = sum(map(len, long)) + len(short), 0, list[T]()
    for worker, share in enumerate(shares):
        part = rest // (workers - worker)
        if part < len(share):  # too few tests for parts of their own
            return [*chain.from_iterable(long), *short]
        rest -= part
        order += [*share, *short[at : at + part - len(share)]]
        at += part - len(share)
    return order
