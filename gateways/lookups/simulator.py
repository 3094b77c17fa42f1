"""The simulated service: what a telephone is says its end."""

from __future__ import annotations

from typing import Final

from gateways.lookups.base import LookedUp, NotLookedUp

LANDLINE_END: Final = "0098"
UNUSED_END: Final = "0099"
SILENT_END: Final = "0097"


class SimulatorLookup:
    """Everything is a mobile, but for three ends: a landline, a number of nobody, no answer."""

    name = "simulator"

    def ask(self, phone: str) -> LookedUp:
        if phone.endswith(SILENT_END):
            raise NotLookedUp("no answer")
        if phone.endswith(LANDLINE_END):
            return LookedUp("landline", "BSNL", do_not_disturb=False)
        if phone.endswith(UNUSED_END):
            return LookedUp("unused")
        return LookedUp("mobile", "simulated", do_not_disturb=False)
