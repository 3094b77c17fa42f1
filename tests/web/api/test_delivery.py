"""A delivery as the issue shows it: booked by the API, handed over by text, seen by the API."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

import jobs
from runtime import Runtime
from tests.rigs.api_calls import Api, api_of, article, number_of, postman

RECIPIENT, SENDER, POSTMAN = "+919839000011", "+919839000081", "+919839000001"


def texts(api: Api, phone: str) -> list[str]:
    return [each["text"] for each in api.get(f"/simulator/phones/{phone}/messages").get_json()]


def test_an_article_booked_by_the_api_is_handed_over_by_text(
    runtime: Runtime, client: FlaskClient
) -> None:
    api = api_of(runtime, client)
    jobs.use(runtime)

    def text(body: str, carrier_id: str) -> None:
        sent = client.post(
            "/hooks/simulator/sms", json={"from": POSTMAN, "text": body, "id": carrier_id}
        )
        assert sent.status_code == 200
        jobs.drain()

    api.post("/articles", article(1, cod_amount=0))
    api.post("/postmen", postman())
    api.post(
        "/delivery-lists",
        {"postman": "1001", "date": "2026-08-14", "articles": [number_of(1)]},
    )
    text("1", "a")
    codes = re.findall(r"(?<!\d)\d{6}(?!\d)", texts(api, RECIPIENT)[-1])
    assert len(codes) == 1
    text(f"1 {codes[0]}", "b")

    shown = api.get(f"/articles/{number_of(1)}")
    assert shown.get_json()["state"] == "delivered"
    assert codes[0] not in shown.text + api.get("/events?limit=1000").text
    assert len(texts(api, RECIPIENT)) == 4  # booked, out for delivery, the code, thanks
    assert len(texts(api, SENDER)) == 2  # booked, thanks
    jobs.use(runtime)  # lets the sends under way end
