"""The event feed, for the department's own software."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from india.masks import veiled_within
from postal import belonging
from store import feed, feed_kinds
from web.api.engine.fields import Input, Output
from web.api.engine.operation import Answer, Call, Operation, Reach
from web.api.engine.problems import Refused

_LAST = 2**63 - 1


class ReadEventsIn(Input):
    after: Annotated[
        int, Field(ge=0, le=_LAST, description="the cursor: `next` of the page before; 0: all")
    ] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    archived: Annotated[
        Literal["refuse", "skip"],
        Field(description="where events after the cursor are in an archive: 410, or go on without"),
    ] = "refuse"


class FeedEventOut(Output):
    cursor: int
    at: datetime
    kind: str
    upu: str | None = Field(description="the UPU event code (EMSEVT V3), where one fits")
    article: str | None
    data: dict[str, Any]


class PageOut(Output):
    """Events in order of commit. Go on with `after=<next>`; an empty page: nothing new yet."""

    events: list[FeedEventOut]
    next: int


def _read(call: Call[ReadEventsIn]) -> Answer:
    upto = feed.archived_upto(call.conn)
    if call.input.after < upto and call.input.archived == "refuse":
        raise Refused(
            410,
            f"events after the cursor {call.input.after}, up to {upto}, are in an archive: ask the"
            " operator for it (flask archive list), and go on with archived=skip, which returns the"
            f" others; from after={upto} on nothing is missing",
        )
    found = feed.read(call.conn, call.input.after, call.input.limit)
    shown = belonging.events_within(call.conn, found, call.token.offices)
    events = [
        FeedEventOut.of(
            each,
            cursor=each.position,
            upu=feed_kinds.upu_code(each.kind),
            data=veiled_within(each.data),
        )
        for each in shown
    ]
    return Answer(
        200, PageOut(events=events, next=found[-1].position if found else call.input.after)
    )


READ = Operation(
    route="GET /events",
    name="read_events",
    scope="events",
    whose=Reach.ITS_OFFICES,
    summary="What happened, by cursor, append-only",
    input=ReadEventsIn,
    handle=_read,
    answers={200: PageOut},
    problems=(410,),
)
