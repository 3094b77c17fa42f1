"""A fresh day and the guided delivery by their addresses: what they do, and where they are not."""

from __future__ import annotations

import dataclasses

import pytest
from flask.testing import FlaskClient

from app import create_app
from conversation import office
from postal.office import closing
from runtime import Runtime
from settings import Settings
from tests.rigs.clock import Clock
from tests.rigs.doers import staff
from tests.rigs.transcript import Player
from web.phones import demo, fresh

ACTS = ("/phones/again", "/phones/story/booked", "/phones/story/out")
RAMAVATI, POSTMAN = "+919839000011", "+919839000001"


def ask(client: FlaskClient, postman: str = POSTMAN, recipient: str = RAMAVATI) -> str:
    form = {"recipient": recipient, "postman": postman, "lang": "en"}
    return client.post("/phones/news", data=form).text


def rows(runtime: Runtime, query: str) -> list[tuple[object, ...]]:
    with runtime.database.transaction() as conn:
        return conn.execute(query).fetchall()


@pytest.mark.parametrize(
    "changed",
    [{"dakiya_env": "production"}, {"sms_routes": "simulator,twilio"}, {"sms_routes": "twilio"}],
)
def test_where_a_real_phone_could_be_reached_nothing_of_it_is_there(
    runtime: Runtime, settings: Settings, changed: dict[str, str]
) -> None:
    elsewhere = dataclasses.replace(runtime, settings=settings.model_copy(update=changed))
    client = create_app(elsewhere).test_client()
    assert [client.post(path, json={}).status_code for path in ACTS] == [404] * 3
    assert "#story" not in client.get("/").text
    assert rows(runtime, "SELECT count(*) FROM articles") == [(0,)]


@pytest.mark.parametrize("path", ACTS)
def test_a_page_of_somebody_else_cannot_press_these_buttons(
    client: FlaskClient, runtime: Runtime, path: str
) -> None:
    assert client.post(path, data={"a": "b"}).status_code == 415
    assert client.post(path, data="{}", content_type="text/plain").status_code == 415
    proxied = {"X-Forwarded-For": "203.0.113.9"}
    assert client.post(path, json={}, headers=proxied).status_code == 404
    assert rows(runtime, "SELECT count(*) FROM articles") == [(0,)]


def test_a_fresh_day_shows_what_came_since_and_deletes_nothing(
    player: Player, client: FlaskClient, clock: Clock, runtime: Runtime
) -> None:
    demo.load(runtime)
    player.drain()
    player.step(f"{POSTMAN} > 1")
    code = player.codes[RAMAVATI][-1]
    player.step(f"{POSTMAN} > 1 {code}")
    player.step(f"{POSTMAN} > 2")
    texts = rows(runtime, "SELECT count(*) FROM messages")[0][0]
    clock.advance(minutes=1)

    assert client.post("/phones/again", json={}).status_code == 204
    assert client.post("/phones/again", json={}).status_code == 409
    player.drain()
    sheet = ask(client)
    assert "6 items, 6 still to deliver" in sheet
    assert code not in sheet
    assert sheet.count('data-mine="no"') == 3  # booked, out; and the postman's list
    states = "SELECT state, count(*) FROM articles GROUP BY state ORDER BY state"
    assert rows(runtime, states) == [("delivered", 1), ("out_for_delivery", 24), ("recalled", 23)]
    more = rows(runtime, "SELECT count(*) FROM messages")[0][0]
    assert isinstance(texts, int)
    assert isinstance(more, int)
    assert more > texts
    runtime.redis.flushdb()  # only the page's filter: all is shown again
    assert "12 items, 6 still to deliver" in ask(client)

    clock.advance(minutes=1)
    assert client.post("/phones/again", json={}).status_code == 204
    assert rows(runtime, "SELECT count(*) FROM delivery_items WHERE state = 'open'") == [(24,)]


