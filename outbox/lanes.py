"""The lanes' turns: they share the free slots by weight, and none starves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from messages.catalogue import Lane

# In the order in which unused shares pass on: a person waits for the first three.
LANES: Final[tuple[Lane, ...]] = ("code", "alarm", "reply", "notice", "bulk")
SPOKEN: Final[tuple[Lane, ...]] = ("code", "alarm", "reply")
"""The lanes in which calls wait: what a person asked to hear, and what answers him."""
WEIGHTS: Final[Mapping[Lane, int]] = {"code": 8, "alarm": 4, "reply": 4, "notice": 2, "bulk": 1}


class Turns:
    """Smooth weighted round robin over the lanes.

    It remembers what each lane is owed, so that bulk gets its nineteenth even where the throttle
    leaves one slot at a time.
    """

    def __init__(self, weights: Mapping[Lane, int] = WEIGHTS) -> None:
        self._weights = weights
        self._total = sum(weights.values())
        self._owed = dict.fromkeys(LANES, 0)

    def deal(self, slots: int) -> dict[Lane, int]:
        """Return how many of `slots` each lane may fill; the sum is `slots`."""
        shares: dict[Lane, int] = dict.fromkeys(LANES, 0)
        for _ in range(slots):
            for lane in LANES:
                self._owed[lane] += self._weights[lane]
            chosen = max(LANES, key=self._owed.__getitem__)
            self._owed[chosen] -= self._total
            shares[chosen] += 1
        return shares
