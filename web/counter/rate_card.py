"""The tariff as a rate card: fixed zones, one column each; where its figures come from."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template

from india.calendar import day_of
from postal.articles import Service
from postal.counter import tariff
from postal.counter.tariff import Edition, Rate, Route, UnknownDistance
from web.counter.room import route, runtime

Zone = int | str  # at most so many kilometres, "local" or "anywhere"


@dataclass(frozen=True)
class CardRow:
    """What articles of at most `up_to_g` cost, zone by zone; None: not sold so far."""

    up_to_g: int
    rates: tuple[Rate | None, ...]


@dataclass(frozen=True)
class RateCard:
    """The rates of a service, in the same zones for every weight."""

    service: Service
    zones: tuple[Zone, ...]
    rows: tuple[CardRow, ...]


@route("/tariff", "book")
def tariff_page() -> str:
    """Show the rate card of the tariff in force, and what is not sold here."""
    edition = tariff.edition_on(day_of(runtime().now()))
    return render_template("counter/tariff.html", edition=edition, cards=cards(edition))


@route("/tariff/sources", "tariff")
def tariff_sources() -> str:
    """Show, to those who keep the tariff, where each figure comes from and which are unverified."""
    edition = tariff.edition_on(day_of(runtime().now()))
    return render_template("counter/tariff_sources.html", edition=edition, cards=cards(edition))


def cards(edition: Edition) -> list[RateCard]:
    """Return a rate card for each service that has rates of its own."""
    return [card(edition, each) for each, priced in edition.services.items() if priced.slabs]


def card(edition: Edition, service: Service) -> RateCard:
    """Return the rate card of a service that has rates of its own."""
    slabs = edition.services[service].slabs
    named: set[Zone] = {rate.to for slab in slabs for rate in slab.rates}
    far = sorted(zone for zone in named if isinstance(zone, int))
    zones: tuple[Zone, ...] = tuple(
        [
            *(["local"] if "local" in named else []),
            *far,
            *(["anywhere"] if "anywhere" in named else []),
        ]
    )
    rows = [
        CardRow(slab.up_to_g, tuple(_rate(slab, _route(zone, far)) for zone in zones))
        for slab in slabs
    ]
    return RateCard(service, zones, tuple(rows))


def _route(zone: Zone, far: list[int]) -> Route:
    if isinstance(zone, int):
        return Route(local=False, km=zone)
    return Route(local=zone == "local", km=0 if zone == "local" else (far or [0])[-1] + 1)


def _rate(slab: tariff.Slab, way: Route) -> Rate | None:
    try:
        return slab.rate(way)
    except UnknownDistance:
        return None
