"""The threads that talk to carriers. They hold no database connection."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final

import structlog

from gateways.base import Gateway, Outcome, Outgoing, Unknown
from outbox.claim import Taken
from outbox.enqueue import Lane

log = structlog.get_logger(__name__)

# After the first answer others are about to follow: waiting a little makes one write of many.
_LINGER_SECONDS: Final = 0.015


@dataclass(frozen=True)
class Returned:
    """A carrier call that is over."""

    taken: Taken
    outcome: Outcome


class Slots:
    """A fixed number of carrier calls at once, some of them kept free for codes.

    Without the reserve, calls to a slow carrier for bulk could occupy all slots, and a code
    would wait for a time-out.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.reserved_for_codes = max(1, size // 8)
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="send")
        self._returned: SimpleQueue[Returned] = SimpleQueue()
        self._under_way: Counter[Lane] = Counter()

    @property
    def under_way(self) -> int:
        """Calls submitted and not yet gathered."""
        return self._under_way.total()

    @property
    def under_way_for_codes(self) -> int:
        return self._under_way["code"]

    def submit(self, gateway: Gateway, taken: Taken, outgoing: Outgoing) -> None:
        """Starts the call: a look-up where an earlier outcome is unknown, else a send."""
        self._under_way[taken.due.lane] += 1
        self._pool.submit(self._call, gateway, taken, outgoing)

    def gather(self, seconds: float) -> list[Returned]:
        """The calls that came back, after waiting up to `seconds` for the first."""
        returned: list[Returned] = []
        until = time.monotonic() + seconds
        while self.under_way > 0:
            try:
                one = self._returned.get(timeout=max(0.0, until - time.monotonic()))
            except Empty:
                break
            self._under_way[one.taken.due.lane] -= 1
            if not returned:
                until = time.monotonic() + _LINGER_SECONDS
            returned.append(one)
        return returned

    def close(self) -> None:
        """Ends the threads; calls under way end first."""
        self._pool.shutdown(wait=True)

    def _call(self, gateway: Gateway, taken: Taken, outgoing: Outgoing) -> None:
        try:
            if taken.due.status == "unknown":
                outcome = gateway.look_up(outgoing)
            else:
                outcome = gateway.send(outgoing)
        except Exception as error:
            # A gateway must not raise. If one does, the request may have gone out all the same.
            # The error's own text may quote the message, so only its type is logged.
            log.error("gateway_raised", message=taken.due.id, error=type(error).__name__)
            outcome = Unknown(f"the gateway raised {type(error).__name__}")
        self._returned.put(Returned(taken, outcome))
