"""How a carrier in code declares itself: settings, gateways, and the hooks that it calls.

A declaration is light. The carrier's SDK is imported where one of its gateways is made, so that it
loads only in an installation that uses it. docs/gateways.md has the recipe.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from gateways.base import Gateway
from gateways.environment import CarrierSettings
from settings import Settings

# What comes to a hook; web/hooks/carriers.py hands it to the verb of the gateway.
Takes = Literal["text", "receipt", "ussd", "call"]


@dataclass(frozen=True)
class HookAnswer:
    """What a hook answers where the gateway has no words of its own for the case."""

    body: str = ""
    mimetype: str | None = None
    status: int = 200


@dataclass(frozen=True)
class Hook:
    """One address that a carrier posts to.

    `path` stands below /hooks and may hold `<secret>`. `refusal` is the status for whoever is not
    the carrier: 404 where a secret in the path is the proof, so that guessing tells nothing.
    """

    path: str
    takes: Takes
    refusal: Literal[403, 404]
    answer: HookAnswer


@dataclass(frozen=True)
class Offer:
    """One gateway that a carrier offers: it sends texts, or makes calls.

    `needs` says what `ready` asks for, to an operator whose routes name the gateway.
    `make` imports the SDK.
    """

    name: str
    needs: str
    ready: Callable[[Settings], bool]
    make: Callable[[Settings], Gateway]
    hooks: tuple[Hook, ...]


@dataclass(frozen=True)
class CodedCarrier:
    """A carrier in code. The name of the gateway for calls ends in `_voice`.

    `secrets`: variables that stand in hooks' addresses; outside of production one that is not set
    is made once and kept.
    """

    settings: type[CarrierSettings]
    texts: Offer
    calls: Offer | None = None
    secrets: tuple[str, ...] = ()

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Return the gateways, that of texts first."""
        return (self.texts, self.calls) if self.calls else (self.texts,)
