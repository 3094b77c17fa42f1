"""The directory of India's PINs: main office, district, state and coordinates of each.

It is loaded in advance (directory_load.py), because reading the file takes seconds and memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final

from psycopg.rows import class_row

from postal.counter.tariff import Edition, Route
from store.database import Conn
from store.refusals import Unknown

_EARTH_KM: Final = 6371.0088  # mean radius (IUGG)


@dataclass(frozen=True)
class Place:
    """A PIN, named after its main office. Coordinates in degrees, None if unknown."""

    pin: str
    office: str
    district: str
    state: str
    latitude: float | None
    longitude: float | None


class UnknownPin(Unknown):
    """The directory has no office with this PIN."""

    field = "pin"

    def __init__(self, pin: str) -> None:
        super().__init__(f"the directory has no PIN {pin}: check it with the customer")


def find(conn: Conn, pin: str) -> Place:
    """Return the place of a PIN. Raises `UnknownPin`."""
    with conn.cursor(row_factory=class_row(Place)) as cursor:
        place = cursor.execute(
            "SELECT pin, office, district, state, latitude, longitude FROM pin_directory"
            " WHERE pin = %s",
            (pin,),
        ).fetchone()
    if place is None:
        raise UnknownPin(pin)
    return place


def is_loaded(conn: Conn) -> bool:
    """Tell whether the directory is loaded."""
    return conn.execute("SELECT 1 FROM pin_directory LIMIT 1").fetchone() is not None


def route(conn: Conn, edition: Edition, from_pin: str, place: Place) -> Route:
    """Return the route from the office of `from_pin` to `place`; `edition` says what is local."""
    if edition.is_local(from_pin, place.pin):
        return Route(local=True, km=0)
    try:
        return Route(local=False, km=great_circle_km(find(conn, from_pin), place))
    except UnknownPin:
        return Route(local=False, km=None)


def great_circle_km(one: Place, other: Place) -> int | None:
    """Return the great-circle distance in whole km (haversine); None without coordinates."""
    if one.latitude is None or one.longitude is None:
        return None
    if other.latitude is None or other.longitude is None:
        return None
    north, south = radians(one.latitude), radians(other.latitude)
    east = radians(other.longitude - one.longitude)
    half = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(east / 2) ** 2
    return round(2 * _EARTH_KM * asin(sqrt(half)))
