"""Pages that read from a replica say how old they are, and find nothing that it has not."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask

from app import create_app
from runtime import Runtime
from store.database import Database
from tests.conftest import OfWorker
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.standby import Standby
from tests.rigs.transcript import Player

_SAYS = "read from a copy of the database"
_NUMBERS = ("EU123456785IN", "EU987654326IN")


@pytest.fixture(scope="module")
def standby(addresses: OfWorker) -> Iterator[Standby]:
    with Standby(addresses.owner) as standby:
        yield standby


@pytest.fixture
def replica(standby: Standby, addresses: OfWorker) -> Iterator[Database]:
    database = Database(standby.url(addresses.application), 2)
    yield database
    database.close()


@pytest.fixture
def parted(runtime: Runtime, replica: Database) -> Flask:
    """The application whose reports and searches ask the replica."""
    return create_app(dataclasses.replace(runtime, replica=replica))


def booked(player: Player, *numbers: str) -> None:
    for number in numbers:
        player.step(f"article {number} to +919876500001 en")


def found(of: Colleague, query: str) -> str:
    answer = of.post("/desk/find", query=query)
    assert answer.status_code == 200
    return answer.text


def test_what_a_replica_lacks_is_not_found_and_the_page_says_how_old_it_is(
    player: Player, parted: Flask, runtime: Runtime, standby: Standby
) -> None:
    early, late = _NUMBERS
    booked(player, early)
    agent = sign_in(parted, runtime, "agent")
    standby.caught_up()
    standby.stop_following()
    booked(player, late)
    page = found(agent, early)
    assert early in page.replace(f'value="{early}"', "")
    assert _SAYS in page
    assert "Nothing was found" in found(agent, late)
    standby.follow()
    assert late in found(agent, late).replace(f'value="{late}"', "")


def test_that_somebody_searched_is_written_at_the_primary(
    player: Player, parted: Flask, runtime: Runtime, standby: Standby
) -> None:
    booked(player, _NUMBERS[0])
    agent = sign_in(parted, runtime, "agent")
    standby.caught_up()
    found(agent, _NUMBERS[0])
    with runtime.database.transaction() as conn:
        looks = conn.execute(
            "SELECT count(*) FROM access_log WHERE what = 'found' AND staff_id = %s",
            [agent.staff_row],
        ).fetchone()
    assert looks == (1,)


@pytest.mark.parametrize(
    "path", ["/desk/reports", "/desk/figures", "/desk/figures.csv", "/desk/reports/helped.csv"]
)
def test_reports_say_how_old_they_are(
    player: Player, parted: Flask, app: Flask, runtime: Runtime, standby: Standby, path: str
) -> None:
    booked(player, _NUMBERS[0])
    supervisor = sign_in(parted, runtime, "supervisor")
    standby.caught_up()
    answer = supervisor.get(path)
    assert answer.status_code == 200
    assert answer.headers["Dakiya-As-Of"]
    assert (_SAYS in answer.text) == (not path.endswith(".csv"))
    there = sign_in(app, runtime, "supervisor", "supervisor-2").get(path)
    assert there.status_code == 200
    assert "Dakiya-As-Of" not in there.headers
    assert _SAYS not in there.text


def test_metrics_say_how_old_they_are(parted: Flask, app: Flask, standby: Standby) -> None:
    standby.caught_up()
    assert "dakiya_replica_age_seconds" in parted.test_client().get("/metrics").text
    assert "dakiya_replica_age_seconds" not in app.test_client().get("/metrics").text


def test_without_its_replica_a_page_is_read_from_the_primary(
    player: Player, runtime: Runtime
) -> None:
    booked(player, _NUMBERS[0])
    nowhere = Database("postgresql://nobody@127.0.0.1:1/nothing", 1, wait=0.2)
    try:
        supervisor = sign_in(
            create_app(dataclasses.replace(runtime, replica=nowhere)), runtime, "supervisor"
        )
        answer = supervisor.get("/desk/reports")
    finally:
        nowhere.close()
    assert answer.status_code == 200
    assert _SAYS not in answer.text


def test_nothing_is_written_where_something_is_only_read(runtime: Runtime) -> None:
    with (
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
        runtime.reading() as found,
    ):
        found.conn.execute("INSERT INTO phones (phone, language) VALUES ('+919811111111', 'hi')")
