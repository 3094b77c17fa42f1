"""Who: a clerk who booked an article and now "corrects" the number that he typed, to a friend's.

Wants: the code, alone: at once, later, or after the postman has gone out.
In the way: docs/developing/trust.md rule 11, rule 3, rule 6
Told: both telephones, at once; whoever lost it stops it with 3, and the office hears of it.
"""

from __future__ import annotations

import pytest

from conversation import counter as door
from postal.counter.groups import Group
from tests.rigs.counter import ITEM, Clerk, clerk, group
from tests.rigs.desk import number
from tests.rigs.requests import told
from tests.rigs.scene import FRIEND, OFFICE, Scene

BOOKED = ITEM.recipient_phone
OWN = "EU287043779IN"


@pytest.fixture
def at_counter(scene: Scene) -> Clerk:
    return clerk(scene.app, scene.runtime)


@pytest.fixture
def booked(scene: Scene, at_counter: Clerk) -> Group:
    made = group(scene.runtime, at_counter.poster, 28704377)
    booked = scene.runtime.database.run(
        lambda conn: door.book(scene.runtime, conn, made.id, "cash")
    )
    scene.player.drain()
    return booked


def correct(who: Clerk, booked: Group, **form: str) -> str:
    here = f"/counter/groups/{booked.id}"
    answer = who.colleague.post(f"{here}/articles/{booked.items[0].id}/phone", phone=FRIEND, **form)
    return answer.text if answer.status_code == 401 else told(who.colleague, here)


def test_at_once_both_telephones_hear_it_and_3_stops_it(
    scene: Scene, at_counter: Clerk, booked: Group
) -> None:
    assert "Both telephones are told" in correct(at_counter, booked)
    lines = scene.player.drain()
    assert any(line.startswith(f"{BOOKED} <") and "3" in line for line in lines)
    assert any(line.startswith(f"{FRIEND} <") for line in lines)
    said = scene.steps(f"{BOOKED} > 3")
    assert any(line.startswith(f"{OFFICE} <") for line in said)
    assert {"move"} <= scene.tickets()
    number_ = booked.items[0].number
    said = scene.steps(f"list 1001: {number_}", "+919839000001 > 1", f"{FRIEND} > 1")
    assert not scene.rows("SELECT 1 FROM codes")  # nobody gets a code of it
    assert {"recipient_corrected", "move_disputed"} <= scene.written()


def test_after_half_an_hour_it_takes_two(scene: Scene, at_counter: Clerk, booked: Group) -> None:
    scene.player.clock.advance(seconds=20 * 60)
    at_counter.colleague.get("/counter")
    scene.player.clock.advance(seconds=10 * 60 + 1)
    shown = number(scene.runtime, at_counter.colleague.staff_row)
    assert "too late" in correct(at_counter, booked, second_factor=shown)
    assert scene.player.holder(booked.items[0].number) == BOOKED
    assert "recipient_corrected" not in scene.written()


def test_after_a_code_it_takes_two(scene: Scene, at_counter: Clerk, booked: Group) -> None:
    scene.steps(f"list 1001: {booked.items[0].number}", "+919839000001 > 1")
    assert "too late" in correct(at_counter, booked)
    assert scene.player.holder(booked.items[0].number) == BOOKED
    # Nor does another clerk say that he mistyped it.
    assert "Somebody else booked this" in correct(clerk(scene.app, scene.runtime, 2), booked)
    assert scene.player.holder(booked.items[0].number) == BOOKED


def test_a_session_that_somebody_left_open_confirms_nothing(
    scene: Scene, at_counter: Clerk, booked: Group
) -> None:
    scene.player.clock.advance(seconds=301)
    assert "Confirm with your second factor" in correct(at_counter, booked)
    assert scene.player.holder(booked.items[0].number) == BOOKED
