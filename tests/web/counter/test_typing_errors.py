"""The booker corrects a telephone that he mistyped: alone, for half an hour, before any code."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from conversation import counter
from postal.counter.groups import Group
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.counter import ITEM, Clerk, clerk, group, office
from tests.rigs.desk import Colleague, number
from tests.rigs.requests import told

TYPED, RIGHT = ITEM.recipient_phone, "+919876500002"


@pytest.fixture
def at_counter(app: Flask, runtime: Runtime) -> Clerk:
    office(runtime)
    return clerk(app, runtime)


@pytest.fixture
def booked(runtime: Runtime, at_counter: Clerk) -> Group:
    made = group(runtime, at_counter.poster, 12345678)
    return runtime.database.run(lambda conn: counter.book(runtime, conn, made.id, "cash"))


def correct(colleague: Colleague, booked: Group, phone: str = RIGHT, **form: str) -> str:
    """Correct the telephone of the only article; what the page says of it."""
    here = f"/counter/groups/{booked.id}"
    path = f"{here}/articles/{booked.items[0].id}/phone"
    answer = colleague.post(path, phone=phone, **form)
    if answer.status_code == 401:
        return unescape(re.sub(r"\s+", " ", answer.text))
    assert answer.status_code == 302, answer.status_code
    return told(colleague, here)


def recipient(runtime: Runtime) -> tuple[str, str]:
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT a.recipient_phone, i.recipient_phone FROM articles a"
            " JOIN booking_items i ON i.article_id = a.id"
        ).fetchone()
    assert row is not None
    return row[0], row[1]


def texts(runtime: Runtime, template: str) -> list[str]:
    with runtime.database.transaction() as conn:
        rows = conn.execute(
            "SELECT phone FROM messages WHERE template = %s ORDER BY id", [template]
        ).fetchall()
    return [phone for (phone,) in rows]


def test_he_corrects_it_and_both_telephones_are_told(
    runtime: Runtime, at_counter: Clerk, booked: Group
) -> None:
    page = at_counter.colleague.get(f"/counter/groups/{booked.id}").text
    assert "Correct the telephone" in page
    assert "Both telephones are told" in correct(at_counter.colleague, booked, "98765 00002")
    assert recipient(runtime) == (RIGHT, RIGHT)
    assert texts(runtime, "move_done") == [TYPED]
    assert texts(runtime, "booked") == [TYPED]
    assert texts(runtime, "moved_here") == [RIGHT]


def test_another_clerk_takes_two(
    runtime: Runtime, at_counter: Clerk, booked: Group, app: Flask
) -> None:
    other = clerk(app, runtime, 2)
    assert "Somebody else booked this" in correct(other.colleague, booked)
    assert recipient(runtime) == (TYPED, TYPED)
    page = other.colleague.get(f"/counter/groups/{booked.id}").text
    assert "Correct the telephone" not in page


def test_after_half_an_hour_it_takes_two(
    runtime: Runtime, at_counter: Clerk, booked: Group, clock: Clock
) -> None:
    clock.advance(seconds=20 * 60)
    assert at_counter.colleague.get("/counter").status_code == 200  # he goes on working
    clock.advance(seconds=10 * 60 + 1)
    shown = number(runtime, at_counter.colleague.staff_row)
    assert "too late" in correct(at_counter.colleague, booked, second_factor=shown)
    assert recipient(runtime) == (TYPED, TYPED)


def test_once_a_code_was_made_it_takes_two(
    runtime: Runtime, at_counter: Clerk, booked: Group
) -> None:
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET code_issue = 1")
    assert "too late" in correct(at_counter.colleague, booked)
    assert recipient(runtime) == (TYPED, TYPED)


def test_nobodys_telephones_ring_without_end(
    runtime: Runtime, at_counter: Clerk, booked: Group
) -> None:
    for phone in (RIGHT, "+919876500003", "+919876500004"):
        correct(at_counter.colleague, booked, phone)
    assert recipient(runtime) == ("+919876500003", "+919876500003")
    assert len(texts(runtime, "move_done")) == 2


def test_it_is_signed_and_of_a_telephone_of_nobody_at_work(
    runtime: Runtime, at_counter: Clerk, booked: Group, clock: Clock
) -> None:
    assert "no telephone number" in correct(at_counter.colleague, booked, "12")
    assert "that telephone already" in correct(at_counter.colleague, booked, str(TYPED))
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE staff SET phone = '+919876500009'")
    assert "belongs to the staff" in correct(at_counter.colleague, booked, "+919876500009")
    clock.advance(seconds=301)
    assert "Confirm with your second factor" in correct(at_counter.colleague, booked)
    assert recipient(runtime) == (TYPED, TYPED)
