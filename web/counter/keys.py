"""The keys of the counter: one meaning each, in one table, which also makes the sheet of keys.

Templates ask for the key of a purpose and never write one themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from markupsafe import Markup

from web.counter.room import counter

# F5, F11 and F12 are the browser's own.
KEYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "sheet": "F1",
        "otp": "F2",
        "change": "F3",
        "registration": "F4",
        "more": "F6",
        "same": "F7",
        "without": "F8",
        "go_on": "F9",
        "upi": "F10",
        "stop": "Escape",
    }
)
"""The key of each purpose. Its words: `key_does_…`."""

_NAMES: Final[Mapping[str, str]] = {"Escape": "Esc"}


def key(purpose: str) -> Markup:
    """Return the attribute of the element that the key of `purpose` presses, or goes to."""
    return Markup('data-key="{}"').format(KEYS[purpose])


def kbd(purpose: str) -> Markup:
    """Return the key of `purpose` as it is printed on that element."""
    return Markup("<kbd>{}</kbd>").format(_NAMES.get(KEYS[purpose], KEYS[purpose]))


@counter.context_processor
def _keys() -> dict[str, Any]:
    known: dict[str, Callable[[str], Markup] | Mapping[str, str]]
    known = {"key": key, "kbd": kbd, "counter_keys": KEYS}
    return known
