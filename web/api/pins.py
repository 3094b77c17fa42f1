"""The directory of PINs."""

from __future__ import annotations

from postal.counter import directory
from web.api.engine.fields import Nothing, Output
from web.api.engine.operation import Answer, Call, Operation, Reach
from web.api.engine.problems import named_by_path


class PlaceOut(Output):
    """A PIN, named after its main office. District and state are empty where nobody knows them."""

    pin: str
    office: str
    district: str
    state: str


def _get(call: Call[Nothing]) -> Answer:
    with named_by_path():
        place = directory.find(call.conn, call.path["pin"])
    return Answer(
        200,
        PlaceOut.of(place),
    )


GET = Operation(
    route="GET /pins/{pin:pin}",
    name="get_pin",
    scope="directory",
    whose=Reach.ANYONE,
    summary="A PIN's main office, district and state",
    input=Nothing,
    handle=_get,
    answers={200: PlaceOut},
    problems=(404,),
)
