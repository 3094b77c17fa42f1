"""Booking groups: what one customer posts and pays at once.

A group is open while articles are added, `paying` while a UPI payment is awaited, and in the end
booked or cancelled for good. booking.py changes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from psycopg.rows import class_row

from india.promises import Promise
from postal.articles import Language, Service
from postal.counter.ledger import Method
from postal.people import access
from postal.people.access import Onlooker
from store.database import Conn
from store.refusals import Conflict, Unknown

GroupState = Literal["open", "paying", "booked", "cancelled"]
WithoutPhone = Literal["no_mobile", "office"]
UNFINISHED: tuple[GroupState, ...] = ("open", "paying")
MOST_ITEMS = 100  # of one customer in one payment


@dataclass(frozen=True)
class Charges:
    """What one article costs in paise. `tariff`: the first day of the edition that priced it."""

    tariff: date
    base_paise: int
    otp_paise: int
    registration_paise: int
    gst_paise: int

    @property
    def paise(self) -> int:
        return self.base_paise + self.otp_paise + self.registration_paise + self.gst_paise


@dataclass(frozen=True)
class _Item:
    number: str
    service: Service
    weight_g: int
    otp_required: bool
    registration: bool
    cod_amount: int
    passport: bool
    recipient_phone: str | None
    without_phone: WithoutPhone | None
    recipient_name: str
    recipient_address: str
    recipient_pin: str
    recipient_language: Language
    promise: Promise | None = field(default=None, kw_only=True)
    due_by: date | None = field(default=None, kw_only=True)
    pieces: int = field(default=1, kw_only=True)
    digipin: str | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class NewItem(_Item):
    """An article to be added. Phones in E.164, `cod_amount` in whole rupees.

    `once`: that of the form. `without_phone`: why there is no `recipient_phone`.
    """

    once: UUID
    charges: Charges


@dataclass(frozen=True)
class BookingItem(_Item):
    """An article of a group. `article_id`: None until it is booked."""

    id: int
    tariff: date
    base_paise: int
    otp_paise: int
    registration_paise: int
    gst_paise: int
    paise: int
    article_id: int | None


@dataclass(frozen=True)
class _Row:
    id: int
    tr: str
    state: GroupState
    office_id: int
    counter_day_id: int | None
    staff_row: int | None
    sender_name: str
    sender_phone: str | None
    sender_language: Language
    sender_address: str
    sender_pin: str | None
    method: Method | None
    given_paise: int | None
    receipt_number: str | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True)
class Group(_Row):
    """One customer's articles. `counter_day_id`: None if software booked.

    `given_paise`: what the customer gave in cash, before the change.
    """

    items: tuple[BookingItem, ...]

    @property
    def paise(self) -> int:
        """The sum that the customer pays."""
        return sum(item.paise for item in self.items)

    @property
    def change_paise(self) -> int | None:
        """The change that the customer got; None if it was not paid in cash at a counter."""
        return None if self.given_paise is None else self.given_paise - self.paise


@dataclass(frozen=True)
class Sender:
    """The customer. `phone`: E.164. `address`, `pin`: where the articles go back to, if said."""

    name: str
    phone: str | None
    language: Language
    address: str = ""
    pin: str | None = None


class UnknownGroup(Unknown):
    """No booking group has this row id or reference."""

    field = "booking"

    def __init__(self, key: int | str) -> None:
        super().__init__(f"there is no such booking: {key}")


class NotOpen(Conflict):
    """The group is being paid for, booked or cancelled, so it cannot be changed."""

    def __init__(self, state: GroupState) -> None:
        say = f"this booking is {state}: it cannot be changed any more"
        super().__init__(say, word=f"book_is_{state}")


class NothingToBook(Conflict):
    """The group has no article."""

    sentence = "there is no article to book: add one first"
    word = "book_nothing"


class ItemGone(Conflict):
    """The article that was to be changed was taken off meanwhile, or changed by another form."""

    sentence = "this article is not on the booking any more: look at it again"
    word = "book_item_gone"


class BookingFull(Conflict):
    """The group has `MOST_ITEMS` articles."""

    sentence = f"{MOST_ITEMS} articles at most in one payment: book these first"
    word = "book_too_many"


class NumberInUse(Conflict):
    """Another article has this number, booked or about to be."""

    field = "number"
    word = "book_number_taken"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"{number} is in use: another article has this number, booked or about to be."
            " Check the label, or take the next one",
            number=number,
        )


class BookedMeanwhile(NumberInUse):
    """Another article with the number was booked after this one was added."""

    word = "book_in_use"


def look(conn: Conn, id_: int, reader: Onlooker) -> Group:
    """Return the group for somebody to see, which is written down. Raises `UnknownGroup`."""
    found = get(conn, id_)
    access.listed(conn, reader, 1 + len(found.items), f"booking {found.tr}")
    return found


def get(conn: Conn, id_: int) -> Group:
    """Return the group with that row id. Raises `UnknownGroup`."""
    return _read(conn, "id = %s", id_)


def by_tr(conn: Conn, tr: str) -> Group:
    """Return the group with that payment reference. Raises `UnknownGroup`."""
    return _read(conn, "tr = %s", tr)


def lock(conn: Conn, id_: int) -> Group:
    """Lock the group until the transaction ends, and return it. Raises `UnknownGroup`."""
    conn.execute("SELECT 1 FROM booking_groups WHERE id = %s FOR UPDATE", (id_,))
    return get(conn, id_)


def unfinished(conn: Conn, counter_day_id: int, reader: Onlooker) -> Sequence[Group]:
    """Return a counter's groups that are neither booked nor cancelled, oldest first.

    That they were read is written down.
    """
    rows = conn.execute(
        "SELECT id FROM booking_groups WHERE counter_day_id = %s AND finished_at IS NULL"
        " ORDER BY id",
        (counter_day_id,),
    ).fetchall()
    access.listed(conn, reader, len(rows), "bookings that wait")
    return [get(conn, row[0]) for row in rows]


_GROUP = (
    "SELECT id, tr, state, office_id, counter_day_id, staff_id AS staff_row, sender_name,"
    " sender_phone, sender_language, sender_address, sender_pin, method, given_paise,"
    " receipt_number, created_at, finished_at"
    " FROM booking_groups"
)
_ITEMS = (
    "SELECT id, number, service, weight_g, otp_required, registration, cod_amount, passport,"
    " recipient_phone, without_phone, recipient_name, recipient_address, recipient_pin,"
    " recipient_language, promise, due_by, pieces, digipin, tariff, base_paise, otp_paise,"
    " registration_paise, gst_paise, paise,"
    " article_id FROM booking_items WHERE group_id = %s AND removed_at IS NULL ORDER BY id"
)


def _read(conn: Conn, where: str, key: int | str) -> Group:
    with conn.cursor(row_factory=class_row(_Row)) as cursor:
        row = cursor.execute(f"{_GROUP} WHERE {where}", (key,)).fetchone()
    if row is None:
        raise UnknownGroup(key)
    with conn.cursor(row_factory=class_row(BookingItem)) as cursor:
        items = cursor.execute(_ITEMS, (row.id,)).fetchall()
    return Group(**vars(row), items=tuple(items))
