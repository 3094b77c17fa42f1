"""The words of what is printed, by language (words/*.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from paper.content import Language

_FOLDER: Final = Path(__file__).parent / "words"


@cache
def words(language: Language) -> Mapping[str, str]:
    """Return all words in `language`, by key."""
    path = _FOLDER / f"{language}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}") from None


def say(language: Language, key: str, **values: str | int) -> str:
    """Return the sentence `key`, filled in. Raise KeyError if it or a value is missing."""
    return words(language)[key].format(**values)
