"""What the counter keeps of people: given to them, forgotten, gone after its time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from conversation import counter
from postal.counter import booking
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.counter import Clerk, clerk, group, office

RECIPIENT, SENDER = "+919839000011", "+919839000081"


@pytest.fixture
def at_counter(app: Flask, runtime: Runtime) -> Clerk:
    office(runtime)
    return clerk(app, runtime)


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


def kept(runtime: Runtime) -> list[tuple[Any, ...]]:
    with runtime.database.transaction() as conn:
        return conn.execute(
            "SELECT g.sender_name, g.sender_phone, i.recipient_name, i.recipient_address,"
            " i.recipient_phone FROM booking_items i JOIN booking_groups g ON g.id = i.group_id"
        ).fetchall()


def test_a_person_gets_what_was_posted_to_and_by_them(
    app: Flask, runtime: Runtime, at_counter: Clerk
) -> None:
    group(runtime, at_counter.poster, 1)
    received = json.loads(run(app, "export-person", RECIPIENT).output)
    assert received["posted_to"][0]["recipient_name"] == "रामावती देवी"
    assert "Gyan Pustak Kendra" not in json.dumps(received)
    posted = json.loads(run(app, "export-person", SENDER).output)
    assert posted["posted"][0]["sender_name"] == "Gyan Pustak Kendra"
    assert "Dhanewa" not in json.dumps(posted)


def test_nobody_is_forgotten_while_their_booking_is_not_paid_for(
    app: Flask, runtime: Runtime, at_counter: Clerk
) -> None:
    made = group(runtime, at_counter.poster, 1)
    refused = run(app, "forget-person", SENDER, "--reason", "a letter", "--yes")
    assert refused.exit_code == 1
    assert made.tr in refused.output
    runtime.database.run(lambda conn: booking.cancel(conn, made.id, runtime.now()))
    for phone in (SENDER, RECIPIENT):
        done = run(app, "forget-person", phone, "--reason", "a letter", "--yes")
        assert done.exit_code == 0, done.output
    (row,) = kept(runtime)
    assert (row[0], row[2], row[3]) == ("", "", "")
    assert {row[1][:4], row[4][:4]} == {"+999"}


def test_the_people_of_a_booking_go_when_its_articles_are_long_over(
    app: Flask, runtime: Runtime, at_counter: Clerk, clock: Clock
) -> None:
    made = group(runtime, at_counter.poster, 1)
    runtime.database.run(lambda conn: counter.book(runtime, conn, made.id, "cash"))
    clock.advance(days=400)
    run(app, "purge")
    assert kept(runtime)[0][0] == "Gyan Pustak Kendra"  # the article is under way still
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET state = 'returned'")
    done = run(app, "purge")
    assert "bookings: 1" in done.output
    assert kept(runtime) == [("", None, "", "", None)]
    with runtime.database.transaction() as conn:
        paid = conn.execute("SELECT paise FROM ledger WHERE kind = 'booking'").fetchall()
    assert len(paid) == 1  # the books stay
