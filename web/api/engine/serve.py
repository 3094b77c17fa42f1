"""From an operation to a Flask view: token, input, one transaction, answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Response, g, request
from pydantic import ValidationError
from pydantic_core import from_json

from outbox.wake import wake
from postal.people import tokens
from settings import Settings
from store.database import Conn
from web.api.engine import idempotency
from web.api.engine.fields import Input, Nothing
from web.api.engine.operation import JSON, Call, File, Operation
from web.api.engine.problems import FieldError, Refused, of_validation
from web.running import runtime

MAX_BODY = 1024 * 1024  # bytes
LARGEST: dict[str, Callable[[Settings], int]] = {}
"""The larger limits of bodies, by endpoint. Read only after the token was found valid."""
_SCHEME = "bearer "

I = TypeVar("I", bound=Input)  # noqa: E741 - as in operation.py


class NoToken(Refused):
    """A missing header, or one without a valid token: 401."""

    def __init__(self, given: bool) -> None:
        super().__init__(
            401,
            "this token is unknown or revoked: make one with `flask token create NAME`"
            if given
            else "send the header Authorization: Bearer <token>",
        )
        self.challenge = 'Bearer realm="dakiya"' + (', error="invalid_token"' if given else "")


def require_token() -> None:
    """Note whose token each request of a blueprint carries. Raises `NoToken`."""
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith(_SCHEME):
        raise NoToken(given=False)
    with runtime().database.transaction() as conn:
        token_id = tokens.identify(conn, header[len(_SCHEME) :].strip())
    if token_id is None:
        raise NoToken(given=True)
    g.token_id = token_id


def limit_body() -> None:
    """Limit the body of a request: a longer one is refused with 413 while it is read."""
    largest = LARGEST.get(request.endpoint or "")
    request.max_content_length = largest(runtime().settings) if largest else MAX_BODY


def serve(operation: Operation[I], path: Mapping[str, str]) -> Response:
    """Answer one request. Raises `Refused`, and what the domain refuses, for the error handlers."""
    given = _body(operation) if operation.method == "POST" else _query(operation)
    key = _key(operation)
    here = runtime()
    now = here.now()

    def work(conn: Conn) -> tuple[int, Any, bool]:
        call = Call(here, conn, g.token_id, now, given, path, operation.name)
        kept = idempotency.claim(conn, key) if key else None
        if kept is not None:
            return kept.status, operation.reveal(call, kept.answer), True
        answer = operation.handle(call)
        if isinstance(answer.body, File):
            return answer.status, answer.body, False
        body = answer.body.model_dump(mode="json")
        if key:
            idempotency.keep(conn, key, idempotency.Kept(answer.status, body))
        return answer.status, operation.reveal(call, body), False

    status, body, repeated = here.database.run(work)
    if operation.method == "POST" and not repeated:
        wake(here.redis)
    if isinstance(body, File):
        document = Response(body.content, status, mimetype=operation.gives)
        document.headers["Content-Disposition"] = f'inline; filename="{body.name}"'
        return document
    response = Response(
        json.dumps(body, ensure_ascii=False), status, content_type="application/json"
    )
    if repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _key(operation: Operation[I]) -> idempotency.Key | None:
    key = request.headers.get(idempotency.HEADER)
    if operation.method != "POST" or key is None:
        return None
    return idempotency.read(
        g.token_id,
        key,
        b"\0".join([request.path.encode(), request.get_data()]),
        runtime().settings.dakiya_master_key.get_secret_value().encode(),
    )


def _body(operation: Operation[I]) -> I:
    raw = request.get_data()
    if operation.input is Nothing:
        return operation.input()
    if operation.takes != JSON:
        if request.mimetype != operation.takes:
            raise Refused(415, f"send the file as the body, with Content-Type: {operation.takes}")
        return operation.input.model_validate({"content": raw})
    if request.mimetype != JSON:
        raise Refused(415, "send the body as JSON, with Content-Type: application/json")
    try:
        loose = from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise Refused(400, f"the body is not JSON: {error}") from error
    errors = operation.input.beyond_fields(loose)
    try:
        checked = operation.input.model_validate_json(raw)
    except ValidationError as error:
        errors = of_validation(error) + errors
    if errors:
        raise Refused(422, "the body has bad fields: see errors", errors)
    return checked


def _query(operation: Operation[I]) -> I:
    """Return the query, each parameter at most once, with whole numbers and booleans parsed."""
    values: dict[str, object] = {}
    errors: list[FieldError] = []
    for name, given in request.args.lists():
        if len(given) > 1:
            errors.append(FieldError(field=name, message="is given more than once"))
        field = operation.input.model_fields.get(name)
        values[name] = _parsed(given[0], field.annotation if field else None)
    try:
        checked = operation.input.model_validate(values)
    except ValidationError as error:
        errors += of_validation(error)
    if errors:
        raise Refused(422, "the query has bad parameters: see errors", errors)
    return checked


def _parsed(raw: str, wanted: object) -> object:
    """Return `raw` in the parameter's type; unchanged where it is none: its model refuses it."""
    if wanted is int and raw.isascii() and raw.isdigit() and len(raw) <= 19:
        return int(raw)
    if wanted is bool and raw in ("true", "false"):
        return raw == "true"
    return raw
