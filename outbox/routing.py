"""The choice of the carrier for a message, among those of its route.

Rested ones are excluded; the preferred one comes first; one whose circuit is open is passed over
while another can take the message; a half-open one gets its few trials. A carrier that may have the
message already does not get it again while another is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from messages.routes import Routes
from outbox.carriers import Carrier

WAITED_FOR: Final = ("code", "alarm", "reply")


@dataclass(frozen=True)
class Wanted:
    """A message as routing sees it.

    `given`: carriers that may have it; `elsewhere`: those of its second sends; `last`: the one
    tried last; `via`: the only carrier of a second send.
    """

    phone: str
    language: str
    lane: str
    given: Collection[str] = ()
    elsewhere: Collection[str] = ()
    last: str | None = None
    via: str | None = None


class Router:
    """The carriers of one moment. `used` counts the trials that it grants."""

    def __init__(
        self, routes: Routes, carriers: Mapping[str, Carrier], silent: Collection[str] = ()
    ) -> None:
        """Take the carriers. `silent`: those that stopped answering, before their circuit opens."""
        self._routes = routes
        self._carriers = carriers
        self._silent = silent
        self._trials = {name: each.circuit.trials for name, each in carriers.items()}
        self.used: Counter[str] = Counter()

    def order(self, wanted: Wanted) -> list[str]:
        """Return the carriers that may take it at all, in order of preference."""
        named = self._routes.order(wanted.phone, wanted.language, wanted.lane)
        usable = [
            name
            for name in named
            if name in self._carriers and self._carriers[name].ordered != "rest"
        ]
        return sorted(usable, key=lambda name: self._carriers[name].ordered != "prefer")

    def choose(self, wanted: Wanted) -> str | None:
        """Return the carrier for a message; None: none may take it now."""
        order = self.order(wanted)
        if wanted.via is not None:
            carrier = self._carriers.get(wanted.via)
            return None if carrier is None or carrier.ordered == "rest" else wanted.via
        fresh = self.fresh(wanted, order)
        if wanted.lane in WAITED_FOR and not any(map(self._fit, {*fresh, *wanted.elsewhere})):
            # The others are unusable. Where a person waits, a text twice is better than none:
            # a carrier that may have it already gets it again, if it is fit.
            fit = [name for name in order if self._fit(name)]
            if fit:
                return self._best(fit, wanted.last)
        if not fresh:
            # Either every other carrier has its second send, or all of them may have it.
            return None if wanted.elsewhere or not order else self._best(order, None)
        return self._best(fresh, wanted.last)

    def is_out(self, name: str | None) -> bool:
        """Tell whether a carrier does not answer, or fails: a question to it would end likewise."""
        if name is None or name not in self._carriers:
            return False
        circuit = self._carriers[name].circuit
        return name in self._silent or (circuit.state != "closed" and circuit.cause == "errors")

    def all_may_have(self, wanted: Wanted) -> bool:
        """Tell whether carriers of its route are fit, and each of them may have the message."""
        fit = {name for name in self.order(wanted) if self._fit(name)}
        return bool(fit) and fit <= {*wanted.given, *wanted.elsewhere}

    def choose_second(self, wanted: Wanted) -> str | None:
        """Return the next fit carrier for a code that is not confirmed; None: none is fit now."""
        fit = [name for name in self.fresh(wanted, self.order(wanted)) if self._fit(name)]
        return self._best(fit, None) if fit else None

    def fresh(self, wanted: Wanted, order: Sequence[str]) -> list[str]:
        """Return those of `order` that certainly do not have it."""
        return [name for name in order if name not in wanted.given and name not in wanted.elsewhere]

    def _best(self, names: Sequence[str], last: str | None) -> str:
        """Return the first fit one after `last`, which refused it; then of the others.

        So all get their turn: two that refuse do not keep it from a third.
        """
        after = names.index(last) + 1 if last in names else 0
        turn = [*names[after:], *names[:after]]
        chosen = next(filter(self._fit, turn), turn[0])
        if self._carriers[chosen].circuit.state == "half_open" and self._trials[chosen]:
            self._trials[chosen] -= 1
            self.used[chosen] += 1
        return chosen

    def _fit(self, name: str) -> bool:
        if name in self._silent:
            return False
        if name not in self._carriers:  # not configured any more
            return False
        state = self._carriers[name].circuit.state
        return state == "closed" or (state == "half_open" and self._trials[name] > 0)
