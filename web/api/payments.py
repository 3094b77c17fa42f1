"""Payments by UPI for bookings that software made, and what is to be refunded.

A provider is never called while the database waits: the worker fetches the QR code and orders the
refund, and the caller asks for the state, or reads the feed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from india.money import MOST_PAISE
from payments import upi
from postal.counter import clerks, credits, groups, payments
from postal.counter.credits import Credit
from postal.counter.payment_rules import AttemptState, Cause, CreditState, Way
from postal.counter.payments import Claimed, Payment
from postal.people import rights
from postal.people.doer import Staff
from postal.requests.wish import Wish
from providers.static import rrn
from store.refusals import Unknown
from web.api.engine import whose
from web.api.engine.fields import Input, Nothing, Output, StaffId, Veiled
from web.api.engine.operation import Answer, Call, Operation, Reach
from web.api.engine.path import row
from web.api.engine.problems import FieldError
from web.api.waiting import RequestOut, ask

_LONGEST_LIST = 1_000

Reference = Annotated[
    str,
    StringConstraints(min_length=12, max_length=20),
    AfterValidator(rrn),
    Field(description="the bank's reference (RRN, UTR): 12 digits", examples=["412345678901"]),
]


class BeginIn(Input):
    booking: Annotated[
        str,
        StringConstraints(pattern="^[A-Z0-9]{8,35}$"),
        Field(description="the booking's reference, which is the UPI `tr`"),
    ]


class EnterReferenceIn(Input):
    """For the department's own UPI id: somebody saw the money come."""

    reference: Reference
    paise: Annotated[int, Field(ge=1, le=MOST_PAISE, description="what came, exactly")]


class GiveBackIn(Input):
    """Empty, the provider gives it back; with `reference`, another UPI transfer has; with
    `cash_by`, this postmaster does in cash, from the drawer of his open counter: he signs first."""

    reference: Reference | None = None
    cash_by: StaffId | None = None

    @classmethod
    def beyond_fields(cls, loose: Any) -> list[FieldError]:
        if not isinstance(loose, dict):
            return []
        if loose.get("reference") is not None and loose.get("cash_by") is not None:
            return [FieldError(field="cash_by", message="give reference or cash_by, not both")]
        return []


class SumOut(Output):
    """Money that came, in exactly one state."""

    id: int
    booking: str | None = Field(description="null: for no booking that we know")
    paise: int
    provider: str
    provider_payment_id: str
    rrn: str | None
    came_at: datetime
    state: CreditState
    cause: Cause | None = Field(description="why it goes back")
    refund_way: Way | None = Field(description="how it goes back, once that is ordered")
    refund_ref: str | None
    refund_error: str | None = Field(description="what the provider said against it last")
    refunded_at: datetime | None
    settled_at: datetime | None


class AttemptOut(Output):
    """An attempt to be paid: one QR code. Draw `qr_text` or show `qr_image` till `expires_at`."""

    id: int
    booking: str
    provider: str
    state: AttemptState
    paise: int
    qr_text: str | None = Field(description="the link upi://pay")
    qr_image: str | None = Field(description="a PNG as data: URI, where the provider draws it")
    begun_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    error: Veiled | None
    sums: list[SumOut] = Field(description="all that came for the booking, oldest first")


class SumsOut(Output):
    sums: list[SumOut]


def _begin(call: Call[BeginIn]) -> Answer:
    group = groups.by_tr(call.conn, call.input.booking)
    begun = upi.prepare(call.runtime, call.conn, group.id)
    if isinstance(begun, Claimed):
        # The worker makes the code: no provider is called while a transaction waits.
        payments.hand_over(call.conn, begun, call.now)
        return Answer(202, _attempt(call, payments.get(call.conn, begun.payment.id)))
    return Answer(200, _attempt(call, begun))


def _read(call: Call[Nothing]) -> Answer:
    return Answer(200, _attempt(call, _payment(call)))


def _stop(call: Call[Nothing]) -> Answer:
    payment = _payment(call)
    groups.lock(call.conn, payment.group_id)
    current = payments.get(call.conn, payment.id)
    if current.open:
        payments.end(call.conn, current.id, "withdrawn", call.now)
    return Answer(200, _attempt(call, payments.get(call.conn, payment.id)))


