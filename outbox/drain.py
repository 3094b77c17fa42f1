"""Empties the outbox: claims, sends and settles in batches, with no barrier between them.

One `Drain` per process. Between two slices calls may stay under way; the next slice gathers them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

import structlog
from psycopg.errors import UniqueViolation

from gateways.base import Gateway, Outgoing, Reason, Rejected, UnknownOutcome
from india.phone import masked
from messages.routes import Routes
from outbox import carriers, settle
from outbox.carriers import Carrier
from outbox.circuit import Tally, weigh
from outbox.claim import Claim, Due, Patience, Taken, claim
from outbox.content import text_of
from outbox.guards import Guards
from outbox.lanes import LANES, Turns
from outbox.policy import after_look_up, after_send
from outbox.routing import WAITED_FOR, Router
from outbox.settle import Settled
from outbox.slots import Returned, Slots
from outbox.throttle import Throttle
from outbox.worker_lock import Presence
from runtime import Runtime
from store.database import Conn

log = structlog.get_logger(__name__)

SLICE_SECONDS: Final = 2.0
# How long a code committed just now may wait while all that goes on is waiting for carriers.
_POLL_SECONDS: Final = 0.05
# Messages leased ahead of a slow gateway's throttle, in seconds of its rate: few, so that codes
# overtake and leases hold.
_AHEAD_SECONDS: Final = 0.5
# A call must fit into what is left of its lease: else another worker would look the message up
# while we are sending it. Gateways' time-outs are below this.
_CALL: Final = timedelta(seconds=15)


class Drain:
    """The outbox's sender. `run` is called from one thread; the carrier calls have their own."""

    def __init__(self, runtime: Runtime) -> None:
        settings = runtime.settings
        self._runtime = runtime
        self._slots = Slots(settings.send_slots)
        self._turns = Turns()
        self._throttle = Throttle(runtime.redis)
        self._guards = Guards(runtime)
        self._presence = Presence(runtime.database.url)
        self._master_key = settings.dakiya_master_key.get_secret_value().encode()
        self._routes = settings.routing
        self._patience = Patience(
            timedelta(seconds=settings.code_answer_seconds),
            timedelta(seconds=settings.code_confirm_seconds),
        )
        self._carriers: Mapping[str, Carrier] = {}  # as the last exchange found them
        self._voices = Routes((), settings.voices)
        self._held: list[Taken] = []  # leased, waiting for the gateway's throttle
        self._settled: list[Settled] = []  # came back, not yet written
        self._tallies: dict[str, Tally] = {}  # what that says of the carriers
        self._deferred: list[tuple[Taken, timedelta]] = []  # leased, to be given back
        self._stopping = False

    def run(self, seconds: float = SLICE_SECONDS) -> bool:
        """Sends what is due for about `seconds`, or until nothing is.

        True: more is due or under way, call again. Raises `psycopg.OperationalError` when the
        database goes away; what came back from carriers is kept and written by the next call.
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
        """Ends the running slice early. Safe in a signal handler."""
        self._stopping = True

    def finish(self) -> None:
        """Lets the calls under way end, writes what became of them, gives back the rest."""
        self._stopping = True
        self._deferred += [(taken, timedelta()) for taken in self._held]
        self._held = []
        self._deferred += [(taken, timedelta()) for taken in self._slots.recall()]
        while self._slots.under_way:
            self._gather(_POLL_SECONDS)
        self._slots.close()
        self._exchange()
        self._presence.end()

    def _exchange(self) -> int:
        """One transaction: writes what came back, claims what is due. Returns how many were."""
        self._presence.hold()
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
        self, conn: Conn, write: Callable[[Conn, Sequence[Settled], datetime], None]
    ) -> Claim:
        now = self._runtime.now()
        write(conn, self._settled, now)
        settle.release(conn, [(taken, now + wait) for taken, wait in self._deferred])
        self._guards.exchange(conn, now)
        claimed = self._claim(conn, now)
        carriers.note(conn, self._tallies, now)
        return claimed

    def _claim(self, conn: Conn, now: datetime) -> Claim:
        if self._stopping:
            return Claim((), 0)
        self._carriers = carriers.read(conn, self._runtime.gateways, now)
        rings = sum(1 for taken in self._held if taken.due.channel == "voice")
        texts = [taken for taken in self._held if taken.due.channel == "text"]
        held_codes = sum(1 for taken in texts if taken.due.lane == "code")
        held_others = len(texts) - held_codes
        most_others = min(self._slots.room_for_others, self._ahead(self._routes))
        room_others = max(0, most_others - held_others)
        room_codes = max(0, self._slots.room_for_codes - held_codes)
        shares = self._turns.deal(room_others)
        shares["code"] += room_codes
        most_rings = min(self._slots.room_for_rings, self._ahead(self._voices))
        room_rings = max(0, most_rings - rings)
        if not any(shares.values()) and not room_rings:
            return Claim((), 0)
        routers = {
            "text": Router(self._routes, self._carriers, self._slots.silent()),
            "voice": Router(self._voices, self._carriers, self._slots.silent()),
        }

        def patience_for(due: Due) -> Patience | None:
            if due.channel == "voice" or due.lane != "code" or due.via is not None:
                return None
            several = len(routers["text"].order(due.wanted)) > 1
            return self._patience if several else None

        claimed = claim(
            conn,
            shares,
            room_others,
            uuid4(),
            lambda due: routers[due.channel].choose(due.wanted),
            now,
            patience_for,
            self._presence.number,
            room_rings,
        )
        for router in routers.values():
            carriers.use_trials(conn, router.used)
        return claimed

    def _ahead(self, routes: Routes) -> int:
        known = [name for name in routes.gateways if name in self._carriers]
        rates = [self._runtime.gateways[name].rate for name in known]
        return max(1, round(max(rates, default=0.0) * _AHEAD_SECONDS))

    def _submit(self) -> float:
        """Starts the calls that the throttles allow, codes first; seconds until the next may."""
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

    def _call(self, gateway: Gateway, taken: Taken) -> None:
        try:
            outgoing = self._outgoing(taken)
        except ValueError as error:
            # One row that cannot be sent must not hold up the others. The error quotes no code.
            log.error("message_unsendable", message=taken.due.id, error=str(error))
            self._settle(Returned(taken, Rejected(Reason.TEXT, str(error))))
            return
        within = _start_by(taken) - self._runtime.now()
        self._slots.submit(gateway, taken, outgoing, within)

    def _give_up_late(self) -> None:
        """Gives back what waited too long for its throttle: its deadline or its lease is over."""
        now = self._runtime.now()
        late = {taken.due.id for taken in self._held if now >= _start_by(taken)}
        self._deferred += [(taken, timedelta()) for taken in self._held if taken.due.id in late]
        self._held = [taken for taken in self._held if taken.due.id not in late]

    def _settle_without_gateway(self, mine: list[Taken]) -> None:
        """The gateway of an unknown outcome is not configured any more: nobody can tell."""
        log.warning("gateway_gone", gateway=mine[0].gateway, messages=[t.due.id for t in mine])
        for taken in mine:
            self._settle(Returned(taken, UnknownOutcome("its gateway is not configured any more")))
        gone = {taken.due.id for taken in mine}
        self._held = [taken for taken in self._held if taken.due.id not in gone]

    def _outgoing(self, taken: Taken) -> Outgoing:
        due = taken.due
        return Outgoing(
            message_id=due.id,
            phone=due.phone,
            text=text_of(due, self._master_key, self._runtime.settings.code_length),
            template=due.template,
            language=due.language,
            not_after=due.not_after,
            first_tried_at=taken.first_tried_at,
            other_calls=tuple(due.other_calls),
        )

    def _gather(self, seconds: float) -> None:
        for returned in self._slots.gather(seconds):
            self._weigh(returned)
            self._settle(returned)

    def _weigh(self, returned: Returned) -> None:
        """What the call says of its carrier; nothing, if the circuit moved since it was begun."""
        taken, outcome = returned.taken, returned.outcome
        carrier = self._carriers.get(taken.gateway)
        stale = carrier is not None and taken.begun_at < carrier.circuit.changed_at
        if stale or not returned.asked or returned.hung:  # what hung was weighed when it did
            return
        self._note(taken.gateway, weigh(outcome, looked_up=taken.due.status == "unknown"))

    def _weigh_hanging(self) -> None:
        """A call that hangs speaks against its carrier at once, not when its time-out is over."""
        for taken in self._slots.relieve():
            carrier = self._carriers.get(taken.gateway)
            if carrier is None or taken.begun_at >= carrier.circuit.changed_at:
                self._note(taken.gateway, Tally(bad=1))

    def _note(self, gateway: str, weight: Tally) -> None:
        self._tallies[gateway] = self._tallies.get(gateway, Tally()) + weight

    def _settle(self, returned: Returned) -> None:
        taken = returned.taken
        decide = after_look_up if taken.due.status == "unknown" else after_send
        standing = replace(taken.standing, carriers=self._in_turn(taken.due))
        verdict = decide(returned.outcome, standing, self._runtime.now())
        self._settled.append(Settled(taken, verdict))
        log.info(
            "message_out",
            request_id=taken.due.request_id,
            message=taken.due.id,
            lane=taken.due.lane,
            phone=masked(taken.due.phone),
            gateway=taken.gateway,
            status=verdict.status,
            attempts=taken.calls,
        )

    def _in_turn(self, due: Due) -> int:
        """How many carriers take turns with a message; news waits for its one."""
        if due.via is not None or due.lane not in WAITED_FOR:
            return 1
        routes = self._voices if due.channel == "voice" else self._routes
        return max(1, len(Router(routes, self._carriers).order(due.wanted)))


def _start_by(taken: Taken) -> datetime:
    return min(taken.due.not_after, taken.leased_until - _CALL)
