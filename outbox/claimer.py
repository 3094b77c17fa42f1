"""How much a worker claims at a time: what its slots and the carriers' rates have room for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from messages.catalogue import Channel
from messages.routes import Routes
from outbox import carriers
from outbox.carriers import Carrier
from outbox.claim import claim
from outbox.due import Claim, DueMessage, Patience, TakenMessage
from outbox.lanes import Turns
from outbox.routing import WAITED_FOR, Router
from outbox.slots import Slots
from runtime import Runtime
from store.database import Conn

# Messages leased ahead of a slow gateway's throttle, in seconds of its rate: few, so that codes
# overtake and leases hold.
_AHEAD_SECONDS: Final = 0.5


class Claimer:
    """The claims of one worker. It remembers the carriers as the last claim found them."""

    def __init__(self, runtime: Runtime, slots: Slots, worker: int) -> None:
        settings = runtime.settings
        self._gateways = runtime.gateways
        self._slots = slots
        self._worker = worker
        self._turns = Turns()
        self._routes = settings.routing
        self._voices = Routes((), settings.voices)
        self._calls = settings.voice_automatic and bool(settings.voices)
        self._patience = Patience(
            timedelta(seconds=settings.code_answer_seconds),
            timedelta(seconds=settings.code_confirm_seconds),
        )
        self._carriers: Mapping[str, Carrier] = {}
        self._turns_of = self._in_turns()

    def claim(self, conn: Conn, held: Collection[TakenMessage], now: datetime) -> Claim:
        """Lease what there is room for. `held` are leased already and wait for their throttle."""
        self._carriers = carriers.read(conn, self._gateways, now)
        self._turns_of = self._in_turns()
        texts = [taken for taken in held if taken.due.channel == "text"]
        held_codes = sum(1 for taken in texts if taken.due.lane == "code")
        most_others = min(self._slots.room_for_others, self._ahead(self._routes))
        room_others = max(0, most_others - (len(texts) - held_codes))
        shares = self._turns.deal(room_others)
        shares["code"] += max(0, self._slots.room_for_codes - held_codes)
        most_rings = min(self._slots.room_for_rings, self._ahead(self._voices))
        room_rings = max(0, most_rings - (len(held) - len(texts)))
        if not any(shares.values()) and not room_rings:
            return Claim((), 0)
        silent = self._slots.silent()
        routers = {
            "text": Router(self._routes, self._carriers, silent),
            "voice": Router(self._voices, self._carriers, silent),
        }

        def patience_for(due: DueMessage) -> Patience | None:
            if due.channel == "voice" or due.lane != "code" or due.via is not None:
                return None
            several = len(routers["text"].order(due.wanted)) > 1
            return self._patience if several or self._calls else None

        def anew(due: DueMessage) -> bool:
            # Its carrier is out, and its second send is under way or in doubt too. To ask a carrier
            # that is silent takes its whole time-out, again and again; the code would wait for it.
            if due.channel == "voice" or due.lane != "code" or due.via is not None:
                return False
            router = routers["text"]
            return router.is_out(due.gateway) and router.all_may_have(due.wanted)

        claimed = claim(
            conn,
            shares,
            room_others,
            uuid4(),
            lambda due: routers[due.channel].choose(due.wanted),
            now,
            patience_for,
            self._worker,
            room_rings,
            anew,
        )
        for router in routers.values():
            carriers.use_trials(conn, router.used)
        return claimed

    def speaks(self, taken: TakenMessage) -> bool:
        """Tell whether the call of `taken` began after its carrier's circuit last changed.

        An earlier one says nothing of the carrier as it is now.
        """
        carrier = self._carriers.get(taken.gateway)
        return carrier is None or taken.begun_at >= carrier.circuit.changed_at

    def in_turn(self, due: DueMessage) -> int:
        """Return how many carriers take turns with a message; news waits for its only one."""
        if due.via is not None or due.lane not in WAITED_FOR:
            return 1
        return max(1, len(self._turns_of[due.channel].order(due.wanted)))

    def _in_turns(self) -> Mapping[Channel, Router]:
        """Return routers that only tell the order; those of a claim count trials."""
        return {
            "text": Router(self._routes, self._carriers),
            "voice": Router(self._voices, self._carriers),
        }

    def _ahead(self, routes: Routes) -> int:
        rates = [self._gateways[name].rate for name in routes.gateways if name in self._carriers]
        return max(1, round(max(rates, default=0.0) * _AHEAD_SECONDS))
