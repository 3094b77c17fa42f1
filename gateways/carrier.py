"""The declaration of a carrier in code: settings, gateways, and the hooks that it calls.

A declaration is light: the carrier's SDK is imported where one of its gateways is made, so it
loads only in an installation that uses it. docs/gateways.md has the recipe.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from gateways.base import Gateway
from gateways.environment import CarrierSettings
from settings import Settings

# What a hook receives; web/hooks/carriers.py passes it to the gateway's method for it.
# keys: those that were pressed in a call, where the carrier asks elsewhere what to say then.
Takes = Literal["text", "receipt", "ussd", "call", "keys"]


@dataclass(frozen=True)
class HookAnswer:
    """The response of a hook where the gateway itself has none for the case."""

    body: str = ""
    mimetype: str | None = None
    status: int = 200


@dataclass(frozen=True)
class Hook:
    """One address that a carrier posts to.

    `path` is relative to /hooks and may hold `<secret>`. `refusal` is the status for a caller who
    is not the carrier: 404 where a secret in the path is the proof, so that guesses reveal nothing.
    """

    path: str
    takes: Takes
    refusal: Literal[403, 404]
    answer: HookAnswer
    method: Literal["POST", "GET"] = "POST"


@dataclass(frozen=True)
class Offer:
    """One gateway that a carrier offers: it sends texts, or makes calls.

    `needs` tells an operator, whose routes name the gateway, what `ready` requires.
    `make` imports the SDK. `believes_anybody`: its hooks have no proof of who calls, so they are
    for callers on this machine.
    """

    name: str
    needs: str
    ready: Callable[[Settings], bool]
    make: Callable[[Settings], Gateway]
    hooks: tuple[Hook, ...]
    believes_anybody: bool = False


@dataclass(frozen=True)
class CodedCarrier:
    """A carrier in code, for texts, calls or both. The name of one for calls ends in `_voice`.

    `secrets`: variables that are part of the hooks' addresses; outside of production one that is
    not set is generated once and kept.
    """

    settings: type[CarrierSettings]
    texts: Offer | None = None
    calls: Offer | None = None
    secrets: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the name of its gateway for texts, or else of that for calls."""
        return self.offers[0].name

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Return the gateways, the one for texts first."""
        return tuple(offer for offer in (self.texts, self.calls) if offer is not None)
