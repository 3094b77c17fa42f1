"""The people of the post office, at their offices."""

from __future__ import annotations

import re
from dataclasses import dataclass

import psycopg

from flows.facts import StaffRole
from india import names, pincode, signs
from india.phone import masked
from postal.people import pins
from postal.people.weak_pins import PinBearer
from store.database import Conn
from store.refusals import Conflict, Invalid, Unknown

_STAFF_ID = re.compile(r"[A-Za-z0-9._-]{1,40}", re.ASCII)


@dataclass(frozen=True)
class Postman:
    """A postman who may work. `office` is its name, `phone` is E.164."""

    staff_id: str
    name: str
    phone: str
    office: str
    office_pin: str


class UnknownOffice(Unknown):
    """No delivery office has this PIN."""

    field = "office_pin"
    word = "office_pin_unknown"

    def __init__(self, pin: str) -> None:
        super().__init__(f"there is no office with the PIN {pin}")


class StaffMissing(Invalid):
    """No member of staff has that id or role; `field` names the one who is missing."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message, field=field)


class StaffIdTaken(Conflict):
    """Another person, or the same one with other data, has this staff id."""

    field = "staff_id"
    word = "staff_id_taken"

    def __init__(self, staff_id: str) -> None:
        super().__init__(f"the staff id {staff_id} is taken: choose another")


class PhoneTaken(Conflict):
    """A telephone speaks for one member of staff only: it identifies his texts."""

    field = "phone"
    word = "act_phone_taken"

    def __init__(self, phone: str) -> None:
        super().__init__(f"the phone {masked(phone)} belongs to another member of staff")


def add_postman(
    conn: Conn, staff_id: str, name: str, phone: str, office_pin: str, pin: str
) -> Postman:
    """Add a postman at the main office of `office_pin`; his beat is the next number there.

    `phone` is E.164; `pin` (4 to 6 digits, his secret) is stored as an argon2 hash. Raise
    `UnknownOffice`, `StaffIdTaken`, `PhoneTaken`, and `Invalid` for what is no `staff_id`, `name`
    or `pin`, and for a PIN that is easy to guess.
    """
    staff_id, name = read_names(staff_id, name)
    office_id, office = office_of(conn, office_pin)
    office_pin = pincode.read(office_pin)
    pin_hash = pins.hashed(pin, PinBearer(staff_id, phone, office_pin))
    try:
        with conn.transaction():
            # The office's row is locked: two newcomers do not get one beat.
            conn.execute("SELECT 1 FROM offices WHERE id = %s FOR NO KEY UPDATE", (office_id,))
            conn.execute(
                "INSERT INTO staff (staff_id, name, role, office_id, phone, pin_hash, beat)"
                " SELECT %(staff_id)s, %(name)s, 'postman', %(office)s, %(phone)s, %(pin)s,"
                " coalesce(max(beat), 0) + 1 FROM staff WHERE office_id = %(office)s",
                {
                    "staff_id": staff_id,
                    "name": name,
                    "office": office_id,
                    "phone": phone,
                    "pin": pin_hash,
                },
            )
    except psycopg.errors.UniqueViolation as taken:
        if taken.diag.constraint_name == "staff_phone":
            raise PhoneTaken(phone) from taken
        raise StaffIdTaken(staff_id) from taken
    return Postman(staff_id, name, phone, office, office_pin)


def read_names(staff_id: str, name: str) -> tuple[str, str]:
    """Return staff id and name as they are kept. Raise `Invalid` for what is none."""
    bare = signs.bare(staff_id)
    if _STAFF_ID.fullmatch(bare) is None:
        say = "a staff id has 1 to 40 letters, digits, dots, hyphens and underscores"
        raise Invalid(say, field="staff_id", word="staff_names_bad")
    try:
        return bare, names.read(name)
    except names.NoName:
        say = f"a name has 1 to {names.LONGEST} printable characters"
        raise Invalid(say, field="name", word="staff_names_bad") from None


def office_of(conn: Conn, pin: str) -> tuple[int, str]:
    """Return row id and name of the main office of `pin`, as typed. Raise `UnknownOffice`."""
    office = conn.execute(
        "SELECT id, name FROM offices WHERE pin = %s"
        " ORDER BY array_position(ARRAY['head', 'sub', 'branch'], branch_type), id LIMIT 1",
        (pincode.parse(pin),),
    ).fetchone()
    if office is None:
        raise UnknownOffice(pin)
    return office[0], office[1]


@dataclass(frozen=True)
class StaffMember:
    """An active member of staff, a postman or an account."""

    row: int
    staff_id: str
    role: StaffRole
    office_id: int


def staff(conn: Conn, staff_id: str) -> StaffMember | None:
    """Return the active member of staff with this id, if there is one."""
    row = conn.execute(
        "SELECT id, staff_id, role, office_id FROM staff WHERE staff_id = %s AND active",
        (staff_id,),
    ).fetchone()
    return StaffMember(*row) if row else None
