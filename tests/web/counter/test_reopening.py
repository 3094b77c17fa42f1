"""A counter closed by mistake: two people open it again, on its day; nothing is edited."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from runtime import Runtime
from tests.rigs import requests
from tests.rigs.api_calls import number_of
from tests.rigs.clock import Clock
from tests.rigs.counter import OPENING_PAISE, Clerk, clerk, group, office
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.told import nothing_in

WHY = "Enter was pressed too often"


@pytest.fixture
def closed(app: Flask, runtime: Runtime) -> Clerk:
    """A clerk who closed her counter on half of what is in it."""
    office(runtime)
    found = clerk(app, runtime)
    close(found, 250)
    return found


@pytest.fixture
def postmaster(closed: Clerk, app: Flask, runtime: Runtime) -> Colleague:
    return sign_in(app, runtime, "postmaster")


def close(at: Clerk, rupees: int) -> None:
    form = {"note_1": str(rupees), "counter_day": str(at.day.id)}
    question = at.colleague.post("/counter/day/question", **form).text
    seen = re.search(r'name="seen" value="(-?\d+)"', question)
    assert seen is not None
    explanation = "typed into the wrong field"
    done = at.colleague.post("/counter/day/close", seen=seen[1], explanation=explanation, **form)
    assert done.status_code == 302


def path(at: Clerk) -> str:
    return f"/counter/days/{at.day.id}/reopen"


def rows(runtime: Runtime, sql: str) -> list[tuple[Any, ...]]:
    with runtime.database.transaction() as conn:
        return conn.execute(sql.encode()).fetchall()


def drawer(runtime: Runtime) -> int:
    return int(rows(runtime, "SELECT sum(paise) FROM ledger WHERE method = 'cash'")[0][0])


def test_two_people_reopen_it_and_it_is_closed_again(
    closed: Clerk, postmaster: Colleague, runtime: Runtime
) -> None:
    assert "Closed by mistake?" in closed.colleague.get(f"/counter/days/{closed.day.id}").text
    assert "Closed by mistake" not in closed.colleague.get("/counter").text
    assert "You closed counter 1" in closed.colleague.get("/counter").text
    before = rows(runtime, "SELECT * FROM ledger ORDER BY id")
    id_ = requests.ask(closed.colleague, path(closed), why=WHY)
    assert rows(runtime, "SELECT closed_at IS NULL FROM counter_days") == [(False,)]
    assert "counter 1" in postmaster.get(requests.at(id_)).text.lower()
    assert requests.sign(postmaster, id_).startswith("Agreed, and done.")
    assert drawer(runtime) == OPENING_PAISE
    after = rows(runtime, "SELECT * FROM ledger ORDER BY id")
    assert after[: len(before)] == before  # nothing is edited
    assert rows(runtime, "SELECT kind, paise FROM ledger ORDER BY id")[len(before) :] == [
        ("correction", 25_000),  # of the difference
        ("correction", 25_000),  # of what was handed over
    ]
    group(runtime, closed.poster, 12345678)  # it takes bookings again
    assert "reopened" in closed.colleague.get("/counter/day").text.lower()
    looked = [str(row[0]) for row in rows(runtime, "SELECT reason FROM access_log")]
    assert [each for each in looked if each.startswith("counter 1 of 2026-08-14 reopened")]
    assert f"reopen_counter asked, other: {WHY}" in looked
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE booking_groups SET state = 'cancelled', finished_at = now()")
    close(closed, OPENING_PAISE // 100)
    statement = closed.colleague.get(f"/counter/days/{closed.day.id}").text
    assert "₹500 by the cash book, ₹250 counted" in statement
    assert WHY in statement
    assert drawer(runtime) == 0


def test_what_is_in_the_way_is_said_before_anybody_is_asked(
    closed: Clerk, postmaster: Colleague, app: Flask, runtime: Runtime, clock: Clock
) -> None:
    colleague, wrong = closed.colleague, []

    def refused(at: Clerk, said: str, why: str = WHY) -> None:
        at.colleague.post(path(at), why=why)
        told = requests.told(at.colleague, f"/counter/days/{closed.day.id}")
        if said not in told:
            wrong.append(f"{said!r} is not in {told!r}")

    refused(closed, "Say in words why", why="200")
    opened = colleague.post("/counter/open", counter="2", cash="0")
    assert opened.status_code == 302
    refused(closed, "another counter open")
    id_ = rows(runtime, "SELECT max(id) FROM counter_days")[0][0]
    with runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE counter_days SET closed_at = now(), closed_by = staff_id,"
            " counted_paise = 0, counted_as = '0', expected_paise = 0,"
            " last_entry = 1 WHERE id = %s",
            [id_],
        )
    clock.advance(hours=24)
    with runtime.database.transaction() as conn:  # signed in all night
        conn.execute("UPDATE sign_ins SET at = %s, seen_at = %s, factor_at = %s", [clock.now()] * 3)
    refused(closed, "on an earlier day")
    assert rows(runtime, "SELECT count(*) FROM requests") == [(0,)]
    nothing_in(wrong)


def test_nobody_reopens_alone_nor_behind_another_offices_wall(
    closed: Clerk, app: Flask, runtime: Runtime
) -> None:
    other = sign_in(app, runtime, "clerk", "clerk-2")
    assert other.post(path(closed), why=WHY).status_code == 404  # a colleague's counter
    id_ = requests.ask(closed.colleague, path(closed), why=WHY)
    for second in (closed.colleague, other):
        requests.sign(second, id_) if second is closed.colleague else second.post(
            requests.at(id_, "sign"), place="second"
        )
    assert requests.state(runtime, id_) == "waiting"
    stranger = sign_in(app, runtime, "postmaster", "elsewhere")
    with runtime.database.transaction() as conn:
        conn.execute(
            "WITH o AS (INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nautanwa S.O', '273164', 'sub', 'MAHARAJGANJ') RETURNING id)"
            " UPDATE staff SET office_id = o.id FROM o WHERE staff.id = %s",
            [stranger.staff_row],
        )
    assert stranger.post(requests.at(id_, "sign"), place="second").status_code == 404
    assert rows(runtime, "SELECT count(*) FROM counter_reopenings") == [(0,)]
    supervisor = sign_in(app, runtime, "supervisor")
    assert requests.sign(supervisor, id_).startswith("Agreed, and done.")
    assert number_of(1) not in supervisor.get(requests.at(id_)).text
