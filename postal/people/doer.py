"""Who acts, for whom, and how sure we are of it: made at a door, passed down to the books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from flows.facts import StaffRole

# How sure we are who it is (docs/developing/trust.md), the weakest first. call: a caller's number ·
# text: the sender of a text · quoted: it quotes the digits of our last text · pin: a postman's PIN,
# or a session of the staff · fresh: a second factor within five minutes · two: two people, both so
Proof = Literal["call", "text", "quoted", "pin", "fresh", "two"]
FRESH: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class Staff:
    """One of the staff, by the id of the row and the staff id."""

    row: int
    staff_id: str


@dataclass(frozen=True)
class Software:
    """The department's software, by its token. `names`: whom of the staff it says that it is."""

    token_id: int
    names: Staff | None = None


@dataclass(frozen=True)
class Operator:
    """Whoever gives commands at the server; no name is known."""


@dataclass(frozen=True)
class Doer:
    """Who does something, and when.

    `office`: the row id of the office that it is done for, None where it is none's in particular.
    `role` and `proof`: None for software and operators, who vouch for nobody.
    """

    who: Staff | Software | Operator
    office: int | None
    role: StaffRole | None
    proof: Proof | None
    at: datetime

    @property
    def own_office(self) -> int:
        """The office that it is done for. Raises `LookupError` where there is none."""
        if self.office is None:
            raise LookupError("this is done for no office")
        return self.office

    @property
    def own_staff(self) -> Staff:
        """As `staff`. Raises `LookupError` where it is nobody of the staff."""
        if self.staff is None:
            raise LookupError("this is done by nobody of the staff")
        return self.staff

    @property
    def staff(self) -> Staff | None:
        """Who of the staff it is, or is said to be."""
        if isinstance(self.who, Software):
            return self.who.names
        return self.who if isinstance(self.who, Staff) else None

    @property
    def staff_row(self) -> int | None:
        """The row of that member of the staff."""
        return self.staff.row if self.staff else None

    @property
    def token_id(self) -> int | None:
        """The token that was called with, by software."""
        return self.who.token_id if isinstance(self.who, Software) else None

    @property
    def known_as(self) -> str:
        """The staff id; "api" for software, "operator" for commands."""
        if isinstance(self.who, Staff):
            return self.who.staff_id
        return "api" if isinstance(self.who, Software) else "operator"
