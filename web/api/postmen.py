"""Adding postmen."""

from __future__ import annotations

from conversation import desk
from india.phone import masked
from postal.acts import handsets
from postal.people import contacts, people
from postal.requests.wish import Wish
from web.api.engine import whose
from web.api.engine.fields import Input, Name, Nothing, Output, Phone, Pin, SecretPin, StaffId
from web.api.engine.operation import Answer, Call, Operation
from web.api.waiting import Reason, RequestOut, ask, postman_row


class AddPostmanIn(Input):
    """`pin`: the postman's own secret; `office_pin`: the PIN code of his office."""

    staff_id: StaffId
    name: Name
    phone: Phone
    office_pin: Pin
    pin: SecretPin


class PostmanOut(Output):
    staff_id: str
    name: str
    phone: str
    office: str
    office_pin: str


def _add(call: Call[AddPostmanIn]) -> Answer:
    given = call.input
    added = people.add_postman(
        call.conn, given.staff_id, given.name, given.phone, given.office_pin, given.pin
    )
    return Answer(
        201,
        PostmanOut.of(added, phone=masked(added.phone)),
    )


class NamePhoneIn(Input):
    """The telephone that is to speak for the postman; once two agree, it is asked for his PIN."""

    phone: Phone
    reason: Reason | None = None


class BlockedPhoneOut(Output):
    """`codes`: how many codes died, because only that telephone could have submitted them."""

    staff_id: str
    codes: int


def _name_phone(call: Call[NamePhoneIn]) -> Answer:
    wish = Wish("name_phone", postman_id=postman_row(call), phone=call.input.phone)
    return ask(call, wish, call.input.reason or "")


def _block(call: Call[Nothing]) -> Answer:
    staff_id = call.path["staff_id"]
    worked = contacts.postmans_phone(call.conn, staff_id) is not None
    codes = handsets.block(call.conn, staff_id, call.now)
    if worked:  # a repeat tells nobody again
        desk.phone_blocked(call.runtime, call.conn, staff_id)
    return Answer(200, BlockedPhoneOut(staff_id=staff_id, codes=codes))


NAME_PHONE = Operation(
    route="POST /postmen/{staff_id:staff_id}/phone",
    name="name_phone",
    scope="postmen",
    whose=whose.staff_in_path,
    summary="Ask two of the staff to name a postman's new telephone; his PIN makes it his",
    input=NamePhoneIn,
    handle=_name_phone,
    answers={202: RequestOut},
    problems=(404, 409),
)
BLOCK = Operation(
    route="POST /postmen/{staff_id:staff_id}/block",
    name="block_phone",
    scope="postmen",
    whose=whose.staff_in_path,
    summary="Block a lost telephone at once; the codes that it could submit die",
    input=Nothing,
    handle=_block,
    answers={200: BlockedPhoneOut},
)
ADD = Operation(
    route="POST /postmen",
    name="add_postman",
    scope="postmen",
    whose=whose.office_pin,
    summary="Add a postman; his texts are known by his phone",
    input=AddPostmanIn,
    handle=_add,
    answers={201: PostmanOut},
    problems=(409,),
)
