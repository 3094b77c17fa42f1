"""The lists of an office's day: their progress, what comes back, closing."""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from conversation.office import Taken, take_in
from flows.facts import ItemState
from postal.office import closing, day_closing, returning
from web.api.engine import whose
from web.api.engine.fields import Input, Nothing, Output, TypedNumber, Veiled
from web.api.engine.operation import Answer, Call, Operation
from web.api.office_fields import OfDayIn, day, delivery_list, office

Note = Annotated[
    str, StringConstraints(min_length=1, max_length=closing.LONGEST_NOTE, strip_whitespace=True)
]


class ListProgressOut(Output):
    """`missing`: neither delivered nor taken in. `contested`: for the postmaster to look at."""

    id: int
    postman: str
    date: datetime.date
    items: int
    open: int
    delivered: int
    remarked: int
    missing: int
    contested: int
    closed_at: datetime.datetime | None


class OfficeListsOut(Output):
    """The lists of a day. `closed_at`: when the office closed it."""

    date: datetime.date
    lists: list[ListProgressOut]
    closed_at: datetime.datetime | None


def _lists(call: Call[OfDayIn]) -> Answer:
    office_id, _ = office(call)
    asked = day(call)
    closed = day_closing.closed(call.conn, office_id, asked)
    lists = [
        ListProgressOut.of(each, postman=each.staff_id, contested=each.waits)
        for each in closing.of_day(call.conn, office_id, asked)
    ]
    return Answer(
        200, OfficeListsOut(date=asked, lists=lists, closed_at=closed.at if closed else None)
    )


LISTS = Operation(
    route="GET /offices/{pin:pin}/delivery-lists",
    name="office_delivery_lists",
    scope="office",
    whose=whose.office_in_path,
    summary="The delivery lists of an office's day, and how they stand",
    input=OfDayIn,
    handle=_lists,
    answers={200: OfficeListsOut},
)


class ListItemOut(Output):
    """`final`: the office took the return, and the remark with it. `with_postman`: not back yet."""

    serial: int
    number: str
    state: ItemState
    remark: int | None
    final: bool
    with_postman: bool


class WholeListOut(Output):
    """One list, item by item."""

    id: int
    postman: str
    date: datetime.date
    closed_at: datetime.datetime | None
    items: list[ListItemOut]


def _whole(call: Call[Nothing]) -> Answer:
    head = delivery_list(call)
    items = [
        ListItemOut.of(line, with_postman=line.missing)
        for line in returning.sheet(call.conn, head, call.reader(head.office_id))
    ]
    shown = WholeListOut.of(head, postman=head.staff_id, items=items)
    return Answer(200, shown)


LIST = Operation(
    route="GET /delivery-lists/{id:list}",
    name="delivery_list",
    scope="office",
    whose=whose.delivery_list,
    summary="One delivery list, item by item",
    input=Nothing,
    handle=_whole,
    answers={200: WholeListOut},
    problems=(404,),
)


class TakeIn(Input):
    """What the postman brought back, as it was scanned."""

    articles: Annotated[list[TypedNumber], Field(min_length=1, max_length=999)]


class TakenArticleOut(Output):
    """`unvisited`: back for another day · `final`: back, and its remark is final · `contested`:
    back, and the postmaster looks at its remark first · `back`: it was off the list already ·
    `already`: taken in before · `delivered`: handed over, by the books · `moved_on`: on another
    list since · `not_here`: not on this list · `no_number`: mistyped."""

    typed: str
    number: str | None
    answer: Taken


class TakenArticlesOut(Output):
    articles: list[TakenArticleOut]


def _take_in(call: Call[TakeIn]) -> Answer:
    head = delivery_list(call)
    by = call.doer(head.office_id)
    taken = {
        typed: take_in(call.runtime, call.conn, head.id, typed, by)
        for typed in sorted(set(call.input.articles))
    }
    shown = [
        TakenArticleOut(typed=typed, number=taken[typed].number, answer=taken[typed].answer)
        for typed in call.input.articles
    ]
    return Answer(200, TakenArticlesOut(articles=shown))


TAKE_IN = Operation(
    route="POST /delivery-lists/{id:list}/returns",
    name="take_in_returns",
    scope="office",
    whose=whose.delivery_list,
    summary="Take in what a postman brings back; remarks become final",
    input=TakeIn,
    handle=_take_in,
    answers={200: TakenArticlesOut},
    problems=(404, 409),
)


class CloseListIn(Input):
    """`note`: why something is not back, in two words and ten letters at least; needed where
    something is missing."""

    note: Note | None = None


class ClosedListOut(Output):
    id: int
    postman: str
    date: datetime.date
    closed_at: datetime.datetime


def _close(call: Call[CloseListIn]) -> Answer:
    head = delivery_list(call)
    by = call.doer(head.office_id)
    closed, _ = closing.close_list(call.conn, head.id, call.input.note, by)
    assert closed.closed_at is not None
    shown = ClosedListOut.of(closed, postman=closed.staff_id)
    return Answer(200, shown)


CLOSE = Operation(
    route="POST /delivery-lists/{id:list}/close",
    name="close_delivery_list",
    scope="office",
    whose=whose.delivery_list,
    summary="Close a list: the office changes nothing of it any more. Closing twice is once",
    input=CloseListIn,
    handle=_close,
    answers={200: ClosedListOut},
    problems=(404, 409, 422),
)


class CloseDayIn(Input):
    """`explanation`: why cash is not handed in, articles did not go out or are with postmen still;
    two words and ten letters at least, needed where something is left, and kept only there."""

    date: datetime.date
    explanation: Note | None = None


class ClosedDayOut(Output):
    """`cash_open`: paise that postmen had not handed in by then. `not_out`: articles that lay there
    and did not go out; `missing`: with the postmen of closed lists."""

    date: datetime.date
    lists: int
    closed_at: datetime.datetime
    cash_open: int
    not_out: int
    missing: int
    explanation: Veiled | None


def _close_day(call: Call[CloseDayIn]) -> Answer:
    office_id, _ = office(call)
    given, by = call.input, call.doer(office_id)
    closed, _ = day_closing.close_day(call.conn, office_id, given.date, given.explanation, by)
    shown = ClosedDayOut.of(closed, date=closed.day, closed_at=closed.at)
    return Answer(200, shown)


CLOSE_DAY = Operation(
    route="POST /offices/{pin:pin}/close",
    name="close_office_day",
    scope="office",
    whose=whose.office_in_path,
    summary="Close an office's day, all its lists being closed. Closing twice is once",
    input=CloseDayIn,
    handle=_close_day,
    answers={200: ClosedDayOut},
    problems=(409, 422),
)
