"""The OpenAPI 3.1 document, made from the same operations and models that serve the requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from web.api.engine import idempotency
from web.api.engine.fields import Input, Nothing
from web.api.engine.operation import JSON, Operation
from web.api.engine.problems import CONTENT_TYPE, Problem

_REFERENCE = "#/components/schemas/{model}"
_ABOUT = (
    "Book articles, add postmen, hand out delivery lists, follow what happens. Send "
    "`Authorization: Bearer <token>` with every request. Refusals are RFC 9457 problem details."
)
_Schemas = Mapping[Any, dict[str, Any]]  # by model and mode


def document(operations: Sequence[Operation[Any]]) -> dict[str, Any]:
    """Return the document that describes `operations`, ready for JSON."""
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [(Problem, "serialization")]
    for operation in operations:
        if operation.takes == JSON:
            wanted.append((operation.input, "validation"))
        wanted += [(model, "serialization") for model in operation.answers.values()]
    schemas, definitions = models_json_schema(wanted, ref_template=_REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        shown = _operation(operation, schemas, definitions["$defs"])
        paths.setdefault(operation.path, {})[operation.method.lower()] = shown
    return {
        "openapi": "3.1.0",
        "info": {"title": "Dakiya", "version": "1", "description": _ABOUT},
        "servers": [{"url": "/api/v1"}],
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(
    operation: Operation[Any], schemas: _Schemas, definitions: dict[str, Any]
) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "security": [{"token": [operation.needs]}],
        "parameters": _parameters(operation, schemas, definitions),
        "responses": {
            str(status): {
                "description": HTTPStatus(status).phrase,
                "content": {"application/json": {"schema": schemas[model, "serialization"]}},
            }
            for status, model in operation.answers.items()
        }
        | _file(operation)
        | {str(status): _problem(status, schemas) for status in _problems(operation)},
    }
    if _takes_body(operation):
        shown["requestBody"] = {
            "required": True,
            "content": {operation.takes: {"schema": _body(operation, schemas)}},
        }
    return shown


def _file(operation: Operation[Any]) -> dict[str, Any]:
    if operation.gives == JSON:
        return {}
    schema = {"type": "string", "format": "binary"}
    return {"200": {"description": "OK", "content": {operation.gives: {"schema": schema}}}}


def _body(operation: Operation[Any], schemas: _Schemas) -> dict[str, Any]:
    if operation.takes != JSON:
        return {"type": "string", "format": "binary"}
    return schemas[operation.input, "validation"]


def _takes_body(operation: Operation[Any]) -> bool:
    return operation.method == "POST" and operation.input is not Nothing


def _problems(operation: Operation[Any]) -> list[int]:
    common = {401, 403, 422, 429} | ({400, 413, 415} if _takes_body(operation) else set())
    return sorted(common | set(operation.problems))


def _problem(status: int, schemas: _Schemas) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {CONTENT_TYPE: {"schema": schemas[Problem, "serialization"]}},
    }
    if status == 401:
        shown["headers"] = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
    if status == 429:
        shown["headers"] = {"Retry-After": {"required": True, "schema": {"type": "string"}}}
    return shown


def _parameters(
    operation: Operation[Any], schemas: _Schemas, definitions: dict[str, Any]
) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "format": form},
        }
        for name, form in operation.path_values.items()
    ]
    if operation.method == "POST":
        parameters.append(
            {
                "name": idempotency.HEADER,
                "in": "header",
                "required": False,
                "description": "repeats of the same request get the first answer",
                "schema": {"type": "string", "pattern": idempotency.PATTERN},
            }
        )
    else:
        parameters += _query(operation.input, schemas, definitions)
    return parameters


def _query(
    model: type[Input], schemas: _Schemas, definitions: dict[str, Any]
) -> list[dict[str, Any]]:
    name = schemas[model, "validation"]["$ref"].rsplit("/", 1)[1]
    schema = definitions[name]
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", []),
            "schema": each,
        }
        for name, each in schema.get("properties", {}).items()
    ]
