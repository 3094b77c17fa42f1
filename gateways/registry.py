"""The carriers in code. To add one, add its folder and its line here.

A carrier with a plain HTTP API needs neither: a profile in TOML (profiles/) is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Final

from gateways.carrier import CodedCarrier, Offer

# The name of the gateway for texts, or else for calls, and the module whose CARRIER declares it.
_CARRIERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "simulator": "gateways.simulator.carrier",
        "twilio": "gateways.twilio.carrier",
        "africastalking": "gateways.africastalking.carrier",
        "plivo_voice": "gateways.plivo.carrier",
        "vobiz_voice": "gateways.vobiz.carrier",
        "exotel_voice": "gateways.exotel.carrier",
    }
)


@cache
def carriers() -> tuple[CodedCarrier, ...]:
    """Return the declaration of each carrier, without importing an SDK."""
    return tuple(declared(name, module) for name, module in _CARRIERS.items())


def offers() -> Iterator[Offer]:
    """Yield every gateway that a carrier in code offers, configured or not."""
    for carrier in carriers():
        yield from carrier.offers


def variables() -> tuple[str, ...]:
    """Return the name of every variable that a carrier in code reads from the environment."""
    return tuple(name for carrier in carriers() for name in carrier.settings.names())


def declared(name: str, module: str) -> CodedCarrier:
    """Return the CARRIER of `module`. Raises LookupError where it declares none of that name."""
    found: object = getattr(import_module(module), "CARRIER", None)
    if not isinstance(found, CodedCarrier) or found.name != name:
        raise LookupError(f"{module} must declare CARRIER, whose first gateway is {name}")
    return found