def _reference(call: Call[EnterReferenceIn]) -> Answer:
    payment, asked = _payment(call), call.input
    seen = upi.BankReference(asked.reference, asked.paise)
    upi.enter_in(call.runtime, call.conn, payment.id, seen, call.doer())
    return Answer(200, _attempt(call, payments.get(call.conn, payment.id)))


def _due(call: Call[Nothing]) -> Answer:
    found = credits.due(call.conn, None, _LONGEST_LIST)
    offices = call.token.offices
    shown = [each for each in found if offices is None or each.office_id in offices]
    return Answer(200, SumsOut(sums=[_sum(each) for each in shown]))


def _refund(call: Call[GiveBackIn]) -> Answer:
    id_, given = row(call), call.input
    wish, named = Wish("refund", credit_id=id_, refund_way="provider"), None
    if given.reference is not None:
        wish = replace(wish, refund_way="upi", refund_ref=given.reference)
    elif given.cash_by is not None:
        day = clerks.counter_of(call.conn, given.cash_by, rights.roles("refund"), call.now)
        if credits.get(call.conn, id_).office_id not in (None, day.office_id):
            raise Unknown("the postmaster's office has no such sum")
        named = Staff(day.staff_row, given.cash_by)
        wish = replace(wish, refund_way="cash", counter_day_id=day.id)
    credit = credits.get(call.conn, id_)
    if _is_done(credit, wish):
        return Answer(200, _sum(credit))
    return ask(call, wish, names=named)


def _is_done(credit: Credit, wish: Wish) -> bool:
    """Tell whether exactly this was agreed to before: it is under way, or done."""
    if wish.refund_way == "provider":
        return credit.refunding
    same = credit.refund_way == "upi" and credit.refund_ref == wish.refund_ref
    return credit.state == "refunded" and wish.refund_way == "upi" and same


def _payment(call: Call[Any]) -> Payment:
    return payments.get(call.conn, row(call))


def _attempt(call: Call[Any], payment: Payment) -> AttemptOut:
    shown = payment.state == "shown"
    return AttemptOut.of(
        payment,
        booking=payment.tr,
        qr_text=payment.qr_text if shown else None,
        qr_image=payment.qr_image if shown else None,
        sums=[_sum(each) for each in credits.of_group(call.conn, payment.group_id)],
    )


def _sum(credit: Credit) -> SumOut:
    return SumOut.of(credit, booking=credit.tr)


BEGIN = Operation(
    route="POST /payments",
    name="begin_payment",
    scope="payments",
    whose=whose.booking_in_body,
    summary="Begins to be paid by UPI; the QR code comes soon after: ask for it, or again",
    input=BeginIn,
    handle=_begin,
    answers={202: AttemptOut, 200: AttemptOut},
    problems=(409,),
)
GET = Operation(
    route="GET /payments/{id:payment}",
    name="read_payment",
    scope="payments",
    whose=whose.payment,
    summary="How an attempt to be paid stands, its QR code, and what came",
    input=Nothing,
    handle=_read,
    answers={200: AttemptOut},
    problems=(404,),
)
STOP = Operation(
    route="POST /payments/{id:payment}/stop",
    name="stop_payment",
    scope="payments",
    whose=whose.payment,
    summary="Nobody pays by this QR code; the booking is open again",
    input=Nothing,
    handle=_stop,
    answers={200: AttemptOut},
    problems=(404,),
)
REFERENCE = Operation(
    route="POST /payments/{id:payment}/reference",
    name="enter_payment_reference",
    scope="payments",
    whose=whose.payment,
    summary="Money was seen at the department's own UPI id; a bank reference counts once ever",
    input=EnterReferenceIn,
    handle=_reference,
    answers={200: AttemptOut},
    problems=(404, 409),
)
DUE = Operation(
    route="GET /refunds",
    name="list_refunds_due",
    scope="payments",
    whose=Reach.ITS_OFFICES,
    summary="What is to be given back, oldest first",
    input=Nothing,
    handle=_due,
    answers={200: SumsOut},
)
REFUND = Operation(
    route="POST /refunds/{id:sum}",
    name="give_back",
    scope="payments",
    whose=whose.sum_,
    summary="Ask two of the staff to give a sum back; 200 where that is done, or under way",
    input=GiveBackIn,
    handle=_refund,
    answers={200: SumOut, 202: RequestOut},
    problems=(404, 409),
)
OPERATIONS = (BEGIN, GET, STOP, REFERENCE, DUE, REFUND)
