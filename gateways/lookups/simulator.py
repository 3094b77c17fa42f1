"""The simulated service: what a telephone is says its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from gateways.lookups.base import LookedUp, NotLookedUp

LANDLINE_END: Final = "0098"
UNUSED_END: Final = "0099"
SILENT_END: Final = "0097"
ANOTHERS_END: Final = "0096"  # not the named person's
SWAPPED_END: Final = "0095"  # another SIM has it since yesterday


class SimulatorLookup:
    """Everything is a person's old mobile, but for five ends."""

    name = "simulator"

    def ask(self, phone: str) -> LookedUp:
        if phone.endswith(SILENT_END):
            raise NotLookedUp("no answer")
        if phone.endswith(LANDLINE_END):
            return LookedUp("landline", "BSNL", do_not_disturb=False)
        if phone.endswith(UNUSED_END):
            return LookedUp("unused")
        if phone.endswith(ANOTHERS_END):
            return LookedUp("mobile", "simulated", belongs=False)
        if phone.endswith(SWAPPED_END):
            yesterday = datetime.now(UTC) - timedelta(days=1)
            return LookedUp("mobile", "simulated", swapped_at=yesterday)
        return LookedUp("mobile", "simulated", do_not_disturb=False)
