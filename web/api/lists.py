"""Making delivery lists."""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import Field

from conversation.announce import announce
from flows.happenings import WentOut
from postal import lists
from web.api.engine import whose
from web.api.engine.fields import Input, Output, StaffId, TypedNumber
from web.api.engine.operation import Answer, Call, Operation


class MakeListIn(Input):
    """Article numbers in walking order; `date` is today's in India."""

    postman: StaffId
    date: datetime.date
    articles: Annotated[list[TypedNumber], Field(min_length=1, max_length=lists.MOST_ITEMS)]


class ItemOut(Output):
    serial: int = Field(description="what the postman types")
    number: str


class DeliveryListOut(Output):
    """The items of this request; a list that existed already was continued."""

    postman: str
    date: datetime.date
    items: list[ItemOut]


def _make(call: Call[MakeListIn]) -> Answer:
    given = call.input
    made = lists.make_list(call.conn, given.postman, given.date, given.articles, call.now)
    if made.new:
        announce(call.runtime, call.conn, [WentOut(item.number) for item in made.items])
    items = [ItemOut.of(item) for item in made.items]
    shown = DeliveryListOut.of(made, items=items)
    return Answer(201 if made.new else 200, shown)


MAKE = Operation(
    route="POST /delivery-lists",
    name="make_delivery_list",
    scope="lists",
    whose=whose.postman,
    summary="Give articles to a postman for today, all or none; their recipients are told",
    input=MakeListIn,
    handle=_make,
    answers={201: DeliveryListOut, 200: DeliveryListOut},
    problems=(409,),
)
