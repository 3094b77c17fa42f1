"""The drain of the outbox: it claims, sends and settles in batches, with no barrier between them.

One `Drain` per process. Between two slices calls may stay under way; the next slice gathers them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from psycopg.errors import UniqueViolation

from gateways.base import Gateway, Outgoing, Reason, Rejected, UnknownOutcome
from india.phone import masked
from messages.catalogue import catalogue
from outbox import carriers, settle
from outbox.circuit import Tally, weigh
from outbox.claimer import Claimer
from outbox.content import open_keys, text_of
from outbox.due import Claim, TakenMessage
from outbox.guards import Guards
from outbox.lanes import LANES
from outbox.lateness import ends_in_time, put_into_words
from outbox.policy import after_look_up, after_send
from outbox.settle import SettledMessage
from outbox.slots import ReturnedCall, Slots
from outbox.throttle import Throttle
from outbox.worker_lease import WorkerLease
from runtime import Runtime
from store.database import Conn

log = structlog.get_logger(__name__)

SLICE_SECONDS: Final = 2.0
# How long a new code may wait while the drain only waits for carriers.
_POLL_SECONDS: Final = 0.05
# What must be left of a lease when a call begins, or another worker would look the message up
# during the send. Gateways' time-outs are shorter.
_CALL: Final = timedelta(seconds=15)


class Drain:
    """The outbox's sender. `run` is called from one thread; the carrier calls have their own."""

    def __init__(self, runtime: Runtime) -> None:
        settings = runtime.settings
        self._runtime = runtime
        self._slots = Slots(settings.send_slots)
        self._throttle = Throttle(runtime.redis)
        self._guards = Guards(runtime)
        self._worker_lease = WorkerLease(runtime.database.url)
        self._claimer = Claimer(runtime, self._slots, self._worker_lease.number)
        self._held: list[TakenMessage] = []  # leased, waiting for the gateway's throttle
        self._settled: list[SettledMessage] = []  # returned, not yet written
        self._tallies: dict[str, Tally] = {}  # what those say of the carriers
        self._deferred: list[tuple[TakenMessage, timedelta]] = []  # leased, to be released
        self._stopping = False
        self._log = log.bind()  # made once: a line for each message is not

    def run(self, seconds: float = SLICE_SECONDS) -> bool:
        """Send what is due for about `seconds`, or until nothing is.

        True: more is due or under way, call again. Raises `psycopg.OperationalError` when the
        database goes away; the next call writes what carriers returned meanwhile.
        """
        until = time.monotonic() + seconds
        while True:
            self._weigh_hanging()
            claimed = self._exchange()
            wait = self._submit()
            if not (claimed or self._pending):
                return False
            if self._stopping or time.monotonic() >= until:
                return True
            if self._slots.under_way:
                self._gather(min(_POLL_SECONDS, wait) if wait else _POLL_SECONDS)
            elif wait:
                time.sleep(min(_POLL_SECONDS, wait))

    @property
    def _pending(self) -> bool:
        return bool(self._slots.under_way or self._held or self._settled or self._deferred)

    def stop(self) -> None:
        """End the running slice early. Safe in a signal handler."""
        self._stopping = True

    def finish(self) -> None:
        """Let the calls under way end, write their outcomes, and release the rest."""
        self._stopping = True
        self._deferred += [(taken, timedelta()) for taken in self._held]
        self._held = []
        self._deferred += [(taken, timedelta()) for taken in self._slots.recall()]
        while self._slots.under_way:
            self._gather(_POLL_SECONDS)
        self._slots.close()
        self._exchange()
        self._worker_lease.end()

    def _exchange(self) -> int:
        """Write what returned and claim what is due in one transaction; return how many were."""
        self._worker_lease.begin()
        try:
            claimed = self._runtime.database.run(lambda conn: self._swap(conn, settle.write))
        except UniqueViolation:
            claimed = self._runtime.database.run(lambda conn: self._swap(conn, settle.write_each))
        self._settled = []
        self._deferred = []
        self._tallies = {}
        self._guards.exchanged()
        judged = self._guards.judge(claimed.taken, self._runtime.now())
        self._held += judged.going
        self._deferred += judged.waiting
        self._settled += judged.ended
        return len(claimed.taken) + claimed.expired + claimed.put_off

    def _swap(
        self, conn: Conn, write: Callable[[Conn, Sequence[SettledMessage], datetime], None]
    ) -> Claim:
        now = self._runtime.now()
        write(conn, self._settled, now)
        settle.release(conn, [(taken, now + wait) for taken, wait in self._deferred])
        self._guards.exchange(conn, now)
        claimed = Claim((), 0) if self._stopping else self._claimer.claim(conn, self._held, now)
        taken = put_into_words(conn, claimed.taken, self._runtime.gateways, now)
        claimed = replace(claimed, taken=taken)
        open_keys(conn, claimed.taken, self._runtime.keys)
        carriers.note(conn, self._tallies, now)
        return claimed

    def _submit(self) -> float:
        """Start the calls that the throttles allow, codes first; return seconds until the next."""
        self._give_up_late()
        self._held.sort(key=lambda taken: (LANES.index(taken.due.lane), taken.due.id))
        waits: list[float] = []
        for name in {taken.gateway for taken in self._held}:
            mine = [taken for taken in self._held if taken.gateway == name]
            gateway = self._runtime.gateways.get(name)
            if gateway is None:
                self._settle_without_gateway(mine)
                continue
            grant = self._throttle.gateway(name, gateway.rate, len(mine))
            for taken in mine[: grant.units]:
                self._call(gateway, taken)
            if grant.units < len(mine):
                waits.append(grant.wait)
            sent = {taken.due.id for taken in mine[: grant.units]}
            self._held = [taken for taken in self._held if taken.due.id not in sent]
        return min(waits, default=0.0)

    def _call(self, gateway: Gateway, taken: TakenMessage) -> None:
        try:
            outgoing = self._outgoing(taken)
        except ValueError as error:
            # One row that cannot be sent must not delay the others. The error quotes no code.
            log.error("message_unsendable", message=taken.due.id, error=str(error))
            self._settle(ReturnedCall(taken, Rejected(Reason.TEXT, str(error))))
            return
        within = _start_by(taken) - self._runtime.now()
        self._slots.submit(gateway, taken, outgoing, within)

    def _give_up_late(self) -> None:
        """Release what waited too long for its throttle: its deadline or its lease is over."""
        now = self._runtime.now()
        late = {taken.due.id for taken in self._held if now >= _start_by(taken)}
        self._deferred += [(taken, timedelta()) for taken in self._held if taken.due.id in late]
        self._held = [taken for taken in self._held if taken.due.id not in late]

    def _settle_without_gateway(self, mine: list[TakenMessage]) -> None:
        """Settle messages of unknown outcome whose gateway is not configured any more."""
        log.warning("gateway_gone", gateway=mine[0].gateway, messages=[t.due.id for t in mine])
        for taken in mine:
            self._settle(
                ReturnedCall(taken, UnknownOutcome("its gateway is not configured any more"))
            )
        gone = {taken.due.id for taken in mine}
        self._held = [taken for taken in self._held if taken.due.id not in gone]

    def _outgoing(self, taken: TakenMessage) -> Outgoing:
        due = taken.due
        return Outgoing(
            message_id=due.id,
            phone=due.phone,
            text=text_of(due, self._runtime.keys, self._runtime.settings.code_length),
            template=self._words_of(taken),  # its id with the operators
            language=due.language,
            valid_seconds=int((due.not_after - self._runtime.now()).total_seconds()),
            first_tried_at=taken.first_tried_at,
            other_calls=tuple(due.other_calls),
        )

    def _words_of(self, taken: TakenMessage) -> str:
        """Return the template whose words it has: free of charge, or true until a day."""
        due = taken.due
        if ends_in_time(self._runtime.gateways.get(taken.gateway)):
            return catalogue().words_of(due.template, due.variables)
        return catalogue().late_words_of(due.template, due.variables)

    def _gather(self, seconds: float) -> None:
        for returned in self._slots.gather(seconds):
            self._weigh(returned)
            self._settle(returned)

    def _weigh(self, returned: ReturnedCall) -> None:
        """Note what the call says of its carrier, unless the circuit changed since it began."""
        taken, outcome = returned.taken, returned.outcome
        if returned.asked and not returned.hung and self._claimer.speaks(taken):
            self._note(taken.gateway, weigh(outcome, looked_up=taken.due.status == "unknown"))

    def _weigh_hanging(self) -> None:
        """Note a hanging call against its carrier at once, not when its time-out is over."""
        for taken in self._slots.relieve():
            if self._claimer.speaks(taken):
                self._note(taken.gateway, Tally(bad=1))

    def _note(self, gateway: str, weight: Tally) -> None:
        self._tallies[gateway] = self._tallies.get(gateway, Tally()) + weight

    def _settle(self, returned: ReturnedCall) -> None:
        taken = returned.taken
        decide = after_look_up if taken.due.status == "unknown" else after_send
        standing = replace(taken.standing, carriers=self._claimer.in_turn(taken.due))
        verdict = decide(returned.outcome, standing, self._runtime.now())
        self._settled.append(SettledMessage(taken, verdict))
        self._log.info(
            "message_out",
            request_id=taken.due.request_id,
            message=taken.due.id,
            lane=taken.due.lane,
            phone=masked(taken.due.phone),
            gateway=taken.gateway,
            status=verdict.status,
            attempts=taken.calls,
        )


def _start_by(taken: TakenMessage) -> datetime:
    return min(taken.due.not_after, taken.leased_until - _CALL)
