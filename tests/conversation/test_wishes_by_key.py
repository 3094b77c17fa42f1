"""Wishes by the keys of a call, as the books count them."""

from __future__ import annotations

import pytest

from runtime import Runtime
from tests.rigs.transcript import Player

PHONE = "+919876500001"


@pytest.fixture
def house(player: Player) -> Player:
    """A call in which key 5 was pressed."""
    player.step("postman 1001 +919839000001")
    player.step(f"article EU123456785IN to {PHONE} en")
    player.step(f"{PHONE} calls menu")
    player.step(f"{PHONE} takes up")
    player.step(f"{PHONE} presses 5")
    return player


def test_eight_a_day_and_the_end_always(house: Player, runtime: Runtime) -> None:
    def chosen(*screens: str) -> str:
        said = [house.step(f"{PHONE} presses {keys}")[0] for keys in screens][-1]
        house.step(f"{PHONE} presses 0")
        house.step(f"{PHONE} presses 5")
        return said

    for _ in range(4):
        assert "keeps your post" in chosen("44")
        assert "Monday" in chosen("4#", "1#", "7")
    assert "changed several times today" in chosen("44")
    assert "comes on any day again" in chosen("5#", "1")
    with runtime.database.transaction() as conn:
        wished = conn.execute("SELECT weekdays, keeps, wishes FROM households").fetchall()
        proofs = conn.execute(
            "SELECT DISTINCT proof FROM sprints WHERE event_kind = 'SetWish'"
        ).fetchall()
    assert wished == [(None, False, 8)]
    assert proofs == [("keys",)]


def test_what_is_asked_for_twice_is_done_once(house: Player, runtime: Runtime) -> None:
    """A carrier that brings the keys of an earlier step again hears what was said last."""
    hop = house.talking[PHONE]
    said = house.step(f"{PHONE} presses 44")[0]
    house.talking[PHONE] = hop
    assert house.step(f"{PHONE} presses 44") == [said]
    with runtime.database.transaction() as conn:
        assert conn.execute("SELECT keeps, wishes FROM households").fetchall() == [(True, 1)]
