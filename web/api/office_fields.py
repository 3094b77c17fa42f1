"""Fields and look-ups that the office's operations share."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from india import calendar
from india.calendar import day_of
from postal.office import returning
from postal.office.returning import ListHead
from postal.people.people import office_of
from web.api.engine.fields import Input, read_first
from web.api.engine.operation import Call
from web.api.engine.path import row

Day = Annotated[
    str,
    StringConstraints(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    read_first(lambda raw: calendar.read(raw).isoformat()),
    Field(description="in India", examples=["2026-08-14"], json_schema_extra={"format": "date"}),
]


class OfDayIn(Input):
    """A day; without one: today."""

    date: Day | None = None


def office(call: Call[Any]) -> tuple[int, str]:
    """Return row id and PIN of the office in the path."""
    pin = call.path["pin"]
    return office_of(call.conn, pin)[0], pin


def delivery_list(call: Call[Any]) -> ListHead:
    """Return the list in the path. Raises `UnknownList`."""
    return returning.head(call.conn, row(call))


def day(call: Call[OfDayIn]) -> datetime.date:
    asked = call.input.date
    return calendar.read(asked) if asked else day_of(call.now)
