"""The simulated telephones' inboxes, for scripts and tests."""

from __future__ import annotations

from datetime import datetime

from pydantic import RootModel

from india import phone
from store.refusals import Unknown
from web.api.engine.fields import Nothing, Output
from web.api.engine.operation import Answer, Call, Operation
from web.phones import simulator


class PhoneMessageOut(Output):
    id: int
    at: datetime
    text: str
    template: str
    segments: int
    alarm: bool


class InboxOut(RootModel[list[PhoneMessageOut]]):
    """Newest last."""


def _received(call: Call[Nothing]) -> Answer:
    try:
        number = phone.read(call.path["phone"])
    except ValueError as error:
        raise Unknown(f"no such phone: {error}") from error
    return Answer(
        200,
        InboxOut(
            [
                PhoneMessageOut.of(each)
                for each in simulator.inbox(call.conn, call.runtime.settings, number)
            ]
        ),
    )


RECEIVED = Operation(
    route="GET /simulator/phones/{phone:phone}/messages",
    name="simulated_phone_messages",
    summary="What a simulated phone has received; development and test only",
    input=Nothing,
    handle=_received,
    answers={200: InboxOut},
    problems=(404,),
)
