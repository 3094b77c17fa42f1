"""Who acts, for the tests that go past the doors where a `Doer` is made."""

from __future__ import annotations

from datetime import datetime

from postal.people.access import Onlooker
from postal.people.doer import Doer, Operator, Software, Staff


def reader(at: datetime) -> Onlooker:
    """Somebody at the server who reads."""
    return Onlooker(operator(at), "tests")


def operator(at: datetime) -> Doer:
    """Somebody at the server."""
    return Doer(Operator("root"), None, None, None, at)


def staff(row: int, office: int | None, at: datetime) -> Doer:
    """The member of the staff with that row id, for an office."""
    return Doer(Staff(row, f"staff-{row}"), office, "clerk", "pin", at)


def software(token: int, office: int | None, at: datetime) -> Doer:
    """Software with that token, for an office."""
    return Doer(Software(token), office, None, None, at)
