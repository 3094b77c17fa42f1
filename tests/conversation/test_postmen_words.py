"""What a postman wrote is kept without codes, however he spelled them."""

from __future__ import annotations

import pytest

from tests.rigs import sprints as stored_sprints
from tests.rigs.transcript import Player

POSTMAN = "+919839000001"


@pytest.fixture
def at_work(player: Player) -> Player:
    player.step(f"postman 1001 {POSTMAN}")
    player.step("article EU123456785IN to +919876500001 en")
    player.step("list 1001: EU123456785IN")
    player.drain()
    return player


@pytest.mark.parametrize(
    "text",
    [
        *("1 4 8 2 9 1 3", "1,4,8,2,9,1,3", "1-4-8-2-9-1-3", "1\n4\n8\n2\n9\n1\n3", "1 4829 13"),
        *("1482913", "1 48 29 13", "1 482 913 galat", "१ ४ ८ २ ९ १ ३", "1 ka code 4 8 2 9 1 3"),
        *("1 482913?", "1 482913 nahi lag raha", "1 482913 de diya", "1 otp 482913 1,450 cash"),
    ],
)
def test_no_code_is_kept(at_work: Player, text: str) -> None:
    at_work.say(POSTMAN, text)
    with at_work.runtime.database.transaction() as conn:
        (kept,) = conn.execute(
            "SELECT body FROM messages WHERE direction = 'in' ORDER BY id DESC LIMIT 1"
        ).fetchall()
        stored = stored_sprints.contents(conn)
    digits = "".join(letter for letter in kept[0] if letter.isdigit())
    assert "482913" not in digits
    assert "8291" not in digits
    assert not any("482913" in each for each in stored)
    assert [line for line in at_work.drain() if "+919876500001" in line] == []


def test_a_code_told_in_words_is_not_kept(at_work: Player) -> None:
    at_work.say(POSTMAN, "ek chaar aath do nau ek teen")
    with at_work.runtime.database.transaction() as conn:
        bodies = conn.execute("SELECT body FROM messages WHERE direction = 'in'").fetchall()
    assert bodies == [("••••••",)]
