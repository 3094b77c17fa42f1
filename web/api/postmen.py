"""Adding postmen."""

from __future__ import annotations

from postal import people
from store.phone import masked
from web.api.fields import Input, Name, Output, Phone, Pin, SecretPin, StaffId
from web.api.operation import Answer, Call, Operation


class AddPostman(Input):
    """`pin`: the postman's own secret; `office_pin`: the PIN code of his office."""

    staff_id: StaffId
    name: Name
    phone: Phone
    office_pin: Pin
    pin: SecretPin


class Postman(Output):
    staff_id: str
    name: str
    phone: str
    office: str
    office_pin: str


def _add(call: Call[AddPostman]) -> Answer:
    given = call.input
    added = people.add_postman(
        call.conn, given.staff_id, given.name, given.phone, given.office_pin, given.pin
    )
    return Answer(
        201,
        Postman(
            staff_id=added.staff_id,
            name=added.name,
            phone=masked(added.phone),
            office=added.office,
            office_pin=added.office_pin,
        ),
    )


ADD = Operation(
    method="POST",
    path="/postmen",
    name="add_postman",
    summary="Add a postman; his texts are known by his phone",
    input=AddPostman,
    handle=_add,
    answers={201: Postman},
    problems=(409,),
)
