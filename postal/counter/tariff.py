"""Prices of posting an article: dated editions of the tariff, in data files with their sources.

A service is sold only if the edition has a figure for it. Distances are great circles between the
PINs' coordinates in the directory (directory.py); how the department measures is not known.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from postal.articles import Service
from postal.counter.groups import Charges
from store.refusals import Invalid

_FOLDER: Final = Path(__file__).parent / "tariffs"
LineKind = Literal["base", "otp", "registration", "cgst", "sgst"]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Row):
    """The source of a figure."""

    what: str
    at: str


class Figure(_Row):
    """A fee or price. `unverified`: no official source that states it was found."""

    rupees: int = Field(ge=0)
    source: str
    unverified: bool = False


class Rate(Figure):
    """A price by distance. `to`: at most so many kilometres, the local area, or anywhere."""

    to: Literal["local", "anywhere"] | int


class Slab(_Row):
    """Rates by distance, nearest first, for articles of at most `up_to_g`."""

    up_to_g: int
    rates: tuple[Rate, ...]

    def rate(self, route: Route) -> Rate:
        """Return the rate of a route. Raises `UnknownDistance` if it depends on an unknown one."""
        for each in self.rates:
            if each.to == "anywhere":
                return each
            if each.to == "local":
                if route.local:
                    return each
            elif route.km is None:
                raise UnknownDistance
            elif route.km <= each.to:
                return each
        raise UnknownDistance


class Priced(_Row):
    """A service that is sold. `registration`: whether it is optional or always included."""

    registration: Literal["chosen", "always"]
    heaviest_g: int | None = None
    slabs: tuple[Slab, ...] = ()
    priced_as: Service | None = None


class Fees(_Row):
    otp: Figure
    registration: Figure


class GstPart(_Row):
    """A part of the GST."""

    name: Literal["cgst", "sgst"]
    per_cent: int
    source: str


class Gst(_Row):
    rounded_to_paise: int = Field(gt=0)
    source: str
    unverified: bool = False
    parts: tuple[GstPart, ...]


class Edition(_Row):
    """An edition of the tariff. `not_sold`: the reason, by service."""

    from_: date = Field(alias="from")
    local_areas: tuple[tuple[str, ...], ...]
    sources: Mapping[str, Source]
    services: Mapping[Service, Priced]
    fees: Fees
    gst: Gst
    not_sold: Mapping[Service, str]

    def sold(self, service: Service) -> Priced:
        """Return how a service is priced. Raises `NotSold`."""
        priced = self.services.get(service)
        if priced is None:
            raise NotSold(service, self.not_sold.get(service, "it is not in the tariff"))
        return priced

    def slabs(self, service: Service) -> tuple[Slab, ...]:
        """Return the slabs of a service, lightest first. Raises `NotSold`."""
        priced = self.sold(service)
        return priced.slabs if priced.priced_as is None else self.slabs(priced.priced_as)

    def is_local(self, pin: str, other: str) -> bool:
        return pin == other or any(pin in area and other in area for area in self.local_areas)


@dataclass(frozen=True)
class Route:
    """The way from the booking office to the destination. `km`: None if unknown."""

    local: bool
    km: int | None


@dataclass(frozen=True)
class BillLine:
    """One line of the bill. `unverified`: as in `Figure`."""

    kind: LineKind
    paise: int
    unverified: bool


@dataclass(frozen=True)
class ToPrice:
    """An article to price: its service, its weight and the options that are paid for."""

    service: Service
    weight_g: int
    otp_required: bool = False
    registration: bool = False


@dataclass(frozen=True)
class Quote:
    """The price of an article, with the lines of its bill."""

    charges: Charges
    lines: tuple[BillLine, ...]
    route: Route
    registration: bool  # also if the service includes it

    @property
    def unverified(self) -> bool:
        return any(line.unverified for line in self.lines)


class NotSold(Invalid):
    """The counter does not sell this service."""

    field = "service"
    word = "book_service_not_sold"

    def __init__(self, service: Service, why: str) -> None:
        super().__init__(f"{service} is not sold here: {why}")


class TooHeavy(Invalid):
    """The article is too heavy for the service."""

    field = "weight_g"
    word = "book_weight_heavy"

    def __init__(self, heaviest_g: int) -> None:
        say = f"too heavy: this service takes {heaviest_g} g at most"
        super().__init__(say, heaviest=heaviest_g)


class UnknownDistance(Invalid):
    """The price depends on the distance, and the directory has no coordinates of a PIN."""

    sentence = "the distance is not known: the directory has no coordinates of this PIN"
    field = "pin"
    word = "book_pin_no_distance"


class UnreadableTariff(ValueError):
    """A file that is no edition of the tariff: which, where in it, and what is wrong."""

    def __init__(self, path: Path, wrong: str) -> None:
        super().__init__(f"postal/counter/tariffs/{path.name}: {wrong}")


class NoTariff(Invalid):
    """No edition of the tariff is in force."""

    field = "service"

    def __init__(self, day: date) -> None:
        super().__init__(f"no tariff is in force on {day}")


def edition_on(day: date) -> Edition:
    """Return the edition in force on a day (in India). Raises `NoTariff`."""
    for edition in _editions():
        if edition.from_ <= day:
            return edition
    raise NoTariff(day)


def quote(edition: Edition, posted: ToPrice, route: Route) -> Quote:
    """Return the price of one article. Raises `NotSold`, `TooHeavy`, `UnknownDistance`."""
    priced = edition.sold(posted.service)
    slabs = edition.slabs(posted.service)
    slab = next((each for each in slabs if posted.weight_g <= each.up_to_g), None)
    if slab is None:
        raise TooHeavy(slabs[-1].up_to_g)
    registered = posted.registration or priced.registration == "always"
    lines = [_line("base", slab.rate(route))]
    if posted.otp_required:
        lines.append(_line("otp", edition.fees.otp))
    if registered:
        lines.append(_line("registration", edition.fees.registration))
    gst = edition.gst
    net = sum(line.paise for line in lines)
    lines += [
        BillLine(
            part.name, _rounded(net * part.per_cent, gst.rounded_to_paise * 100), gst.unverified
        )
        for part in gst.parts
    ]
    of = {line.kind: line.paise for line in lines}
    charges = Charges(
        tariff=edition.from_,
        base_paise=of["base"],
        otp_paise=of.get("otp", 0),
        registration_paise=of.get("registration", 0),
        gst_paise=of["cgst"] + of["sgst"],
    )
    return Quote(charges, tuple(lines), route, registered)


def _line(kind: LineKind, figure: Figure) -> BillLine:
    return BillLine(kind, figure.rupees * 100, figure.unverified)


def _rounded(hundredths: int, unit: int) -> int:
    """Round hundredths of a paisa half up to the nearest `unit` (in hundredths); return paise."""
    return (hundredths + unit // 2) // unit * unit // 100


@cache
def _editions() -> tuple[Edition, ...]:
    """Return all editions, newest first."""
    read = map(read_edition, _FOLDER.glob("*.toml"))
    return tuple(sorted(read, key=lambda edition: edition.from_, reverse=True))


def read_edition(path: Path) -> Edition:
    """Return the edition in a file. Raises `UnreadableTariff`."""
    try:
        edition = Edition.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise UnreadableTariff(path, "; ".join(wrong)) from None
    except tomllib.TOMLDecodeError as error:
        raise UnreadableTariff(path, str(error)) from None
    if path.stem != edition.from_.isoformat():
        raise UnreadableTariff(path, f"is in force from {edition.from_}: name it after that day")
    return edition
