"""What needs a person's own word: the API asks, people sign it in sessions of their own.

docs/developing/trust.md rule 11
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from conversation import requests
from postal import articles
from postal.lists import UnknownPostman
from postal.people import contacts, pins, roles
from postal.people.doer import Staff
from postal.requests import reading
from postal.requests.reading import StaffRequest, State
from postal.requests.register import LONGEST_NOTE, Why
from postal.requests.wish import What, Wish
from store.refusals import Invalid
from web.api.engine import whose
from web.api.engine.fields import Input, Nothing, Output, Phone, SecretPin, Veiled
from web.api.engine.operation import Answer, Call, Operation
from web.api.engine.path import article_number, row

Reason = Annotated[
    str, StringConstraints(min_length=5, max_length=LONGEST_NOTE, strip_whitespace=True)
]


class RequestOut(Output):
    """Nothing is done before people of the staff have signed, at `waiting_at`.

    `state`: `waiting`, or what became of it: `agreed` (and done), `refused`, `withdrawn`, `lapsed`
    (at `until`, the end of its day). `signatures`: so far, of two.
    """

    request: int
    waiting_at: str = Field(examples=["/desk/requests/12"])
    what: What
    state: State
    signatures: int
    article: str | None
    postman: str | None
    asked_at: datetime
    until: datetime
    decided_at: datetime | None
    why_not: Veiled | None = Field(description="what was said of a refusal, or the rule's name")


class NewPhoneIn(Input):
    """The telephone that is to get the code, once two of the staff have agreed."""

    phone: Phone
    reason: Reason


class WhyIn(Input):
    reason: Reason


class NewPinIn(Input):
    """The PIN that the postman typed himself; only its hash waits."""

    pin: SecretPin
    reason: Reason


def ask(call: Call[Any], wish: Wish, reason: str = "", names: Staff | None = None) -> Answer:
    """Ask people of the staff for what `wish` says; 202 with where that waits. Repeats are safe.

    `names`: whom of them the call names: he signs first.
    """
    by = call.doer(names=names)
    waiting = reading.same(call.conn, wish)
    if waiting is None:
        waiting = requests.ask(call.runtime, call.conn, wish, Why("other", reason), by)
    return Answer(202, shown(waiting))


def shown(asked: StaffRequest) -> RequestOut:
    """Return a request as the API shows it."""
    signed = [asked.signed_by, asked.decided_by if asked.state == "agreed" else None]
    return RequestOut.of(
        asked,
        request=asked.id,
        waiting_at=f"/desk/requests/{asked.id}",
        signatures=sum(each is not None for each in signed),
        why_not=asked.answer or asked.refused_as,
    )


def postman_row(call: Call[Any]) -> int:
    """Return the row of the postman in the path. Raises `UnknownPostman`."""
    found = contacts.postman_row(call.conn, call.path["staff_id"])
    if found is None:
        raise UnknownPostman(call.path["staff_id"])
    return found


def _move(call: Call[NewPhoneIn], what: What) -> Answer:
    if roles.is_staff(call.conn, call.input.phone):
        raise Invalid("the telephone belongs to a member of staff", field="phone")
    found = articles.get(call.conn, article_number(call))
    wish = Wish(what, article_id=found.id, phone=call.input.phone)
    return ask(call, wish, call.input.reason)


def _correct_number(call: Call[NewPhoneIn]) -> Answer:
    return _move(call, "correct_number")


def _move_destination(call: Call[NewPhoneIn]) -> Answer:
    return _move(call, "move_destination")


def _reopen(call: Call[WhyIn]) -> Answer:
    found = articles.get(call.conn, article_number(call))
    return ask(call, Wish("reopen", article_id=found.id), call.input.reason)


def _reset_pin(call: Call[NewPinIn]) -> Answer:
    bearer = pins.bearer(call.conn, call.path["staff_id"])
    pin_hash = pins.hashed(call.input.pin, bearer)
    wish = Wish("reset_pin", postman_id=postman_row(call), pin_hash=pin_hash)
    return ask(call, wish, call.input.reason)


def _read(call: Call[Nothing]) -> Answer:
    return Answer(200, shown(reading.get(call.conn, row(call))))


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        route="POST /articles/{number:s10}/correct-number",
        name="correct_number",
        scope="moves",
        whose=whose.article,
        summary="Ask two of the staff to give the recipient another telephone",
        input=NewPhoneIn,
        handle=_correct_number,
        answers={202: RequestOut},
        problems=(404, 409),
    ),
    Operation(
        route="POST /articles/{number:s10}/move-destination",
        name="move_destination",
        scope="moves",
        whose=whose.article,
        summary="Ask two of the staff to let another telephone take the article, if that agrees",
        input=NewPhoneIn,
        handle=_move_destination,
        answers={202: RequestOut},
        problems=(404, 409),
    ),
    Operation(
        route="POST /articles/{number:s10}/reopen",
        name="reopen_article",
        scope="moves",
        whose=whose.article,
        summary="Ask two of the staff to have the article brought once more",
        input=WhyIn,
        handle=_reopen,
        answers={202: RequestOut},
        problems=(404, 409),
    ),
    Operation(
        route="POST /postmen/{staff_id:staff_id}/pin",
        name="reset_pin",
        scope="postmen",
        whose=whose.staff_in_path,
        summary="Ask two of the staff to give a postman the PIN that he typed",
        input=NewPinIn,
        handle=_reset_pin,
        answers={202: RequestOut},
        problems=(404, 409),
    ),
    Operation(
        route="GET /requests/{id:request}",
        name="read_request",
        scope="requests",
        whose=whose.request,
        summary="What became of something that needs a person's own word",
        input=Nothing,
        handle=_read,
        answers={200: RequestOut},
        problems=(404,),
    ),
)
