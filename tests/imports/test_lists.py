"""A file of delivery lists: whole lists or none, checked as when they are made by hand."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from imports import register
from runtime import Runtime
from tests.rigs.api_calls import Api, api_of, article, number_of, postman
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.imports import LIST_HEADER, TODAY, count, faults, get, started, text, uploaded, work


@pytest.fixture
def api(runtime: Runtime, client: FlaskClient) -> Api:
    """Two postmen of 273303 and twelve booked articles."""
    api = api_of(runtime, client)
    api.post("/postmen", postman())
    api.post("/postmen", postman(staff_id="0042", name="Shyam", phone="9839000002"))
    for serial in range(1, 13):
        api.post("/articles", article(serial))
    return api


@pytest.fixture
def master(app: Flask, runtime: Runtime, api: Api) -> Colleague:
    return sign_in(app, runtime, "postmaster")


def lists(*rows: tuple[str, ...]) -> bytes:
    return text(rows, LIST_HEADER).encode()


def items(runtime: Runtime) -> list[Any]:
    with runtime.database.transaction() as conn:
        return conn.execute(
            "SELECT s.staff_id, i.serial, a.number FROM delivery_items i"
            " JOIN delivery_lists l ON l.id = i.list_id JOIN staff s ON s.id = l.postman_id"
            " JOIN articles a ON a.id = i.article_id ORDER BY s.staff_id DESC, i.serial"
        ).fetchall()


def test_lists_are_made_in_walking_order_and_their_people_are_told(
    master: Colleague, runtime: Runtime
) -> None:
    found = uploaded(
        master,
        lists(
            ("1001", TODAY, number_of(3)),
            ("0042", TODAY, number_of(7)),
            ("1001", TODAY, number_of(1)),
            ("'0042", "2026-08-14", number_of(5).lower()),
        ),
    )
    assert (found.kind, found.state, found.good) == ("lists", "checked", 4)
    assert items(runtime) == []
    assert count(runtime, "delivery_lists") == 0  # trying out leaves nothing
    found = started(master, found)
    assert (found.state, found.imported) == ("done", 4)
    assert items(runtime) == [
        ("1001", 1, number_of(3)),
        ("1001", 2, number_of(1)),
        ("0042", 1, number_of(7)),
        ("0042", 2, number_of(5)),
    ]
    assert count(runtime, "messages WHERE template = 'out_for_delivery'") == 4
    again = uploaded(master, lists(("1001", TODAY, number_of(3)), ("1001", TODAY, number_of(1))))
    assert (again.known, again.good, again.bad) == (2, 0, 0)


def test_a_list_with_one_bad_row_is_not_made_and_the_other_is(
    master: Colleague, runtime: Runtime
) -> None:
    found = uploaded(
        master,
        lists(
            ("1001", TODAY, number_of(1)),
            ("1001", TODAY, number_of(99)),
            ("1001", TODAY, number_of(2)),
            ("0042", TODAY, number_of(7)),
        ),
    )
    assert (found.good, found.bad, found.held) == (1, 1, 2)
    assert faults(runtime, found) == {3: [("number", "not_listable")]}
    shown = master.get(f"/office/imports/{found.id}").text
    assert "Lists that cannot be made" in shown
    assert "Bad rows: 1 of 3; the first bad row is in line 3" in shown
    assert "cannot go on the list: is not booked" in shown
    found = started(master, found)
    assert (found.imported, found.left_out) == (1, 3)
    assert items(runtime) == [("0042", 1, number_of(7))]


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (("1001", "15-08-2026", number_of(2)), ("date", "not_today")),
        (("1001", TODAY, "EU1"), ("number", "number")),
        (("1001", "x", number_of(2)), ("date", "date")),
        (("", TODAY, number_of(2)), ("postman", "missing")),  # merged cells: whose is it?
        (("1001", TODAY), ("", "cells_too_few")),
        (("1001", TODAY, number_of(1)), ("number", "twice")),
    ],
)
def test_whatever_is_wrong_with_a_row_its_list_waits_for_it(
    master: Colleague, runtime: Runtime, bad: tuple[str, ...], fault: tuple[str, str]
) -> None:
    found = uploaded(
        master,
        lists(("1001", TODAY, number_of(1)), bad, ("0042", TODAY, number_of(7))),
    )
    assert faults(runtime, found) == {3: [fault]}
    assert (found.good, found.held) == (1, 1)
    assert started(master, found).imported == 1
    assert items(runtime) == [("0042", 1, number_of(7))]


def test_an_article_on_two_lists_of_a_file(master: Colleague, runtime: Runtime) -> None:
    found = uploaded(master, lists(("1001", TODAY, number_of(1)), ("0042", TODAY, number_of(1))))
    assert faults(runtime, found) == {3: [("number", "twice")]}


def test_postmen_of_other_offices_and_unknown_ones(
    master: Colleague, api: Api, runtime: Runtime
) -> None:
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nautanwa', '273164', 'sub', 'MAHARAJGANJ')"
        )
    api.post("/postmen", postman(staff_id="9001", phone="9839000003", office_pin="273164"))
    found = uploaded(master, lists(("9001", TODAY, number_of(1)), ("42", TODAY, number_of(2))))
    assert faults(runtime, found) == {2: [("postman", "postman")], 3: [("postman", "postman")]}
    assert "were zeros lost at its front?" in master.get(f"/office/imports/{found.id}").text


def test_what_changed_before_the_start_stops_its_list_alone(
    master: Colleague, api: Api, runtime: Runtime
) -> None:
    found = uploaded(
        master,
        lists(
            ("1001", TODAY, number_of(1)),
            ("1001", TODAY, number_of(2)),
            ("0042", TODAY, number_of(7)),
        ),
    )
    api.post(f"/articles/{number_of(2)}/recall", None)
    found = started(master, found)
    assert (found.state, found.imported, found.bad, found.held) == ("done", 1, 1, 1)
    assert faults(runtime, found) == {3: [("number", "not_listable")]}
    assert items(runtime) == [("0042", 1, number_of(7))]


def test_a_file_of_yesterday_is_not_made_today(
    master: Colleague, runtime: Runtime, clock: Clock
) -> None:
    found = uploaded(master, lists(("1001", TODAY, number_of(1))))
    clock.advance(hours=15)
    runtime.database.run(lambda conn: register.start(conn, found.id, 0, runtime.now()))
    work(runtime)
    found = get(runtime, found.id)
    assert (found.imported, found.bad) == (0, 1)
    assert faults(runtime, found) == {2: [("date", "not_today")]}


def test_more_than_a_list_holds(master: Colleague, runtime: Runtime) -> None:
    rows = [("1001", TODAY, number_of(n)) for n in range(1, 13)]
    rows += [("1001", TODAY, number_of(n)) for n in range(13, 1002)]
    found = uploaded(master, lists(*rows))
    assert found.good == 0
    assert (found.bad, found.held) == (989, 12)
