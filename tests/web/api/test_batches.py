"""Many articles in one call: each answers for itself, and its people are told once."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from postal.people import tokens
from postal.people.tokens import TokenGrant
from runtime import Runtime
from tests.rigs.api_calls import Api, api_of, article, fields, number_of
from tests.rigs.imports import count


def to(serial: int, phone: str, **changes: Any) -> dict[str, Any]:
    body = article(serial, **changes)
    return body | {"recipient": body["recipient"] | {"phone": phone}}


def outcomes(api: Api, *bodies: dict[str, Any], key: str = "") -> list[tuple[str, str]]:
    headers = {"Idempotency-Key": key} if key else {}
    answer = api.post("/article-batches", {"articles": list(bodies)}, headers)
    assert answer.status_code == 200, answer.data
    return [(each["number"], each["outcome"]) for each in answer.get_json()["articles"]]


def test_each_article_answers_for_itself_and_is_booked_once(
    runtime: Runtime, client: FlaskClient
) -> None:
    api = api_of(runtime, client)
    assert api.post("/articles", article(1)).status_code == 201
    many = [to(n, f"+9198390001{n:02}") for n in range(10, 60)]
    sent = [
        article(1),  # as before
        *many,
        article(1, cod_amount=7),
        to(10, "+919839000199"),  # its number is in the same call
        many[0],
    ]
    found = outcomes(api, *sent, key="morning-1")
    assert [number for number, _ in found] == [each["number"] for each in sent]
    assert [outcome for _, outcome in found] == [
        "known", *["booked"] * 50, "refused", "refused", "known",
    ]  # fmt: skip
    assert outcomes(api, *sent, key="morning-1") == found
    assert {outcome for _, outcome in outcomes(api, *many)} == {"known"}
    assert count(runtime, "articles") == 51
    assert count(runtime, "events WHERE kind = 'article_booked'") == 51
    assert count(runtime, "messages WHERE template = 'booked'") == 51
    assert count(runtime, "messages WHERE template = 'sender_booked'") == 51
    assert count(runtime, "sprints") == 3 * 51
    assert count(runtime, "timers") == 51  # of the articles: those of people lapse by themselves
    assert count(runtime, "phones WHERE language = 'hi'") == 52
    shown = api.get(f"/articles/{number_of(30)}").get_json()
    assert [event["kind"] for event in shown["events"]] == ["article_booked"]
    refused = api.post("/article-batches", {"articles": [article(1, cod_amount=7)]})
    (only,) = refused.get_json()["articles"]
    assert "booked already with another cod_amount" in only["detail"]


def test_every_bad_field_of_every_article_is_named_and_nothing_is_booked(
    runtime: Runtime, client: FlaskClient
) -> None:
    api = api_of(runtime, client)
    bodies = [article(2), article(3, number="EU123"), to(4, "")]
    bodies[2]["recipient"].pop("phone")
    answer = api.post("/article-batches", {"articles": bodies})
    assert answer.status_code == 422
    assert set(fields(answer)) == {"articles.1.number", "articles.2.recipient.phone"}
    assert api.post("/article-batches", {"articles": [article(2)] * 101}).status_code == 422
    assert count(runtime, "articles") == 0


def test_a_token_books_for_its_offices_and_as_many_as_its_rate_allows(
    runtime: Runtime, client: FlaskClient
) -> None:
    api = api_of(runtime, client)
    grant = TokenGrant(office_pins=["273303"], calls_a_minute=20)
    with runtime.database.transaction() as conn:
        narrow = Api(api.client, tokens.create(conn, "narrow", grant, runtime.now()))
    theirs = article(5)
    theirs["recipient"]["pin"] = "226001"
    answer = narrow.post("/article-batches", {"articles": [article(6), theirs]})
    ours, other = answer.get_json()["articles"]
    assert (ours["outcome"], other["outcome"]) == ("booked", "refused")
    assert "273303" in other["detail"]
    assert count(runtime, "articles") == 1
    many = [article(n) for n in range(10, 40)]
    too_many = narrow.post("/article-batches", {"articles": many})
    assert (too_many.status_code, "10 at once" in too_many.text) == (422, True)
    # Two are spent, so nine more are too many now; each article counts as a call.
    soon = narrow.post("/article-batches", {"articles": many[:9]})
    assert soon.status_code == 429
    assert int(soon.headers["Retry-After"]) > 0
    assert count(runtime, "articles") == 1
