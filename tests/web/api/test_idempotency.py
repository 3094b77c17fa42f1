"""`Idempotency-Key`: a repeat executes nothing and gets the first answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

from postal.people import tokens
from runtime import Runtime
from tests.rigs.api_calls import Api, api_of, article, fields, number_of, postman

KEY = {"Idempotency-Key": "counter-7/2026-08-14/1"}


@pytest.fixture
def api(runtime: Runtime, client: FlaskClient) -> Api:
    return api_of(runtime, client)


def count(runtime: Runtime, table: str) -> int:
    with runtime.database.transaction() as conn:
        row = conn.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    assert row is not None
    return int(row[0])


def test_a_repeat_gets_the_first_answer(api: Api, runtime: Runtime) -> None:
    first = api.post("/articles", article(1), KEY)
    api.post(f"/articles/{number_of(1)}/recall", None)
    again = api.post("/articles", article(1), KEY)
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count(runtime, "articles") == 1


def test_the_key_covers_operations_that_would_otherwise_refuse_a_repeat(api: Api) -> None:
    assert api.post("/postmen", postman()).status_code == 201
    assert api.post("/postmen", postman()).status_code == 409
    other = postman(staff_id="1002", phone="9839000002")
    assert api.post("/postmen", other, KEY).status_code == 201
    assert api.post("/postmen", other, KEY).status_code == 201


def test_the_key_with_another_body_or_path_is_refused(api: Api) -> None:
    api.post("/articles", article(1), KEY)
    for refused in (
        api.post("/articles", article(2), KEY),
        api.post(f"/articles/{number_of(1)}/recall", article(1), KEY),
    ):
        assert refused.status_code == 422
        assert set(fields(refused)) == {"Idempotency-Key"}
    assert api.get(f"/articles/{number_of(2)}").status_code == 404


def test_a_refusal_leaves_the_key_free(api: Api) -> None:
    listing = {"postman": "1001", "date": "2026-08-14", "articles": [number_of(1)]}
    api.post("/postmen", postman())
    assert api.post("/delivery-lists", listing, KEY).status_code == 422
    api.post("/articles", article(1))
    assert api.post("/delivery-lists", listing, KEY).status_code == 201


def test_each_client_has_keys_of_its_own(api: Api, runtime: Runtime) -> None:
    with runtime.database.transaction() as conn:
        other = Api(api.client, tokens.create(conn, "another"))
    assert api.post("/articles", article(1), KEY).status_code == 201
    assert other.post("/articles", article(2), KEY).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "ключ"])
def test_a_key_that_is_none_is_refused(api: Api, key: str) -> None:
    refused = api.post("/articles", article(1), {"Idempotency-Key": key})
    assert refused.status_code == 422
    assert set(fields(refused)) == {"Idempotency-Key"}


def test_simultaneous_requests_with_one_key_execute_once(
    api: Api, app: Flask, runtime: Runtime
) -> None:
    def attempt(_: int) -> tuple[int, object, bool]:
        answer = Api(app.test_client(), api.token).post("/postmen", postman(), KEY)
        return answer.status_code, answer.get_json(), "Idempotency-Replayed" in answer.headers

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(attempt, range(6)))
    assert {status for status, _, _ in answers} == {201}
    assert all(body == answers[0][1] for _, body, _ in answers)
    assert sorted(replayed for _, _, replayed in answers) == [False] + [True] * 5
    assert count(runtime, "staff") == 1


def test_the_secret_of_a_body_is_not_kept_with_the_key(api: Api, runtime: Runtime) -> None:
    api.post("/postmen", postman(pin="739164"), KEY)
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT idempotency_keys::text FROM idempotency_keys").fetchone()
    assert row is not None
    assert "739164" not in row[0]
    assert "9839000001" not in row[0]
