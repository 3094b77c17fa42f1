"""Booking groups: what one customer posts and pays at once, whole or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from conversation import counter
from postal.counter import booking, day_end
from postal.counter.counter_days import CounterTaken, OpenAlready, open_day
from postal.counter.day_end import Count
from postal.counter.groups import Group, NothingToBook, NotOpen, NumberInUse
from runtime import Runtime
from store.database import Conn
from tests.rigs.api_calls import number_of
from tests.rigs.counter import CHARGES, ITEM, Clerk, clerk, group, office


@pytest.fixture
def at_counter(app: Flask, runtime: Runtime) -> Clerk:
    office(runtime)
    return clerk(app, runtime)


def book(runtime: Runtime, group_id: int) -> Group:
    return runtime.database.run(lambda conn: counter.book(runtime, conn, group_id, "cash"))


def one(runtime: Runtime, sql: str, *values: object) -> Any:
    with runtime.database.transaction() as conn:
        return conn.execute(sql, list(values)).fetchone()


def test_a_group_is_booked_whole_and_its_people_are_told(
    runtime: Runtime, at_counter: Clerk
) -> None:
    made = group(runtime, at_counter.poster, 12345678, 12345679)
    booked = book(runtime, made.id)
    assert booked.state == "booked"
    assert [item.article_id for item in booked.items].count(None) == 0
    assert one(runtime, "SELECT count(*) FROM articles WHERE state = 'booked'") == (2,)
    assert one(runtime, "SELECT paise, method FROM ledger WHERE kind = 'booking'") == (
        2 * CHARGES.paise,
        "cash",
    )
    told = one(
        runtime, "SELECT count(*) FROM messages WHERE template IN ('booked', 'sender_booked')"
    )
    assert told == (4,)


def test_a_form_sent_twice_makes_one_group_and_one_article(
    runtime: Runtime, at_counter: Clerk
) -> None:
    once, item = uuid4(), replace(ITEM, once=uuid4())

    def submit(conn: Conn) -> Group:
        made = at_counter.poster.begin(conn, runtime.now(), once)
        return booking.add(conn, made.id, item, runtime.now())

    first, second = runtime.database.run(submit), runtime.database.run(submit)
    assert first == second
    assert len(first.items) == 1


def test_of_two_clerks_with_one_number_the_second_is_told(
    app: Flask, runtime: Runtime, at_counter: Clerk
) -> None:
    other = clerk(app, runtime, counter=2)
    group(runtime, at_counter.poster, 12345678)
    with pytest.raises(NumberInUse, match="in use"):
        group(runtime, other.poster, 12345678)


def test_two_clerks_at_the_same_moment_book_a_number_once(
    app: Flask, runtime: Runtime, at_counter: Clerk
) -> None:
    other = clerk(app, runtime, counter=2)
    barrier = Barrier(2)

    def submit(by: Clerk) -> bool:
        barrier.wait()
        try:
            group(runtime, by.poster, 12345678)
        except NumberInUse:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(submit, [at_counter, other])) == [False, True]


def test_what_is_cancelled_frees_its_numbers(runtime: Runtime, at_counter: Clerk) -> None:
    first = group(runtime, at_counter.poster, 12345678)
    runtime.database.run(lambda conn: booking.cancel(conn, first.id, runtime.now()))
    again = group(runtime, at_counter.poster, 12345678)
    assert [item.number for item in again.items] == [number_of(12345678)]
    with pytest.raises(NotOpen):
        book(runtime, first.id)


def test_nothing_is_booked_of_a_group_with_a_number_that_was_booked_elsewhere(
    runtime: Runtime, at_counter: Clerk
) -> None:
    made = group(runtime, at_counter.poster, 12345678, 12345679)
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO articles (number, service, otp_required, recipient_name,"
            " recipient_address, recipient_pin, sender_name, code_salt, booked_at, updated_at)"
            " VALUES (%s, 'parcel', false, 'A', 'B', '273303', 'C', %s, now(), now())",
            [number_of(12345679), bytes(16)],
        )
    with pytest.raises(NumberInUse):
        book(runtime, made.id)
    assert one(runtime, "SELECT count(*) FROM articles") == (1,)
    assert one(runtime, "SELECT count(*) FROM ledger WHERE kind = 'booking'") == (0,)


def test_a_group_is_booked_once_however_often_it_is_asked(
    runtime: Runtime, at_counter: Clerk
) -> None:
    made = group(runtime, at_counter.poster, 12345678)
    barrier = Barrier(2)

    def submit(_: int) -> bool:
        barrier.wait()
        try:
            book(runtime, made.id)
        except NotOpen:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(submit, range(2))) == [False, True]
    assert one(runtime, "SELECT count(*) FROM ledger WHERE kind = 'booking'") == (1,)


def test_an_empty_group_books_nothing(runtime: Runtime, at_counter: Clerk) -> None:
    made = group(runtime, at_counter.poster)
    with pytest.raises(NothingToBook):
        book(runtime, made.id)


def test_while_a_payment_is_awaited_nothing_changes(runtime: Runtime, at_counter: Clerk) -> None:
    made = group(runtime, at_counter.poster, 12345678)
    runtime.database.run(lambda conn: booking.await_payment(conn, made.id))
    with pytest.raises(NotOpen):
        runtime.database.run(lambda conn: booking.add(conn, made.id, ITEM, runtime.now()))
    with pytest.raises(NotOpen):
        runtime.database.run(
            lambda conn: booking.remove(conn, made.id, made.items[0].id, runtime.now())
        )


def test_a_counter_is_one_clerks_and_a_clerk_has_one(
    app: Flask, runtime: Runtime, at_counter: Clerk
) -> None:
    other = clerk(app, runtime, counter=2)
    with pytest.raises(OpenAlready), runtime.database.transaction() as conn:
        open_day(conn, 3, 0, at_counter.doer(runtime.now()))
    with runtime.database.transaction() as conn:
        day_end.close(conn, other.day.id, Count({500: 1}), "", other.doer(runtime.now()))
    with pytest.raises(CounterTaken), runtime.database.transaction() as conn:
        open_day(conn, 1, 0, other.doer(runtime.now()))


def test_the_ledger_is_never_edited(runtime: Runtime, at_counter: Clerk) -> None:
    with (
        pytest.raises(Exception, match="permission denied"),
        runtime.database.transaction() as conn,
    ):
        conn.execute("UPDATE ledger SET paise = 1")
