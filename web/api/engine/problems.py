"""RFC 9457 problem details: every refusal of the API says what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from flask import Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.exceptions import HTTPException

from postal.articles import NotRecallable, NumberTaken, UnknownArticle
from postal.collect import NotAtOffice
from postal.counter.clerks import NoCounter
from postal.counter.directory import UnknownPin
from postal.lists import DayClosed, NotListed, NotToday, UnknownPostman
from postal.people.people import PhoneTaken, StaffIdTaken, StaffMissing, UnknownOffice

CONTENT_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """One bad field: `recipient.phone`, `articles.3`, or a parameter's or header's name."""

    model_config = ConfigDict(frozen=True)
    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457 with one extension, `errors`, that names every bad field."""

    model_config = ConfigDict(frozen=True)
    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldError] = Field(default_factory=list)


class Refused(Exception):
    """Ends a request with a problem document; the transaction is rolled back."""

    def __init__(self, status: int, detail: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)


DOMAIN_ERRORS = (
    NumberTaken,
    NotRecallable,
    UnknownArticle,
    NotListed,
    NotToday,
    DayClosed,
    UnknownPostman,
    StaffIdTaken,
    PhoneTaken,
    UnknownOffice,
    NotAtOffice,
    StaffMissing,
    UnknownPin,
    NoCounter,
)


def of_domain(error: Exception) -> Refused:
    """What the post office refuses, as an HTTP refusal. Raises `error` where it is none of it."""
    say = str(error)
    match error:
        case UnknownArticle() | UnknownPin():
            return Refused(404, say)
        case NumberTaken():
            return Refused(409, say, [FieldError(field="number", message=say)])
        case NotRecallable() | NotAtOffice() | DayClosed() | NoCounter():
            return Refused(409, say)
        case StaffMissing():
            return Refused(422, say, [FieldError(field=error.field, message=say)])
        case StaffIdTaken():
            return Refused(409, say, [FieldError(field="staff_id", message=say)])
        case PhoneTaken():
            return Refused(409, say, [FieldError(field="phone", message=say)])
        case UnknownOffice():
            return Refused(422, say, [FieldError(field="office_pin", message=say)])
        case UnknownPostman():
            return Refused(422, say, [FieldError(field="postman", message=say)])
        case NotToday():
            return Refused(422, say, [FieldError(field="date", message=say)])
        case NotListed():
            errors = [
                FieldError(field=f"articles.{bad.index}", message=f"{bad.number} {bad.why}")
                for bad in error.bad
            ]
            return Refused(422, "nothing was put on the list: see errors", errors)
        case _:
            raise error


def of_validation(error: ValidationError) -> list[FieldError]:
    """What pydantic found, without the values: they may be personal."""
    return [
        FieldError(
            field=".".join(str(step) for step in each["loc"]) or "body",
            message=each["msg"].removeprefix("Value error, "),
        )
        for each in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def answer(refused: Refused) -> Response:
    """The HTTP answer of a refusal."""
    problem = Problem(
        title=HTTPStatus(refused.status).phrase,
        status=refused.status,
        detail=refused.detail,
        errors=list(refused.errors),
    )
    return Response(problem.model_dump_json(), refused.status, content_type=CONTENT_TYPE)


def of_http(error: HTTPException) -> Response:
    """Werkzeug's own refusals (405, 413, a crash's 500 …), with their headers kept."""
    response = answer(Refused(error.code or 500, error.description or error.name))
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response
