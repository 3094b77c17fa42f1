"""Code 128 of an article number (ISO/IEC 15417), in bars of whole modules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final

QUIET_MODULES: Final = 10  # the clear space that a scanner needs on either side


@dataclass(frozen=True)
class BlackBar:
    """One black bar, in modules from the left edge, the quiet zone included."""

    x: int
    width: int


@dataclass(frozen=True)
class Barcode:
    """A barcode. `modules`: its width with both quiet zones."""

    bars: tuple[BlackBar, ...]
    modules: int


@lru_cache(maxsize=1024)
def code128(text: str) -> Barcode:
    """Return the bars of `text`, digits in pairs: 156 modules and the quiet zones."""
    from barcode.codex import Code128  # brings Pillow, which draws nothing here

    pattern: str = Code128(text).build()[0]
    bars: list[BlackBar] = []
    x = QUIET_MODULES
    for module, run in groupby(pattern):
        width = len(list(run))
        if module == "1":
            bars.append(BlackBar(x, width))
        x += width
    return Barcode(tuple(bars), x + QUIET_MODULES)
