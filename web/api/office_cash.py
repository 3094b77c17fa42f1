"""COD: what postmen took at the door, and the cash that they hand in. Paise."""

from __future__ import annotations

import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from postal.acts import cod
from postal.office import cash
from postal.office.cash import Owing
from web.api.engine import whose
from web.api.engine.fields import Input, Output, Veiled
from web.api.engine.operation import Answer, Call, Operation
from web.api.office_fields import OfDayIn, day, delivery_list, office

Paise = Annotated[int, Field(ge=-cash.MOST_PAISE, le=cash.MOST_PAISE)]
Explanation = Annotated[
    str,
    StringConstraints(min_length=1, max_length=cash.LONGEST_EXPLANATION, strip_whitespace=True),
]


class CodOfListOut(Output):
    """`cash` and `upi`: what the postman told. `open`: to be handed in still; below nothing: to be
    given back to him, who undid a handover. `difference`: counted against expected, explained."""

    delivery_list: int
    postman: str
    date: datetime.date
    cash: int
    upi: int
    open: int
    counted: int
    difference: int


class CodInBooksOut(Output):
    """What the office entered in its books on that day, corrections included."""

    handed_in: int = Field(description="cash, by postmen")
    door_upi: int
    window_cash: int
    window_upi: int


class OfficeCodOut(Output):
    """The lists of a day, and those of earlier days whose cash is open still."""

    lists: list[CodOfListOut]
    open_before: list[CodOfListOut]
    in_books: CodInBooksOut


def _shown(owing: Owing) -> CodOfListOut:
    return CodOfListOut.of(owing, delivery_list=owing.list_id, postman=owing.staff_id)


def _cod(call: Call[OfDayIn]) -> Answer:
    office_id, _ = office(call)
    asked = day(call)
    before = [each for each in cash.open_ones(call.conn, office_id) if each.date < asked]
    of_day = cash.of_day(call.conn, office_id, asked)
    booked = cod.in_books(call.conn, office_id, asked)
    shown = OfficeCodOut(
        lists=[*map(_shown, of_day)],
        open_before=[*map(_shown, before)],
        in_books=CodInBooksOut.of(booked),
    )
    return Answer(200, shown)


COD = Operation(
    route="GET /offices/{pin:pin}/cod",
    name="office_cod",
    scope="office",
    whose=whose.office_in_path,
    summary="COD of an office's day, in cash and by UPI, and what is open of earlier days",
    input=OfDayIn,
    handle=_cod,
    answers={200: OfficeCodOut},
)


class HandIn(Input):
    """`expected`: what was open when it was counted. `once`: yours, new for each handing-in: the
    same once more changes nothing."""

    once: UUID
    expected: Paise
    counted: Paise
    explanation: Explanation | None = None


class HandedInOut(Output):
    id: int
    expected: int
    counted: int
    explanation: Veiled | None


def _hand_in(call: Call[HandIn]) -> Answer:
    head, given = delivery_list(call), call.input
    said = cash.CashCount(given.once, given.counted, given.explanation)
    handing = cash.hand_in(call.conn, head.id, given.expected, said, call.doer(head.office_id))
    shown = HandedInOut.of(handing)
    return Answer(200, shown)


HAND_IN = Operation(
    route="POST /delivery-lists/{id:list}/cash",
    name="hand_in_cash",
    scope="office",
    whose=whose.delivery_list,
    summary="Check off the COD cash of a list that its postman handed in",
    input=HandIn,
    handle=_hand_in,
    answers={200: HandedInOut},
    problems=(404, 409),
)
