"""Loading of the directory of PINs from the post offices of India (post_offices.py)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from postal.counter import post_offices
from postal.counter.directory import Place
from postal.counter.post_offices import PostOffice
from store.database import Conn

_RANK: Final = {"HO": 0, "PO": 1, "BO": 2}  # head, sub and branch offices
_ALONE: Final = 7_235_014  # the advisory lock for loading


@dataclass
class _Gathered:
    """The data of a PIN's offices: the main one's name, and the coordinates of all."""

    rank: tuple[int, ...] = (9,)
    office: str = ""
    district: str = ""
    state: str = ""
    places: list[tuple[float, float]] = field(default_factory=list)


def load(conn: Conn, path: Path = post_offices.OFFICES) -> int:
    """Make the table equal to the file, and return the number of PINs. Raises `NoDirectory`.

    A PIN is named after its head office, else sub office, else branch office; one that delivers
    comes first. It lies at the median of its offices' coordinates, since single ones are often
    wrong; if no office has any, at the median of its district.
    """
    places = _places(path)
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


def _places(path: Path) -> list[Place]:
    pins: dict[str, _Gathered] = {}
    for office in post_offices.read(path):
        _gather(pins.setdefault(office.pin, _Gathered()), office)
    middles = _middles(pins)
    found: list[Place] = []
    for pin, each in sorted(pins.items()):
        at = _middle(each.places) or middles.get((each.district, each.state))
        found.append(
            Place(
                pin,
                each.office,
                each.district.title(),
                each.state.title(),
                at[0] if at else None,
                at[1] if at else None,
            )
        )
    return found


def _gather(into: _Gathered, office: PostOffice) -> None:
    unnamed = not office.district or not office.state  # true of a few
    rank = (int(unnamed), _RANK[office.branch], int(not office.delivers))
    if rank < into.rank:
        into.rank = rank
        into.office, into.district, into.state = office.name, office.district, office.state
    if office.place:
        into.places.append(office.place)


def _middles(pins: dict[str, _Gathered]) -> dict[tuple[str, str], tuple[float, float] | None]:
    """Return the median of the coordinates by district and state."""
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
