"""An office's books of a day: its counters and its entries."""

from __future__ import annotations

import datetime
from typing import Any

from pydantic import Field

from india import calendar
from india.calendar import day_of
from postal.counter import day_end, entries
from postal.counter.ledger import Kind, Method
from postal.people import people
from store.refusals import Unknown
from web.api.engine import whose
from web.api.engine.fields import Input, Output, Veiled
from web.api.engine.operation import CSV, Answer, Call, File, Operation
from web.api.engine.problems import named_by_path
from web.api.office_fields import Day
from web.staff.books_tables import TABLES, name
from web.staff.tables import content


class ReadBooksIn(Input):
    """A day; without one: today."""

    day: Day | None = None


class BookedKindOut(Output):
    """Articles of one service, paid for in one way; sums in paise."""

    service: str
    method: Method
    articles: int
    otp: int = Field(description="how many are handed over against a code")
    registered: int
    base_paise: int
    otp_paise: int
    registration_paise: int
    gst_paise: int
    paise: int


class CounterDayOut(Output):
    """A counter's day; what is null is so until it is closed. `id`: as in /counters/{id}."""

    id: int
    counter: int
    staff_id: str
    opened_at: datetime.datetime
    closed_at: datetime.datetime | None
    expected_paise: int | None
    counted_paise: int | None
    explanation: Veiled | None
    booked: list[BookedKindOut]


class EntryOut(Output):
    """One line; `paise` is positive where money came in. A correction names what it corrects."""

    id: int
    at: datetime.datetime
    counter: int | None
    staff_id: str | None
    kind: Kind
    method: Method
    paise: int
    booking: str | None = Field(description="the booking's reference, which is the UPI `tr`")
    corrects: int | None
    note: Veiled | None
    article: str | None = Field(description="its number, where the entry is the COD of one")


class BooksOut(Output):
    office_pin: str
    day: datetime.date
    counters: list[CounterDayOut]
    entries: list[EntryOut]


def _asked(call: Call[ReadBooksIn]) -> tuple[int, datetime.date]:
    """Return the office's row and the day. Raise `UnknownOffice`."""
    day = calendar.read(call.input.day) if call.input.day else day_of(call.now)
    with named_by_path():
        return people.office_of(call.conn, call.path["pin"])[0], day


def _read(call: Call[ReadBooksIn]) -> Answer:
    office_id, day = _asked(call)
    counters = [
        CounterDayOut.of(
            each,
            booked=[BookedKindOut.of(kind) for kind in day_end.booked(call.conn, each.id)],
        )
        for each in day_end.of_day(call.conn, office_id, day)
    ]
    found = [entry_of(each) for each in entries.of_day(call.conn, office_id, day)]
    return Answer(
        200, BooksOut(office_pin=call.path["pin"], day=day, counters=counters, entries=found)
    )


def _table(call: Call[ReadBooksIn]) -> Answer:
    what = call.path["table"]
    if what not in TABLES:
        raise Unknown(f"there is no such table: {', '.join(TABLES)}")
    office_id, day = _asked(call)
    rows = TABLES[what](call.conn, office_id, day)
    return Answer(200, File(content(rows), f"{name(what, call.path['pin'], day)}.csv"))


def entry_of(entry: entries.Entry) -> EntryOut:
    """Return an entry as an answer."""
    return EntryOut.of(entry, booking=entry.tr)


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        route="GET /offices/{pin:pin}/books",
        name="read_books",
        scope="books",
        whose=whose.office_in_path,
        summary="An office's books of a day: counters with their day's end, and every entry",
        input=ReadBooksIn,
        handle=_read,
        answers={200: BooksOut},
        problems=(404,),
    ),
    Operation(
        route="GET /offices/{pin:pin}/books/{table:entries, articles or counters}",
        name="books_table",
        scope="books",
        whose=whose.office_in_path,
        summary="The same as CSV: its entries, its articles, or its counters",
        input=ReadBooksIn,
        handle=_table,
        answers={},
        problems=(404,),
        gives=CSV,
    ),
)
"""`{pin}`: of the office; its main one where the PIN has several."""
