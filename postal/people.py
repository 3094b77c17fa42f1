"""The people of the post office: postmen, at their offices."""

from __future__ import annotations

import re
from dataclasses import dataclass

import psycopg

from postal import pins
from store.database import Conn
from store.phone import masked

_STAFF_ID = re.compile(r"[A-Za-z0-9._-]{1,40}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # joiners are letters' company in Hindi: they stay
_LONGEST_NAME = 100


@dataclass(frozen=True)
class Postman:
    """A postman who may work. `office` is its name, `phone` is E.164."""

    staff_id: str
    name: str
    phone: str
    office: str
    office_pin: str


class UnknownOffice(Exception):
    """No delivery office has this PIN."""

    def __init__(self, pin: str) -> None:
        super().__init__(f"there is no office with the PIN {pin}")


class StaffIdTaken(Exception):
    """Somebody else, or the same man with other data, has this staff id."""

    def __init__(self, staff_id: str) -> None:
        super().__init__(f"the staff id {staff_id} is taken: choose another")


class PhoneTaken(Exception):
    """A telephone speaks for one member of staff only: it is how his texts are known."""

    def __init__(self, phone: str) -> None:
        super().__init__(f"the phone {masked(phone)} belongs to another member of staff")


def add_postman(
    conn: Conn, staff_id: str, name: str, phone: str, office_pin: str, pin: str
) -> Postman:
    """Adds a postman at the main office of `office_pin`.

    `phone` is E.164; `pin` (4 to 6 digits, his secret) is stored as an argon2 hash. Raises
    `UnknownOffice`, `StaffIdTaken`, `PhoneTaken`, and ValueError for what is no `staff_id`,
    `name` or `pin`.
    """
    if _STAFF_ID.fullmatch(staff_id) is None:
        raise ValueError("a staff id has 1 to 40 letters, digits, dots, hyphens and underscores")
    if not name.strip() or len(name) > _LONGEST_NAME or _CONTROL.search(name):
        raise ValueError(f"a postman's name has 1 to {_LONGEST_NAME} printable characters")
    pin_hash = pins.hashed(pin)
    office = conn.execute(
        "SELECT id, name FROM offices WHERE pin = %s"
        " ORDER BY array_position(ARRAY['head', 'sub', 'branch'], branch_type), id LIMIT 1",
        (office_pin,),
    ).fetchone()
    if office is None:
        raise UnknownOffice(office_pin)
    try:
        with conn.transaction():
            conn.execute(
                "INSERT INTO staff (staff_id, name, role, office_id, phone, pin_hash)"
                " VALUES (%s, %s, 'postman', %s, %s, %s)",
                (staff_id, name, office[0], phone, pin_hash),
            )
    except psycopg.errors.UniqueViolation as taken:
        if taken.diag.constraint_name == "staff_phone":
            raise PhoneTaken(phone) from taken
        raise StaffIdTaken(staff_id) from taken
    return Postman(staff_id, name, phone, office[1], office_pin)
