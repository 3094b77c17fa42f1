"""What the worker does for the chains: it seals days after their end and publishes their roots."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Final

import structlog

from store.chains import publish, seal
from store.chains.seal import Sealer
from store.database import Database

log: Final = structlog.get_logger(__name__)


class Days:
    """The days of one process. `directory`: where the roots go; None: to no file."""

    def __init__(
        self, database: Database, directory: Path | None, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._directory = directory
        self._sealer = Sealer(database, now)
        self._published: date | None = None

    def advance(self) -> int:
        """Seal and publish what is due, for about a second; return how many days were sealed."""
        sealed = self._sealer.advance()
        for each in sealed:
            log.info("day_sealed", day=each.day.isoformat(), root=each.root)
        if self._directory is not None:
            self._publish(self._directory)
        return len(sealed)

    def due(self) -> date | None:
        """Return the next day that is over and has no seal."""
        return self._sealer.due()

    def _publish(self, directory: Path) -> None:
        """Write the files that are missing here: each machine has its own directory."""
        with self._database.transaction() as conn:
            last = seal.last(conn)
            if last is None or last.day == self._published:
                return
            try:
                publish.publish(conn, directory)
            except OSError as error:
                log.error("root_not_published", day=last.day.isoformat(), error=str(error))
                return
        self._published = last.day
