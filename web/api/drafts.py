"""Draft lists: an office's articles are put into walking order and sent out."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from conversation.office import send_out
from india.calendar import day_of
from postal import lists
from postal.office import drafts, placing
from postal.office.drafts import DraftList
from postal.office.placing import Placing
from postal.office.pool import Piece, Why
from web.api.engine import whose
from web.api.engine.fields import ArticleNumber, Input, Nothing, Output
from web.api.engine.operation import Answer, Call, Operation
from web.api.lists import DeliveryListOut, ItemOut
from web.api.office_fields import office

Beat = Annotated[int, Field(ge=1, le=9_999, description="its number at the office", examples=[7])]


class PlaceIn(Input):
    """`beat`: null takes the article off. `place`: from 1, the others move up; null: the last."""

    article: ArticleNumber
    beat: Beat | None
    place: Annotated[int, Field(ge=1, le=lists.MOST_ITEMS)] | None = None


class SendOutIn(Input):
    """`articles`: the beat's list as you saw it, in its order."""

    beat: Beat
    articles: Annotated[list[ArticleNumber], Field(min_length=1, max_length=lists.MOST_ITEMS)]


class BeatOut(Output):
    """`sent_out`: items on the beat's list of today; `articles`: to be added, in walking order."""

    beat: int | None
    postman: str
    sent_out: int
    articles: list[str]


class WaitingOut(Output):
    """`why`: what it waits for; it cannot go out today."""

    article: str
    why: Why


class DraftOut(Output):
    """`version` grows with each change. `free`: can be placed."""

    version: int
    beats: list[BeatOut]
    free: list[str]
    waiting: list[WaitingOut]


def _read(call: Call[Any]) -> Answer:
    office_id, _ = office(call)
    found = drafts.draft(call.conn, office_id, day_of(call.now), call.reader(office_id))
    return Answer(
        200,
        DraftOut(
            version=found.version,
            beats=[_beat(each) for each in found.lists],
            free=[piece.number for piece in found.free],
            waiting=[_waiting(piece) for piece in found.waiting],
        ),
    )


def _place(call: Call[PlaceIn]) -> Answer:
    office_id, given = office(call)[0], call.input
    by = call.doer(office_id)
    piece = drafts.find(call.conn, office_id, given.article, day_of(call.now))
    if given.beat is None:
        placing.take_off(call.conn, [piece.id], by)
    else:
        row = drafts.beat_of(call.conn, office_id, str(given.beat))
        placing.place(call.conn, [Placing(piece.id, row, given.place)], by)
    return _read(call)


def _send_out(call: Call[SendOutIn]) -> Answer:
    office_id, given = office(call)[0], call.input
    row = drafts.beat_of(call.conn, office_id, str(given.beat))
    made = send_out(call.runtime, call.conn, row, given.articles, call.doer(office_id))
    items = [ItemOut.of(item) for item in made.items]
    return Answer(201, DeliveryListOut.of(made, items=items))


def _beat(of: DraftList) -> BeatOut:
    return BeatOut(
        beat=of.beat.beat,
        postman=of.beat.staff_id,
        sent_out=of.beat.out,
        articles=[piece.number for piece in of.pieces],
    )


def _waiting(piece: Piece) -> WaitingOut:
    assert piece.why is not None
    return WaitingOut(article=piece.number, why=piece.why)


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        route="GET /offices/{pin:pin}/draft",
        name="office_draft",
        scope="office",
        whose=whose.office_in_path,
        summary="An office's lists in the making: what is placed, what is free, what waits",
        input=Nothing,
        handle=_read,
        answers={200: DraftOut},
    ),
    Operation(
        route="POST /offices/{pin:pin}/draft/place",
        name="place_article",
        scope="office",
        whose=whose.office_in_path,
        summary="Put an article into a beat's walking order, or take it off",
        input=PlaceIn,
        handle=_place,
        answers={200: DraftOut},
        problems=(409,),
    ),
    Operation(
        route="POST /offices/{pin:pin}/draft/send-out",
        name="send_out_draft",
        scope="office",
        whose=whose.office_in_path,
        summary="Make a beat's list of today from the draft; the recipients are told",
        input=SendOutIn,
        handle=_send_out,
        answers={201: DeliveryListOut},
        problems=(409,),
    ),
)
