"""The threads that call carriers. They hold no database connection."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Final
from uuid import UUID

import structlog

from gateways.base import Gateway, Outcome, Outgoing, Reason, Retry, UnknownOutcome
from outbox.due import TakenMessage

log = structlog.get_logger(__name__)

# After the first answer others soon follow: waiting a little writes many at once.
_LINGER_SECONDS: Final = 0.025
# A call without an answer after this long hangs: another gets its slot, and it counts against its
# carrier. Gateways' time-outs are longer, so that a late answer is still recorded.
HANGING_SECONDS: Final = 3.0
_SILENT: Final = 5  # calls that hang, with none answered meanwhile: the carrier is silent

_Key = tuple[UUID, int]  # a call: the lease, and the message


@dataclass(frozen=True)
class ReturnedCall:
    """A carrier call that ended. `asked`: it was made, so it says something of the carrier."""

    taken: TakenMessage
    outcome: Outcome
    asked: bool = True
    hung: bool = False  # longer than HANGING_SECONDS


@dataclass(frozen=True)
class _Call:
    gateway: Gateway
    taken: TakenMessage
    outgoing: Outgoing
    start_by: float  # time.monotonic()

    @property
    def key(self) -> _Key:
        return _key(self.taken)


@dataclass(frozen=True)
class _Begun:
    call: _Call
    at: float  # time.monotonic()


class Slots:
    """A fixed number of carrier calls at once, some of them reserved for codes by text.

    Without the reserve, bulk calls to a slow carrier could occupy all slots, and a code would wait
    for a time-out. The other slots have some work queued ahead, so that none is idle while the
    database is asked for more. A call that hangs leaves its slot to another thread, so that a
    silent carrier does not block the others; there are at most as many such threads as slots.
    Used by one thread.
    """

    def __init__(self, size: int) -> None:
        self._reserved = max(1, size // 8)
        self._others = size - self._reserved
        self._code_calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._other_calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._returned: SimpleQueue[ReturnedCall] = SimpleQueue()
        self._codes_under_way: set[_Key] = set()
        self._others_under_way: set[_Key] = set()
        self._rings_under_way: set[_Key] = set()  # among the others
        self._relieved: set[_Key] = set()  # hanging, while another thread has their slot
        self._hung: set[_Key] = set()
        self._answered: dict[str, float] = {}  # when each carrier last answered
        self._lock = Lock()  # of the next two, which the threads write
        self._begun: dict[_Key, _Begun] = {}
        self._leaving: set[_Key] = set()  # calls whose thread ends with them
        self._threads: list[Thread] = []
        for calls, count in ((self._code_calls, self._reserved), (self._other_calls, self._others)):
            for _ in range(count):
                self._start(calls)

    @property
    def under_way(self) -> int:
        """Return how many calls are submitted and not yet gathered."""
        return len(self._codes_under_way) + len(self._others_under_way) + len(self._relieved)

    @property
    def room_for_codes(self) -> int:
        """Return how many codes may be submitted and start at once, before any other message."""
        return self._reserved - len(self._codes_under_way)

    @property
    def room_for_others(self) -> int:
        """Return how many messages of any lane may be submitted beyond that."""
        return self._others + self._others // 2 - len(self._others_under_way)

    @property
    def room_for_rings(self) -> int:
        """Return how many of the others may be calls: half of their slots stay for texts."""
        return max(1, self._others // 2) - len(self._rings_under_way)

    def submit(
        self, gateway: Gateway, taken: TakenMessage, outgoing: Outgoing, within: timedelta
    ) -> None:
        """Start the call: a look-up where an earlier outcome is unknown, else a send.

        If no slot becomes free `within` this time, it is not made, and returns as such.
        """
        call = _Call(gateway, taken, outgoing, time.monotonic() + within.total_seconds())
        if taken.due.channel == "voice":
            self._rings_under_way.add(call.key)
            self._others_under_way.add(call.key)
            self._other_calls.put(call)
        elif taken.due.lane == "code" and self.room_for_codes > 0:
            self._codes_under_way.add(call.key)
            self._code_calls.put(call)
        else:
            self._others_under_way.add(call.key)
            self._other_calls.put(call)

    def gather(self, seconds: float) -> list[ReturnedCall]:
        """Return the calls that ended, after waiting up to `seconds` for the first.

        It then sleeps once for those that soon follow: to be woken by each costs more than all else
        that this thread does for it.
        """
        if not self.under_way:
            return []
        try:
            returned = [self._returned.get(timeout=seconds)]
        except Empty:
            return []
        if self.under_way > 1:
            time.sleep(_LINGER_SECONDS)
        with suppress(Empty):
            while True:
                returned.append(self._returned.get_nowait())
        return [self._taken_in(one) for one in returned]

    def _taken_in(self, one: ReturnedCall) -> ReturnedCall:
        key = _key(one.taken)
        hung = key in self._hung
        if not isinstance(one.outcome, UnknownOutcome):
            self._answered[one.taken.gateway] = time.monotonic()
        self._forget(key)
        return replace(one, hung=True) if hung else one

    def relieve(self) -> list[TakenMessage]:
        """Return the calls that have begun to hang since the last time, and free their slots."""
        before = time.monotonic() - HANGING_SECONDS
        with self._lock:
            begun = [each for each in self._begun.values() if each.at <= before]
            found = [each.call for each in begun if each.call.key not in self._hung]
            spare = self._reserved + self._others - len(self._relieved)
            stuck = [each.call for each in begun if each.call.key not in self._relieved][:spare]
            self._leaving |= {call.key for call in stuck}
        for call in stuck:
            code = call.key in self._codes_under_way
            self._codes_under_way.discard(call.key)
            self._others_under_way.discard(call.key)
            self._rings_under_way.discard(call.key)
            self._relieved.add(call.key)
            self._start(self._code_calls if code else self._other_calls)
        self._hung |= {call.key for call in found}
        return [call.taken for call in found]

    def silent(self) -> set[str]:
        """Return the carriers with many hanging calls that answered none in the meantime."""
        before = time.monotonic() - HANGING_SECONDS
        with self._lock:
            hanging = Counter(
                each.call.taken.gateway for each in self._begun.values() if each.at <= before
            )
        return {
            name
            for name, calls in hanging.items()
            if calls >= _SILENT and self._answered.get(name, 0.0) <= before
        }

    def recall(self) -> list[TakenMessage]:
        """Return what was submitted and has not begun, so was not sent."""
        recalled: list[TakenMessage] = []
        for calls in (self._code_calls, self._other_calls):
            while True:
                try:
                    call = calls.get_nowait()
                except Empty:
                    break
                if call is not None:
                    self._forget(call.key)
                    recalled.append(call.taken)
        return recalled

    def close(self) -> None:
        """End the threads; calls under way end first."""
        for calls, count in ((self._code_calls, self._reserved), (self._other_calls, self._others)):
            for _ in range(count):
                calls.put(None)
        for thread in self._threads:
            thread.join()

    def _start(self, calls: SimpleQueue[_Call | None]) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = Thread(target=self._serve, args=(calls,), name="send", daemon=True)
        thread.start()
        self._threads.append(thread)

    def _forget(self, key: _Key) -> None:
        for calls in (
            self._codes_under_way,
            self._others_under_way,
            self._rings_under_way,
            self._relieved,
            self._hung,
        ):
            calls.discard(key)

    def _serve(self, calls: SimpleQueue[_Call | None]) -> None:
        while (call := calls.get()) is not None:
            now = time.monotonic()
            late = now > call.start_by
            with self._lock:
                self._begun[call.key] = _Begun(call, now)
            outcome = _too_late(call) if late else _outcome_of(call)
            with self._lock:
                del self._begun[call.key]
                leaving = call.key in self._leaving
                self._leaving.discard(call.key)
            self._returned.put(ReturnedCall(call.taken, outcome, asked=not late))
            if leaving:
                return


def _key(taken: TakenMessage) -> _Key:
    return taken.lease, taken.due.id


def _too_late(call: _Call) -> Outcome:
    late = "no slot was free in time"
    if call.taken.due.status == "unknown":
        return UnknownOutcome(late)
    return Retry(Reason.CARRIER, late)


def _outcome_of(call: _Call) -> Outcome:
    look_up = call.taken.due.status == "unknown"
    try:
        if look_up:
            return call.gateway.look_up(call.outgoing)
        return call.gateway.send(call.outgoing)
    except Exception as error:
        # A gateway must not raise. If one does, the request may have been sent all the same.
        # The error's text may quote the message, so only its type is logged.
        log.error("gateway_raised", message=call.taken.due.id, error=type(error).__name__)
        return UnknownOutcome(f"the gateway raised {type(error).__name__}")
