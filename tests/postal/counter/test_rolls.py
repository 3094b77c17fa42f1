"""Rolls of labels: the next number is offered, a label is on one roll and on one article."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from flows.number import read
from postal.counter import booking, rolls
from postal.counter.rolls import NotOneRoll, Roll, RollOverlaps
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.counter import Clerk, clerk, group, office


@pytest.fixture
def at_counter(app: Flask, runtime: Runtime) -> Clerk:
    office(runtime)
    return clerk(app, runtime)


def enter(runtime: Runtime, at: Clerk, first: int, last: int) -> Roll:
    return runtime.database.run(
        lambda conn: rolls.add(conn, number_of(first), number_of(last), at.doer(runtime.now()))
    )


def offered(runtime: Runtime, at: Clerk) -> str | None:
    return runtime.database.run(lambda conn: rolls.offered(conn, at.day.staff_row))


def test_labels_are_offered_in_their_order_with_their_check_digits(
    runtime: Runtime, at_counter: Clerk
) -> None:
    enter(runtime, at_counter, 98, 101)
    seen = []
    while (label := offered(runtime, at_counter)) is not None:
        assert read(label) == label
        seen.append(label)
        group(runtime, at_counter.poster, int(label[2:10]))
    assert seen == [number_of(serial) for serial in (98, 99, 100, 101)]


def test_a_label_that_is_used_already_is_passed_over(
    app: Flask, runtime: Runtime, at_counter: Clerk
) -> None:
    group(runtime, at_counter.poster, 11)  # before the roll was entered
    enter(runtime, at_counter, 11, 20)
    assert offered(runtime, at_counter) == number_of(12)
    group(runtime, at_counter.poster, 15)  # the ones before it were spoilt
    assert offered(runtime, at_counter) == number_of(16)
    other = clerk(app, runtime, counter=2)
    group(runtime, other.poster, 16)  # a colleague borrowed it
    assert offered(runtime, at_counter) == number_of(17)
    assert offered(runtime, other) is None


def test_a_label_that_came_off_is_offered_again(runtime: Runtime, at_counter: Clerk) -> None:
    enter(runtime, at_counter, 11, 20)
    made = group(runtime, at_counter.poster, 11, 12, 13)
    runtime.database.run(
        lambda conn: booking.remove(conn, made.id, made.items[2].id, runtime.now())
    )
    assert offered(runtime, at_counter) == number_of(13)
    runtime.database.run(lambda conn: booking.cancel(conn, made.id, runtime.now()))
    assert offered(runtime, at_counter) == number_of(11)


def test_no_label_is_on_two_rolls(app: Flask, runtime: Runtime, at_counter: Clerk) -> None:
    other = clerk(app, runtime, counter=2)
    enter(runtime, at_counter, 11, 20)
    for first, last in ((20, 30), (1, 11), (12, 13), (1, 99), (11, 20)):
        with pytest.raises(RollOverlaps):
            enter(runtime, other, first, last)
    enter(runtime, other, 21, 30)
    with runtime.database.transaction() as conn:  # other letters are other labels
        ends = rolls.number("RR", 11), rolls.number("RR", 20)
        rolls.add(conn, *ends, other.doer(runtime.now()))


def test_of_two_clerks_who_enter_one_roll_at_once_one_is_told(
    app: Flask, runtime: Runtime, at_counter: Clerk
) -> None:
    both, barrier = [at_counter, clerk(app, runtime, counter=2)], Barrier(2)

    def submit(at: Clerk) -> bool:
        barrier.wait()
        try:
            enter(runtime, at, 11, 20)
        except RollOverlaps:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(submit, both)) == [False, True]


@pytest.mark.parametrize(
    ("first", "last"),
    [(number_of(20), number_of(11)), (number_of(0), number_of(100_000))],
)
def test_what_is_no_roll(runtime: Runtime, at_counter: Clerk, first: str, last: str) -> None:
    with pytest.raises(NotOneRoll), runtime.database.transaction() as conn:
        rolls.add(conn, first, last, at_counter.doer(runtime.now()))


def test_labels_at_the_end_of_the_numbers(runtime: Runtime, at_counter: Clerk) -> None:
    enter(runtime, at_counter, 99_999_998, 99_999_999)
    made = runtime.database.run(lambda conn: at_counter.begin(conn, runtime.now()))
    assert made.items == ()
    group(runtime, at_counter.poster, 99_999_998, 99_999_999)
    assert offered(runtime, at_counter) is None
