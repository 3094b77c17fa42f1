"""Arrivals at a delivery office."""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import Field

from conversation.office import scan
from postal.office.arrivals import Answer as ArrivalAnswer
from postal.office.arrivals import Arrival
from web.api.engine import whose
from web.api.engine.fields import Input, Output, TypedNumber
from web.api.engine.operation import Answer, Call, Operation
from web.api.office_fields import office

MOST = 1_000


class ArrivalsIn(Input):
    """Article numbers as they were scanned."""

    articles: Annotated[list[TypedNumber], Field(min_length=1, max_length=MOST)]


class ScannedArticleOut(Output):
    """`here`: new, for this office · `already`: scanned before · `missent`: forward it to `pin` ·
    `unknown`: nobody booked it · `no_number`: see `why` · `unlinked`: its telephone is a wrong
    one · `recalled`, `returned`: it goes back · `out`: on list `delivery_list`, not closed ·
    `late`: back from a closed list, and taken in · `kept`: it came back before · `delivered`:
    handed over, by the books."""

    typed: str
    number: str | None
    answer: ArrivalAnswer
    why: str | None
    pin: str | None
    delivery_list: int | None
    waits_until: datetime.date | None = Field(description="the addressee chose that day")
    kept_until: datetime.date | None = Field(
        description="kept for him from now on: the addressee wishes that all his post is"
    )


class ScannedArticlesOut(Output):
    """One for each number of the request, in its order."""

    articles: list[ScannedArticleOut]


def _shown(arrival: Arrival) -> ScannedArticleOut:
    return ScannedArticleOut.of(arrival, delivery_list=arrival.list_id)


def _arrive(call: Call[ArrivalsIn]) -> Answer:
    office_id, pin = office(call)
    by = call.doer(office_id)
    # Locked in one order, whatever the order of the request: two requests never deadlock.
    scans = {
        typed: scan(call.runtime, call.conn, pin, typed, by)
        for typed in sorted(set(call.input.articles))
    }
    seen: set[str] = set()
    shown = []
    for typed in call.input.articles:
        one = _shown(scans[typed])
        if typed in seen and one.answer == "here":
            one = one.model_copy(update={"answer": "already"})
        seen.add(typed)
        shown.append(one)
    return Answer(200, ScannedArticlesOut(articles=shown))


ARRIVE = Operation(
    route="POST /offices/{pin:pin}/arrivals",
    name="note_arrivals",
    scope="office",
    whose=whose.office_in_path,
    summary="Note what arrived at a delivery office; each number is answered",
    input=ArrivalsIn,
    handle=_arrive,
    answers={200: ScannedArticlesOut},
)
