"""The sending of webhooks: one thread of the crew per receiver.

A slow receiver delays only itself. What is due: `webhooks/queue.py`. The call: `webhooks/post.py`.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Final

import structlog

from outbox.crew import Crew, Work
from outbox.wake import WEBHOOKS, ring
from runtime import Runtime
from store.database import Conn
from store.keyring import UnknownKey
from webhooks import queue
from webhooks.address import host
from webhooks.post import TIMEOUT_SECONDS, WebhookPoster, public_session, session
from webhooks.queue import Delivered, Outcome, TakenDelivery

log = structlog.get_logger(__name__)

# Receivers that are sent to at once: several that dawdle leave room for the others. Each thread
# takes a database connection briefly between two calls.
AT_ONCE: Final = 12
# After this long a thread makes room for another receiver.
TURN_SECONDS: Final = 2.0
# How long one start may read the feed; the next reads the rest.
_TAKING_SECONDS: Final = 0.5


class WebhookSender:
    """The webhooks of one process. `start` and `finish` are called from one thread."""

    def __init__(self, runtime: Runtime, timeout: float = TIMEOUT_SECONDS) -> None:
        settings = runtime.settings
        self._runtime = runtime
        self._poster = WebhookPoster(
            public_session(AT_ONCE, settings.webhook_ports_open)
            if settings.production
            else session(AT_ONCE),
            runtime.keys,
            timeout,
        )
        self._crew = Crew(
            "webhooks",
            self._claim,
            at_once=AT_ONCE,
            patience=2 * timeout + 1,  # two time-outs: connecting, and the answer's first piece
            after=lambda: ring(runtime.redis, WEBHOOKS),
        )
        self.wait = self._crew.wait

    def start(self) -> int:
        """Read the feed and start sending what is due; return to how many receivers.

        Does not wait for them. Raises `psycopg.OperationalError` when the database goes away.
        """
        database, now = self._runtime.database, self._runtime.now
        database.run(lambda conn: queue.end_revoked(conn, now()))
        until = time.monotonic() + _TAKING_SECONDS
        while database.run(lambda conn: queue.take(conn, now())):
            if time.monotonic() >= until:
                break
        return self._crew.start()

    def finish(self) -> None:
        """Begin no new calls and let those under way end. What hangs is left to its lease."""
        self._crew.finish()
        self._poster.session.close()

    def _claim(self, busy: frozenset[int]) -> Work[int] | None:
        # A receiver that answers byte by byte may hold its thread beyond the lease: no second one.
        taken = self._runtime.database.run(
            lambda conn: self._opened(conn, queue.claim(conn, busy, self._runtime.now()))
        )
        return Work(taken.subscription_id, lambda: self._serve(taken)) if taken else None

    def _serve(self, first: TakenDelivery) -> None:
        """Send to one receiver until nothing is due or its turn is over.

        Where the database goes away after an attempt, it is repeated when the lease is over;
        receivers recognise it by its id.
        """
        until = time.monotonic() + TURN_SECONDS
        next_: TakenDelivery | None = first
        while next_ is not None:
            taken, last = next_, time.monotonic() >= until
            outcome = self._poster.post(taken, self._runtime.now())
            if not isinstance(outcome, Delivered):
                log.info(
                    "webhook_failed",
                    delivery=taken.id,
                    host=host(taken.url),
                    attempts=taken.attempts,
                    outcome=type(outcome).__name__,
                )
            next_ = self._settle(taken, outcome, last or self._crew.stopping)

    def _settle(self, taken: TakenDelivery, outcome: Outcome, last: bool) -> TakenDelivery | None:
        """Write the outcome and claim the next delivery, in one transaction."""
        now = self._runtime.now()

        def work(conn: Conn) -> TakenDelivery | None:
            queue.settle(conn, taken, outcome, now)
            if last:
                return None
            return self._opened(conn, queue.claim_next(conn, taken.subscription_id, now))

        return self._runtime.database.run(work)

    def _opened(self, conn: Conn, taken: TakenDelivery | None) -> TakenDelivery | None:
        """Open the key of a delivery's secret: it is signed without the database."""
        if taken is not None:
            with suppress(UnknownKey):
                self._runtime.keys.root(conn, "webhooks", taken.secret_key)
        return taken
