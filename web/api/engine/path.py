"""The rows and articles that the path of an operation names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flows import number
from india import figures, signs
from store.refusals import Unknown
from web.api.engine.operation import Call

_MOST_DIGITS = 18
_READERS: Final[Mapping[str, Callable[[str], str]]] = {
    "pin": figures.digits,
    "staff_id": signs.bare,
    "reference": signs.bare,
}


def read_path(path: Mapping[str, str]) -> Mapping[str, str]:
    """Return the values in a path as they were meant, in digits of any script."""
    return {name: _READERS.get(name, str)(value) for name, value in path.items()}


def row(call: Call[Any]) -> int:
    """Return the row id in the path. Raises `Unknown` where it is none."""
    raw = call.path["id"]
    if not (raw.isascii() and raw.isdigit() and len(raw) <= _MOST_DIGITS):
        raise Unknown("there is nothing with this id")
    return int(raw)


def article_number(call: Call[Any]) -> str:
    """Return the article number in the path. Raises `Unknown` where it is none."""
    try:
        return number.read(call.path["number"])
    except ValueError as error:
        raise Unknown(f"no such article: {error}") from error
