"""RFC 9457 problem details: every refusal of the API says what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus

from flask import Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.exceptions import HTTPException

from india.masks import veiled
from store.refusals import Conflict, Refusal, Unknown

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
    """A refusal that ends a request with a problem document; the transaction is rolled back."""

    def __init__(self, status: int, detail: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)


def of_refusal(refusal: Refusal) -> Refused:
    """Return what the domain refuses as an HTTP refusal, with its message by each bad field.

    What is unknown is 404 where the path names it, and 422 where a field of the request does.
    """
    errors = [FieldError(field=field, message=message) for field, message in refusal.faults]
    status = 422
    if isinstance(refusal, Conflict):
        status = 409
    elif isinstance(refusal, Unknown) and not errors:
        status = 404
    return Refused(status, refusal.summary or str(refusal), errors)


@contextmanager
def named_by_path() -> Iterator[None]:
    """Refuse what is unknown within with 404: the path names it, and no field of the request."""
    try:
        yield
    except Unknown as refusal:
        refusal.field = ""
        raise


@contextmanager
def below(prefix: str, summary: str = "", **names: str) -> Iterator[None]:
    """Name the field at fault within as this request does.

    The name is prefixed by `prefix`, as `articles.3.`, and replaced where `names` has another.
    """
    try:
        yield
    except Refusal as refusal:
        if refusal.field:
            refusal.field = prefix + names.get(refusal.field, refusal.field)
            refusal.summary = summary or refusal.summary
        raise


def of_validation(error: ValidationError) -> list[FieldError]:
    """Return what pydantic found, without the values: they may be personal."""
    return [
        FieldError(
            field=".".join(str(step) for step in each["loc"]) or "body",
            message=each["msg"].removeprefix("Value error, "),
        )
        for each in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def answer(refused: Refused) -> Response:
    """Return the HTTP answer of a refusal."""
    problem = Problem(
        title=HTTPStatus(refused.status).phrase,
        status=refused.status,
        detail=veiled(refused.detail),
        errors=[
            FieldError(field=veiled(each.field), message=veiled(each.message))
            for each in refused.errors
        ],
    )
    return Response(problem.model_dump_json(), refused.status, content_type=CONTENT_TYPE)


def of_http(error: HTTPException) -> Response:
    """Return werkzeug's own refusal (405, 413, a crash's 500 …), with its headers kept."""
    response = answer(Refused(error.code or 500, error.description or error.name))
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response
