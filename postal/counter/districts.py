"""The districts of India and their delivering post offices, from the file of post offices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from postal.counter import post_offices
from postal.counter.post_offices import Branch
from postal.people.roster import BranchType, NewOffice

_TYPES: Final[Mapping[Branch, BranchType]] = MappingProxyType(
    {"HO": "head", "PO": "sub", "BO": "branch"}
)


@dataclass(frozen=True, order=True)
class District:
    """A district, as the file writes it."""

    state: str
    name: str


@cache
def districts() -> tuple[District, ...]:
    """Return all districts that the file names, by state. It is read once, which takes a second."""
    found = {District(each.state, each.district) for each in post_offices.read()}
    return tuple(sorted(each for each in found if each.name and each.state))


def offices_of(wanted: District) -> list[NewOffice]:
    """Return the offices of a district that deliver, each once, by PIN."""
    found = {
        NewOffice(each.name, each.pin, _TYPES[each.branch], each.district)
        for each in post_offices.read()
        if each.delivers and District(each.state, each.district) == wanted
    }
    return sorted(found, key=lambda each: (each.pin, each.name))
