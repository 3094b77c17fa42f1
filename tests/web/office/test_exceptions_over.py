"""What went without its code, counted: in reports, and as an alarm where an office has too much."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from postal import exceptions
from postal.reports import summing_up
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.desk import sign_in
from tests.rigs.office import POSTMAN, Office, office, phone_of
from tests.rigs.transcript import Player

PAGE = "/office/exceptions"


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    return office(player, app, runtime)


def kept(at: Office, excepted: int, otherwise: int) -> None:
    """Days that are summed up: so much went without its code, and so much otherwise."""
    zeros = "failed open withdrawn first_delivered first_failed contested confirmed unanswered"
    names = [*zeros.split(), "unapproached", "approached", "soon", "late", "silent"]
    names += ["burst", "single"]
    with at.runtime.database.transaction() as conn:
        conn.execute("DELETE FROM report_deliveries")
        conn.execute(
            "INSERT INTO report_deliveries (day, office_id, postman_id, service, delivered,"  # noqa: S608
            f" excepted, unexcepted, {', '.join(names)})"
            " SELECT %s, office_id, id, 'parcel', %s, %s, %s,"
            f" {', '.join('0' for _ in names)} FROM staff WHERE staff_id = '1001'".encode(),
            [
                (at.runtime.now() - timedelta(days=3)).date(),
                excepted + otherwise,
                excepted,
                otherwise,
            ],
        )


def asked(at: Office, outcome: str, serial: int) -> None:
    """A postman asks at the door, and the office does nothing, or so."""
    at.player.step(f"off {phone_of(serial)}")
    at.player.step(f"{POSTMAN} > {serial}")
    at.player.step(f"{POSTMAN} > {serial} 28 3 1 1234")
    if outcome == "used":
        with at.runtime.database.transaction() as conn:
            conn.execute(
                "UPDATE exceptions SET granted_at = asked_at, answer_by = 'master',"
                " answer_proof = 'fresh' WHERE ended_at IS NULL"
            )
        at.player.step(f"{POSTMAN} > {serial} 28")


def test_one_of_three_is_no_alarm_and_six_of_two_hundred_is(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    """A ticket once in thirty days, at the office, and the page says it."""
    at.out(1)
    asked(at, "used", 1)
    master = sign_in(app, runtime, "postmaster", "master")
    for few in ((1, 2), (4, 2), (6, 400)):
        kept(at, *few)
        with runtime.database.transaction() as conn:
            assert exceptions.offices_over(conn, runtime.now()) == []
            exceptions.open_tickets(conn, runtime.now())
    assert at.one("SELECT count(*) FROM tickets") == (0,)
    kept(at, 6, 194)
    for _ in range(2):
        with runtime.database.transaction() as conn:
            exceptions.open_tickets(conn, runtime.now())
    assert at.all("SELECT kind, article_id FROM tickets") == [("exception", None)]
    assert "6 of 200 in 30 days" in master.get(PAGE).text
    assert "dakiya_offices_over_exceptions 1.0" in app.test_client().get("/metrics").text


def test_the_reports_count_what_was_asked_and_what_became_of_it(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    """By office and postman; today live, and the same where the day is summed up."""
    at.out(1, 2, 3)
    asked(at, "used", 1)
    asked(at, "open", 2)
    at.deliver(3, 3)
    supervisor = sign_in(app, runtime, "supervisor", "super")
    shares = supervisor.get("/desk/reports/excepted.csv?table=by&by=beat").text
    line = next(row for row in shares.splitlines() if "1001" in row)
    assert ",1,1,2,0.5000," in line
    counted = supervisor.get("/desk/reports/exceptions.csv?table=by&by=beat").text
    line = next(row for row in counted.splitlines() if "1001" in row)
    assert ",1,0,0,0,0,0,1,2," in line
    behind = supervisor.get("/desk/reports/excepted/articles?part=excepted").text
    assert number_of(1) in behind
    assert number_of(3) not in behind
    with runtime.database.transaction() as conn:
        summing_up.sum_up(conn, runtime.now().date(), runtime.now())
    assert at.one("SELECT sum(excepted), sum(unexcepted) FROM report_deliveries") == (1, 1)
