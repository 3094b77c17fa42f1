"""A clerk at an open counter, and what a customer posts there, for the tests of the counter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from flask import Flask

from postal.counter import booking, counter_days
from postal.counter.counter_days import CounterDay
from postal.counter.groups import Charges, Group, NewItem, Sender
from postal.people.doer import Doer
from runtime import Runtime
from store.database import Conn
from tests.rigs.api_calls import number_of
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.doers import staff

OPENING_PAISE = 50_000

# The fields of the form for an article, and those of its sender.
ARTICLE_FORM = {
    "number": number_of(1),
    "service": "speed_post",
    "weight": "120",
    "pin": "226001",
    "name": "रामावती देवी",
    "address": "Dhanewa Dhanai",
    "phone": "98390 00011",
    "language": "hi",
}
SENDER_FORM = {"sender_name": "Gyan Pustak Kendra", "sender_language": "en"}

CHARGES = Charges(
    tariff=date(2025, 10, 1), base_paise=5_900, otp_paise=500, registration_paise=0, gst_paise=1_152
)
ITEM = NewItem(
    once=uuid4(),
    number="EU123456785IN",
    service="speed_post",
    weight_g=120,
    otp_required=True,
    registration=False,
    cod_amount=0,
    passport=False,
    recipient_phone="+919839000011",
    without_phone=None,
    recipient_name="रामावती देवी",
    recipient_address="Dhanewa Dhanai",
    recipient_pin="273303",
    recipient_language="hi",
    charges=CHARGES,
)
SENDER = Sender("Gyan Pustak Kendra", "+919839000081", "en")


@dataclass(frozen=True)
class Poster:
    """Who books, and at which open counter; None: software."""

    counter_day_id: int | None
    doer: Doer

    def begin(self, conn: Conn, at: datetime, once: UUID | None = None) -> Group:
        """A booking without an article yet."""
        by = replace(self.doer, at=at)
        return booking.begin(conn, once or uuid4(), SENDER, self.counter_day_id, by)


@dataclass(frozen=True)
class Clerk:
    """Signed in at the desk's door, with a counter open."""

    colleague: Colleague
    day: CounterDay

    def doer(self, at: datetime) -> Doer:
        return staff(self.day.staff_row, self.day.office_id, at)

    @property
    def poster(self) -> Poster:
        return Poster(self.day.id, self.doer(self.day.opened_at))

    def begin(self, conn: Conn, at: datetime) -> Group:
        """A booking without an article yet."""
        return self.poster.begin(conn, at)


def office(runtime: Runtime) -> int:
    """The main office of 273303; its row id."""
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Maharajganj H.O', '273303', 'head', 'MAHARAJGANJ') RETURNING id"
        ).fetchone()
    assert row is not None
    return int(row[0])


def clerk(app: Flask, runtime: Runtime, counter: int = 1) -> Clerk:
    """A clerk of 273303, whose office is there already, with that counter open."""
    colleague = sign_in(app, runtime, "clerk", f"clerk-{counter}")
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT id FROM offices WHERE pin = '273303'").fetchone()
        assert row is not None
        by = staff(colleague.staff_row, row[0], runtime.now())
        day = counter_days.open_day(conn, counter, OPENING_PAISE, by)
    return Clerk(colleague, day)


def group(runtime: Runtime, by: Poster, *serials: int) -> Group:
    """A group with one article for each of `serials`, at the price of `CHARGES`."""
    with runtime.database.transaction() as conn:
        made = by.begin(conn, runtime.now())
        for serial in serials:
            item = replace(ITEM, once=uuid4(), number=number_of(serial))
            made = booking.add(conn, made.id, item, runtime.now())
    return made


def directory(runtime: Runtime) -> None:
    """A few PINs as the directory has them; 273399 is made up, for a place that nobody located."""
    with runtime.database.transaction() as conn, conn.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO pin_directory (pin, office, district, state, latitude, longitude)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [
                ("273303", "Maharajganj H.O", "Maharajganj", "Uttar Pradesh", 27.1446, 83.5337),
                ("273001", "Gorakhpur HO", "Gorakhpur", "Uttar Pradesh", 26.7561, 83.3732),
                ("226001", "Lucknow GPO", "Lucknow", "Uttar Pradesh", 26.8495, 80.9456),
                ("110001", "New Delhi GPO", "New Delhi", "Delhi", 28.6199, 77.2129),
                ("400001", "Mumbai GPO", "Mumbai", "Maharashtra", 18.9364, 72.8355),
                ("695001", "Trivandrum GPO", "Thiruvananthapuram", "Kerala", 8.4955, 76.9484),
                ("273399", "Nowhere B.O", "Maharajganj", "Uttar Pradesh", None, None),
            ],
        )
