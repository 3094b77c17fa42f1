"""A postman's PIN: three tries, then half an hour's lock, whoever asks and how often."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from postal.people import people, pins
from postal.people.pins import CheckedPin
from runtime import Runtime
from tests.rigs.clock import Clock

PIN = "2468"
OWN = "+919839000001"


@pytest.fixture
def postman(runtime: Runtime) -> int:
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Gorakhpur', '273303', 'head', 'Gorakhpur')"
        )
        people.add_postman(conn, "1001", "Ram", "+919839000001", "273303", PIN)
        row = conn.execute("SELECT id FROM staff WHERE staff_id = '1001'").fetchone()
        assert row is not None
        return int(row[0])


Enter = Callable[..., list[CheckedPin]]  # of what is typed, one after the other


@pytest.fixture
def enter(runtime: Runtime, clock: Clock, postman: int) -> Enter:
    def enter(*typed: str) -> list[CheckedPin]:
        with runtime.database.transaction() as conn:
            return [pins.check(conn, postman, each, OWN, clock.now()) for each in typed]

    return enter


def test_the_right_pin_is_right_and_forgives_what_was_wrong_before(enter: Enter) -> None:
    assert enter(PIN, "1111", "1112", PIN, "1113") == [
        CheckedPin("right"),
        CheckedPin("wrong", 2),
        CheckedPin("wrong", 1),
        CheckedPin("right"),
        CheckedPin("wrong", 2),
    ]


def test_after_three_wrong_ones_even_the_right_one_waits_half_an_hour(
    enter: Enter, clock: Clock
) -> None:
    assert enter("1111", "1112", "1113", PIN)[2:] == [CheckedPin("locked"), CheckedPin("locked")]
    clock.advance(minutes=30, seconds=-1)
    assert enter(PIN) == [CheckedPin("locked")]
    clock.advance(seconds=1)
    assert enter("1111", PIN) == [CheckedPin("wrong", 2), CheckedPin("right")]


@pytest.mark.parametrize("typed", ["", "246", "24680 ", "२४६८", "2468\x00", "9" * 5000, "*"])
def test_rubbish_is_wrong_and_nothing_more(enter: Enter, typed: str) -> None:
    assert enter(typed) == [CheckedPin("wrong", 2)]


def test_who_has_no_pin_or_works_no_more_is_locked(
    enter: Enter, runtime: Runtime, postman: int
) -> None:
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE staff SET pin_hash = 'no hash at all' WHERE id = %s", [postman])
    assert enter(PIN) == [CheckedPin("wrong", 2)]
    for change in ("pin_hash = NULL", "pin_hash = 'x', active = false"):
        with runtime.database.transaction() as conn:
            conn.execute(f"UPDATE staff SET {change} WHERE id = %s", [postman])  # noqa: S608
        assert enter(PIN) == [CheckedPin("locked")]
