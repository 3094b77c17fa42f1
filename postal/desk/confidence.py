"""Confidence in a share of a small count: Wilson's score interval, at 95 percent.

E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22
(1927). Two of three contested remarks say little of a postman; sixty of ninety say much.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

_Z = 1.959964  # of 95 percent, two-sided


@dataclass(frozen=True)
class Share:
    """`count` of `of`, between `low` and `high` (0 to 1)."""

    count: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.count / self.of if self.of else 0.0


def share(count: int, of: int) -> Share:
    """Return the interval for `count` of `of`; 0 to 1 where `of` is 0.

    Raise ValueError where `count` is negative or over `of`.
    """
    if not 0 <= count <= of:
        raise ValueError("a part is not more than the whole")
    if of == 0:
        return Share(0, 0, 0.0, 1.0)
    p, z2 = count / of, _Z * _Z
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z * sqrt(p * (1 - p) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return Share(count, of, max(0.0, middle - half), min(1.0, middle + half))
