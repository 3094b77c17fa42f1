"""The acts: the only changes that a decision can make to the post office's books.

There is one file for each kind of act. An act on an article declares in one class what it holds,
what it requires (`required`: what the books would otherwise refuse) and what it changes (`effect`).
`flask flows check` verifies the first for every decision, the sandbox of what-if applies the
second, and the writers in postal/acts carry it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flows.acts import (
    codes,
    door,
    exception,
    helped,
    hold,
    household,
    lists,
    moves,
    nominee,
    offline,
    paper,
    phone,
    remarks,
    reports,
    window,
)
from flows.decision import Act

MODULES: Final = (
    codes, door, exception, helped, hold, household, lists, moves, nominee, offline, paper, phone,
    remarks, reports, window,
)  # fmt: skip

# By class name, the key under which sprints are stored.
ALL: Final[Mapping[str, type[Act]]] = MappingProxyType(
    {
        name: value
        for module in MODULES
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, Act)
        and value.__module__ == module.__name__
    }
)
