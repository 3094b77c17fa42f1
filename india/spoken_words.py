"""Ninety short words that everybody knows, by number: two of them are a household's word.

A postman types their numbers, 10 to 99, or the words in any of the languages.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

FIRST: Final = 10
COUNT: Final = 90
_FILE: Final = Path(__file__).with_name("spoken_words.toml")


@cache
def spoken_words() -> Mapping[str, Mapping[str, str]]:
    """Return each number's word, by language."""
    return MappingProxyType(tomllib.loads(_FILE.read_text(encoding="utf-8")))


@cache
def numbers() -> Mapping[str, str]:
    """Return the number of each word, as it is written in lower case in any language."""
    return MappingProxyType(
        {
            word.lower(): number
            for number, by_language in spoken_words().items()
            for word in by_language.values()
        }
    )


def shown(number: str, language: str) -> str:
    """Return the word with that number."""
    return spoken_words()[number][language]
