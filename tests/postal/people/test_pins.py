"""A postman's PIN: three tries of a telephone, then half an hour; nobody spends another's."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from postal.people import notices, people, pins
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


def told(runtime: Runtime, postman: int) -> list[str]:
    with runtime.database.transaction() as conn:
        return [each.kind for each in notices.of(conn, postman, 20)]


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


# ---- other telephones ----------------------------------------------------------------------------


@pytest.fixture
def enter_from(runtime: Runtime, clock: Clock, postman: int) -> Enter:
    def enter_from(phone: str, *typed: str) -> list[CheckedPin]:
        with runtime.database.transaction() as conn:
            return [pins.check(conn, postman, each, phone, clock.now()) for each in typed]

    return enter_from


def test_a_telephone_that_somebody_else_named_spends_nothing_of_his_own(
    enter: Enter, enter_from: Enter, runtime: Runtime, postman: int
) -> None:
    stranger = "+919839000009"
    assert enter("1111") == [CheckedPin("wrong", 2)]
    assert enter_from(stranger, "1111", "1112", "1113", PIN) == [
        CheckedPin("wrong", 2),
        CheckedPin("wrong", 1),
        CheckedPin("locked"),
        CheckedPin("locked"),
    ]
    assert enter("1112", PIN) == [CheckedPin("wrong", 1), CheckedPin("right")]
    assert told(runtime, postman) == ["pin_guessed"]


def test_nor_do_his_own_wrong_ones_spend_those_of_a_new_telephone(
    enter: Enter, enter_from: Enter
) -> None:
    assert enter("1111", "1112", "1113")[2] == CheckedPin("locked")
    assert enter_from("+919839000009", "1111", PIN) == [CheckedPin("wrong", 2), CheckedPin("right")]


def test_through_many_telephones_nobody_has_more_than_six_tries_and_six_a_day(
    enter: Enter, enter_from: Enter, runtime: Runtime, clock: Clock, postman: int
) -> None:
    phones = (f"+9198390010{n:02}" for n in range(90))
    tried = [enter_from(next(phones), f"{n}", f"{n}1")[1].verdict for n in range(3)]
    assert tried == ["wrong", "wrong", "locked"]  # the sixth is the last, of whatever telephone
    assert enter_from(next(phones), PIN) == [CheckedPin("locked")]
    assert enter("1111", PIN) == [CheckedPin("wrong", 2), CheckedPin("right")]
    day = 0
    for _ in range(24):
        clock.advance(hours=1)
        phone = next(phones)
        day += enter_from(phone, "1111")[0].verdict == "wrong"
        day += enter_from(phone, "1112")[0].verdict == "wrong"
    assert day <= 6
    clock.advance(days=2)
    assert enter_from(next(phones), PIN) == [CheckedPin("right")]
    assert told(runtime, postman)[-1] == "pin_guessed"


def test_whoever_found_his_telephone_has_twelve_tries_and_twelve_a_day(
    enter: Enter, clock: Clock
) -> None:
    wrong = 0
    for _ in range(2 * 24):
        wrong += sum(each.verdict == "wrong" for each in enter("1111", "1112", "1113"))
        clock.advance(minutes=30)
    assert wrong <= 24
    clock.advance(days=1)
    assert enter(PIN) == [CheckedPin("right")]


def test_a_new_pin_ends_every_lock(enter: Enter, enter_from: Enter, runtime: Runtime) -> None:
    enter("1111", "1112", "1113")
    enter_from("+919839000009", "1111", "1112", "1113")
    with runtime.database.transaction() as conn:
        pins.set_pin(conn, "1001", "739164")
    assert enter("739164") == enter_from("+919839000009", "739164") == [CheckedPin("right")]


def test_at_the_same_moment_three_wrong_ones_lock_and_a_strangers_lock_nobody(
    runtime: Runtime, clock: Clock, postman: int, enter: Enter
) -> None:
    stranger, barrier = "+919839000009", Barrier(6)

    def guess(n: int) -> str:
        barrier.wait()
        return runtime.database.run(
            lambda conn: pins.check(conn, postman, f"111{n}", stranger, clock.now()).verdict
        )

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(guess, range(6))) == ["locked"] * 4 + ["wrong"] * 2
    assert enter(PIN) == [CheckedPin("right")]
