"""The OpenAPI document is true: schemathesis generates requests from it and checks every answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate
from schemathesis.config import (
    ChecksConfig,
    PositiveDataAcceptanceConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)

from runtime import Runtime
from tests.rigs.api_calls import Api, api_of, article, booking, fields, number_of, postman
from tests.rigs.counter import directory
from tests.rigs.imports import row, text, work
from tests.rigs.told import nothing_in
from tests.rigs.upi import unpaid
from web.api import OPERATIONS, SIMULATOR_OPERATIONS
from web.api.engine.document import document
from web.api.engine.operation import JSON

LIST = {"postman": "1001", "date": "2026-08-14", "articles": [number_of(1)]}
PIN = {"path_parameters": {"pin": "273303"}}
FILE = text([row(7), row(8, pin="")]).encode()
LEFT_OUT = {"left_out": 1}
HOOK = {"url": "https://post.example/dakiya", "kinds": ["delivered"]}
schemathesis.openapi.format("s10", st.integers(0, 9).map(number_of))
schemathesis.openapi.format("phone", st.integers(0, 99).map(lambda n: f"+9198390000{n:02}"))
schemathesis.openapi.format("pin", st.sampled_from(["273303", "273164", "226001", "999999"]))
schemathesis.openapi.format("booking", st.just("REFERENCE0000000"))
schemathesis.openapi.format("list", st.integers(1, 2).map(str))
schemathesis.openapi.format("webhook", st.integers(1, 3).map(str))
schemathesis.openapi.format("import", st.integers(1, 3).map(str))
schemathesis.openapi.format("payment", st.integers(1, 3).map(str))
schemathesis.openapi.format("uuid-once", st.uuids().map(str))
schemathesis.openapi.format("counter", st.integers(1, 2).map(str))
schemathesis.openapi.format("entry", st.integers(1, 3).map(str))
schemathesis.openapi.format("staff", st.sampled_from(["3001", "1001", "9999"]))
schemathesis.openapi.format("sum", st.integers(1, 3).map(str))


@schemathesis.serializer("text/csv")
def _csv(_: Any, value: Any) -> bytes:
    """What was generated as a file, or in a file's place."""
    found = getattr(value, "data", value)
    return found if isinstance(found, bytes) else str(found).encode("utf-8", "replace")


def _config() -> SchemathesisConfig:
    # Right in form is not always right: a PIN without an office, a list for another day.
    acceptance = PositiveDataAcceptanceConfig(
        expected_statuses=["2xx", "401", "403", "404", "409", "422"]
    )
    checks = ChecksConfig(positive_data_acceptance=acceptance)
    return SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(checks=checks)))


@pytest.fixture
def api(runtime: Runtime, client: FlaskClient) -> Api:
    api = api_of(runtime, client)
    api.post("/postmen", postman())
    api.post("/articles", article(1))
    api.post("/webhooks", HOOK)
    directory(runtime)
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO booking_groups (tr, once, office_id, token_id, sender_name,"
            " sender_language, created_at)"
            " SELECT 'REFERENCE0000000', gen_random_uuid(), min(o.id), min(t.id), 'A', 'hi', now()"
            " FROM offices o, tokens t"
        )
    sent = {"Authorization": f"Bearer {api.token}", "Content-Type": "text/csv"}
    client.post("/api/v1/imports", data=FILE, headers=sent)
    work(runtime)
    unpaid(runtime, "BOOKEDBYSOFTWARE")
    api.post("/payments", {"booking": "BOOKEDBYSOFTWARE"})
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO staff (staff_id, name, role, office_id)"
            " SELECT '3001', 'A', 'clerk', min(id) FROM offices"
        )
    api.post("/counters", {"staff": "3001", "counter": 1, "opening_paise": 100})
    return api


class _Served:
    """The application of the test that runs: schemathesis collects before there is one."""

    app: Flask

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ.setdefault("REMOTE_ADDR", "127.0.0.1")  # as a client on this machine
        return self.app(environ, start_response)


