"""A day's payments against the providers' lists: asked for here, done by the worker."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from pydantic import Field

from india.calendar import day_of
from postal.counter import reconciliations
from postal.counter.reconciliations import Reconciliation, What
from store.refusals import Invalid
from web.api.engine.fields import Input, Nothing, Output
from web.api.engine.operation import Answer, Call, Operation, Reach
from web.api.engine.path import row


class AskReconciliationIn(Input):
    day: Annotated[
        datetime.date,
        Field(
            description="in India; over, or what still comes is missing", examples=["2026-08-14"]
        ),
    ]


class DifferenceOut(Output):
    """What differed. `theirs`, `ours`: paise; of what went back, what the provider gave back."""

    what: What
    provider: str
    payment_id: str
    booking: str | None
    theirs: int | None
    ours: int | None
    state: str = Field(description="of ours, afterwards; - where it is not known")


class ReconciledOut(Output):
    """One provider's day. `failed`: why it gave no list; then nothing was compared."""

    provider: str
    theirs: int = Field(description="payments on the provider's list")
    settled: int = Field(description="newly marked as paid out to the bank")
    differences: list[DifferenceOut]
    failed: str | None


class ReconciliationOut(Output):
    """`providers`: null until it is done; empty where no provider here keeps a list."""

    id: int
    day: datetime.date
    asked_at: datetime.datetime
    done_at: datetime.datetime | None
    providers: list[ReconciledOut] | None


def _ask(call: Call[AskReconciliationIn]) -> Answer:
    if call.input.day > day_of(call.now):
        raise Invalid("this day has not come yet", field="day")
    return Answer(202, _shown(reconciliations.ask(call.conn, call.input.day, call.now)))


def _read(call: Call[Nothing]) -> Answer:
    return Answer(200, _shown(reconciliations.get(call.conn, row(call))))


def _shown(found: Reconciliation) -> ReconciliationOut:
    return ReconciliationOut.of(
        found,
        providers=None
        if found.done_at is None
        else [
            ReconciledOut.of(
                each,
                differences=[DifferenceOut.of(one, booking=one.tr) for one in each.differences],
            )
            for each in found.reconciled
        ],
    )


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        route="POST /reconciliations",
        name="ask_reconciliation",
        scope="payments",
        whose=Reach.EVERY_OFFICE,
        summary="Compares a day with the providers' lists, soon, and takes in what is missing",
        input=AskReconciliationIn,
        handle=_ask,
        answers={202: ReconciliationOut},
    ),
    Operation(
        route="GET /reconciliations/{id:reconciliation}",
        name="read_reconciliation",
        scope="payments",
        whose=Reach.EVERY_OFFICE,
        summary="What differed, once it is compared",
        input=Nothing,
        handle=_read,
        answers={200: ReconciliationOut},
        problems=(404,),
    ),
)
