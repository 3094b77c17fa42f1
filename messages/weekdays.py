"""Weekdays by name. Their value is what a person types, 1 for Monday: 135.

A text has them as one word of Roman letters in every language, because DLT takes no others in the
place of a variable (docs/developing/domain.md); a screen has spaces, and the letters of its words.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_HINDI: Final = ("Som", "Mang", "Budh", "Guru", "Shuk", "Shani")
_ENGLISH: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_IN_TEXTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"en": _ENGLISH, "hi-Latn": _HINDI, "hi": _HINDI}
)
_ON_SCREENS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {**_IN_TEXTS, "hi": ("सोम", "मंग", "बुध", "गुरु", "शुक", "शनि")}
)


WEEKDAYS: Final = ("when", "comes")  # the variables that have them


def in_text(variable: str, value: int | str, language: str) -> str:
    """Return how a text shows the value of a variable: 135, of weekdays, is MonWedFri."""
    return "".join(_named(variable, str(value), _IN_TEXTS[language]))


def on_screen(variable: str, value: int | str, language: str) -> str:
    """Return how a screen shows the value of a variable: 135, of weekdays, is Mon Wed Fri."""
    return " ".join(_named(variable, str(value), _ON_SCREENS[language]))


def _named(variable: str, value: str, names: tuple[str, ...]) -> list[str]:
    return [names[int(day) - 1] for day in value] if variable in WEEKDAYS else [value]
