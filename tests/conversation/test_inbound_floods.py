"""One telephone that floods us costs nothing, hides nobody, and is heard again afterwards."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient

from runtime import Runtime
from settings import Settings
from tests.rigs.clock import Clock
from tests.rigs.transcript import Player

FLOODER, OTHER = "+919876500009", "+919876500001"
LIMIT = 5


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"inbound_hourly_limit": LIMIT})


def counted(runtime: Runtime) -> dict[str, int]:
    """What there is of everything that a text can leave behind."""
    with runtime.database.transaction() as conn:
        return {
            table: conn.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]  # noqa: S608
            for table in ("messages", "sprints", "tickets", "timers", "inbound_floods", "events")
        }


def flood(player: Player, times: int, text: str = "1") -> None:
    for _ in range(times):
        player.say(FLOODER, text)


def test_what_is_beyond_the_limit_leaves_one_row_however_much_it_is(
    player: Player, runtime: Runtime
) -> None:
    flood(player, LIMIT + 1)
    player.drain()
    before = counted(runtime)
    flood(player, 40, "no such word")
    assert player.drain() == []  # no answer: nobody knows this telephone
    assert counted(runtime) == before
    with runtime.database.transaction() as conn:
        assert conn.execute("SELECT phone, count FROM inbound_floods").fetchall() == [(FLOODER, 41)]
        told = conn.execute("SELECT data FROM events WHERE kind = 'inbound_flood'").fetchall()
    assert told == [({"phone": "+91••••••0009"},)]


def test_it_hides_nobody_else(player: Player) -> None:
    flood(player, 30)
    said = player.step(f"{OTHER} > 9")
    assert any(line.startswith(f"{OTHER} <") for line in said)


def test_repeats_by_the_carrier_are_no_flood(
    client: FlaskClient, player: Player, runtime: Runtime
) -> None:
    flood(player, LIMIT)
    body = {"from": FLOODER, "text": "1", "id": "t1"}  # the carrier sends the first one again
    for _ in range(10):
        assert client.post("/hooks/simulator/sms", json=body).status_code == 200
    assert counted(runtime)["inbound_floods"] == 0


def test_after_an_hour_the_telephone_is_heard_again(
    player: Player, runtime: Runtime, clock: Clock
) -> None:
    flood(player, 20)
    before = counted(runtime)["sprints"]
    assert before == LIMIT
    clock.advance(minutes=61)
    flood(player, 1)
    assert counted(runtime)["sprints"] == LIMIT + 1


def test_what_cannot_be_read_floods_neither(
    client: FlaskClient, player: Player, runtime: Runtime
) -> None:
    for _ in range(30):
        client.post("/hooks/simulator/sms", json={"from": FLOODER})
    found = counted(runtime)
    assert (found["messages"], found["tickets"], found["inbound_floods"]) == (LIMIT, 1, 1)


def test_many_at_once_are_counted_one_by_one(app: Flask, player: Player, runtime: Runtime) -> None:
    flood(player, LIMIT)
    start = threading.Barrier(8)

    def work(number: int) -> None:
        client = app.test_client()
        start.wait()
        for each in range(10):
            body = {"from": FLOODER, "text": "1", "id": f"f{number}-{each}"}
            assert client.post("/hooks/simulator/sms", json=body).status_code == 200

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with runtime.database.transaction() as conn:
        assert conn.execute("SELECT count FROM inbound_floods").fetchall() == [(80,)]


def test_a_forged_flood_silences_nobody(player: Player) -> None:
    """What the true owner answers in digits is read, and he is told once that the rest waits."""
    player.step("postman 1001 +919839000001")
    player.step(f"article EU123456785IN to {OTHER} en")
    player.step("list 1001: EU123456785IN")
    player.drain()
    for _ in range(LIMIT):
        player.say(OTHER, "kya likha hai")
    player.drain()
    told = [line for _ in range(5) for line in player.step(f"{OTHER} > kya likha hai")]
    assert [line.split(" Tell")[0] for line in told] == [
        f"{OTHER} < Too many messages from this phone:"
        " for an hour only short answers in digits are read."
    ]
    assert "Code {code}." in player.step(f"{OTHER} > 1")[0]
    for _ in range(LIMIT + 1):
        player.say("+919839000001", "kya likha hai")
    player.drain()
    said = player.step(f"+919839000001 > 1 {{code {OTHER}}}")
    assert any(line.startswith(f"{OTHER} < Post 6785 was handed over.") for line in said)


@pytest.mark.parametrize("said", ["1", "2", "4", "44", "5 9876500077", "5 0", "6"])
def test_after_a_forged_flood_every_command_about_an_own_article_is_read(
    player: Player, runtime: Runtime, said: str
) -> None:
    player.step("postman 1001 +919839000001")
    player.step(f"article EU123456785IN to {OTHER} en")
    player.step("list 1001: EU123456785IN")
    player.drain()
    for _ in range(LIMIT + 1):
        player.say(OTHER, "kya likha hai")
    before = counted(runtime)["sprints"]
    player.say(OTHER, said)
    read = counted(runtime)["sprints"]
    assert read > before
    player.say(OTHER, "nahi")  # words can wait
    assert counted(runtime)["sprints"] == read


def test_after_a_forged_flood_a_postman_and_a_sender_are_read(
    player: Player, runtime: Runtime
) -> None:
    postman, sender = "+919839000001", "+919811100001"
    player.step(f"postman 1001 {postman}")
    player.step(f"article EU123456785IN to {OTHER} en from {sender}")
    player.step("list 1001: EU123456785IN")
    player.drain()
    for _ in range(LIMIT + 1):
        player.say(postman, "kya likha hai")
        player.say(sender, "kya likha hai")
    before = counted(runtime)["sprints"]
    player.say(postman, "00")
    assert counted(runtime)["sprints"] == before + 1
    player.say(sender, "EU123456785IN 9876500077")
    assert counted(runtime)["sprints"] == before + 2
