"""The threads that talk to carriers. They hold no database connection."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final

import structlog

from gateways.base import Gateway, Outcome, Outgoing, Reason, Retry, Unknown
from outbox.claim import Taken

log = structlog.get_logger(__name__)

# After the first answer others are about to follow: waiting a little makes one write of many.
_LINGER_SECONDS: Final = 0.025


@dataclass(frozen=True)
class Returned:
    """A carrier call that is over. `asked`: it was made, so it says something of the carrier."""

    taken: Taken
    outcome: Outcome
    asked: bool = True


@dataclass(frozen=True)
class _Call:
    gateway: Gateway
    taken: Taken
    outgoing: Outgoing
    start_by: float  # time.monotonic()


class Slots:
    """A fixed number of carrier calls at once, some of them kept free for codes.

    Without the reserve, calls to a slow carrier for bulk could occupy all slots, and a code
    would wait for a time-out. The other slots have a little work laid out ahead, so that none
    stands idle while the database is asked for more. Used by one thread.
    """

    def __init__(self, size: int) -> None:
        self._reserved = max(1, size // 8)
        self._others = size - self._reserved
        self._code_calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._other_calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._returned: SimpleQueue[Returned] = SimpleQueue()
        self._codes_under_way: set[int] = set()
        self._others_under_way: set[int] = set()
        self._threads = [
            Thread(target=self._serve, args=(calls,), name=f"send-{number}", daemon=True)
            for calls, count in (
                (self._code_calls, self._reserved),
                (self._other_calls, self._others),
            )
            for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def under_way(self) -> int:
        """Calls submitted and not yet gathered."""
        return len(self._codes_under_way) + len(self._others_under_way)

    @property
    def room_for_codes(self) -> int:
        """How many codes may be submitted and start at once, before any other message."""
        return self._reserved - len(self._codes_under_way)

    @property
    def room_for_others(self) -> int:
        """How many messages of any lane may be submitted beyond that."""
        return self._others + self._others // 2 - len(self._others_under_way)

    def submit(self, gateway: Gateway, taken: Taken, outgoing: Outgoing, within: timedelta) -> None:
        """Starts the call: a look-up where an earlier outcome is unknown, else a send.

        If no slot becomes free `within` this time, it is not made, and comes back as such.
        """
        call = _Call(gateway, taken, outgoing, time.monotonic() + within.total_seconds())
        if taken.due.lane == "code" and self.room_for_codes > 0:
            self._codes_under_way.add(taken.due.id)
            self._code_calls.put(call)
        else:
            self._others_under_way.add(taken.due.id)
            self._other_calls.put(call)

    def gather(self, seconds: float) -> list[Returned]:
        """The calls that came back, after waiting up to `seconds` for the first."""
        returned: list[Returned] = []
        until = time.monotonic() + seconds
        while self.under_way > 0:
            try:
                one = self._returned.get(timeout=max(0.0, until - time.monotonic()))
            except Empty:
                break
            self._forget(one.taken)
            if not returned:
                until = time.monotonic() + _LINGER_SECONDS
            returned.append(one)
        return returned

    def recall(self) -> list[Taken]:
        """Takes back what was submitted and has not begun: it was not sent."""
        recalled: list[Taken] = []
        for calls in (self._code_calls, self._other_calls):
            while True:
                try:
                    call = calls.get_nowait()
                except Empty:
                    break
                if call is not None:
                    self._forget(call.taken)
                    recalled.append(call.taken)
        return recalled

    def close(self) -> None:
        """Ends the threads; calls under way end first."""
        for calls, count in ((self._code_calls, self._reserved), (self._other_calls, self._others)):
            for _ in range(count):
                calls.put(None)
        for thread in self._threads:
            thread.join()

    def _forget(self, taken: Taken) -> None:
        self._codes_under_way.discard(taken.due.id)
        self._others_under_way.discard(taken.due.id)

    def _serve(self, calls: SimpleQueue[_Call | None]) -> None:
        while (call := calls.get()) is not None:
            late = time.monotonic() > call.start_by
            outcome = _too_late(call) if late else _outcome_of(call)
            self._returned.put(Returned(call.taken, outcome, asked=not late))


def _too_late(call: _Call) -> Outcome:
    late = "no slot was free in time"
    if call.taken.due.status == "unknown":
        return Unknown(late)
    return Retry(Reason.CARRIER, late)


def _outcome_of(call: _Call) -> Outcome:
    look_up = call.taken.due.status == "unknown"
    try:
        if look_up:
            return call.gateway.look_up(call.outgoing)
        return call.gateway.send(call.outgoing)
    except Exception as error:
        # A gateway must not raise. If one does, the request may have gone out all the same.
        # The error's own text may quote the message, so only its type is logged.
        log.error("gateway_raised", message=call.taken.due.id, error=type(error).__name__)
        return Unknown(f"the gateway raised {type(error).__name__}")
