"""The API: by when an article is due, how late it is, its pieces and its DIGIPIN."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from runtime import Runtime
from tests.rigs.api_calls import Api, api_of, article, fields, number_of, postman
from tests.rigs.clock import Clock
from tests.rigs.desk import sign_in
from tests.rigs.transcript import Player


@pytest.fixture
def api(runtime: Runtime, client: FlaskClient) -> Api:
    return api_of(runtime, client)


_SPEED_POST = {"service": "speed_post"}


def _booked(api: Api, serial: int = 1, **more: Any) -> Any:
    answer = api.post("/articles", article(serial, **_SPEED_POST, **more))
    assert answer.status_code == 201, answer.text
    return answer.get_json()


def _now(api: Api, serial: int = 1) -> Any:
    return api.get(f"/articles/{number_of(serial)}").get_json()


def test_a_promised_service_says_by_when_it_is_due(api: Api) -> None:
    assert _booked(api, 1)["due_by"] is None
    assert _booked(api, 2, promise=24)["due_by"] == "2026-08-15"
    assert _booked(api, 3, promise=48)["due_by"] == "2026-08-16"  # a Sunday, and rounds go
    agreed = _booked(api, 4, promise=48, due_by="2026-08-20")
    assert (agreed["due_by"], agreed["promise"], agreed["lateness"]) == ("2026-08-20", 48, "due")
    moment = _booked(api, 5, due_by="2026-08-19T20:00:00+00:00")  # in India the next day has begun
    assert (moment["due_by"], moment["promise"]) == ("2026-08-20", None)


def test_what_is_late_says_for_how_many_days(api: Api, clock: Clock) -> None:
    _booked(api, 1, promise=24)
    clock.advance(days=1)
    assert (_now(api)["lateness"], _now(api)["days_late"]) == ("due", 0)
    clock.advance(days=2)
    assert (_now(api)["lateness"], _now(api)["days_late"]) == ("late", 2)
    api.post(f"/articles/{number_of(1)}/recall", {})
    assert (_now(api)["lateness"], _now(api)["days_late"]) == ("late", 2)
    clock.advance(days=3)
    assert (_now(api)["lateness"], _now(api)["days_late"]) == ("late", 2)  # it ended then


def test_a_wish_excuses_what_was_not_late_when_it_was_made(player: Player) -> None:
    """Whoever is kept waiting and chooses a day then loses nothing by it."""
    api, sender = Api(player.client, player.token), "+919811100001"
    for serial in (1, 2, 3):
        body = article(serial, due_by="2026-08-15")
        body["sender"] |= {"phone": sender}
        assert api.post("/articles", body).status_code == 201
    player.step("wait 1 min")
    quotes = dict(zip((1, 2, 3), player.quotes[sender][-3:], strict=True))
    wish = {"day": "2026-08-19", "proof": quotes[1]}
    assert api.post(f"/articles/{number_of(1)}/visit", wish).status_code == 200
    assert api.post(f"/articles/{number_of(3)}/recall", {}).status_code == 200
    player.clock.advance(days=3)
    late = {"day": "2026-08-19", "proof": quotes[2]}
    assert api.post(f"/articles/{number_of(2)}/visit", late).status_code == 200
    assert _now(api, 2)["chosen_day"] == "2026-08-19"
    assert [_now(api, serial)["lateness"] for serial in (1, 2, 3)] == ["excused", "late", "excused"]
    assert _now(api, 2)["days_late"] == 2


def test_pieces_and_digipin_are_kept_and_compared(api: Api) -> None:
    given = {"pieces": 3, "digipin": "39j-49l-l8t4"}
    made = _booked(api, 1, **given)
    assert (made["pieces"], made["digipin"], made["pieces_missing"]) == (3, "39J49LL8T4", [])
    assert api.post("/articles", article(1, **_SPEED_POST, **given)).status_code == 200
    assert (
        api.post("/articles", article(1, **_SPEED_POST)).status_code == 200
    )  # whoever says nothing of it
    assert api.post("/articles", article(1, pieces=2, **_SPEED_POST)).status_code == 409
    assert _booked(api, 2)["pieces"] == 1


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"promise": 36}, "promise"),
        ({"due_by": "tomorrow"}, "due_by"),
        ({"due_by": "2026-08-20T10:00:00"}, "due_by"),
        ({"due_by": 20260820}, "due_by"),
        ({"due_by": "2026-08-13"}, "due_by"),
        ({"promise": 24, "service": "registered"}, "promise"),
        ({"pieces": 0}, "pieces"),
        ({"pieces": 100}, "pieces"),
        ({"digipin": "19J-49L-L8T4"}, "digipin"),
        ({"digipin": "39J-49L"}, "digipin"),
    ],
)
def test_what_cannot_be_is_named(api: Api, bad: dict[str, Any], field: str) -> None:
    answer = api.post("/articles", article(1, **bad))
    assert (answer.status_code, [*fields(answer)]) == (422, [field])


def test_of_a_batch_only_what_cannot_be_promised_is_refused(api: Api, clock: Clock) -> None:
    """What was booked before is known all the same, whatever day it is by now."""
    _booked(api, 1, due_by="2026-08-14")
    clock.advance(days=1)
    given = [
        article(1, due_by="2026-08-14", **_SPEED_POST),
        article(2, due_by="2026-08-14"),
        article(3, promise=48, service="parcel"),
        article(4, promise=48, **_SPEED_POST),
    ]
    answer = api.post("/article-batches", {"articles": given})
    said = [(each["outcome"], each["detail"] or "") for each in answer.get_json()["articles"]]
    assert [outcome for outcome, _ in said] == ["known", "refused", "refused", "booked"]
    assert "due_by: is before the day of booking" in said[1][1]
    assert "promise: 24 and 48 are Speed Post" in said[2][1]
    assert api.post("/articles", given[0]).status_code == 200


def test_what_was_late_is_in_the_file_for_refunds(
    api: Api, app: Flask, runtime: Runtime, clock: Clock
) -> None:
    _booked(api, 1, promise=24)
    _booked(api, 2, promise=24)
    _booked(api, 3)
    assert api.post("/postmen", postman()).status_code == 201
    clock.advance(days=3)
    supervisor = sign_in(app, runtime, "supervisor")
    where = "since=2026-08-01&until=2026-08-31"
    answer = supervisor.get(f"/desk/promised.csv?{where}&lateness=late")
    assert answer.status_code == 200
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["number"] for row in rows] == [number_of(1), number_of(2)]
    assert {(row["due_by"], row["days_late"], row["promise_hours"]) for row in rows} == {
        ("2026-08-15", "2", "24")
    }
    assert "98390" not in answer.text
    shown = supervisor.get(f"/desk/reports/promises?{where}").text
    assert "promise" in shown
    listed = supervisor.get(f"/desk/reports/promises/articles?{where}&part=promise_late").text
    assert number_of(1) in listed
    assert number_of(3) not in listed
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT id FROM articles WHERE number = %s", (number_of(1),)).fetchone()
    assert row is not None
    page = supervisor.get(f"/desk/articles/{row[0]}").text
    assert "24 Speed Post" in page
    assert "days late: 2" in page
    assert supervisor.get("/desk/promised.csv?lateness=maybe").status_code == 422


def test_a_weekday_that_its_addressee_excludes_makes_nothing_late(player: Player) -> None:
    """Due on Saturday 15 August, and wished on Wednesdays, 3: it is late after the 19th."""
    api, phone = Api(player.client, player.token), "+919876500001"
    for serial in (1, 2):
        assert _booked(api, serial, promise=24)["due_by"] == "2026-08-15"
    first = api.get(f"/articles/{number_of(1)}").get_json()
    assert first["lateness"] == "due"
    _at(player, 1, phone)
    _at(player, 2, "+919876500002")
    player.step(f"{phone} > 55 4 3")
    player.step("wait 4 d")
    assert (_now(api, 1)["lateness"], _now(api, 1)["days_late"]) == ("excused", 0)
    player.step("+919876500002 > 55 4 3")  # what was late is late all the same
    assert (_now(api, 2)["lateness"], _now(api, 2)["days_late"]) == ("late", 3)
    player.step("wait 1 d")
    assert _now(api, 1)["lateness"] == "excused"
    player.step("wait 1 d")
    assert (_now(api, 1)["lateness"], _now(api, 1)["days_late"]) == ("late", 1)


def test_what_is_wished_from_the_day_on_which_it_is_due_excuses_nothing(player: Player) -> None:
    """Due on Friday 14 August: whoever is late could forge the wish, and take it back."""
    api, phone = Api(player.client, player.token), "+919876500001"
    for serial, day in ((1, "2026-08-14"), (2, "2026-08-17"), (3, "2026-08-14")):
        _booked(api, serial, due_by=day)
        _at(player, serial, phone)
    player.step(f"{phone} > 55 4 3")
    assert _now(api, 1)["lateness"] == "due"
    for _ in range(4):  # each morning looks at what is due
        player.step("wait 1 d")
    assert [_now(api, serial)["lateness"] for serial in (1, 2)] == ["late", "excused"]
    player.step(f"{phone} > 55 0")
    _at(player, 2, "+919876500002")  # whoever is its addressee by now, and whatever is wished
    assert [_now(api, serial)["lateness"] for serial in (1, 2)] == ["late", "excused"]
    assert [each["kind"] for each in _now(api, 2)["events"]].count("due_moved") == 1
    player.step("wait 2 d")  # Thursday: the day that was wished is over
    assert (_now(api, 2)["lateness"], _now(api, 2)["days_late"]) == ("late", 1)


def test_what_is_kept_by_a_wish_of_the_same_day_is_late(player: Player) -> None:
    api = Api(player.client, player.token)
    player.step("office +915512340000")
    for serial in (1, 2):
        phone = f"+91987650000{serial}"
        player.step(f"article {number_of(serial)} to {phone} en")
        with player.runtime.database.transaction() as conn:
            conn.execute("UPDATE articles SET due_by = '2026-08-17'")
    player.step("+919876500001 > 55 44")
    player.step("+919876500002 > 55 4 12")  # another wish, of long before
    player.step("wait 3 d")
    player.step("+919876500002 > 55 44")
    for serial in (1, 2):
        player.step(f"{number_of(serial)} desk arrives")
    player.step("wait 1 d")
    assert [_now(api, serial)["lateness"] for serial in (1, 2)] == ["excused", "late"]


@pytest.mark.parametrize("stamp", [" @ -890 min", ""])
def test_what_was_handed_over_in_time_without_network_is_in_time(
    player: Player, stamp: str
) -> None:
    """At the door on the day on which it is due, and the text comes the next morning.

    What counts is when it was written, as its carrier says, or when he said that he comes.
    """
    number, phone, postman_ = number_of(1), "+919876500001", "+919839000001"
    player.step("postman 1001 +919839000001")
    player.step(f"article {number} to {phone} en")
    with player.runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET due_by = '2026-08-14'")
    player.step(f"list 1001: {number}")
    player.step("wait 5 h")
    player.step(f"{postman_} > 1")
    player.step("wait 15 h")
    named = "1" if stamp else number
    player.step(f"{postman_} > {named} {{code {phone}}} {{check {phone}}}{stamp}")
    told = _now(Api(player.client, player.token))
    assert (told["state"], told["lateness"], told["days_late"]) == ("delivered", "in_time", 0)


def test_what_was_taken_back_was_not_handed_over_in_time(player: Player) -> None:
    """Only the time of the handover that stands counts."""
    number, phone, postman_ = number_of(1), "+919876500001", "+919839000001"
    player.step("postman 1001 +919839000001")
    player.step(f"article {number} to {phone} en")
    with player.runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET due_by = '2026-08-14'")
    player.step(f"list 1001: {number}")
    for written in (" @ -3 min", " @ -2 min"):
        player.step(f"{postman_} > 1")
        player.step("wait 4 min")
        shown = f"{{code {phone}}} {{check {phone}}}"
        assert player.step(f"{postman_} > 1 {shown}{written}")
        told = _now(Api(player.client, player.token))
        assert told["state"] == "delivered"
        if written == " @ -3 min":
            assert told["lateness"] == "in_time"
            player.step(f"{postman_} > 0")
            player.step("wait 24 h")
            player.step(f"list 1001: {number}")
    assert (told["lateness"], told["days_late"]) == ("late", 1)


def _at(player: Player, serial: int, phone: str) -> None:
    with player.runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE articles SET recipient_phone = %s WHERE number = %s", [phone, number_of(serial)]
        )


def test_a_list_names_each_that_its_addressee_does_not_wish_today_and_takes_the_rest(
    player: Player,
) -> None:
    """As for a chosen day: nothing is listed, each is named, the rest goes without them."""
    api = Api(player.client, player.token)
    player.step("postman 1001 +919839000001")
    for serial in (1, 2, 3):
        player.step(f"article {number_of(serial)} to +91987650000{serial} en")
    player.step("+919876500001 > 55 4 1")  # it is a Friday
    player.step("+919876500002 > 4 20 Aug")
    body = {"postman": "1001", "date": "2026-08-14"}
    every = [number_of(serial) for serial in (1, 2, 3)]
    refused = api.post("/delivery-lists", {**body, "articles": every})
    assert refused.status_code == 422
    assert set(fields(refused)) == {"articles.0", "articles.1"}
    assert number_of(1) in refused.text
    assert api.post("/delivery-lists", {**body, "articles": every[2:]}).status_code == 201


# ---- what a sender asks for ----------------------------------------------------------------------


def test_software_brings_what_the_proven_sender_wants(player: Player) -> None:
    number, sender, addressee = number_of(7), "+919811100001", "+919876500001"
    player.step(f"article {number} to {addressee} en from {sender}")
    api = Api(player.client, player.token)
    path, proof = f"/articles/{number}", player.quotes[sender][-1]
    wrong = f"{(int(proof) + 1) % 100:02}"
    assert api.post(f"{path}/visit", {"day": "2026-08-18"}).status_code == 409  # not proven
    assert api.post(f"{path}/visit", {"day": "2026-08-18", "proof": wrong}).status_code == 422
    asked = api.post(f"{path}/visit", {"day": "2026-08-18", "proof": proof})
    assert (asked.status_code, asked.get_json()["chosen_day"]) == (200, "2026-08-18")
    player.step("wait 1 min")
    told = [
        each["template"] for each in api.get(f"/simulator/phones/{addressee}/messages").get_json()
    ]
    assert told[-1] == "day_by_sender"
    again = api.post(f"{path}/visit", {"day": "2026-08-19"})
    assert (again.status_code, "chosen before" in again.get_json()["detail"]) == (409, True)
    assert api.post(f"{path}/return", {}).status_code == 200
    assert api.get(path).get_json()["state"] == "booked"  # half an hour is left
    player.step("wait 31 min")
    assert api.get(path).get_json()["state"] == "recalled"
    assert api.post(f"{path}/visit", {}).status_code == 409
    assert api.post(f"/articles/{number_of(8)}/visit", {}).status_code == 404


# ---- several pieces under one code ---------------------------------------------------------------


def _on_the_road(player: Player, pieces: int) -> tuple[Api, str]:
    """Book an article of so many pieces and bring the postman 1001 to its door."""
    api, number = Api(player.client, player.token), number_of(7)
    player.step("postman 1001 +919839000001")
    body = article(7, pieces=pieces, cod_amount=0)
    body["recipient"] |= {"phone": "+919876500001", "language": "en"}
    body["sender"] |= {"phone": "+919811100001"}
    assert api.post("/articles", body).status_code == 201
    player.step(f"list 1001: {number}")
    player.step("+919839000001 > 1")
    return api, number


def _templates(api: Api, phone: str) -> list[str]:
    return [each["template"] for each in api.get(f"/simulator/phones/{phone}/messages").get_json()]


def test_one_code_hands_over_all_pieces(player: Player) -> None:
    api, number = _on_the_road(player, 3)
    player.step(f"+919839000001 > 1 {player.codes['+919876500001'][-1]}")
    shown = api.get(f"/articles/{number}").get_json()
    assert (shown["state"], shown["pieces"], shown["pieces_missing"]) == ("delivered", 3, [])
    assert _templates(api, "+919876500001")[-1] == "delivered"


def test_missing_pieces_are_named_to_everybody_and_looked_for(
    player: Player, app: Flask, runtime: Runtime
) -> None:
    api, number = _on_the_road(player, 3)
    code = player.codes["+919876500001"][-1]
    for wrong in ("# 4", "# 1 2 3", "# 2 2"):  # it has no fourth; somebody takes at least one
        assert "3" in player.step(f"+919839000001 > 1 {code} {wrong}")[-1]
        assert api.get(f"/articles/{number}").get_json()["state"] == "out_for_delivery"
    said = player.step(f"+919839000001 > 1 {code} # 2 3")
    assert any("P2P3" in line and line.startswith("+919876500001") for line in said), said
    shown = api.get(f"/articles/{number}").get_json()
    assert (shown["state"], shown["pieces_missing"]) == ("delivered", [2, 3])
    assert _templates(api, "+919876500001")[-1] == "delivered_missing"
    assert _templates(api, "+919811100001")[-1] == "sender_missing"
    assert _templates(api, "+919839000001")[-1] == "handed_over_missing"
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT a.id, t.kind FROM articles a JOIN tickets t ON t.article_id = a.id"
        ).fetchone()
    assert row is not None
    assert row[1] == "overlooked"
    agent = sign_in(app, runtime, "supervisor")
    assert "pieces missing: 2, 3" in agent.get(f"/desk/articles/{row[0]}").text
    player.step("+919839000001 > 0")  # undone: nothing is missing any more
    assert api.get(f"/articles/{number}").get_json()["pieces_missing"] == []
