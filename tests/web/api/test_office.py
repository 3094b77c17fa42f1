"""The office by API: arrivals, lists, cash, the end of the day, deposit and returns."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from runtime import Runtime
from tests.rigs.api_calls import Api, fields, number_of
from tests.rigs.clock import Clock
from tests.rigs.office import POSTMAN, Office, office
from tests.rigs.transcript import Player

OFFICE = "/offices/273303"
DAY = "2026-08-14"


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    return office(player, app, runtime)


@pytest.fixture
def api(at: Office, client: FlaskClient) -> Api:
    return Api(client, at.player.token)


def test_arrivals_are_answered_one_by_one(at: Office, api: Api) -> None:
    (number,) = at.book(1)
    typed = [number, number_of(2), "EU123456780IN", number]
    answer = api.post(f"{OFFICE}/arrivals", {"articles": typed})
    assert answer.status_code == 200
    assert [(each["number"], each["answer"]) for each in answer.get_json()["articles"]] == [
        (number, "here"),
        (number_of(2), "unknown"),
        (None, "no_number"),
        (number, "already"),
    ]
    again = api.post(f"{OFFICE}/arrivals", {"articles": [number]}).get_json()["articles"]
    assert again[0]["answer"] == "already"
    assert api.post("/offices/999999/arrivals", {"articles": [number]}).status_code == 422


def test_a_list_is_put_in_order_and_sent_out(at: Office, api: Api) -> None:
    first, second = at.book(1, 2)
    api.post(f"{OFFICE}/arrivals", {"articles": [first, second]})
    made = api.get(f"{OFFICE}/draft").get_json()
    assert (sorted(made["free"]), made["waiting"]) == ([first, second], [])
    beat = made["beats"][0]["beat"]
    for number in (first, second):
        made = api.post(
            f"{OFFICE}/draft/place", {"article": number, "beat": beat, "place": 1}
        ).get_json()
    assert made["beats"][0]["articles"] == [second, first]
    send = {"beat": beat, "articles": [first, second]}
    assert api.post(f"{OFFICE}/draft/send-out", send).status_code == 409  # not the order seen
    away = api.post(f"{OFFICE}/draft/place", {"article": second, "beat": None}).get_json()
    assert (away["beats"][0]["articles"], away["free"]) == ([first], [second])
    sent = api.post(f"{OFFICE}/draft/send-out", {"beat": beat, "articles": [first]})
    assert (sent.status_code, sent.get_json()["items"]) == (201, [{"serial": 1, "number": first}])
    assert api.get(f"{OFFICE}/draft").get_json()["beats"][0]["sent_out"] == 1
    gone = api.post(f"{OFFICE}/draft/place", {"article": first, "beat": beat})
    assert list(fields(gone)) == ["article"]
    nobody = api.post(f"{OFFICE}/draft/place", {"article": second, "beat": 9_999})
    assert list(fields(nobody)) == ["beat"]


def test_a_day_from_list_to_its_end(at: Office, api: Api) -> None:
    paid, back, unseen = at.out(1, 2, 3, more=" cod 500")
    at.deliver(1, 1, "1")
    at.player.step(f"{POSTMAN} > 2 11")
    (one,) = api.get(f"{OFFICE}/delivery-lists").get_json()["lists"]
    assert (one["postman"], one["items"], one["delivered"], one["missing"]) == ("1001", 3, 1, 2)
    path = f"/delivery-lists/{one['id']}"
    refused = api.post(f"{path}/close", {})
    assert refused.status_code == 409
    assert "2 with the postman still" in fields(refused)["note"]
    taken = api.post(f"{path}/returns", {"articles": [back, unseen, paid]}).get_json()["articles"]
    assert [each["answer"] for each in taken] == ["final", "unvisited", "delivered"]
    items = api.get(path).get_json()["items"]
    assert [(each["state"], each["final"], each["with_postman"]) for each in items] == [
        ("delivered", False, False),
        ("attempted", True, False),
        ("withdrawn", False, False),
    ]
    refused = api.post(f"{OFFICE}/close", {"date": DAY})
    assert refused.status_code == 409
    assert "1001" in refused.get_json()["detail"]
    first, second = api.post(f"{path}/close", {}), api.post(f"{path}/close", {})
    assert first.status_code == second.status_code == 200
    assert first.get_json() == second.get_json()
    assert api.post(f"{path}/returns", {"articles": [back]}).status_code == 409
    refused = api.post(f"{OFFICE}/close", {"date": DAY})  # the cash is with the postman still
    assert refused.status_code == 409
    assert "1001 (2026-08-14)" in fields(refused)["explanation"]
    explained = {"date": DAY, "explanation": "his bag is in the safe of Nautanwa"}
    closed = api.post(f"{OFFICE}/close", explained)
    assert (closed.status_code, closed.get_json()["lists"]) == (200, 1)
    assert closed.get_json()["cash_open"] == 50_000
    assert closed.get_json()["explanation"] == explained["explanation"]
    assert api.get(f"{OFFICE}/delivery-lists?date={DAY}").get_json()["closed_at"] is not None
    by = at.all("SELECT DISTINCT data->>'by' FROM events WHERE kind = 'remark_final'")
    assert by == [("api",)]


def test_cash_is_handed_in_once(at: Office, api: Api, clock: Clock) -> None:
    at.out(1, 2, more=" cod 500")
    at.deliver(1, 1, "1")
    (cod,) = api.get(f"{OFFICE}/cod").get_json()["lists"]
    assert (cod["cash"], cod["upi"], cod["open"]) == (50_000, 0, 50_000)
    at.deliver(2, 2, "2")
    path = f"/delivery-lists/{cod['delivery_list']}/cash"
    body = {"once": str(uuid4()), "expected": 50_000, "counted": 49_000}
    assert "say why" in fields(api.post(path, body))["explanation"]
    body["explanation"] = "ten rupees short"
    first, second = api.post(path, body), api.post(path, body)
    assert first.status_code == second.status_code == 200
    assert first.get_json() == second.get_json()
    assert api.post(path, body | {"counted": 50_000}).status_code == 422
    other = api.post(path, body | {"once": str(uuid4())})
    assert other.status_code == 409
    assert "expected" in fields(other)
    told = api.get(f"{OFFICE}/cod").get_json()
    (cod,) = told["lists"]
    assert (cod["open"], cod["counted"], cod["difference"]) == (0, 49_000, -1_000)
    assert told["in_books"] == {
        "handed_in": 49_000, "door_upi": 50_000, "window_cash": 0, "window_upi": 0
    }  # fmt: skip


def test_open_cash_of_an_earlier_day_is_named(at: Office, api: Api, clock: Clock) -> None:
    at.out(1, more=" cod 500")
    at.deliver(1, 1, "1")
    clock.advance(days=1)
    told = api.get(f"{OFFICE}/cod").get_json()
    assert told["lists"] == []
    assert [(each["date"], each["open"]) for each in told["open_before"]] == [(DAY, 50_000)]


def test_deposit_and_returns(at: Office, api: Api) -> None:
    (number,) = at.out(1)
    at.player.step(f"{POSTMAN} > 1 11")
    (lies,) = api.get(f"{OFFICE}/deposit").get_json()["articles"]
    assert (lies["number"], lies["state"], lies["with_postman"]) == (number, "attempted", True)
    at.player.api(f"/articles/{number}/recall", {})
    (back,) = api.get(f"{OFFICE}/returns").get_json()["articles"]
    assert (back["number"], back["reason"], back["remark"]) == (number, "recalled", 11)
    assert api.get(f"{OFFICE}/returns?date=2026-08-13").get_json()["articles"] == []


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "5", "2026-8-1"])
def test_a_day_that_is_none_is_refused(api: Api, day: str) -> None:
    assert "date" in fields(api.get(f"{OFFICE}/returns?date={day}"))


@pytest.mark.parametrize("id_", ["0", "x", "99999999999999999999999"])
def test_a_list_that_is_none_is_not_found(api: Api, id_: str) -> None:
    assert api.get(f"/delivery-lists/{id_}").status_code == 404
    assert api.post(f"/delivery-lists/{id_}/close", {}).status_code == 404