served = _Served()
schema = schemathesis.openapi.from_dict(
    document(OPERATIONS + SIMULATOR_OPERATIONS), config=_config()
)
schema.app = served


@schema.parametrize()
@settings(
    max_examples=10,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_the_document_says(case: Any, api: Api, app: Flask) -> None:
    served.app = app
    case.call_and_validate(headers=_plain(api))


@pytest.mark.parametrize(
    ("method", "path", "status", "parts"),
    [
        ("POST", "/articles", 201, {"body": article(99)}),
        ("POST", "/articles", 200, {"body": article(1)}),
        ("POST", "/article-batches", 200, {"body": {"articles": [article(1), article(99)]}}),
        ("GET", "/articles/{number}", 200, {"path_parameters": {"number": number_of(1)}}),
        ("POST", "/articles/{number}/recall", 200, {"path_parameters": {"number": number_of(1)}}),
        ("GET", "/pins/{pin}", 200, {"path_parameters": {"pin": "226001"}}),
        (
            "GET",
            "/tariff",
            200,
            {
                "query": {
                    "office_pin": "273303",
                    "pin": "226001",
                    "service": "speed_post",
                    "weight_g": 120,
                }
            },
        ),
        ("POST", "/bookings", 201, {"body": booking(2)}),
        (
            "GET",
            "/bookings/{reference}",
            200,
            {"path_parameters": {"reference": "REFERENCE0000000"}},
        ),
        (
            "POST",
            "/bookings/{reference}/articles",
            200,
            {
                "path_parameters": {"reference": "REFERENCE0000000"},
                "body": booking(3)["articles"][0],
            },
        ),
        ("GET", "/counters/{id}", 200, {"path_parameters": {"id": "1"}}),
        ("GET", "/staff/{staff_id}/rolls", 200, {"path_parameters": {"staff_id": "3001"}}),
        ("POST", "/postmen", 201, {"body": postman(staff_id="1002", phone="9839000002")}),
        ("POST", "/delivery-lists", 201, {"body": LIST}),
        ("POST", "/offices/{pin}/arrivals", 200, {**PIN, "body": {"articles": ["x"]}}),
        ("GET", "/offices/{pin}/delivery-lists", 200, PIN),
        ("GET", "/offices/{pin}/cod", 200, PIN),
        ("GET", "/offices/{pin}/deposit", 200, PIN),
        ("GET", "/offices/{pin}/returns", 200, {**PIN, "query": {"date": "2026-08-14"}}),
        ("POST", "/webhooks", 201, {"body": HOOK | {"url": "https://post.example/other"}}),
        ("POST", "/imports", 202, {"body": FILE + b"\n", "media_type": "text/csv"}),
        ("GET", "/imports/{id}", 200, {"path_parameters": {"id": "1"}, "query": {"limit": 1}}),
        ("POST", "/imports/{id}/start", 202, {"path_parameters": {"id": "1"}, "body": LEFT_OUT}),
        ("POST", "/imports/{id}/cancel", 200, {"path_parameters": {"id": "1"}}),
        ("GET", "/webhooks", 200, {}),
        ("POST", "/webhooks/{id}/end", 200, {"path_parameters": {"id": "1"}}),
        ("POST", "/webhooks/{id}/test", 202, {"path_parameters": {"id": "1"}}),
        ("GET", "/webhooks/{id}/deliveries", 200, {"path_parameters": {"id": "1"}}),
        ("GET", "/payments/{id}", 200, {"path_parameters": {"id": "1"}}),
        ("POST", "/payments/{id}/stop", 200, {"path_parameters": {"id": "1"}}),
        ("POST", "/payments", 200, {"body": {"booking": "BOOKEDBYSOFTWARE"}}),
        ("GET", "/refunds", 200, {}),
        ("POST", "/refunds/{id}", 202, {"path_parameters": {"id": "1"}, "body": {}}),
        ("GET", "/events", 200, {"query": {"after": 0, "limit": 10}}),
        ("GET", "/offices/{pin}/books", 200, {"path_parameters": {"pin": "273303"}}),
        (
            "GET",
            "/simulator/phones/{phone}/messages",
            200,
            {"path_parameters": {"phone": "+919839000011"}},
        ),
    ],
)
def test_what_succeeds_is_as_the_document_says(
    method: str, path: str, status: int, parts: dict[str, Any], api: Api, app: Flask
) -> None:
    served.app = app
    case = schema[path][method].Case(**parts)
    answer = case.call_and_validate(headers=_plain(api))
    assert answer.status_code == status


def _plain(api: Api) -> dict[str, str]:
    """Return the headers of a client that unpacks nothing: this one does not read brotli."""
    return {"Authorization": f"Bearer {api.token}", "Accept-Encoding": "identity"}


def test_the_document_is_valid_openapi(client: FlaskClient) -> None:
    told = client.get("/api/v1/openapi.json").get_json()
    assert told["openapi"] == "3.1.0"
    assert told == document(OPERATIONS + SIMULATOR_OPERATIONS)
    validate(told)


# ---- values that cannot be -----------------------------------------------------------------------

HOSTILE: tuple[Any, ...] = (
    "\x00", "a\x00b", "\ud800", "\udfff", "0001-01-01", "9999-12-31", "9" * 5_000, "\ufdfa" * 40,
    "९९", "", "\u3164", -1, 0, 2**31, 2**63, 2**64, 10**30, -(10**30), 1e308, 0.1, None, True,
    [], {}, ["\x00"], {"\x00": "\x00"},
)  # fmt: skip


def _spoiled(value: Any) -> Iterator[Any]:
    """`value` with each hostile value in the place of each of its parts, one at a time."""
    yield from HOSTILE
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from ({**value, name: each} for each in _spoiled(inner))
        yield {**value, "\x00": 1}
    if isinstance(value, list) and value:
        yield from ([each, *value[1:]] for each in _spoiled(value[0]))


@schema.parametrize()
@settings(
    max_examples=1,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_value_breaks_an_operation(case: Any, api: Api, app: Flask) -> None:
    client, headers = app.test_client(), {"Authorization": f"Bearer {api.token}"}
    path = f"/api/v1{case.formatted_path}"
    names = [each.name for each in case.operation.query] or ["any"]
    tried: list[tuple[str, dict[str, Any]]] = [
        (path, {"query_string": {name: str(value).encode("utf-8", "surrogatepass")}})
        for name in names
        for value in HOSTILE
    ]
    tried += [
        (f"/api/v1{case.path.replace('{' + name + '}', raw)}", {})
        for name in case.path_parameters or {}
        for raw in ("%00", "-1", "0", "9" * 40, "9223372036854775808", "%ED%A0%80", "0001-01-01")
    ]
    if case.method == "POST" and not isinstance(case.body, bytes):
        tried += [
            (path, {"data": json.dumps(body), "content_type": case.media_type or JSON})
            for body in _spoiled(case.body)
        ]
    nothing_in(
        f"{case.method} {where[:80]} {str(sent)[:200]}: {status}"
        for where, sent in tried
        if (status := _status(client, case.method, where, headers, sent)) >= 500
    )


def _status(
    client: FlaskClient, method: str, path: str, headers: dict[str, str], sent: dict[str, Any]
) -> int:
    try:
        return client.open(path, method=method, headers=headers, **sent).status_code
    except Exception:  # the application of the tests passes on what it did not expect
        return 599


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        (b'{"number": "\\u0000"}', "number", "NUL"),
        (b'{"recipient": {"name": "a\\u0000"}}', "recipient.name", "NUL"),
        (b'{"cod_amount": 99999999999999999999}', "cod_amount", "can have"),
    ],
)
def test_what_cannot_be_is_named_by_its_field(
    api: Api, client: FlaskClient, body: bytes, field: str, says: str
) -> None:
    answer = client.post(
        "/api/v1/articles",
        data=body,
        content_type=JSON,
        headers={"Authorization": f"Bearer {api.token}"},
    )
    assert answer.status_code == 422
    assert says in fields(answer)[field]
