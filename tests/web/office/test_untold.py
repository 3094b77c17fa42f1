"""Alarms that reached nobody, on the office's page and at the desk: who reads, who closes them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from outbox import unheard
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.desk import sign_in
from tests.rigs.office import POSTMAN, Office, office, phone_of
from tests.rigs.transcript import Player
from tests.web.office.test_exceptions import PAGE, answers, asks, given_without_code

TITLE = "The addressee could not be told"


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    return office(player, app, runtime)


def goes_untold(at: Office, app: Flask, runtime: Runtime, item: int) -> None:
    """Two agree to hand over what belongs to a telephone that is off for three days."""
    master = sign_in(app, runtime, "postmaster", "master")
    asks(at, item)
    answers(master, number_of(item), "yes")
    at.player.step(f"{POSTMAN} > {item} 28")
    assert at.state(number_of(item)) == "delivered"
    at.player.step("wait 71 h")
    assert at.all("SELECT kind FROM tickets") == []
    at.player.step("wait 2 h")


def test_the_office_sees_it_and_the_help_desk_alone_closes_it(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    at.out(1)
    goes_untold(at, app, runtime, 1)
    master = sign_in(app, runtime, "postmaster", "master-2")
    shown = master.get(PAGE).text
    assert TITLE in shown
    assert number_of(1) in shown
    assert "master" in shown.split(TITLE)[1].split("</table>")[0]
    ((id_, phone),) = at.all("SELECT id, phone FROM tickets WHERE kind = 'untold'")
    assert phone is None
    refused = master.post(f"/desk/tickets/{id_}/close", outcome="explained", said="told him")
    assert refused.status_code == 409
    assert "The help desk or a supervisor closes it" in refused.text
    assert master.post(f"/desk/tickets/{id_}/note", said="went there").status_code == 302
    agent = sign_in(app, runtime, "agent", "agent")
    page = agent.get(f"/desk/tickets/{id_}").text
    assert "an alarm could not be told" in page
    assert "so nobody is texted" in page
    done = agent.post(f"/desk/tickets/{id_}/close", outcome="explained", said="he has it", seen="1")
    assert done.status_code == 302
    master = sign_in(app, runtime, "postmaster", "master-3")
    assert "closed" in master.get(PAGE).text.split(TITLE)[1].split("</table>")[0]


def test_another_office_does_not_see_it(at: Office, app: Flask, runtime: Runtime) -> None:
    at.out(1)
    goes_untold(at, app, runtime, 1)
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (pin, name, branch_type, district)"
            " VALUES ('273304', 'Far', 'sub', 'Gorakhpur')"
        )
    there = sign_in(app, runtime, "postmaster", "there", office="273304")
    assert TITLE not in there.get(PAGE).text
    supervisor = sign_in(app, runtime, "supervisor", "above")
    assert number_of(1) in supervisor.get(PAGE).text.split(TITLE)[1]


def test_it_is_one_ticket_however_often_it_is_looked_at(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    at.out(1)
    goes_untold(at, app, runtime, 1)
    at.player.step("wait 5 d")
    at.player.step("wait 3 d")
    assert at.all("SELECT kind FROM tickets") == [("untold",)]
    assert at.one("SELECT count(*) FROM events WHERE kind = 'alarm_unheard'") == (1,)
    assert at.one("SELECT count(*) FROM alarms_watched") == (0,)


def test_what_was_taken_back_need_not_be_told(at: Office, app: Flask, runtime: Runtime) -> None:
    given_without_code(at, app, runtime)
    at.player.step(f"{POSTMAN} > 0")
    assert at.state(number_of(1)) == "out_for_delivery"
    at.player.step("wait 4 d")
    assert at.all("SELECT kind FROM tickets WHERE kind = 'untold'") == []


def test_an_objection_in_her_name_ends_no_wait(at: Office, app: Flask, runtime: Runtime) -> None:
    """Her inbox is full, so that no alarm arrives: she heard of it otherwise, or it is forged."""
    given_without_code(at, app, runtime, "full")
    at.player.step(f"{phone_of(1)} > 3")
    for _ in range(4):
        at.player.step("wait 25 h")
    assert at.all("SELECT kind FROM tickets ORDER BY id") == [("exception",), ("untold",)]
    assert at.one("SELECT count(*) FROM alarms_watched") == (0,)


def test_what_somebody_complained_of_before_says_nothing_of_what_came_then(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    at.out(1)
    at.player.step(f"{phone_of(1)} > 1")
    at.player.step(f"{phone_of(1)} > 2")
    assert at.all("SELECT kind FROM tickets") == [("not_received",)]
    at.player.step("wait 20 min")
    at.player.step(f"full {phone_of(1)}")
    master = sign_in(app, runtime, "postmaster", "master")
    at.player.step(f"{POSTMAN} > 1")
    at.player.step(f"{POSTMAN} > 1 28 3 1 1234")
    answers(master, number_of(1), "yes")
    at.player.step(f"{POSTMAN} > 1 28")
    assert at.state(number_of(1)) == "delivered"
    for _ in range(4):
        at.player.step("wait 25 h")
    assert at.all("SELECT kind FROM tickets ORDER BY id") == [("not_received",), ("untold",)]


def test_a_carrier_without_receipts_says_nothing_by_its_silence(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    given_without_code(at, app, runtime)
    at.player.clock.advance(days=4)
    silent = runtime.settings.model_copy(update={"sms_without_receipts": "simulator"})
    unheard.look(replace(runtime, settings=silent))
    assert at.one("SELECT count(*) FROM alarms_watched") == (0,)
    assert at.all("SELECT kind FROM tickets WHERE kind = 'untold'") == []


def test_what_a_carrier_refuses_for_good_is_a_ticket_within_the_hour(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    """Where the carrier knows no such number nothing is waited for."""
    given_without_code(at, app, runtime)
    with runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE messages SET status = 'failed', error = 'bad_number: unknown subscriber'"
            " WHERE template IN ('exception_done', 'exception_asked')"
        )
    at.player.step("wait 10 min")
    assert at.all("SELECT kind FROM tickets WHERE kind = 'untold'") == [("untold",)]
