"""Texts with placeholders, as a profile writes them: `Bearer {token}`, `{url}/sms/send`.

`{name}` must have a value; `{name?}` may have none, and then the whole field is omitted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_PLACE: Final = re.compile(r"\{([a-z][a-z0-9_]*)(\?)?\}")

ValueOf = Callable[[str], str]


class Unfilled(Exception):
    """A placeholder without a value: `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no {name}")
        self.name = name


@dataclass(frozen=True)
class PlaceTemplate:
    """A text with placeholders, made by `parse`."""

    text: str
    places: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> PlaceTemplate:
        """Return the template in `text`. Raises ValueError for a brace outside of a placeholder."""
        if re.search(r"[{}]", _PLACE.sub("", text)):
            raise ValueError(
                f"{text!r} has a brace that is no place: write {{name}}, or {{name?}} where the "
                "field is left out without a value"
            )
        return cls(text, tuple(match[1] for match in _PLACE.finditer(text)))

    def fill(self, value_of: ValueOf) -> str | None:
        """Return the text with its values; None where an optional one is empty.

        Raises `Unfilled` where a required one is empty, and whatever `value_of` raises.
        """
        left_out = False

        def value(match: re.Match[str]) -> str:
            nonlocal left_out
            found = value_of(match[1])
            if not found and match[2]:
                left_out = True
            elif not found:
                raise Unfilled(match[1])
            return found

        filled = _PLACE.sub(value, self.text)
        return None if left_out else filled
