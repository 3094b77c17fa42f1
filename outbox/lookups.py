"""Look-ups of the telephones that articles get, in threads that nothing waits for.

A service that is slow, silent or wrong delays no text: without its answer a telephone is not in
doubt.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import structlog

from gateways.lookups.base import NotLookedUp
from gateways.network import TIMEOUT
from outbox.crew import Crew, Work
from postal.people import lookups
from runtime import Runtime

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 4


class NumberLookups:
    """The look-ups of one process. `start` and `finish` are called from one thread."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._crew = Crew("lookups", self._claim, at_once=_AT_ONCE, patience=sum(TIMEOUT))
        self.wait, self.finish = self._crew.wait, self._crew.finish

    def start(self) -> int:
        """Ask about the telephones that are due; return how many look-ups were begun.

        Does not wait for the answers. Raises `psycopg.OperationalError`.
        """
        if self._runtime.lookup is None:
            return 0
        now = self._runtime.now()
        self._runtime.database.run(lambda conn: lookups.read_feed(conn, now))
        return self._crew.start()

    def _claim(self, busy: frozenset[str]) -> Work[str] | None:
        now = self._runtime.now()
        phone = self._runtime.database.run(lambda conn: lookups.claim(conn, now))
        return None if phone is None or phone in busy else Work(phone, partial(self._ask, phone))

    def _ask(self, phone: str) -> None:
        service = self._runtime.lookup
        assert service is not None
        try:
            found = service.ask(phone)
        except NotLookedUp as error:
            log.warning("number_not_looked_up", service=service.name, error=str(error))
            return
        now, language = self._runtime.now(), self._runtime.settings.default_language
        self._runtime.database.run(lambda conn: lookups.answered(conn, phone, found, language, now))
