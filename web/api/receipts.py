"""The receipt of a booking: as JSON, and as a PDF whose printing is counted first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from paper import receipt as receipts_on_paper
from paper.content import Language, Method, Paper
from postal.counter import clerks, receipts
from postal.people import rights
from store.refusals import Unknown
from web.api.bookings import BookedArticleOut, group_of, shown
from web.api.engine import whose
from web.api.engine.fields import Input, Nothing, Output, StaffId, Veiled
from web.api.engine.operation import PDF, Answer, Call, File, Operation
from web.staff.printed import ways


class ReceiptOut(Output):
    """`rrn`: the bank's reference of a UPI payment. `printed`: how often. `gstin`: of the
    department where the office is; empty: none is set. `articles` have CGST and SGST in one sum,
    of which each is half. `number`: consecutive at its PIN in a financial year."""

    reference: str
    number: str | None
    gstin: str
    office: str
    office_pin: str
    counter: int | None
    at: datetime
    sender_name: Veiled
    sender_address: Veiled
    sender_pin: str | None
    method: Method
    paise: int
    given_paise: int | None
    change_paise: int | None
    rrn: str | None
    articles: list[BookedArticleOut]
    printed: int


class PrintReceiptIn(Input):
    """`once`: yours, new for each printing. `language`: without it, the customer's."""

    staff: StaffId
    once: UUID
    paper: Paper = "80mm"
    language: Language | None = None


class PrintingOut(Output):
    once: UUID
    paper: Paper
    language: Language
    copy_number: int = Field(description="0: the original")


def _read(call: Call[Nothing]) -> Answer:
    group = group_of(call)
    what = receipts.read(call.conn, group.id, call.reader(), call.runtime.settings.gstin)
    answer = ReceiptOut.of(
        what, articles=shown(group).articles, printed=len(receipts.printings(call.conn, group.id))
    )
    return Answer(200, answer)


def _print(call: Call[PrintReceiptIn]) -> Answer:
    group, given = group_of(call), call.input
    who = clerks.clerk(call.conn, given.staff, rights.roles("book"))
    if who.office_id != group.office_id:
        raise Unknown("the clerk's office has no such booking")
    language = given.language or receipts.language_for(group)
    new = receipts.NewPrinting(given.once, given.paper, language)
    by = call.doer(who.office_id, who.staff)
    made = receipts.note_printing(call.conn, group.id, new, by)
    answer = PrintingOut.of(made, once=given.once, copy_number=made.copy)
    return Answer(200, answer)


def _pdf(call: Call[Nothing]) -> Answer:
    group = group_of(call)
    try:
        once = UUID(call.path["once"])
    except ValueError as error:
        raise Unknown("there is no such printing") from error
    printing = receipts.printing(call.conn, group.id, once)
    if printing is None:
        raise Unknown("there is no such printing: count it first, by POST")
    what = receipts.read(call.conn, group.id, call.reader(), call.runtime.settings.gstin)
    document = receipts_on_paper.receipt(
        replace(what, kept_days=call.runtime.settings.keep_persons_days),
        ways(call.runtime.settings),
        printing.paper,
        printing.language,
        printing.copy,
    )
    return Answer(200, File(document, f"receipt-{what.reference}.pdf"))


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        route="GET /bookings/{reference:booking}/receipt",
        name="get_receipt",
        scope="bookings",
        whose=whose.booking,
        summary="What the receipt of a booking says; counts no printing",
        input=Nothing,
        handle=_read,
        answers={200: ReceiptOut},
        problems=(404, 409),
    ),
    Operation(
        route="POST /bookings/{reference:booking}/receipts",
        name="print_receipt",
        scope="bookings",
        whose=whose.booking,
        summary="Count a printing of the receipt: the first is the original, others are copies",
        input=PrintReceiptIn,
        handle=_print,
        answers={200: PrintingOut},
        problems=(404, 409),
    ),
    Operation(
        route="GET /bookings/{reference:booking}/receipts/{once:uuid-once}",
        name="receipt_pdf",
        scope="bookings",
        whose=whose.booking,
        summary="The receipt as a PDF, as the printing was counted",
        input=Nothing,
        handle=_pdf,
        answers={},
        problems=(404,),
        gives=PDF,
    ),
)
