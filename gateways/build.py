"""Construction of the gateways of a process: of carriers in code, and of profiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gateways.base import Gateway
from gateways.carrier import Offer
from gateways.profiles.shipped import configured, paths
from gateways.registry import carriers
from messages import dlt
from messages.catalogue import catalogue
from settings import Settings


def refuse_unregistered(settings: Settings, gateways: Mapping[str, Gateway]) -> None:
    """Raise ValueError where production would send unregistered texts by an Indian route."""
    indian = [name for name in settings.routing.gateways if gateways[name].dlt]
    if not (settings.production and indian):
        return
    problems = list(dlt.unregistered(catalogue()))
    if problems:
        raise ValueError(
            f"SMS_ROUTES names {indian[0]}, whose operators drop what is not registered:"
            f" {problems[0]}, and {len(problems) - 1} more. `flask --app app doctor` lists them,"
            " docs/messages.md says how to register"
        )


def build(settings: Settings) -> Mapping[str, Gateway]:
    """Return the gateways of this process by name: all whose settings are complete.

    Raises ValueError where SMS_ROUTES, VOICE_ROUTES or SMS_STAMPS names one that does not exist or
    lacks its settings, or where a carrier's setting cannot be read.
    """
    texts = [carrier.texts for carrier in carriers() if carrier.texts]
    calls = [carrier.calls for carrier in carriers() if carrier.calls]
    gateways = {**_made(texts, settings), **configured(settings)}
    if not settings.routes:
        raise ValueError("SMS_ROUTES is empty: name at least one gateway")
    gateways |= _made(calls, settings)
    profiles = dict.fromkeys(paths(settings), "what `flask gateways check` names")
    of_texts, of_calls = {**_needs(texts), **profiles}, _needs(calls)
    for setting, routes, needs in (
        ("SMS_ROUTES", settings.routing.gateways, of_texts),
        ("VOICE_ROUTES", settings.voices, of_calls),
        ("SMS_STAMPS", settings.stamps, {**of_calls, **of_texts}),
    ):
        for name in routes:
            if name not in needs:
                raise ValueError(f"{setting}: no gateway is called {name}: {', '.join(needs)}")
            if name not in gateways:
                raise ValueError(f"{setting} names {name}, which needs {needs[name]}")
    return gateways


def _made(offers: Iterable[Offer], settings: Settings) -> dict[str, Gateway]:
    return {offer.name: offer.make(settings) for offer in offers if offer.ready(settings)}


def _needs(offers: Iterable[Offer]) -> dict[str, str]:
    return {offer.name: offer.needs for offer in offers}
