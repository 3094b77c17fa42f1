"""The same act by the same telephone, under another id within a minute: done once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.transcript import Player

POSTMAN, PERSON, NOMINEE = "+919839000001", "+919876500001", "+919876500002"
ONE, TWO = "EU123456785IN", "RR287043775IN"


def rows(runtime: Runtime, query: str, *values: object) -> list[tuple[Any, ...]]:
    with runtime.database.transaction() as conn:
        return conn.execute(query, values).fetchall()


def state(player: Player, number: str = ONE) -> str:
    (found,) = rows(player.runtime, "SELECT state FROM articles WHERE number = %s", number)
    return str(found[0])


def linked(player: Player) -> int:
    """How many articles the person's telephone still gets the news of."""
    (found,) = rows(
        player.runtime, "SELECT count(*) FROM articles WHERE recipient_phone = %s", PERSON
    )
    return int(found[0])


@pytest.fixture
def door(player: Player) -> Player:
    """A postman at a door, the code on the person's telephone."""
    for line in (
        "postman 1001 +919839000001",
        f"article {ONE} to {PERSON} en",
        f"list 1001: {ONE}",
        f"{POSTMAN} > 1",
    ):
        player.step(line)
    player.drain()
    return player


def test_a_handover_said_twice_is_undone_by_one_0(door: Player) -> None:
    first = door.step(f"{POSTMAN} > 1 {{code {PERSON}}}")
    assert any("1 दे दी" in line or "दे दी गई" in line for line in first)
    again = door.step(f"{POSTMAN} > 1 {{code {PERSON}}}")
    assert state(door) == "delivered"
    assert [line.split(" ")[0] for line in again] == [POSTMAN]  # he alone is answered
    assert "पहले ही" in again[0]
    door.step(f"{POSTMAN} > 0")
    assert state(door) == "out_for_delivery"


def test_a_handover_under_two_ids_at_once(door: Player, app: Flask) -> None:
    (told,) = rows(
        door.runtime, "SELECT count(*) FROM messages WHERE template = 'code' AND phone = %s", PERSON
    )
    assert told == (1,)
    code = door.codes[PERSON][-1]
    together = Barrier(2)

    def send(name: str) -> int:
        client = app.test_client()
        body = {"from": POSTMAN, "text": f"1 {code}", "id": name}
        together.wait(30)
        return client.post("/hooks/simulator/sms", json=body).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(send, ("two-a", "two-b"))) == [200, 200]
    assert state(door) == "delivered"
    found = rows(
        door.runtime, "SELECT error FROM messages WHERE carrier_id LIKE 'two-%%' ORDER BY error"
    )
    assert found == [("repeat",), (None,)]
    assert rows(door.runtime, "SELECT count(*) FROM code_attempts") == [(1,)]
    door.drain()
    door.step(f"{POSTMAN} > 0")
    assert state(door) == "out_for_delivery"


def test_every_try_at_a_code_counts(door: Player) -> None:
    for _ in range(2):
        door.step(f"{POSTMAN} > 1 {{wrong {PERSON}}}")
    assert rows(door.runtime, "SELECT outcome FROM code_attempts") == [("wrong",), ("wrong",)]


def test_what_was_undone_is_no_repeat(door: Player) -> None:
    for text in ("1 11", "0", "1 11"):
        door.step(f"{POSTMAN} > {text}")
    assert state(door) == "attempted"


def test_an_approach_again_is_a_code_again(door: Player) -> None:
    assert any("Code {code}" in line for line in door.step(f"{POSTMAN} > 1"))


@pytest.fixture
def two(player: Player) -> Player:
    """Two articles on their way to one telephone."""
    player.step(f"article {ONE} to {PERSON} en")
    player.step(f"article {TWO} to {PERSON} en")
    player.drain()
    return player


def test_not_mine_said_twice_is_about_one_article(two: Player) -> None:
    first = two.step(f"{PERSON} > 2")
    assert linked(two) == 1
    again = two.step(f"{PERSON} > 2")
    assert linked(two) == 1
    assert [line for line in again if line.startswith(PERSON)] == [
        line for line in first if line.startswith(PERSON)
    ]
    assert rows(two.runtime, "SELECT error FROM messages WHERE direction = 'in' ORDER BY id") == [
        (None,),
        ("repeat",),
    ]


@pytest.mark.parametrize("between", ["wait", "a text"])
def test_later_or_after_another_text_it_is_another_act(
    two: Player, clock: Clock, between: str
) -> None:
    two.step(f"{PERSON} > 2")
    if between == "wait":
        clock.advance(minutes=1, seconds=1)
    else:
        two.step(f"{PERSON} > 0")
    two.step(f"{PERSON} > 2")
    assert linked(two) == 0


def test_a_nominees_no_said_twice_leaves_his_own_article(player: Player) -> None:
    player.step(f"article {ONE} to {NOMINEE} en")
    player.step(f"article {TWO} to {PERSON} en")
    player.drain()
    player.step(f"{NOMINEE} > 5 {PERSON[3:]}")
    for _ in range(2):
        player.step(f"{PERSON} > 2")
    assert linked(player) == 1


def test_a_ticket_is_opened_once_and_said_again(two: Player) -> None:
    said = [two.step(f"{PERSON} > {text}") for text in ("9", "madad")]
    assert said[0] == said[1]
    assert rows(two.runtime, "SELECT count(*) FROM tickets") == [(1,)]
