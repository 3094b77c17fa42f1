"""Webhooks as the department's software sets them up."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask.testing import FlaskClient

from app import create_app
from postal.people import tokens
from runtime import Runtime
from store import feed
from tests.rigs.api_calls import Api, api_of, fields
from tests.rigs.webhook import Receiver, happen, receiving, work
from webhooks.sender import WebhookSender


@pytest.fixture
def api(runtime: Runtime, client: FlaskClient) -> Api:
    return api_of(runtime, client)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def test_a_webhook_from_its_making_to_its_end(
    api: Api, runtime: Runtime, receiver: Receiver
) -> None:
    made = api.post("/webhooks", {"url": receiver.url, "kinds": ["delivered", "delivered"]})
    assert made.status_code == 201
    secret, id_ = made.get_json()["secret"], made.get_json()["id"]
    assert made.get_json()["kinds"] == ["delivered"]

    assert api.post(f"/webhooks/{id_}/test", None).status_code == 202
    happen(runtime, "delivered", "attempted")
    sender = WebhookSender(runtime)
    work(sender)
    assert [call.event["kind"] for call in receiver.calls] == ["ping", "delivered"]
    assert receiver.calls[0].event["id"] == 0
    assert re.fullmatch("whsec_[A-Za-z0-9+/]{43}=", secret)
    assert all(call.signed_by(secret, runtime.now()) for call in receiver.calls)
    made_of = [
        each["id"] for each in api.get(f"/webhooks/{id_}/deliveries").get_json()["deliveries"]
    ]
    sent = [call.headers["webhook-id"] for call in receiver.calls]
    assert sent == [f"delivery_{each}" for each in made_of]

    (listed,) = api.get("/webhooks").get_json()["webhooks"]
    assert (listed["waiting"], listed["dead"]) == (0, 0)
    assert listed["succeeded_at"] == "2026-08-14T04:30:00Z"
    assert "secret" not in listed
    page = api.get(f"/webhooks/{id_}/deliveries?state=delivered").get_json()
    assert [(each["event"], each["kind"]) for each in page["deliveries"]] == [
        (0, "ping"),
        (1, "delivered"),
    ]
    after = api.get(f"/webhooks/{id_}/deliveries?after={page['next']}").get_json()
    assert after == {"deliveries": [], "next": page["next"]}

    happen(runtime, "delivered")
    ended = api.post(f"/webhooks/{id_}/end", None).get_json()
    assert ended["end_reason"] == "asked"
    assert api.post(f"/webhooks/{id_}/end", None).get_json() == ended
    assert api.post(f"/webhooks/{id_}/test", None).status_code == 409
    work(sender)
    sender.finish()
    assert len(receiver.calls) == 2


def test_another_token_neither_sees_nor_ends_it(
    api: Api, runtime: Runtime, client: FlaskClient, receiver: Receiver
) -> None:
    id_ = api.post("/webhooks", {"url": receiver.url}).get_json()["id"]
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE tokens SET name = 'first'")
        conn.execute("DELETE FROM offices")
    other = api_of(runtime, client)
    assert other.get("/webhooks").get_json() == {"webhooks": []}
    for path in ("end", "test"):
        assert other.post(f"/webhooks/{id_}/{path}", None).status_code == 404
    assert other.get(f"/webhooks/{id_}/deliveries").status_code == 404
    for bad in ("0", "x", "9" * 30, "-1", "²"):
        assert api.post(f"/webhooks/{bad}/end", None).status_code == 404


def test_a_repeat_under_a_key_shows_the_secret_again_and_nobody_stored_it(
    api: Api, runtime: Runtime, receiver: Receiver
) -> None:
    headers = {"Idempotency-Key": "hook-1"}
    first, again = (api.post("/webhooks", {"url": receiver.url}, headers) for _ in range(2))
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_json() == first.get_json()
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT answer::text FROM idempotency_keys").fetchall()
    assert len(rows) == 1
    assert first.get_json()["secret"] not in rows[0][0]


def test_what_is_refused(api: Api, receiver: Receiver) -> None:
    assert "url" in fields(api.post("/webhooks", {"url": "ftp://post.example/"}))
    assert "url" in fields(api.post("/webhooks", {"url": "https://me@post.example/"}))
    bad = api.post("/webhooks", {"url": receiver.url, "kinds": ["deliverd"]})
    assert "is no kind of event" in fields(bad)["kinds.0"]
    for each in range(20):
        assert api.post("/webhooks", {"url": f"{receiver.url}/{each}"}).status_code == 201
    assert api.post("/webhooks", {"url": receiver.url}).status_code == 409


def test_one_address_is_one_webhook_however_it_is_written(api: Api, runtime: Runtime) -> None:
    first = api.post("/webhooks", {"url": "https://post.example/x"}).get_json()["id"]
    again = api.post("/webhooks", {"url": "https://POST.example.:443/x", "kinds": ["delivered"]})
    assert again.status_code == 409
    assert f"webhook {first} " in fields(again)["url"]
    assert len(api.get("/webhooks").get_json()["webhooks"]) == 1
    with runtime.database.transaction() as conn:
        other = Api(api.client, tokens.create(conn, "another"))
    assert other.post("/webhooks", {"url": "https://post.example/x"}).status_code == 201
    api.post(f"/webhooks/{first}/end", None)
    assert api.post("/webhooks", {"url": "https://post.example/x"}).status_code == 201


def test_what_is_sent_and_read_masks_telephones(
    api: Api, runtime: Runtime, receiver: Receiver
) -> None:
    api.post("/webhooks", {"url": receiver.url})
    with runtime.database.transaction() as conn:
        feed.append(
            conn, "desk_acted", None, runtime.now(), {"reason": "asked for ९८३९५ ५५७७७", "by": "x"}
        )
    work(WebhookSender(runtime))
    assert receiver.calls[0].event["data"]["reason"] == "asked for ••••••५७७७"
    (read,) = api.get("/events").get_json()["events"]
    assert read["data"] == receiver.calls[0].event["data"]


def test_two_who_subscribe_one_address_at_once_make_one(runtime: Runtime, api: Api) -> None:
    at_once = Barrier(4, timeout=30)
    clients = [create_app(runtime).test_client() for _ in range(4)]

    def ask(client: FlaskClient) -> int:
        at_once.wait()
        return Api(client, api.token).post("/webhooks", {"url": "https://a.example/"}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(ask, clients)) == [201, 409, 409, 409]


def test_production_takes_public_https_only(runtime: Runtime, api: Api) -> None:
    settings = runtime.settings.model_copy(update={"dakiya_env": "production"})
    client = create_app(dataclasses.replace(runtime, settings=settings)).test_client()
    there = Api(client, api.token)
    for url in ("http://post.example/", "https://127.0.0.1/", "https://localhost/"):
        answer = there.client.post(
            "/api/v1/webhooks",
            json={"url": url},
            headers={"Authorization": f"Bearer {api.token}"},
            base_url="https://dakiya.test",
        )
        assert "url" in fields(answer), url


def test_the_feed_tells_upu_codes_beside_our_names(api: Api, runtime: Runtime) -> None:
    happen(runtime, "article_booked", "attempted", "code_wrong")
    told = [(each["kind"], each["upu"]) for each in api.get("/events").get_json()["events"]]
    assert told == [("article_booked", "EMA"), ("attempted", "EMH"), ("code_wrong", None)]
