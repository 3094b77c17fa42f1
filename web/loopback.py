"""The doors of the simulated carrier: for this machine alone, unless a setting opens them to all.

Whoever reaches them texts and calls as anybody and reads every code
(docs/developing/trust.md rule 14). Whether a door is on this machine alone is known from the
request itself: the address that the web server listens on, which granian, the Procfile's server,
says with every request, and the address of the caller. Behind a proxy on this machine both are
loopback and the caller is not, so whatever was passed on is refused.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

from flask import abort, request

from gateways.simulator.settings import SimulatorSettings
from settings import Settings
from web.running import runtime

_PASSED_ON: Final = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")
_SAYS: Final = (
    "the simulator is for callers on this machine, at a server that listens on 127.0.0.1 alone:"
    " HOST=127.0.0.1; docs/operations.md says how to open it to all"
)


def simulated(settings: Settings) -> bool:
    """Tell whether the simulated carrier is configured, for texts or for calls."""
    return not settings.production and bool(
        {"simulator", "simulator_voice"}.intersection(settings.carriers)
    )


def open_to_all(settings: Settings) -> bool:
    """Tell whether a setting lets anybody text as anybody."""
    return simulated(settings) and bool(SimulatorSettings.read(settings).public)


def insist_on_loopback() -> None:
    """Answer 404 to whoever may not use the simulated carrier."""
    if not simulated(runtime().settings):
        abort(404)
    if not admitted():
        abort(404, _SAYS)


def admitted() -> bool:
    """Tell whether this request may use the simulated carrier, where one is configured."""
    if open_to_all(runtime().settings):
        return True
    passed_on = any(name in request.headers for name in _PASSED_ON)
    here = (request.environ.get("SERVER_NAME", ""), request.environ.get("REMOTE_ADDR", ""))
    return not passed_on and all(is_loopback(address) for address in here)


def is_loopback(address: str) -> bool:
    """Tell whether an address or name is that of this machine alone."""
    if address == "localhost":
        return True
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback
