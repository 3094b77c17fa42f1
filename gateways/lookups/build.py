"""The service that NUMBER_LOOKUP names. To add one, add its file and its line here."""

from __future__ import annotations

from gateways.lookups.base import NumberLookup
from gateways.lookups.exotel import ExotelLookup, ExotelLookupSettings
from gateways.lookups.simulator import SimulatorLookup
from settings import Settings


def build(settings: Settings) -> NumberLookup | None:
    """Return the service, or None where none is named.

    Raise ValueError where its account is not set, or where production names the simulator.
    """
    match settings.number_lookup:
        case "":
            return None
        case "simulator":
            if settings.production:
                raise ValueError("NUMBER_LOOKUP=simulator says of every telephone what is not so")
            return SimulatorLookup()
        case "exotel":
            own = ExotelLookupSettings.read(settings)
            if not own.complete:
                needs = "EXOTEL_ACCOUNT_SID, EXOTEL_API_KEY and EXOTEL_API_TOKEN"
                raise ValueError(f"NUMBER_LOOKUP names exotel, which needs {needs}")
            return ExotelLookup(own)
