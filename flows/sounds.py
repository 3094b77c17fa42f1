"""How names sound in any script: फूलमती, Phoolmati and phulmati are one. Pure."""

from __future__ import annotations

import re
from typing import Final

from flows.reading.scripts import folded, latin
from flows.reading.spelling import key

_WORD: Final = re.compile(r"[^\W\d_]+")
_LAST_Y: Final = re.compile("y$")


def sounds(name: str) -> tuple[str, ...]:
    """Return how each word of `name` sounds, in order; empty for signs and digits alone."""
    words = _WORD.findall(latin(folded(name)).replace("'", ""))
    return tuple(_LAST_Y.sub("i", key(word)) for word in words)
