"""The API: booking, recalling, postmen, lists, events, inboxes; and its refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from runtime import Runtime
from settings import Settings
from tests.rigs.api_calls import Api, api_of, article, fields, number_of, postman
from web.api import OPERATIONS, SIMULATOR_OPERATIONS


@pytest.fixture
def api(runtime: Runtime, client: FlaskClient) -> Api:
    return api_of(runtime, client)


def listed(api: Api, *serials: int) -> Any:
    return api.post(
        "/delivery-lists",
        {
            "postman": "1001",
            "date": "2026-08-14",
            "articles": [number_of(serial) for serial in serials],
        },
    )


# ---- the straight way ------------------------------------------------------------


def test_an_article_is_booked_listed_and_followed(api: Api) -> None:
    booked = api.post("/articles", article(1))
    assert booked.status_code == 201
    assert booked.get_json()["state"] == "booked"
    assert booked.get_json()["recipient"]["name"] == "रामावती देवी"
    added = api.post("/postmen", postman())
    assert (added.status_code, added.get_json()["office"]) == (201, "Maharajganj H.O")
    assert api.post("/articles", article(2)).status_code == 201

    made = listed(api, 2, 1)
    assert made.status_code == 201
    assert made.get_json()["items"] == [
        {"serial": 1, "number": number_of(2)},
        {"serial": 2, "number": number_of(1)},
    ]

    shown = api.get(f"/articles/{number_of(1).lower()}").get_json()
    assert shown["state"] == "out_for_delivery"
    assert {"article_booked", "out_for_delivery"} <= {each["kind"] for each in shown["events"]}


def test_phones_are_masked_in_every_answer(api: Api) -> None:
    answers = [
        api.post("/articles", article(1)),
        api.post("/postmen", postman()),
        listed(api, 1),
        api.get(f"/articles/{number_of(1)}"),
        api.get("/events"),
    ]
    for answer in answers:
        assert "98390000" not in answer.text
    assert answers[0].get_json()["recipient"]["phone"] == "+91••••••0011"
    assert answers[1].get_json()["phone"] == "+91••••••0001"


def test_booking_and_listing_tell_the_recipient(api: Api, runtime: Runtime) -> None:
    api.post("/articles", article(1))
    api.post("/postmen", postman())
    listed(api, 1)
    listed(api, 1)
    with runtime.database.transaction() as conn:
        told = conn.execute(
            "SELECT count(*) FILTER (WHERE phone = '+919839000011'),"
            " count(*) FILTER (WHERE phone = '+919839000081') FROM messages"
        ).fetchone()
    assert told == (2, 1)


def test_a_list_that_is_sent_again_is_answered_alike(api: Api) -> None:
    api.post("/articles", article(1))
    api.post("/postmen", postman())
    first, again = listed(api, 1), listed(api, 1)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()


def test_the_sender_recalls_an_article_once(api: Api) -> None:
    api.post("/articles", article(1))
    path = f"/articles/{number_of(1)}/recall"
    assert api.post(path, None).get_json()["state"] == "recalled"
    again = api.post(path, None)
    assert again.status_code == 409
    assert "is recalled" in again.get_json()["detail"]


def test_events_are_read_page_by_page_and_none_twice(api: Api) -> None:
    for serial in range(5):
        api.post("/articles", article(serial))
    seen: list[int] = []
    after = 0
    while page := api.get(f"/events?after={after}&limit=2").get_json()["events"]:
        seen += [each["cursor"] for each in page]
        after = page[-1]["cursor"]
    assert len(seen) >= 5
    assert seen == sorted(set(seen))
    assert api.get(f"/events?after={after}").get_json() == {"events": [], "next": after}


# ---- who may call ------------------------------------------------------------


def test_no_operation_answers_without_a_token(api: Api, client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    served = {operation.path for operation in OPERATIONS + SIMULATOR_OPERATIONS}
    assert set(document["paths"]) == served
    for path, operations in document["paths"].items():
        for method in operations:
            for header in ({}, {"Authorization": "Bearer dakiya_wrong"}, {"Authorization": "x"}):
                url = "/api/v1" + path.replace("{", "").replace("}", "")
                refused = client.open(url, method=method.upper(), headers=header)
                assert refused.status_code == 401, path
                assert refused.headers["WWW-Authenticate"].startswith("Bearer")
                assert refused.mimetype == "application/problem+json"


def test_simulated_phones_do_not_exist_in_production(
    api: Api, runtime: Runtime, settings: Settings
) -> None:
    import dataclasses

    there = api.get("/simulator/phones/+919839000011/messages")
    assert (there.status_code, there.get_json()) == (200, [])
    production = settings.model_copy(update={"dakiya_env": "production"})
    client = create_app(dataclasses.replace(runtime, settings=production)).test_client()
    gone = Api(client, api.token).get("/simulator/phones/+919839000011/messages")
    assert gone.status_code == 404
    assert "/simulator" not in client.get("/api/v1/openapi.json").text


# ---- refusals ------------------------------------------------------------


def test_every_bad_field_of_a_booking_is_named(api: Api) -> None:
    refused = api.post(
        "/articles",
        article(
            1,
            number="EU000000010IN",
            service="pigeon",
            cod_amount=50_001,
            recipient={"name": "a\x00b", "address": " ", "pin": "073303", "language": "fr"},
            sender={"phone": "0551 220 1234"},
            colour="red",
        ),
    )
    assert refused.status_code == 422
    assert set(fields(refused)) == {
        "number",
        "service",
        "cod_amount",
        "recipient.name",
        "recipient.address",
        "recipient.pin",
        "recipient.language",
        "recipient.phone",
        "sender.phone",
        "sender.name",
        "colour",
    }
    assert "check digit" in fields(refused)["number"]
    assert "landline" in fields(refused)["sender.phone"]


def test_nothing_is_coerced(api: Api) -> None:
    refused = api.post("/articles", article(1, cod_amount="250", otp_required="yes"))
    assert set(fields(refused)) == {"cod_amount", "otp_required"}


def test_a_code_needs_a_phone_but_a_signature_does_not(api: Api) -> None:
    without = {"name": "Village Head", "address": "Darahata", "pin": "273303"}
    refused = api.post("/articles", article(1, recipient=without))
    assert set(fields(refused)) == {"recipient.phone"}
    booked = api.post("/articles", article(1, recipient=without, otp_required=False))
    assert (booked.status_code, booked.get_json()["recipient"]["phone"]) == (201, None)


def test_a_number_with_other_content_is_a_conflict(api: Api) -> None:
    assert api.post("/articles", article(1)).status_code == 201
    assert api.post("/articles", article(1)).status_code == 200
    refused = api.post("/articles", article(1, cod_amount=0))
    assert refused.status_code == 409
    assert "cod_amount" in fields(refused)["number"]


def test_every_bad_number_of_a_list_is_named_by_its_place(api: Api) -> None:
    api.post("/postmen", postman())
    api.post("/articles", article(1))
    refused = listed(api, 1, 7, 1)
    assert refused.status_code == 422
    assert set(fields(refused)) == {"articles.1", "articles.2"}
    assert api.get(f"/articles/{number_of(1)}").get_json()["state"] == "booked"


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"phone": "5839012345"}, 422, "phone"),
        ({"pin": "12"}, 422, "pin"),
        ({"office_pin": "999999"}, 422, "office_pin"),
        ({"staff_id": "10 01"}, 422, "staff_id"),
        ({"phone": "+919839000009"}, 409, "staff_id"),
        ({"staff_id": "1009"}, 409, "phone"),
    ],
)
def test_what_is_wrong_of_a_postman_is_named(
    api: Api, change: dict[str, str], status: int, field: str
) -> None:
    api.post("/postmen", postman())
    refused = api.post("/postmen", postman(**change))
    assert refused.status_code == status
    assert set(fields(refused)) == {field}
    assert "2580" not in refused.text


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"number": "\\ud800"}', "application/json", 400),
        (b'{"cod_amount": NaN}', "application/json", 400),
        (b"[" * 5000, "application/json", 400),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b"number=EU123456785IN", "application/x-www-form-urlencoded", 415),
        (b"", "application/json", 400),
        (b'"' + b"x" * 1024 * 1024 + b'"', "application/json", 413),
    ],
)
def test_a_body_that_is_no_booking_is_refused_by_a_problem_document(
    api: Api, client: FlaskClient, body: bytes, kind: str, status: int
) -> None:
    refused = client.post(
        "/api/v1/articles",
        data=body,
        headers={"Authorization": f"Bearer {api.token}", "Content-Type": kind},
    )
    assert (refused.status_code, refused.mimetype) == (status, "application/problem+json")
    assert json.loads(refused.data)["status"] == status


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/articles/EU000000010IN", 404),
        (f"/articles/{number_of(4)}", 404),
        ("/events?after=-1", 422),
        ("/events?after=1.5", 422),
        ("/events?limit=0", 422),
        ("/events?limit=1001", 422),
        ("/events?after=99999999999999999999", 422),
        ("/events?after=1&after=2", 422),
        ("/events?before=1", 422),
        ("/simulator/phones/hello/messages", 404),
        ("/nothing", 404),
        ("/delivery-lists", 405),
    ],
)
def test_what_is_not_there_is_refused_by_a_problem_document(
    api: Api, path: str, status: int
) -> None:
    refused = api.get(path)
    assert (refused.status_code, refused.mimetype) == (status, "application/problem+json")
