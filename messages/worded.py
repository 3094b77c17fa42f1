"""Values that are read as words: weekdays by name, kinds of documents. They are kept as codes.

A weekday's code is what a person types, 1 for Monday: 135. A text has words in Roman letters, and
together, because DLT takes letters and digits alone in the place of a variable
(docs/developing/domain.md). Whether signs of Devanagari's vowels pass there is not known, so a text
in Hindi has the code: its fixed words say that 1 is Monday. A screen has spaces, and the letters of
its language.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_HINDI: Final = ("Som", "Mang", "Budh", "Guru", "Shuk", "Shani")
_ENGLISH: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_IN_TEXTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"en": _ENGLISH, "hi-Latn": _HINDI, "hi": ("1", "2", "3", "4", "5", "6")}
)
_ON_SCREENS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {**_IN_TEXTS, "hi": ("सोम", "मंग", "बुध", "गुरु", "शुक्र", "शनि")}
)
_WEEKDAYS: Final = ("when", "comes")  # the variables that have them
_DOCUMENTS: Final[Mapping[str, str]] = MappingProxyType({"PAN": "PAN", "JOBCARD": "JobCard"})


def in_text(variable: str, value: int | str, language: str) -> str:
    """Return how a text shows the value of a variable: 135, of weekdays, is MonWedFri."""
    if variable == "document":
        return _DOCUMENTS.get(str(value), str(value).title())
    return "".join(_named(variable, str(value), _IN_TEXTS[language]))


def on_screen(variable: str, value: int | str, language: str) -> str:
    """Return how a screen shows the value of a variable: 135, of weekdays, is Mon Wed Fri."""
    return " ".join(_named(variable, str(value), _ON_SCREENS[language]))


def _named(variable: str, value: str, names: tuple[str, ...]) -> list[str]:
    return [names[int(day) - 1] for day in value] if variable in _WEEKDAYS else [value]
