"""The clock of this installation: PostgreSQL's, whatever the machine's own clock says.

Due times are compared by every process on every machine. One whose own clock is ten minutes fast
would write codes that the others send ten minutes late.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from psycopg import Connection

_ASK_AGAIN_SECONDS: Final = 10.0
_JUMP_SECONDS: Final = 1.0
_ROUND_TRIP_SECONDS: Final = 0.25  # after a longer one nobody knows when in it the time was read


class Clock:
    """Returns PostgreSQL's time, as it was asked last and has gone on since.

    Until it was asked, the machine's own. `wall`: seconds since 1970 as the machine believes,
    `steady`: seconds since whenever, which nobody sets.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._steady = steady
        # Written as one, so that a thread reads what belongs together.
        self._asked = _Asked(self._steady(), self._wall(), None)

    def __call__(self) -> datetime:
        asked = self._asked
        if asked.said is None:
            return datetime.fromtimestamp(self._wall(), UTC)
        return asked.said + timedelta(seconds=self._steady() - asked.steady)

    @property
    def asked(self) -> bool:
        """Tell whether PostgreSQL was asked yet."""
        return self._asked.said is not None

    @property
    def due(self) -> bool:
        """Tell whether PostgreSQL should be asked again: after a while, or as the machine's jumps.

        The machine's may be PostgreSQL's too, so a jump of the one is perhaps one of both.
        """
        asked = self._asked
        gone = self._steady() - asked.steady
        jumped = abs(self._wall() - asked.wall - gone)
        return asked.said is None or gone > _ASK_AGAIN_SECONDS or jumped > _JUMP_SECONDS

    def ask(self, connection: Connection[Any]) -> None:
        """Ask PostgreSQL. `connection` is in no transaction. Raises `psycopg.OperationalError`."""
        connection.autocommit = True
        before = self._steady()
        row = connection.execute("SELECT clock_timestamp()", prepare=False).fetchone()
        took = self._steady() - before
        connection.autocommit = False
        assert row is not None
        if took <= _ROUND_TRIP_SECONDS or self._asked.said is None:
            said: datetime = row[0]
            self._asked = _Asked(before + took / 2, self._wall(), said)


class _Asked:
    """When PostgreSQL was asked, by both clocks of the machine, and what it said."""

    __slots__ = ("said", "steady", "wall")

    def __init__(self, steady: float, wall: float, said: datetime | None) -> None:
        self.steady = steady
        self.wall = wall
        self.said = said
