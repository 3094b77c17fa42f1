"""Clerks and their open counters, by the staff id that the department's software names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from india.calendar import day_of
from postal.counter import counter_days
from postal.counter.counter_days import CounterDay
from postal.people import rights
from postal.people.accounts import Role
from postal.people.doer import Staff
from postal.people.people import StaffMissing
from postal.people.rights import Act
from store.database import Conn
from store.refusals import Conflict

_FIELD: Final = "staff"


@dataclass(frozen=True)
class Clerk:
    """A member of the staff at a counter of an office."""

    staff: Staff
    office_id: int
    role: Role

    def only_office(self, act: Act) -> int | None:
        """Return the only office for which he may do `act`; None: every office."""
        return rights.seen(self.role, act, self.office_id)


class NoCounter(Conflict):
    """The clerk has no counter open for today."""

    def __init__(self, staff_id: str) -> None:
        super().__init__(f"{staff_id} has no counter open for today: open one first")


def clerk(conn: Conn, staff_id: str, roles: tuple[str, ...]) -> Clerk:
    """Return the active member of staff with this id and one of `roles`. Raises `StaffMissing`."""
    row = conn.execute(
        "SELECT id, office_id, role FROM staff WHERE staff_id = %s AND active", (staff_id,)
    ).fetchone()
    if row is None:
        raise StaffMissing(_FIELD, f"nobody of the staff has the id {staff_id}")
    if row[2] not in roles:
        raise StaffMissing(_FIELD, f"{staff_id} is a {row[2]}: it takes a {' or '.join(roles)}")
    return Clerk(Staff(row[0], staff_id), row[1], row[2])


def counter_of(conn: Conn, staff_id: str, roles: tuple[str, ...], now: datetime) -> CounterDay:
    """Return the counter that this clerk has open today. Raises `StaffMissing` and `NoCounter`."""
    found = counter_days.current(conn, clerk(conn, staff_id, roles).staff.row)
    if found is None or found.day != day_of(now):
        raise NoCounter(staff_id)
    return found
