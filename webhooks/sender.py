"""Sends what webhooks have to tell: threads beside the worker's own work, one per receiver.

A receiver that is slow holds up itself and nothing else: the job that starts the threads does not
wait for them. What is due: `webhooks/queue.py`. The call: `webhooks/post.py`.
"""

from __future__ import annotations

import time
from threading import Lock, Thread
from typing import Final

import psycopg
import structlog

from outbox.wake import WEBHOOKS, ring
from runtime import Runtime
from store.database import Conn
from webhooks import queue
from webhooks.address import host
from webhooks.post import TIMEOUT_SECONDS, Poster, public_session, session
from webhooks.queue import Delivered, Outcome, Taken

log = structlog.get_logger(__name__)

# Receivers that are talked to at once. Below the pool of database connections by some: each thread
# takes one, shortly, between two calls.
AT_ONCE: Final = 4
# After this long a thread lets another receiver have its place.
TURN_SECONDS: Final = 2.0
# How long one start may read the feed; the rest is read by the next.
_TAKING_SECONDS: Final = 0.5


class Sender:
    """The webhooks of one process. `start` and `finish` are called from one thread."""

    def __init__(self, runtime: Runtime, timeout: float = TIMEOUT_SECONDS) -> None:
        settings = runtime.settings
        self._runtime = runtime
        self._poster = Poster(
            (public_session if settings.production else session)(AT_ONCE),
            settings.dakiya_master_key.get_secret_value().encode(),
            timeout,
        )
        # Two time-outs: connecting, and the first piece of the answer.
        self._patience = 2 * timeout + 1
        self._stopping = False
        self._lock = Lock()
        self._threads: dict[int, Thread] = {}  # by subscription

    def start(self) -> int:
        """Reads the feed and starts sending what is due; gives how many receivers were begun with.

        Does not wait for them. Raises `psycopg.OperationalError` when the database goes away.
        """
        database, now = self._runtime.database, self._runtime.now
        database.run(lambda conn: queue.end_revoked(conn, now()))
        until = time.monotonic() + _TAKING_SECONDS
        while database.run(lambda conn: queue.take(conn, now())):
            if time.monotonic() >= until:
                break
        begun = 0
        while not self._stopping and len(busy := self._busy()) < AT_ONCE:
            taken = database.run(lambda conn, busy=busy: queue.claim(conn, busy, now()))  # type: ignore[misc]
            if taken is None:
                break
            self._begin(taken)
            begun += 1
        return begun

    def wait(self) -> None:
        """Until the threads have ended: for tests, and for who has nothing else to do."""
        for thread in self._running():
            thread.join()

    def finish(self) -> None:
        """Lets the calls under way end, and no new ones begin. What hangs is left to its lease."""
        self._stopping = True
        until = time.monotonic() + self._patience
        for thread in self._running():
            thread.join(max(0.0, until - time.monotonic()))
        self._poster.session.close()

    def _running(self) -> list[Thread]:
        with self._lock:
            return list(self._threads.values())

    def _busy(self) -> set[int]:
        # A receiver that drips its answer may hold its thread beyond the lease: it gets no second.
        with self._lock:
            return set(self._threads)

    def _begin(self, taken: Taken) -> None:
        name = f"webhook-{taken.subscription_id}"
        thread = Thread(target=self._serve, args=(taken,), name=name, daemon=True)
        with self._lock:
            self._threads[taken.subscription_id] = thread
        thread.start()

    def _serve(self, first: Taken) -> None:
        until = time.monotonic() + TURN_SECONDS
        next_: Taken | None = first
        try:
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
                next_ = self._settle(taken, outcome, last or self._stopping)
        except psycopg.OperationalError as error:
            # It may have arrived: it is sent again when the lease is over, and receivers know it
            # by its id.
            log.warning("database_away", job="webhooks", error=type(error).__name__)
        finally:
            with self._lock:
                del self._threads[first.subscription_id]
        if not self._stopping:
            ring(self._runtime.redis, WEBHOOKS)

    def _settle(self, taken: Taken, outcome: Outcome, last: bool) -> Taken | None:
        """Writes what came of it and claims the next, in one transaction."""
        now = self._runtime.now()

        def work(conn: Conn) -> Taken | None:
            queue.settle(conn, taken, outcome, now)
            return None if last else queue.claim_next(conn, taken.subscription_id, now)

        return self._runtime.database.run(work)
