"""Actors: who, for which office, with what proof; made at a door, passed down to the books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flows.facts import Proof, StaffRole

FRESH: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class Staff:
    """A member of staff, by row id and staff id."""

    row: int
    staff_id: str


@dataclass(frozen=True)
class Software:
    """The department's software, by its token. `names`: the member of staff it claims to be."""

    token_id: int
    names: Staff | None = None


@dataclass(frozen=True)
class Operator:
    """The person who gives commands at the server, by the account there."""

    login: str


@dataclass(frozen=True)
class Doer:
    """The one who does something, and when.

    `office`: the row id of the office that it is done for, None where it is done for none in
    particular. `role` and `proof`: None for software and operators.
    """

    who: Staff | Software | Operator
    office: int | None
    role: StaffRole | None
    proof: Proof | None
    at: datetime

    @property
    def own_office(self) -> int:
        """Return the office that it is done for. Raise `LookupError` where there is none."""
        if self.office is None:
            raise LookupError("this is done for no office")
        return self.office

    @property
    def own_staff(self) -> Staff:
        """Return `staff`. Raise `LookupError` where there is none."""
        if self.staff is None:
            raise LookupError("this is done by nobody of the staff")
        return self.staff

    @property
    def staff(self) -> Staff | None:
        """Return the member of staff who acts, or is said to act."""
        if isinstance(self.who, Software):
            return self.who.names
        return self.who if isinstance(self.who, Staff) else None

    @property
    def staff_row(self) -> int | None:
        """Return the row of that member of staff."""
        return self.staff.row if self.staff else None

    @property
    def token_id(self) -> int | None:
        """Return the token of the software that acts."""
        return self.who.token_id if isinstance(self.who, Software) else None

    @property
    def known_as(self) -> str:
        """Return the staff id; "api" for software, "operator" for commands."""
        if isinstance(self.who, Staff):
            return self.who.staff_id
        return "api" if isinstance(self.who, Software) else "operator"
