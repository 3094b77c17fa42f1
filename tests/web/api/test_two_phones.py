"""A recipient who has the sender's telephone is asked back, at every door that books."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from runtime import Runtime
from tests.rigs.api_calls import Api, api_of, article, booking, fields
from tests.rigs.counter import directory

SENDER = "98390 00081"  # as the API takes it, in another notation than the sender's


@pytest.fixture
def api(runtime: Runtime, client: FlaskClient) -> Api:
    api = api_of(runtime, client)
    directory(runtime)
    return api


def booked(runtime: Runtime) -> int:
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT count(*) FROM articles").fetchone()
    assert row is not None
    return int(row[0])


def same(body: dict[str, Any], **more: Any) -> dict[str, Any]:
    return body | {"recipient": body["recipient"] | {"phone": SENDER} | more}


def whole(posted: dict[str, Any]) -> dict[str, Any]:
    return booking(1) | {"articles": [posted]}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/articles", same(article()), "recipient.phone"),
        ("/article-batches", {"articles": [same(article())]}, "articles.0.recipient.phone"),
        ("/bookings", whole(same(booking(1)["articles"][0])), "articles.0.recipient.phone"),
    ],
)
def test_it_is_asked_back(
    api: Api, runtime: Runtime, path: str, body: dict[str, Any], field: str
) -> None:
    answer = api.post(path, body)
    assert answer.status_code == 422, answer.get_json()
    assert list(fields(answer)) == [field]
    assert "same_phone" in fields(answer)[field]
    assert booked(runtime) == 0


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/articles", same(article(), same_phone=True)),
        ("/article-batches", {"articles": [same(article(), same_phone=True)]}),
        ("/bookings", whole(same(booking(1)["articles"][0], same_phone=True))),
    ],
)
def test_where_it_is_meant_it_is_booked(
    api: Api, runtime: Runtime, path: str, body: dict[str, Any]
) -> None:
    answer = api.post(path, body)
    assert answer.status_code in (200, 201), answer.get_json()
    assert booked(runtime) == 1
