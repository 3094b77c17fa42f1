"""Articles in deposit at an office, and those that go back to their senders."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field

from india.calendar import day_of
from postal.office import deposit
from web.api.engine import whose
from web.api.engine.fields import Nothing, Output
from web.api.engine.operation import Answer, Call, Operation
from web.api.office_fields import OfDayIn, day, office


class DepositedArticleOut(Output):
    """`until`: the last day on which it can be fetched. `chosen_day`: to be brought then.
    `with_postman`: it has not come back from his list. `cod_amount`: whole rupees."""

    number: str
    state: Literal["attempted", "at_office"]
    until: datetime.date | None
    chosen_day: datetime.date | None
    remark: int | None = Field(description="the last one, by its code: docs/flows/remarks.md")
    attempts: int
    cod_amount: int
    with_postman: bool


class DepositOut(Output):
    articles: list[DepositedArticleOut]


def _deposit(call: Call[Nothing]) -> Answer:
    office_id, pin = office(call)
    articles = [
        DepositedArticleOut.of(
            each, cod_amount=each.cod, with_postman=each.with_postman is not None
        )
        for each in deposit.lying(
            call.conn, office_id, pin, day_of(call.now), call.reader(office_id)
        )
    ]
    return Answer(200, DepositOut(articles=articles))


DEPOSIT = Operation(
    route="GET /offices/{pin:pin}/deposit",
    name="office_deposit",
    scope="office",
    whose=whose.office_in_path,
    summary="What lies at an office undelivered, and until when",
    input=Nothing,
    handle=_deposit,
    answers={200: DepositOut},
)


class ReturnedArticleOut(Output):
    number: str
    reason: deposit.Reason
    remark: int | None = Field(description="the last one, by its code: docs/flows/remarks.md")
    until: datetime.date | None = Field(description="the last day on which it could be fetched")
    sender_pin: str | None = Field(description="where it goes; null: the sender did not say")
    with_postman: bool = Field(description="it has not come back from his list")


class ReturnsOut(Output):
    date: datetime.date
    articles: list[ReturnedArticleOut]


def _returns(call: Call[OfDayIn]) -> Answer:
    office_id, pin = office(call)
    asked = day(call)
    articles = [
        ReturnedArticleOut.of(each, with_postman=each.with_postman is not None)
        for each in deposit.going_back(call.conn, office_id, pin, asked, call.reader(office_id))
    ]
    return Answer(200, ReturnsOut(date=asked, articles=articles))


RETURNS = Operation(
    route="GET /offices/{pin:pin}/returns",
    name="office_returns",
    scope="office",
    whose=whose.office_in_path,
    summary="What goes back to its senders from an office on a day",
    input=OfDayIn,
    handle=_returns,
    answers={200: ReturnsOut},
)