def test_after_the_office_has_closed_the_hints_are_true_and_a_relief_carries_on(
    player: Player, client: FlaskClient, clock: Clock, runtime: Runtime
) -> None:
    demo.load(runtime)
    player.drain()
    player.step(f"{POSTMAN} > 1")
    player.step(f"{POSTMAN} > 1 {player.codes[RAMAVATI][-1]}")
    assert "Item 1 is done. 0 takes it back within 2 minutes." in ask(client)
    clock.advance(seconds=10)
    player.step(f"{POSTMAN} > 3 11")
    sheet = ask(client)
    assert "Item 1 is done. 00 = what is left" in sheet  # 0 takes the last one back, and no other
    assert "Item 3 is done. 0 takes it back within 2 minutes." in sheet
    assert "Was that true? 1 = yes" in sheet
    player.step(f"{POSTMAN} > 0")
    clock.advance(minutes=3)
    assert "0 takes it back" not in ask(client)

    _close(runtime, clock)
    sheet = ask(client)
    assert "The office closed this list at " in sheet
    assert "Item 5 is off the list: the office has it again." in sheet
    assert "Not today: the post office has it again." in sheet
    assert "5 to say" not in sheet

    clock.advance(minutes=1)
    assert client.post("/phones/again", json={}).status_code == 204
    relief = rows(runtime, "SELECT name, phone FROM staff WHERE staff_id = '1001-1'")
    assert relief == [("Ram Lakhan Yadav, relief 1", "+919839001001")]
    assert "6 items, 6 still to deliver" in ask(client, "+919839001001")
    assert "Ram Lakhan Yadav, relief 1" in client.get("/phones").text


def _close(runtime: Runtime, clock: Clock) -> None:
    """The office takes everything in that the first postman has, closes his list, and its day."""
    with runtime.database.transaction() as conn:
        list_id, office_id = conn.execute(
            "SELECT l.id, s.office_id FROM delivery_lists l JOIN staff s ON s.id = l.postman_id"
            " WHERE s.staff_id = '1001'"
        ).fetchone() or (0, 0)
        clerk = conn.execute("SELECT id FROM staff WHERE staff_id = 'clerk'").fetchone()
        assert clerk is not None
        by = staff(clerk[0], office_id, clock.now())
        open_ = conn.execute(
            "SELECT a.number FROM delivery_items i JOIN articles a ON a.id = i.article_id"
            " WHERE i.list_id = %s AND i.state = 'open'",
            (list_id,),
        ).fetchall()
        for (number,) in open_:
            office.take_in(runtime, conn, list_id, number, by)
        assert closing.close_list(conn, list_id, None, by)[1]
        conn.execute(
            "INSERT INTO office_closings (office_id, day, nth, at, staff_id, lists, not_out,"
            " missing, cash_open_lists, cash_open_paise)"
            " VALUES (%s, %s, 1, %s, %s, 1, 0, 0, 0, 0)",
            (office_id, clock.now().date(), clock.now(), clerk[0]),
        )


def test_a_guided_delivery_begins_anew_with_one_living_article(
    player: Player, client: FlaskClient, clock: Clock, runtime: Runtime
) -> None:
    assert client.post("/phones/story/out", json={}).status_code == 409
    first = client.post("/phones/story/booked", json={}).get_json()
    assert (first["phone"], first["name"]) == ("+919839000040", "Savitri Devi")
    out = client.post("/phones/story/out", json={}).get_json()
    assert out == {"name": "Ram Lakhan Yadav", "phone": POSTMAN, "serial": 7}
    assert client.post("/phones/story/out", json={}).get_json() == out  # a double click
    second = client.post("/phones/story/booked", json={}).get_json()
    assert second["number"] != first["number"]
    assert client.post("/phones/story/out", json={}).get_json()["serial"] == 8
    with runtime.database.transaction() as conn:
        assert demo.unfinished(conn, demo.STORY) == second["number"]
    assert fresh.began(runtime) is None
