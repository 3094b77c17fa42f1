"""The acts of a failing carrier on a text and its receipts, drawn by chance from a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Fate(StrEnum):
    """The fate of one call that sends."""

    ACCEPT = "accepted, answered soon"
    SLOW = "accepted, answered after seconds"
    HANG_TAKEN = "accepted, never answered"
    DROP_TAKEN = "accepted, connection dropped"
    GARBLED = "accepted, the answer cannot be read"
    REFUSE = "refused for now"
    DROP = "not taken, connection dropped"
    HANG = "not taken, never answered"


class Phase(StrEnum):
    """The state of a carrier for a while."""

    ILL = "ill"  # does all that a failing carrier does
    FRAIL = "frail"  # the one that is left: refuses and drops a little, its receipts are as ill
    SILENT = "silent"  # dead: takes connections, never answers, takes no text
    GONE = "gone"  # dead: refuses connections
    WELL = "well"  # answers all


DEAD = (Phase.SILENT, Phase.GONE)

_FATES: Mapping[Phase, Mapping[Fate, float]] = MappingProxyType(
    {
        Phase.ILL: {
            Fate.ACCEPT: 0.71, Fate.SLOW: 0.06, Fate.HANG_TAKEN: 0.03, Fate.DROP_TAKEN: 0.04,
            Fate.GARBLED: 0.01, Fate.REFUSE: 0.09, Fate.DROP: 0.04, Fate.HANG: 0.02,
        },
        Phase.FRAIL: {Fate.ACCEPT: 0.965, Fate.REFUSE: 0.03, Fate.DROP: 0.005},
        Phase.WELL: {Fate.ACCEPT: 1.0},
        Phase.SILENT: {Fate.HANG: 1.0},
        Phase.GONE: {Fate.DROP: 1.0},
    }
)  # fmt: skip
_SOON = (0.02, 0.4)  # seconds
_SECONDS = (1.0, 5.0)


@dataclass(frozen=True)
class Notice:
    """One receipt: seconds after the text was taken, and its word, one of ours."""

    after: float
    word: str  # sent, delivered or failed
    stranger: bool = False  # of a message that nobody sent


class Illness:
    """The draws. The same seed and the same calls bring the same."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self.phase = Phase.ILL

    def fate(self) -> Fate:
        fates = _FATES[self.phase]
        return self._random.choices(list(fates), list(fates.values()))[0]

    def wait(self, fate: Fate) -> float:
        """Return the seconds until the answer."""
        return self._random.uniform(*(_SECONDS if fate is Fate.SLOW else _SOON))

    def notices(self) -> Sequence[Notice]:
        """Return the receipts of a taken text: late, twice, reversed, early, never, strangers'.

        A few say that the text failed although the carrier had taken it.
        """
        if self.phase is Phase.WELL:
            return (Notice(0.5, "delivered"),)
        draw = self._random.random
        if draw() < 0.02:
            return ()
        # Some come before the call's own answer does.
        first = 0.0 if draw() < 0.1 else self._random.uniform(0.3, 3.0)
        if draw() < 0.04:
            first = self._random.uniform(25.0, 45.0)
        if draw() < 0.01:
            return (Notice(first, "failed"),)
        notices = [Notice(first, "delivered")]
        if draw() < 0.15:
            notices.append(Notice(first + 0.3, "sent"))  # reversed
        elif draw() < 0.3:
            notices.insert(0, Notice(first * 0.5, "sent"))
        if draw() < 0.12:
            notices.append(Notice(first + self._random.uniform(0.0, 5.0), "delivered"))
        if draw() < 0.02:
            notices.append(Notice(first, "delivered", stranger=True))
        return notices
