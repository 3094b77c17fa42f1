"""Texts whose hook failed, found by asking the carrier what it received for us.

No carrier repeats a hook for long (docs/gateways.md says which, when and how often), so what came
while we were down is asked for by the clock, taken in once each by the door of all texts. What was
found too late to be done as if it came now is kept for the help desk instead.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import psycopg
import structlog

from conversation import inbound
from flows.grammar import late
from gateways.base import Inbound, ListingGateway, NotTold, Unreadable
from gateways.network import TIMEOUT
from logs import described
from outbox.crew import Crew, Work
from runtime import Runtime
from store.database import Conn

log = structlog.get_logger(__name__)

# A hook under way is done within this, or its carrier has given it up.
_UNDER_WAY: Final = timedelta(seconds=30)
# Asked for again with every question: a carrier's list may have a text late.
_OVERLAP: Final = timedelta(minutes=5)
_LONGEST: Final = timedelta(days=3)  # that we were down, and still ask for all of it
# What the carrier took so long ago would be done as if it was written now (flows/grammar/late.py).
_TOO_LATE: Final = late.BELIEVED_FOR - timedelta(minutes=5)
_LOOK_SECONDS: Final = 1.0

_CLAIM: Final = """
    INSERT INTO carriers (name, changed_at, listed_at, listed_to)
    VALUES (%(name)s, %(now)s, %(now)s, %(now)s)
    ON CONFLICT (name) DO UPDATE
    SET listed_at = excluded.listed_at,
        listed_to = coalesce(carriers.listed_to, excluded.listed_to)
    WHERE coalesce(carriers.listed_at <= %(before)s, true)
    RETURNING listed_to
"""


@dataclass(frozen=True)
class _Question:
    gateway: ListingGateway
    since: datetime
    until: datetime


class ListedTexts:
    """The questions of one process, one at a time in a thread of its own.

    `start` and `finish` are called from one thread. All workers together ask a carrier as often as
    its settings say.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._looked_at = 0.0
        self._crew = Crew("listing", self._claim, at_once=1, patience=3 * sum(TIMEOUT))
        self.wait, self.finish = self._crew.wait, self._crew.finish

    def start(self) -> int:
        """Ask the carriers whose time has come; return how many questions were begun.

        Does not wait for the answers. Raises `psycopg.OperationalError`.
        """
        now = time.monotonic()
        if now - self._looked_at < _LOOK_SECONDS:
            return 0
        self._looked_at = now
        return self._crew.start()

    def _claim(self, busy: frozenset[str]) -> Work[str] | None:
        now = self._runtime.now()
        for name, gateway in self._runtime.gateways.items():
            if not isinstance(gateway, ListingGateway) or not gateway.list_seconds or name in busy:
                continue
            before = now - timedelta(seconds=gateway.list_seconds)
            values = {"name": name, "now": now, "before": before}
            row = self._runtime.database.run(
                lambda conn, values=values: conn.execute(_CLAIM, values).fetchone()  # type: ignore[misc]
            )
            since = None if row is None else max(row[0] - _OVERLAP, now - _LONGEST)
            # The first time there is nothing to ask for: what came before us was not for us.
            if since is not None and row[0] < now:
                asked = _Question(gateway, since, now - _UNDER_WAY)
                return Work(name, partial(self._ask, asked))
        return None

    def _ask(self, asked: _Question) -> None:
        name = asked.gateway.name
        try:
            found = asked.gateway.received(asked.since, asked.until)
        except NotTold as error:
            log.warning("texts_not_listed", gateway=name, error=str(error))
            return
        missed = self._runtime.database.run(lambda conn: _unknown(conn, name, found))
        for each in missed:
            self._take_in(each)
        with self._runtime.database.transaction() as conn:
            conn.execute(
                "UPDATE carriers SET listed_to = greatest(listed_to, %s) WHERE name = %s",
                (asked.until, name),
            )

    def _take_in(self, found: Inbound | Unreadable) -> None:
        now = self._runtime.now()
        log.warning("text_found", gateway=found.gateway)
        if isinstance(found, Unreadable):
            inbound.receive_unreadable(self._runtime, found)
            return
        if found.carrier_at is None or found.carrier_at < now - _TOO_LATE:
            inbound.receive_unreadable(self._runtime, _kept(found, "found too late to be done"))
            return
        try:
            inbound.receive(self._runtime, found)
        except psycopg.OperationalError:
            raise  # all is asked for again
        except Exception as error:
            log.error("text_found_not_read", gateway=found.gateway, **described(error))
            inbound.receive_unreadable(self._runtime, _kept(found, "found, and could not be read"))


def _kept(found: Inbound, why: str) -> Unreadable:
    return Unreadable(found.gateway, found.carrier_id, why, found.text, found.phone)


def _unknown(
    conn: Conn, gateway: str, found: Sequence[Inbound | Unreadable]
) -> list[Inbound | Unreadable]:
    """Return those of `found` that are not stored, in the order in which the carrier took them.

    One without an id cannot be told from its repeat, and is left to the hook.
    """
    ids = [each.carrier_id for each in found if each.carrier_id is not None]
    rows = conn.execute(
        "SELECT carrier_id FROM carrier_ids"
        " WHERE kind = 'in' AND gateway = %s AND carrier_id = ANY(%s)",
        (gateway, ids),
    ).fetchall()
    known = {None, *(row[0] for row in rows)}
    return sorted(
        (each for each in found if each.carrier_id not in known),
        key=lambda each: (str(getattr(each, "carrier_at", "")), each.carrier_id or ""),
    )
