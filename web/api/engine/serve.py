"""From an operation to a Flask view: token, input, one transaction, answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeVar

from flask import Response, g, request
from pydantic import ValidationError
from pydantic_core import from_json

from india import figures
from outbox.wake import wake
from postal.people import token_log
from postal.people.token_log import TokenCall
from store.database import Conn
from web.api.engine import bearer, idempotency
from web.api.engine.fields import Input, Nothing
from web.api.engine.operation import JSON, Call, Done, File, Operation
from web.api.engine.path import read_path
from web.api.engine.problems import FieldError, Refused, of_validation
from web.given import LARGEST, unfit
from web.running import runtime

I = TypeVar("I", bound=Input)  # noqa: E741 - as in operation.py


def serve(operation: Operation[I], path: Mapping[str, str]) -> Response:
    """Answer one request. Raises `Refused`, and what the domain refuses, for the error handlers."""
    given = _body(operation) if operation.method == "POST" else _query(operation)
    key = _key(operation)
    here = runtime()
    now = here.now()

    def work(conn: Conn) -> Done:
        call = Call(here, conn, g.token, now, given, read_path(path), operation.name)
        bearer.insist_on_office(operation, call)
        kept = idempotency.claim(conn, key, here.keys) if key else None
        if kept is not None:
            return kept.status, operation.reveal(call, kept.answer), True
        answer = operation.handle(call)
        if isinstance(answer.body, File):
            return answer.status, answer.body, False
        body = answer.body.model_dump(mode="json")
        if operation.method == "POST":
            done = TokenCall(now, operation.name, request.path, g.request_id)
            token_log.note_call(conn, g.token.id, done)
        if key:
            idempotency.keep(conn, key, idempotency.Kept(answer.status, body))
        return answer.status, operation.reveal(call, body), False

    status, body, repeated = operation.runs(here.database, work)
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
        g.token.id,
        key,
        b"\0".join([request.path.encode(), request.get_data()]),
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
    errors = [FieldError(field=at, message=why) for at, why in unfit(loose)]
    try:
        checked = operation.input.model_validate_json(raw)
    except ValidationError as error:
        named = {each.field for each in errors}
        errors += [each for each in of_validation(error) if each.field not in named]
    errors += operation.input.beyond_fields(loose)
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
    if wanted is int:
        try:
            return figures.whole(raw, 0, LARGEST)
        except figures.NoNumber:
            return raw
    if wanted is bool and raw in ("true", "false"):
        return raw == "true"
    return raw
