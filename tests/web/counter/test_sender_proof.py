"""The sender proves himself by the two digits of the text that he got: counter and API."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from conversation import counter
from postal.counter.groups import Group
from postal.people import tokens
from runtime import Runtime
from tests.rigs.api_calls import Api
from tests.rigs.counter import SENDER, Clerk, clerk, group, office
from tests.rigs.desk import TOKEN
from tests.rigs.outbox import drain
from web.phones.simulator import received


@pytest.fixture
def at_counter(app: Flask, runtime: Runtime) -> Clerk:
    office(runtime)
    return clerk(app, runtime)


@pytest.fixture
def booked(runtime: Runtime, at_counter: Clerk) -> Group:
    made = group(runtime, at_counter.poster, 12345678)
    return runtime.database.run(lambda conn: counter.book(runtime, conn, made.id, "cash"))


def shown(runtime: Runtime) -> str:
    """The two digits on the sender's telephone."""
    drain(runtime)
    found = re.search(r"is booked\. (\d\d) proves", received(runtime, SENDER.phone or "")[-1].text)
    assert found
    return found[1]


def other(digits: str) -> str:
    return f"{(int(digits) + 1) % 100:02d}"


def give(at: Clerk, made: Group, digits: str) -> TestResponse:
    client = at.colleague.client
    page = at.colleague.get(f"/counter/groups/{made.id}/receipt").text
    found = TOKEN.search(page)
    assert found
    fields = {"csrf_token": found[1], "number": made.items[0].number, "proof": digits}
    path = f"/counter/groups/{made.id}/sender-proof"
    return client.post(path, data=fields, follow_redirects=True)


def proven(runtime: Runtime) -> list[str]:
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT data->>'how' FROM events WHERE kind = 'sender_proven'")
        return [row[0] for row in rows.fetchall()]


def test_the_clerk_types_what_the_sender_reads_from_his_telephone(
    at_counter: Clerk, booked: Group, runtime: Runtime
) -> None:
    digits = shown(runtime)
    assert "not the two digits" in give(at_counter, booked, other(digits)).text
    assert not proven(runtime)
    page = give(at_counter, booked, digits.translate(str.maketrans("0123456789", "०१२३४५६७८९")))
    assert "The sender has proven himself." in page.text
    assert (
        "the sender has proven himself"
        in at_counter.colleague.get(f"/counter/groups/{booked.id}/receipt").text
    )
    assert proven(runtime) == ["counter"]


def test_after_three_wrong_tries_the_right_digits_wait_for_tomorrow(
    at_counter: Clerk, booked: Group, runtime: Runtime
) -> None:
    digits = shown(runtime)
    for _ in range(3):
        give(at_counter, booked, other(digits))
    assert "not the two digits" in give(at_counter, booked, digits).text
    assert not proven(runtime)


def test_rubbish_is_no_try(at_counter: Clerk, booked: Group, runtime: Runtime) -> None:
    digits = shown(runtime)
    for rubbish in ("", "4", "477", "ab", "4⁄7"):
        assert "not the two digits" in give(at_counter, booked, rubbish).text
    give(at_counter, booked, digits)
    assert proven(runtime) == ["counter"]


def test_the_departments_software_sends_them(app: Flask, booked: Group, runtime: Runtime) -> None:
    digits, number = shown(runtime), booked.items[0].number
    with runtime.database.transaction() as conn:
        api = Api(app.test_client(), tokens.create(conn, "tests"))
    path = f"/articles/{number}/sender-proof"
    assert api.post(path, {"proof": other(digits)}).status_code == 422
    answer = api.post(path, {"proof": digits})
    assert answer.status_code == 200
    shown_now = answer.get_json()
    assert shown_now["number"] == number
    assert (shown_now["moves"], shown_now["witness_by"]) == ([], None)
    assert proven(runtime) == ["software"]
