"""The scopes of tokens: what each group of operations is called, to read and to write.

docs/developing/trust.md rule 14
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, get_args

from store.refusals import Invalid

Scope = Literal[
    "articles",
    "window",
    "directory",
    "bookings",
    "books",
    "office",
    "postmen",
    "moves",
    "requests",
    "lists",
    "imports",
    "payments",
    "events",
    "webhooks",
    "simulator",
]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
_WAYS: Final = ("read", "write")


def read(given: Iterable[str]) -> list[str]:
    """Return scopes as tokens hold them: `articles` is `articles:read` and `articles:write`.

    Raise `Invalid` for one that does not exist.
    """
    found: list[str] = []
    for each in given:
        name, _, way = each.partition(":")
        if name not in SCOPES or way not in ("", *_WAYS):
            says = f"there is no scope {each}: {', '.join(SCOPES)}, alone or with :read or :write"
            raise Invalid(says, field="scope")
        found += [each] if way else [f"{name}:{every}" for every in _WAYS]
    return sorted(set(found))
