"""A postman's delivery slip as a PDF."""

from __future__ import annotations

from typing import Any

from paper import slip as slips_on_paper
from paper.content import Language
from postal.counter import clerks
from postal.office import slip as slips
from postal.people import rights
from store.refusals import Unknown
from web.api.engine import whose
from web.api.engine.fields import Input, StaffId
from web.api.engine.operation import PDF, Answer, Call, File, Operation
from web.api.office_fields import delivery_list


class AskSlipIn(Input):
    """`staff`: who reads it, of the list's office; that it was read is written down."""

    staff: StaffId
    language: Language = "hi"


def _slip(call: Call[AskSlipIn]) -> Answer:
    head = delivery_list(call)
    who = clerks.clerk(call.conn, call.input.staff, rights.roles("deliver"))
    if slips.office_of(call.conn, head.id) != who.office_id:
        raise Unknown("the clerk's office has no such delivery list")
    keys = call.runtime.keys if call.runtime.settings.offline_per_postman else None
    what = slips.read(call.conn, head.id, call.reader(who.office_id, who.staff), keys)
    document = slips_on_paper.slip(what, call.input.language)
    return Answer(200, File(document, f"slip-{what.staff_id}-{what.day}.pdf"))


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        route="GET /delivery-lists/{id:list}/slip",
        name="slip_pdf",
        scope="office",
        whose=whose.delivery_list,
        summary="A delivery list's slip as a PDF on A4, in walking order",
        input=AskSlipIn,
        handle=_slip,
        answers={},
        problems=(404,),
        gives=PDF,
    ),
)
