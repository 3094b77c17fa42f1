"""The languages in which a person can read a text that his own does not bring.

Hindi in Devanagari and Hindi in Roman letters are one language: whoever chose `hi` understands
every word of `hi-Latn`, and every handset shows Roman letters. It is not so the other way round:
people are written to in Roman letters because they chose it, or their handset shows boxes in the
place of Devanagari. English is another language: a warning that cannot be read is none, so nobody
gets it who did not ask for it, and nobody gets Hindi who asked for English. Each language of the
catalogue carries its own warning (messages/check.py), so a text in another script keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from messages.catalogue import Language

_ALSO_READS: Final[Mapping[str, tuple[Language, ...]]] = MappingProxyType({"hi": ("hi-Latn",)})


def also_read(language: str) -> tuple[Language, ...]:
    """Return the languages in which a person of `language` can be written to instead."""
    return _ALSO_READS.get(language, ())
