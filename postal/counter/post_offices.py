"""The post offices of India, from the data file beside this one (pins/README.md)."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, cast

Branch = Literal["HO", "PO", "BO"]  # head, sub and branch offices

OFFICES: Final = Path(__file__).parent / "pins" / "offices.csv.gz"
_COLUMNS: Final = (
    "Pincode",
    "Name",
    "BranchType",
    "DeliveryStatus",
    "District",
    "State",
    "Latitude",
    "Longitude",
)
# India with its islands: coordinates outside are errors of the file.
_SOUTH, _NORTH, _WEST, _EAST = 6.0, 37.6, 68.0, 97.5


class NoDirectory(Exception):
    """The data file is missing, damaged or without the columns that are read."""


@dataclass(frozen=True, slots=True)
class PostOffice:
    """One office. `place`: latitude and longitude in degrees, None if they cannot be right."""

    pin: str
    name: str
    branch: Branch
    delivers: bool
    district: str
    state: str
    place: tuple[float, float] | None


def read(path: Path = OFFICES) -> Iterator[PostOffice]:
    """Yield all offices of the file, sorted by PIN. Raises `NoDirectory`."""
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            rows = csv.reader(lines)
            header = next(rows, [])
            if tuple(header) != _COLUMNS:
                raise NoDirectory(f"{path.name} has other columns than {', '.join(_COLUMNS)}")
            for row in rows:
                yield _office(row)
    except (OSError, EOFError, zlib.error, csv.Error, ValueError) as problem:
        raise NoDirectory(f"{path} cannot be read: {problem}") from problem


def _office(row: list[str]) -> PostOffice:
    pin, name, branch, delivery, district, state, latitude, longitude = row
    return PostOffice(
        pin=pin,
        name=" ".join(name.split()),
        branch=cast(Branch, branch),
        delivers=delivery == "Delivery",
        district=district,
        state=state,
        place=_place(latitude, longitude),
    )


def _place(latitude: str, longitude: str) -> tuple[float, float] | None:
    try:
        place = float(latitude), float(longitude)
    except ValueError:  # empty, or a text
        return None
    if _SOUTH <= place[0] <= _NORTH and _WEST <= place[1] <= _EAST:
        return place
    return None
