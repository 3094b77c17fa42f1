"""The connections of the tests: the one that was used last is used next.

Each has planned its statements for itself. A pool that hands them out in turn lets all that a few
tests needed at once plan everything.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from store.database import Database


class _NewestFirst(deque[Any]):
    """The idle connections of a pool, which takes the next one from the left."""

    def append(self, connection: Any) -> None:
        self.appendleft(connection)


def newest_first(database: Database) -> None:
    """Let the pool of `database`, not yet open, hand out the connection that came back last."""
    pool = database._pool
    assert type(pool._pool) is deque
    assert not pool._pool
    pool._pool = _NewestFirst()
