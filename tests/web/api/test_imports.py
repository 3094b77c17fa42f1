"""`/api/v1/imports`: files from the department's own software."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from postal.people import tokens
from runtime import Runtime
from tests.rigs.api_calls import Api, api_of
from tests.rigs.imports import count, row, text, work


@pytest.fixture
def api(runtime: Runtime, client: FlaskClient) -> Api:
    return api_of(runtime, client)


def send(api: Api, content: bytes, mimetype: str = "text/csv", **headers: str) -> TestResponse:
    return api.client.post(
        "/api/v1/imports",
        data=content,
        headers={"Authorization": f"Bearer {api.token}", "Content-Type": mimetype, **headers},
    )


def test_sent_looked_at_and_started(api: Api, runtime: Runtime) -> None:
    sent = send(api, text([row(1), row(2, pin="x"), row(3)]).encode())
    assert (sent.status_code, sent.get_json()["state"]) == (202, "reading")
    path = f"/imports/{sent.get_json()['id']}"
    early = api.post(f"{path}/start", {"left_out": 0})
    assert (early.status_code, early.get_json()["detail"]) == (
        409,
        "it is not checked yet, or has ended",
    )
    work(runtime)
    looked = api.get(path).get_json()
    assert (looked["state"], looked["kind"], looked["encoding"]) == ("checked", "articles", "UTF-8")
    assert (looked["rows"], looked["good"], looked["bad"]) == (3, 2, 1)
    assert looked["bad_rows"] == [
        {"line": 3, "column": "pin", "message": "is no PIN of six digits"}
    ]
    wrong = api.post(f"{path}/start", {"left_out": 0})
    assert wrong.status_code == 422
    assert wrong.get_json()["errors"][0]["field"] == "left_out"
    assert api.post(f"{path}/start", {"left_out": 1}).get_json()["state"] == "importing"
    work(runtime)
    done = api.get(path).get_json()
    assert (done["state"], done["imported"]) == ("done", 2)
    assert count(runtime, "articles") == 2
    assert api.post(f"{path}/start", {"left_out": 1}).get_json()["state"] == "done"


def test_bad_rows_in_pages(api: Api, runtime: Runtime) -> None:
    id_ = send(api, text(row(n, pin="x") for n in range(1, 31)).encode()).get_json()["id"]
    work(runtime)
    first = api.get(f"/imports/{id_}?limit=20").get_json()
    assert (len(first["bad_rows"]), first["next"]) == (20, 21)
    rest = api.get(f"/imports/{id_}?after=21").get_json()
    assert [each["line"] for each in rest["bad_rows"]] == list(range(22, 32))
    refused = api.post(f"/imports/{id_}/start", {"left_out": 30})
    assert refused.status_code == 409


def test_a_file_may_be_larger_than_other_bodies(api: Api, runtime: Runtime) -> None:
    rows = [row(n, recipient_address="Ward 4, " + "Dhanewa " * 30) for n in range(1, 5_000)]
    content = text(rows).encode()
    assert len(content) > 1024 * 1024
    assert send(api, content).status_code == 202
    assert (
        api.client.post(
            "/api/v1/articles",
            data=content,
            headers={"Authorization": f"Bearer {api.token}", "Content-Type": "application/json"},
        ).status_code
        == 413
    )
    stranger = Api(api.client, "no such token")
    assert send(stranger, content).status_code == 401


def test_repeats_and_other_media(api: Api, runtime: Runtime) -> None:
    content = text([row(1)]).encode()
    key = {"Idempotency-Key": "file-1"}
    first = send(api, content, **key)
    again = send(api, content, **key)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_json() == first.get_json()
    assert (
        send(api, content).get_json()["id"] == first.get_json()["id"]
    )  # still open: the same import
    assert send(api, content + b"\n", **key).status_code == 422
    refused = send(api, content, "application/json")
    assert refused.status_code == 415
    assert "text/csv" in refused.get_json()["detail"]


def test_a_file_that_cannot_be_read_and_one_that_is_cancelled(api: Api, runtime: Runtime) -> None:
    refused = send(api, b"a,b\n1,2\n").get_json()["id"]
    cancelled = send(api, text([row(1)]).encode()).get_json()["id"]
    assert api.post(f"/imports/{cancelled}/cancel", None).get_json()["state"] == "cancelled"
    assert api.post(f"/imports/{cancelled}/cancel", None).status_code == 409
    work(runtime)
    assert "Columns are missing" in api.get(f"/imports/{refused}").get_json()["refusal"]


def test_each_token_sees_its_own(api: Api, client: FlaskClient, runtime: Runtime) -> None:
    id_ = send(api, text([row(1)]).encode()).get_json()["id"]
    with runtime.database.transaction() as conn:
        other = Api(client, tokens.create(conn, "another"))
    for answer in (
        other.get(f"/imports/{id_}"),
        other.post(f"/imports/{id_}/start", {"left_out": 0}),
        other.post(f"/imports/{id_}/cancel", None),
        api.get("/imports/nothing"),
    ):
        assert answer.status_code == 404
